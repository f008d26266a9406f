"""Which words are proposed from what people corrected, and which are not."""

import pytest

from domain.facts import Facts
from domain.past import Past
from tests.samples import NOON
from tests.triage.samples import rules_of
from triage.engine import judge
from triage.suggest import Seen, by_number, log_odds, senders, suggest, weigh

RULES = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro, comercial: Comercial}
default: {department: suporte, priority: Baixa}
rules:
  - name: boleto
    when: {words: [boleto]}
    set: {department: financeiro}
  - name: plano
    when: {words: [plano]}
    set: {department: comercial}
"""
CURRENT = rules_of(RULES)
OTHERS = ("o relatório de ontem", "a tela do estoque", "o plano novo", "um boleto", "o cadastro", "uma nota")


def seen(number, text, sender=None, **corrected):
    facts = Facts(channel="email", medium="mail", occurred_at=NOON, text=text, sender=sender or f"c{number}@x.example")
    verdict = judge(CURRENT, facts)
    past = Past(number=number, opened_at=NOON, facts=facts, verdict=verdict, corrected=corrected)
    return Seen(past=past, now=verdict)


def around(*tickets):
    """`tickets` among ordinary ones."""
    return [*tickets, *(seen(100 + n, f"{OTHERS[n % 6]} {n}") for n in range(60))]


def told(tickets, support=3):
    return [(one.field, one.value, one.phrase, one.fixed) for one in suggest(tickets, CURRENT, support=support)]


def test_a_phrase_of_several_corrected_tickets_is_proposed_for_their_department():
    moved = [seen(n, f"segue o comprovante {n}", department="financeiro") for n in range(1, 5)]

    (first, *_) = suggest(around(*moved), CURRENT, support=3)

    assert (first.field, first.value) == ("department", "financeiro")
    assert "comprovante" in first.phrase
    assert first.fixed == (1, 2, 3, 4)
    assert first.precision == 1.0


def test_a_corrected_priority_is_proposed_as_a_priority():
    moved = [seen(n, f"a esteira parou {n}", priority="Alta") for n in range(1, 5)]

    found = [(field, value, fixed) for field, value, _, fixed in told(around(*moved))]
    assert ("priority", "Alta", (1, 2, 3, 4)) in found


def test_fewer_senders_than_the_support_propose_nothing():
    moved = [seen(n, f"segue o comprovante {n}", sender="a@x.example", department="financeiro") for n in range(1, 9)]

    assert told(around(*moved)) == []


def test_a_word_as_common_elsewhere_is_not_proposed():
    moved = [seen(n, f"o cadastro {n}", department="financeiro") for n in range(1, 4)]
    elsewhere = [seen(n, f"o cadastro {n}", department="suporte") for n in range(10, 40)]

    assert told(around(*moved, *elsewhere)) == []


def test_nothing_is_proposed_where_nobody_corrected_and_rules_decide():
    assert told([seen(n, f"o boleto {n}") for n in range(1, 30)]) == []


def test_a_rule_goes_above_the_first_rule_that_decided_wrongly():
    moved = [seen(n, f"mudar o plano da nota de empenho {n}", department="financeiro") for n in range(1, 5)]

    (first, *_) = suggest(around(*moved), CURRENT, support=3)

    assert first.above == "plano"


def test_the_tickets_it_would_spoil_are_weighed_with_the_rule_in_place():
    tickets = around(
        *(seen(n, f"segue o comprovante {n}", department="financeiro") for n in range(1, 6)),
        seen(6, "comprovante de entrega", department="suporte"),
        seen(7, "comprovante sem dono"),
    )
    (first, *_) = [one for one in suggest(tickets, CURRENT, support=3) if one.phrase == "comprovante"]
    with_it = rules_of(RULES + "  - {name: novo, when: {words: [comprovante]}, set: {department: financeiro}}\n")

    weighed = weigh(first, "novo", with_it, by_number(tickets))

    assert (weighed.fixed, weighed.wrong, weighed.open) == ((1, 2, 3, 4, 5), (6,), (7,))
    assert weighed.precision == pytest.approx(5 / 6)


def test_senders_are_counted_once():
    tickets = [seen(1, "a", sender="a@x.example"), seen(2, "b", sender="a@x.example"), seen(3, "c")]

    assert senders([1, 2, 3], by_number(tickets)) == 2


@pytest.mark.parametrize(("here", "elsewhere", "likely"), [(8, 0, True), (1, 0, False), (8, 80, False)])
def test_a_rare_phrase_must_show_much_before_it_counts(here, elsewhere, likely):
    prior = 10 * (here + elsewhere) / 201

    assert (log_odds(here, 20, elsewhere, 180, prior) >= 1.96) is likely
