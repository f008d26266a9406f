"""One trace for each interaction: known by the entry's id alone, telling nothing that somebody wrote."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from config.settings import load
from domain.errors import ConfigError
from domain.raw import Fate, JournalEntry, Outcome, RawInteraction, Receipt
from ingest import otlp
from ingest.entry import BatchReport
from ingest.tracing import Point, Traces, parsed, point_of
from tests.ingest.desk import install

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
RAW = RawInteraction(channel="email", dedup_key="k", received_at=NOON, payload=b"senha secreta",
                     envelope={"mail_from": "ana@cliente.example"})  # fmt: skip
ENTRY = JournalEntry(raw_id="18a3f0c2b1d4e5f6", raw=RAW, fate=Fate.CLAIMED, attempts=1)
CALLER = (0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331)
NOON_NS = int(NOON.timestamp()) * 10**9


def report(**failures):
    made = BatchReport(times={"decode": (NOON_NS + 5, NOON_NS + 9), "commit": (NOON_NS + 9, NOON_NS + 12)})
    made.failures.update(failures)
    made.outcomes.append(Outcome(raw_id=ENTRY.raw_id, fate=Fate.DONE, tickets=(7,)))
    return made


def told(tell):
    spans = []
    tell(Traces(spans.append))
    return spans


def test_two_processes_that_only_know_the_id_speak_of_one_trace():
    (accepted,) = told(lambda one: one.accepted(RAW, Receipt(raw_id=ENTRY.raw_id, duplicate=False), NOON_NS))
    filed = told(lambda one: one.filed([ENTRY], report(), NOON_NS + 3))

    assert [span.name for span in filed] == ["wait", "decode", "commit"]
    assert {span.root for span in filed} == {accepted.root}
    assert (accepted.is_root, {span.is_root for span in filed}) == (True, {False})
    assert filed[0].begun == NOON_NS
    assert filed[2].attributes["balcao.ticket"] == 7


def test_ids_are_spread_and_never_zero():
    points = [point_of(str(number)) for number in range(2_000)]

    assert len({point.trace for point in points}) == len({point.span for point in points}) == 2_000
    assert all(0 < point.trace < 1 << 128 and 0 < point.span < 1 << 64 for point in points)


def test_a_repetition_is_no_second_root():
    (span,) = told(lambda one: one.accepted(RAW, Receipt(raw_id=ENTRY.raw_id, duplicate=True), NOON_NS))

    assert not span.is_root


def test_nothing_that_somebody_wrote_is_told():
    traces = told(lambda one: one.filed([ENTRY], report(), NOON_NS))
    traces += told(lambda one: one.given_back([ENTRY], NOON_NS, ValueError("ana@cliente.example")))
    traces += told(lambda one: one.accepted(RAW, Receipt(raw_id=ENTRY.raw_id, duplicate=False), NOON_NS))

    assert not any(word in str(traces) for word in ("ana@", "secreta", "cliente.example"))


def test_what_failed_says_so():
    spans = told(lambda one: one.filed([replace(ENTRY, attempts=2)], report(commit=1), NOON_NS))

    assert [span.failure for span in spans] == [None, None, "failed"]


@pytest.mark.parametrize(
    ("header", "point"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", CALLER),
        ("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later", CALLER),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-later", None),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", None),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", None),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", None),
        ("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", None),
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", None),
        ("\x00" * 55, None),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_the_trace_of_who_calls_is_read_as_the_standard_says(header, point):
    assert parsed(header) == (point and Point(*point))


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
        ("http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/traces"),
        ("https://otel.example/in/v1/traces", "https://otel.example/in/v1/traces"),
    ],
)
def test_a_collector_alone_is_given_the_path_of_otlp(address, endpoint):
    assert otlp.endpoint_of(address) == endpoint


def traced(folder, value):
    desk = install(folder)
    desk.config.write_text(f"traces: {value}\n{desk.config.read_text()}")
    return desk


def test_without_the_extra_a_person_is_told_where_and_what_to_do(tmp_path, monkeypatch):
    desk = traced(tmp_path, '"http://127.0.0.1:4318"')
    monkeypatch.setattr(otlp, "_is_there", lambda _module: False)

    with pytest.raises(ConfigError) as raised:
        otlp.check_extra(load(desk.config))
    told = desk.run("check")

    assert raised.value.mistakes[0].position.line == 1
    assert told.exit_code == 2
    assert f"{desk.config}:1:9: " in told.stderr
    assert "pip install 'balcao[otel]'" in told.stderr


def test_without_the_setting_nobody_needs_the_extra(tmp_path, monkeypatch):
    monkeypatch.setattr(otlp, "_is_there", lambda _module: False)

    otlp.check_extra(load(install(tmp_path).config))


@pytest.mark.parametrize(
    "value", ["4318", "localhost:4318", '"http://a:senha@otel.example"', "[]", '"ftp://x"', '"http://"']
)
def test_an_address_that_is_none_is_told_with_its_place(tmp_path, value):
    told = traced(tmp_path, value).run("check")

    assert told.exit_code == 2
    assert "balcao.yaml:1:9: " in told.stderr
    assert "4318" in told.stderr
