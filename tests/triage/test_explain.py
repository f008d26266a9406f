import json

from tests.triage.samples import facts, rules
from triage.engine import judge
from triage.explain import as_json, explain

RULES = rules(
    "name: boleto\nwhen: {words: boleto}\nset: {department: financeiro}\ntags: [boleto]",
    "name: pix\nwhen: {words: pix}\nset: {department: comercial, priority: Alta}\nstop: true",
    "name: nunca\nwhen: {words: pix}\nset: {flag: true}",
)


def test_every_field_names_its_rule_its_place_and_the_words():
    explanation = explain(RULES, facts("Boleto ou PIX?"))
    department = explanation.fields["department"]

    assert (department.value, department.rule) == ("financeiro", "boleto")
    assert (department.position.file, department.position.line, department.position.column) == ("rules.yaml", 5, 5)
    assert department.matched[0].words == ("Boleto",)


def test_runners_up_are_the_rules_that_came_too_late():
    explanation = explain(RULES, facts("boleto pix"))

    assert [(other.rule, other.value) for other in explanation.fields["department"].runners_up] == [
        ("pix", "comercial")
    ]
    assert explanation.fields["priority"].runners_up == ()


def test_rules_after_a_stop_are_not_among_those_that_applied():
    explanation = explain(RULES, facts("boleto pix"))

    assert (explanation.applied, explanation.stopped_by) == (("boleto", "pix"), "pix")
    assert "flag" not in explanation.fields


def test_the_default_has_no_place():
    explanation = explain(RULES, facts("oi"))

    assert (explanation.fields["department"].rule, explanation.fields["department"].position) == ("default", None)
    assert (explanation.applied, explanation.stopped_by) == ((), None)


def test_explaining_agrees_with_judging():
    given = facts("boleto pix")
    verdict, explanation = judge(RULES, given), explain(RULES, given)

    assert {name: reason.value for name, reason in explanation.fields.items()} == {
        name: decision.value for name, decision in verdict.fields.items()
    }
    assert [reason.value for reason in explanation.tags] == [tag.value for tag in verdict.tags]


def test_as_json_is_json_in_the_shape_of_a_stored_verdict():
    document = json.loads(json.dumps(as_json(explain(RULES, facts("boleto pix")))))

    assert document["fields"]["department"] == {
        "value": "financeiro",
        "rule": "boleto",
        "position": {"file": "rules.yaml", "line": 5, "column": 5},
        "matched": [{"where": "text", "words": ["boleto"]}],
        "runners_up": [
            {
                "value": "comercial",
                "rule": "pix",
                "position": {"file": "rules.yaml", "line": 9, "column": 5},
                "matched": [{"where": "text", "words": ["pix"]}],
            }
        ],
    }
    assert document["tags"][0]["value"] == "boleto"
