"""Every set of rule files that was looked at is kept, with what became of it."""

import pytest

from ingest import rulehistory
from ingest.rulebook import Rulebook
from ingest.rulefiles import look_at
from ingest.rulehistory import Outcome, RuleHistory, UnknownSet, hash_of
from tests.ingest.test_rulebook import BROKEN, FAILING, GOOD
from tests.samples import NOON

BETTER = GOOD.replace("[boleto]", "[boleto, fatura]")


@pytest.fixture
def history(tmp_path):
    return RuleHistory(tmp_path / "var" / "rules")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def book(file, history):
    return Rulebook(file, history)


async def told(book, file, *texts):
    for text in texts:
        file.write_text(text, encoding="utf-8")
        await book.reload_if_changed()


async def test_every_change_is_an_event_with_what_was_before(book, file, history):
    await told(book, file, GOOD, BETTER, FAILING, GOOD)
    events = history.events()
    good, better, failing = (hash_of({"rules.yaml": text}) for text in (GOOD, BETTER, FAILING))
    assert [(event.outcome, event.hash, event.before) for event in events] == [
        ("accepted", good, ""),
        ("accepted", better, good),
        ("refused", failing, better),
        ("accepted", good, better),
    ]
    assert "boleto vai ao financeiro" in events[2].reasons[0]
    assert events[1].who == rulehistory.owner_name(file.stat().st_uid)
    assert events[1].written_at <= events[1].at


async def test_the_hash_of_a_verdict_finds_the_files_it_was_made_by(book, file, history):
    await told(book, file, GOOD, BETTER)
    assert history.texts(book.source.hash) == {"rules.yaml": BETTER}
    assert len(history.hashes()) == 2


async def test_files_that_are_no_yaml_are_kept_too(book, file, history):
    await told(book, file, GOOD, "rules: [")
    event = history.events()[-1]
    assert event.outcome is Outcome.REFUSED
    assert history.texts(event.hash) == {"rules.yaml": "rules: ["}


async def test_a_file_that_is_gone_is_an_event_without_content(book, file, history):
    await told(book, file, GOOD)
    file.unlink()
    await book.reload_if_changed()
    assert (history.events()[-1].outcome, history.events()[-1].hash) == ("refused", "")


async def test_several_files_are_one_set_under_one_hash(tmp_path, history):
    (tmp_path / "regras").mkdir()
    (tmp_path / "regras" / "10.yaml").write_text("rules: [{name: um, when: {words: a}, stop: true}]")
    main = tmp_path / "rules.yaml"
    main.write_text(GOOD.replace("rules:\n", "include: regras\nrules:\n"))
    book = Rulebook(main, history)
    await book.reload()
    assert list(history.texts(book.source.hash)) == ["rules.yaml", "regras/10.yaml"]


async def test_a_restart_and_a_signal_without_a_change_are_no_events(book, file, history):
    await told(book, file, GOOD)
    await book.reload()
    await Rulebook(file, history).reload()
    assert len(history.events()) == 1


async def test_what_happened_while_nobody_ran_is_told_against_the_last_set_in_force(book, file, history):
    await told(book, file, GOOD)
    file.write_text(BETTER)
    await Rulebook(file, history).reload()
    assert history.events()[-1].before == hash_of({"rules.yaml": GOOD})


@pytest.mark.parametrize("text", [GOOD, BROKEN])
async def test_rules_are_looked_at_although_nothing_can_be_written_down(tmp_path, file, text):
    (tmp_path / "var").write_text("a file in the way")
    file.write_text(text)
    assert await Rulebook(file, RuleHistory(tmp_path / "var" / "rules")).reload() is (text == GOOD)


async def test_nobody_looks_while_somebody_writes(book, file, history):
    await told(book, file, GOOD)
    with history.writing():
        file.write_text(BETTER)
        assert await book.reload_if_changed() is None
    assert await book.reload_if_changed() is True


async def test_half_a_line_is_nobody_s_event(book, file, history):
    await told(book, file, GOOD)
    with (history.folder / "history.jsonl").open("ab") as stream:
        stream.write(b'{"at": "2026-')
    await told(book, file, BETTER)
    assert [event.outcome for event in history.events()] == ["accepted", "accepted"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"files": [["rules.yaml", "something else"]]}', b"[]"])
async def test_a_set_that_was_damaged_is_none(book, file, history, content):
    await told(book, file, GOOD)
    (history.folder / "sets" / f"{book.source.hash}.json").write_bytes(content)
    with pytest.raises(UnknownSet):
        history.texts(book.source.hash)


def test_what_is_kept_is_for_its_owner_alone(file, history):
    """A contacts file holds personal data."""
    history.remember(look_at(file), Outcome.ACCEPTED, "", (), NOON)
    for path in (history.folder, *history.folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_owner_without_a_name_has_a_number():
    assert rulehistory.owner_name(54321) == "uid 54321"
