"""What is counted when past tickets are judged anew."""

from dataclasses import replace

from domain.facts import Facts
from domain.past import Past
from tests.samples import NOON
from tests.triage.samples import rules_of
from triage.backtest import Tally, try_rules
from triage.engine import judge

OLD = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro, comercial: Comercial}
default: {department: suporte, priority: Baixa}
rules:
  - name: boleto
    when: {words: [boleto]}
    set: {department: financeiro}
    tags: [cobrança]
  - name: caiu
    when: {words: [fora do ar]}
    set: {priority: Alta, flag: true}
"""
NEW = (
    OLD.replace("[boleto]", "[fatura]")
    .replace("name: caiu", "name: queda")
    .replace(", flag: true", ", flag: false")
    .replace("cobrança", "fatura")
)


def past(number, text, corrected=()):
    facts = Facts(channel="email", medium="mail", occurred_at=NOON, subject=f"Olá {number}", text=text)
    return Past(
        number=number, opened_at=NOON, facts=facts, verdict=judge(rules_of(OLD), facts), corrected=dict(corrected)
    )


def tally_of(*pasts, rules=NEW, **options):
    tally = Tally(**options)
    for one in pasts:
        tally.add(one, try_rules(rules_of(rules), one))
    return tally


def test_the_same_rules_change_nothing():
    tally = tally_of(past(1, "o boleto"), past(2, "fora do ar"), rules=OLD)
    assert (tally.judged, tally.changed, tally.share) == (2, 0, 0.0)
    assert not tally.moves
    assert not tally.rules_gained


def test_every_field_and_tag_that_moves_is_counted_from_where_to_where():
    tally = tally_of(past(1, "o boleto"), past(2, "a fatura"), past(3, "caiu tudo, fora do ar"), past(4, "nada"))
    assert tally.moves == {
        ("department", "financeiro", "suporte"): 1,
        ("department", "suporte", "financeiro"): 1,
        ("tags", "cobrança", None): 1,
        ("tags", None, "fatura"): 1,
        ("flag", "true", None): 1,
    }
    assert tally.fields == {"department": 2, "tags": 2, "flag": 1}
    assert (tally.changed, tally.judged) == (3, 4)


ASKS = OLD.replace(
    "rules:", "questions: {cnpj: Qual CNPJ?, versao: Qual versão?}\nsolutions: {dns: Veja o DNS}\nrules:"
)


def test_questions_and_solutions_that_come_or_go_are_changes_too():
    before = ASKS.replace("tags: [cobrança]", "ask: [cnpj]")
    after = ASKS.replace("tags: [cobrança]", "ask: [versao]\n    suggest: [dns]")
    facts = past(1, "o boleto").facts
    tally = Tally()
    one = Past(number=1, opened_at=NOON, facts=facts, verdict=judge(rules_of(before), facts), corrected={})
    tally.add(one, try_rules(rules_of(after), one))

    assert tally.moves == {
        ("questions", "cnpj", None): 1,
        ("questions", None, "versao"): 1,
        ("solutions", None, "dns"): 1,
    }
    assert tally.changed == 1
    assert tally.rules_gained["boleto", "solutions"] == 1


def test_a_rule_gains_what_it_decides_now_and_loses_what_it_decided():
    tally = tally_of(past(1, "o boleto"), past(2, "a fatura"), past(3, "fora do ar"))
    assert tally.rules_gained["boleto", "department"] == tally.rules_lost["boleto", "department"] == 1
    assert tally.rules_before["boleto", "department"] == tally.rules_after["boleto", "department"] == 1
    assert (tally.rules_lost["caiu", "priority"], tally.rules_gained["queda", "priority"]) == (1, 1)


def test_what_no_rule_decides_any_more_is_named():
    tally = tally_of(past(1, "o boleto"), past(2, "a fatura"), past(3, "nada"))
    assert tally.unmatched == [1]
    assert tally.matched == 1


def test_people_s_corrections_speak_for_or_against_the_candidate():
    tally = tally_of(
        past(1, "a fatura", {"department": "financeiro"}),
        past(2, "nada", {"department": "financeiro"}),
        past(3, "a fatura", {"department": "comercial"}),
    )
    assert (tally.fixed, tally.missed, tally.otherwise) == ({"department": 1}, {"department": 1}, {"department": 1})


def test_samples_are_the_newest_and_tell_rules_and_words():
    tally = tally_of(*(past(number, "a fatura") for number in range(1, 6)), samples_kept=2)
    samples = tally.samples["department", "suporte", "financeiro"]
    assert [sample.ticket for sample in samples] == [5, 4]
    assert (samples[0].rule_before, samples[0].rule_after) == ("default", "boleto")
    assert [match.words for match in samples[0].words_after] == [("fatura",)]
    assert samples[0].subject == "Olá 5"


def test_two_tallies_add_up_to_the_tally_of_both():
    pasts = [past(number, text) for number, text in enumerate(("o boleto", "a fatura", "fora do ar", "nada") * 3)]
    pasts.append(past(20, "a fatura", {"department": "financeiro"}))
    merged = tally_of(*pasts[5:])
    merged.merge(tally_of(*pasts[:5]))
    merged.unmatched.sort()
    assert merged == replace(tally_of(*pasts))
