"""Which messages are a burst, what is judged then, and what becomes of the ticket."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.facts import AttachmentFacts, Facts
from domain.filed import Said, TicketNow
from domain.ticket import State
from tests.triage.samples import rules_of
from triage.bursts import MOST, bursts_with, pressed, reason, together, verdict_on
from triage.engine import judge

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=5)
RULES = rules_of("""\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Baixa}
rules:
  - name: boleto
    when: {words: boleto}
    set: {department: financeiro}
  - name: caiu
    when: {all: [{words: sistema}, {words: caiu}]}
    set: {priority: Alta, flag: true}
    tags: [incidente]
  - name: oi
    when: {words: urgente}
    set: {priority: Média}
""")


def said(number, text, *, seconds=0, sender="ana", by_us=False, medium="chat", rules=RULES):
    facts = Facts(channel="site", medium=medium, occurred_at=NOON, text=text, traits={f"t{number}": number})
    return Said(
        message=number, identity=f"m{number}", sender="" if by_us else sender, at=NOON + timedelta(seconds=seconds),
        facts=None if by_us else facts, verdict=None if by_us else judge(rules, facts),
    )  # fmt: skip


def ticket(**changes):
    fields = {
        "number": 1, "state": State.NEW, "department": "suporte", "priority": "Baixa", "subject": "oi", "tags": (),
        "flagged": False, "opened_by": 1, "decided": "[]",
    }  # fmt: skip
    return TicketNow(**{**fields, **changes})


def numbers(bursts):
    return [tuple(one.message for one in burst) for burst in bursts]


@pytest.mark.parametrize(
    ("messages", "new", "found"),
    [
        ([said(1, "oi"), said(2, "a", seconds=300)], {2}, [(1, 2)]),
        ([said(1, "oi"), said(2, "a", seconds=301)], {2}, [(2,)]),
        ([said(1, "oi"), said(2, "a", seconds=200), said(3, "b", seconds=400)], {3}, [(1, 2, 3)]),
        ([said(3, "oi"), said(1, "b", seconds=20), said(2, "a", seconds=10)], {3}, [(3, 2, 1)]),
        ([said(1, "oi"), said(2, "olá", seconds=5, by_us=True), said(3, "a", seconds=9)], {3}, [(3,)]),
        ([said(1, "oi"), said(2, "eu", seconds=5, sender="rui"), said(3, "a", seconds=9)], {3}, [(3,)]),
        ([said(1, "oi"), said(2, "a", seconds=5), said(3, "b", seconds=900)], {3}, [(3,)]),
        ([said(1, "oi", medium="mail"), said(2, "a", seconds=5, medium="mail")], {1, 2}, [(1,), (2,)]),
        ([said(1, "oi", medium="mail"), said(2, "a", seconds=5)], {2}, [(2,)]),
        ([said(1, "oi")], {1}, [(1,)]),
    ],
)
def test_what_one_person_writes_in_a_few_breaths(messages, new, found):
    assert numbers(bursts_with(messages, new, MINUTES)) == found


def test_without_a_time_for_bursts_every_message_is_one_by_itself():
    assert numbers(bursts_with([said(1, "oi"), said(2, "a", seconds=1)], {1, 2}, None)) == [(1,), (2,)]


def test_a_burst_without_end_is_judged_by_its_last_messages():
    messages = [said(number, "a", seconds=number) for number in range(100)]
    assert numbers(bursts_with(messages, {99}, MINUTES)) == [tuple(range(100 - MOST, 100))]


def test_all_words_files_and_traits_are_judged_as_of_the_first():
    file = AttachmentFacts(name="tela.png", content_type="image/png", size=1)
    burst = [said(1, "o sistema"), said(2, "caiu", seconds=3)]
    burst[1] = replace(burst[1], facts=replace(burst[1].facts, attachments=(file,)))
    facts = together(burst)

    assert (facts.text, facts.attachments, facts.traits) == ("o sistema\ncaiu", (file,), {"t1": 1, "t2": 2})
    assert judge(RULES, facts).priority == "Alta", "though neither message alone is"


def outcome(now, *texts):
    burst = [said(number, text, seconds=number) for number, text in enumerate(texts, start=1)]
    return pressed(now, burst, judge(RULES, together(burst)))


def test_the_ticket_becomes_as_urgent_as_all_of_it():
    after = outcome(ticket(), "oi", "o sistema caiu")
    assert (after.priority, after.flagged, after.tags) == ("Alta", True, ("incidente",))


@pytest.mark.parametrize(
    ("now", "priority"),
    [
        (ticket(priority="Alta"), "Alta"),
        (ticket(priority="Média"), "Média"),
        (ticket(priority="Baixa", corrected=frozenset({"priority"})), "Baixa"),
    ],
)
def test_never_less_urgent_and_never_against_a_persons_decision(now, priority):
    assert outcome(now, "oi", "é urgente").priority == priority


@pytest.mark.parametrize(
    ("now", "department"),
    [
        (ticket(), "financeiro"),
        (ticket(corrected=frozenset({"department"})), "suporte"),
        (ticket(opened_by=7), "suporte"),
    ],
)
def test_a_ticket_that_no_rule_knew_goes_where_one_sends_it_now(now, department):
    assert outcome(now, "oi", "cadê o boleto").department == department


def test_a_department_that_a_rule_chose_stays():
    assert outcome(ticket(department="financeiro"), "o boleto", "o sistema caiu").department == "financeiro"


def test_the_reason_names_messages_rule_and_words():
    burst = [said(1, "o SISTEMA"), said(2, "caiu")]
    assert reason(burst, judge(RULES, together(burst))) == "messages 1, 2 together: caiu (text: SISTEMA, caiu)"


def later(now, text, rules=RULES):
    """A message hours after the others."""
    alone = [said(9, text, seconds=18_000, rules=rules)]
    verdict = verdict_on(alone, rules)
    return pressed(now, alone, verdict), reason(alone, verdict)


def test_a_later_message_by_itself_makes_the_ticket_as_urgent_as_it_is():
    after, why = later(ticket(), "o sistema caiu, ninguém consegue trabalhar")
    assert (after.priority, after.flagged, after.tags) == ("Alta", True, ("incidente",))
    assert why == "message 9: caiu (text: sistema, caiu)"


def test_a_later_message_moves_no_ticket_to_another_department():
    assert later(ticket(), "e o boleto?")[0].department == "suporte"


@pytest.mark.parametrize("now", [ticket(priority="Alta"), ticket(corrected=frozenset({"priority"}))])
def test_a_later_message_neither_lowers_nor_overrules_a_person(now):
    assert later(now, "é urgente")[0].priority == now.priority


UNSURE = rules_of("""\
version: 1
departments: {suporte: Suporte}
default: {department: suporte, priority: Média}
rules:
  - name: grita
    when: {shouting: true}
    adjust: {priority: raise}
""")


def test_what_no_rule_speaks_of_raises_nothing_whatever_the_default_is():
    """A doubt that a rule called Baixa stays so when its writer says thank you."""
    assert later(ticket(), "muito obrigado", UNSURE)[0].priority == "Baixa"
    assert later(ticket(), "ATÉ QUANDO VOU ESPERAR POR ISSO", UNSURE)[0].priority == "Alta"


def test_the_same_message_twice_raises_no_further():
    once = later(ticket(), "ATÉ QUANDO VOU ESPERAR POR ISSO", UNSURE)[0]
    assert later(once, "ATÉ QUANDO VOU ESPERAR POR ISSO", UNSURE)[0] == once
