"""Past tickets judged on several cores come to the same as on one."""

import pytest

from domain.errors import StoreUnavailable
from ingest import backtest as under_test
from ingest.backtest import backtest
from ingest.rulesets import source_and_rules
from store import past
from store.past import Span
from tests.ingest.desk import RULES
from tests.ingest.pasts import TEXTS, fill


@pytest.fixture
def stored(installation):
    fill(installation, TEXTS * 3, moves=[(3, "financeiro", None)])
    installation.rules.write_text(RULES.replace("[boleto, fatura]", "[boleto]"))
    return f"sqlite:///{installation.folder / 'var' / 'balcao.db'}", source_and_rules(installation.rules)[0]


def test_processes_add_up_to_what_one_finds(stored, monkeypatch):
    monkeypatch.setattr(under_test, "ALONE", 1)
    monkeypatch.setattr(past, "SLICE", 5)
    url, source = stored
    span = Span(first=1, last=12, count=12)
    done = []
    together = backtest(url, source, span, samples=2, processes=2, advance=done.append)
    alone = backtest(url, source, span, samples=2, processes=1, advance=lambda _count: None)
    assert together.tally == alone.tally
    assert alone.tally.judged == 12
    assert alone.tally.moves["department", "financeiro", "suporte"] == 3
    assert sorted(done) == [2, 5, 5]


def test_a_store_that_goes_away_is_told(stored, monkeypatch):
    monkeypatch.setattr(under_test, "ALONE", 1)
    _url, source = stored
    with pytest.raises(StoreUnavailable):
        backtest(
            "sqlite:////nowhere/balcao.db", source, Span(first=1, last=9, count=9), samples=1, processes=2,
            advance=lambda _count: None,
        )  # fmt: skip
