"""Every mistake of a rule file, with its place: one row each."""

import pytest

from config.reading import read
from domain.errors import ConfigError
from tests.triage.samples import HEAD, rules_of
from triage.fingerprint import fingerprint
from triage.loading import load, load_cases


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        load(read(text, "r.yaml"), text)
    return [str(mistake) for mistake in refused.value.mistakes]


def in_rule(line: str, *more: str) -> str:
    return HEAD + "\n".join(["rules:", "  - name: um", f"    {line}", *more, "    tags: [t]"])


FILES = [
    ("", "1:1: entries with names are expected here: version,"),
    ("version: 1\n", "1:1: 'departments' is missing here"),
    (HEAD.replace("version: 1", "version: 2") + "rules: []", "1:10: this version of Balcão reads version 1"),
    (HEAD.replace("version: 1", "version: true") + "rules: []", "1:10: this version of Balcão reads version 1"),
    (HEAD + "departament: {}\nrules: []", "4:1: 'departament' is not known here; did you mean 'departments'?"),
    (HEAD + "rules: {}", "4:8: a list is expected here"),
    (HEAD + "rules: [1]", "4:9: entries with names are expected here: name, when"),
    ("version: 1\ndepartments: {}\ndefault: {}\nrules: []", "2:14: at least one department is expected here"),
    ("version: 1\ndepartments: [a]\ndefault: {}\nrules: []", "2:14: entries with names are expected here"),
    ("version: 1\ndepartments: {Vendas: V}\ndefault: {}\nrules: []", "2:15: write small letters, digits and - here"),
    ("version: 1\ndepartments: {a: 1}\ndefault: {}\nrules: []", "2:18: text is expected here; put it in quotes"),
    ("version: 1\ndepartments: {a: {nome: A}}\ndefault: {}\nrules: []", "2:19: 'nome' is not known here; did you mean"),
    ("version: 1\ndepartments: {a: A}\ndefault: {department: a}\nrules: []", "3:10: 'priority' is missing here"),
    (
        "version: 1\ndepartments: {suporte: S}\ndefault: {department: suport, priority: Baixa}\nrules: []",
        "3:23: 'suport' is not known here; did you mean 'suporte'?",
    ),
    (HEAD.replace("Baixa", "baixa") + "rules: []", "3:42: 'baixa' is not known here; did you mean 'Baixa'?"),
    (HEAD.replace("Baixa", "Media") + "rules: []", "3:42: 'Media' is not known here; did you mean 'Média'?"),
    (HEAD + "define: {_x: {words: a}}\nrules: []", "4:10: a name begins with a letter or digit"),
    (HEAD + "define: {a: {wrds: x}}\nrules: []", "4:14: 'wrds' is not known here; did you mean 'words'?"),
    (HEAD + "define: {a: {is: a}}\nrules: []", "4:18: 'a' uses itself: a → a"),
    (HEAD + "define: {a: {is: b}, b: {not: {is: a}}}\nrules: []", "4:36: 'a' uses itself: a → b → a"),
]

SECTIONS = [
    ("timezone: America/Sao_Paolo", "4:11: 'America/Sao_Paolo' is not known here; did you mean 'America/Sao_Paulo'?"),
    ("timezone: 3", "4:11: text is expected here"),
    ("calendars: {a: {}}", "4:16: 'hours' is missing here"),
    ("calendars: {a: {hours: {seg: 08:00-18:00}}}", "4:25: write a weekday or a range of them: mon, sat, mon-fri"),
    ("calendars: {a: {hours: {fri-mon: 08:00-18:00}}}", "4:25: write a weekday or a range of them"),
    ("calendars: {a: {hours: {mon-fri: 08:00-18:00, tue: closed}}}", "4:47: the hours of tue stand here twice"),
    ("calendars: {a: {hours: {mon: 8-18}}}", "4:30: write hours as 08:00-18:00"),
    ("calendars: {a: {hours: {mon: 18:00}}}", "4:30: write hours as 08:00-18:00"),
    ("calendars: {a: {hours: {mon: 22:00-06:00}}}", "4:30: these hours end before they begin"),
    ("calendars: {a: {hours: {mon: 08:00-24:30}}}", "4:30: write hours as 08:00-18:00"),
    ("calendars: {a: {hours: {}, days: {25/01: closed}}}", "4:35: write a day as 2026-01-25"),
    ("calendars: {a: {hours: {}, days: {2026-02-30: closed}}}", "4:35: write a day as 2026-01-25"),
    ("calendars: {a: {hours: {}, holidays: {state: SPP}}}", "4:46: 'SPP' is not known here; did you mean 'SP'?"),
    ("calendars: {a: {hours: {}, holidays: {country: ZZ}}}", "4:48: 'ZZ' is not known here"),
    (
        "calendars: {a: {hours: {}, holidays: {optional: [Carnval]}}}",
        "4:50: 'Carnval' is not known here; did you mean 'Carnaval'?",
    ),
    ("contacts: {padaria: {class: a}}", "4:12: an address, a domain or a telephone number is expected here"),
    ("contacts: {a@b.example: {}}", "4:25: at least one of these is expected here: class, plan"),
    ("contacts: {a@b.example: {classe: x}}", "4:26: 'classe' is not known here; did you mean 'class'?"),
    ("contacts: {a@b.example: {class: 1}}", "4:33: text is expected here; put it in quotes"),
    (
        "contacts: {'11 91234-5678': {class: a}, '+55 (11) 91234 5678': {class: b}}",
        "4:41: the same contact stands in line 4 already",
    ),
    ("lists: {a: []}", "4:12: this list is empty"),
    ("lists: {a: [{list: b}]}", "4:13: a single word or value is expected here"),
    ("lists: {a: [/(/]}", "4:13: this expression cannot be read"),
    ("questions: {a: {unless: {words: x}}}", "4:16: 'text' is missing here"),
    (f"questions: {{a: {'x' * 1001}}}", "4:16: at most 1000 characters are expected here"),
    ("questions: {a: {text: x, unless: {wrds: x}}}", "4:35: 'wrds' is not known here; did you mean 'words'?"),
    ("solutions: {a: {text: x, link: 'javascript:alert(1)'}}", "4:32: a link begins with https:// and has no spaces"),
    ("solutions: {a: {link: 'https://x.example'}}", "4:16: 'text' is missing here"),
    ("define: {__class__: {words: x}}", "4:10: a name begins with a letter or digit"),
]

RULES = [
    ("when: {palavras: x}", "6:12: 'palavras' is not known here; did you mean 'words'?"),
    ("when: {body: x}", "6:12: 'body' is not known here; did you mean 'text'?"),
    ("when: {words: {}}", "6:19: 'list' is missing here"),
    ("when: {words: {list: nada}}", "6:26: 'nada' is not known here; known are: -"),
    ("when: {words: [a, 'nota~*']}", "6:23: after a word stands ~ or *, not both"),
    ("when: {header: {}}", "6:20: a condition is expected here"),
    ("when: {header: x}", "6:20: entries with names are expected here"),
    ("when: {trait: {call.awnsered: true}}", "6:20: 'call.awnsered' is not known here; did you mean 'call.answered'?"),
    ("when: {conversation_age: {gt: ontem}}", '6:35: write a duration as a number and its unit: "90s"'),
    ("when: {message_count: muitas}", "6:27: a number is expected here"),
    ("when: {weekday: segunda}", "6:21: 'segunda' is not known here; did you mean 'mon'?"),
    ("when: {hours: open}", "6:19: entries with names are expected here: calendar, is"),
    ("when: {hours: {is: open}}", "6:19: 'calendar' is missing here"),
    ("when: {hours: {calendar: x, is: open}}", "6:30: 'x' is not known here; known are: -"),
    ("when: {words: a}\n    set: {assignee: 7}", "7:21: text is expected here; put it in quotes"),
    ("when: {words: a}\n    set: {acknowledgement: Fora Daqui}", "7:28: write small letters, digits and - here"),
    ("when: {words: a}\n    adjust: {priority: up}", "7:24: 'up' is not known here; known are: lower, raise"),
    ("when: {words: a}\n    adjust: {}", "7:13: at least one of these is expected here: priority"),
    ("when: {words: a}\n    ask: cnpj", "7:10: 'cnpj' is not known here; known are: -"),
    ("when: {words: a}\n    suggest: [x]", "7:15: 'x' is not known here; known are: -"),
    ("when: {}", "6:11: a condition is expected here; what holds for every message stands in `default`"),
    ("when: []", "6:11: a condition is expected here"),
    ("when: x", "6:11: entries with names are expected here: words, subject"),
    ("when: {all: []}", "6:17: a condition is expected here"),
    ("when: {any: {words: a}}", "6:17: a list is expected here"),
    ("when: {not: {}}", "6:17: a condition is expected here"),
    ("when: {words: []}", "6:19: this list is empty"),
    ("when: {words: [a, [b]]}", "6:23: a single word or value is expected here"),
    ("when: {words: [a, true]}", "6:23: write this word in quotes; without them YAML reads it as true"),
    ("when: {words: /(/}", '6:19: this expression cannot be read: a ")" is missing, at ('),
    ("when: {header: {x-priorty: 1}}", "6:21: 'x-priorty' is not known here; did you mean 'x-priority'?"),
    ("when: {sender: null}", "6:20: write this word in quotes; without them YAML reads it as null"),
    ("when: {medium: phone}", "6:20: 'phone' is not known here; known are: alert, call, chat, mail"),
    ("when: {automated: bouncy}", "6:23: 'bouncy' is not known here; did you mean 'bounce'?"),
    ("when: {is_reply: sim}", "6:22: true or false is expected here"),
    ("when: {is: urgnte}", "6:16: 'urgnte' is not known here; known are: -"),
    ("when: {tag: tt}", "6:17: 'tt' is not known here; did you mean 't'?"),
    ("when: {attachment_count: dois}", "6:30: a number is expected here"),
    ("when: {attachment_count: {mais: 2}}", "6:31: 'mais' is not known here"),
    ("when: {attachment_count: {}}", "6:30: a comparison is expected here: gt, gte, lt, lte, between"),
    ("when: {attachment_count: {between: [1]}}", "6:40: two numbers are expected here: between: [1, 5]"),
    ("when: {attachment_count: {between: [5, 1]}}", "6:40: the first number is larger than the second"),
    ("when: {attachment_size: {gt: 5 mega}}", '6:34: write a size as a number and its unit: "500kB"'),
    ("when: {trait: {}}", "6:19: a condition is expected here"),
    ("when: {trait: x}", "6:19: entries with names are expected here"),
    ("when: {trait: {a: null}}", "6:23: write this word in quotes"),
    ("when: {trait: {a: {gt: depressa}}}", '6:28: write a duration as a number and its unit: "90s"'),
    (
        "when: {words: a}\n    set: {departamento: suporte}",
        "7:11: 'departamento' is not known here; did you mean 'department'?",
    ),
    ("when: {words: a}\n    set: {department: vendas}", "7:23: 'vendas' is not known here; known are: comercial,"),
    ("when: {words: a}\n    set: {flag: sim}", "7:17: true or false is expected here"),
    ("when: {words: a}\n    set: {}", "7:10: at least one of these is expected here: department, priority, flag"),
    ("when: {words: a}\n    stop: já", "7:11: true or false is expected here"),
    ("when: {words: a}\n    tag: [x]", "7:5: 'tag' is not known here; did you mean 'tags'?"),
]


@pytest.mark.parametrize(("section", "mistake"), SECTIONS)
def test_a_mistake_in_a_section_is_told_once_with_its_place(section, mistake):
    told = mistakes(f"{HEAD}{section}\nrules: []")

    assert len(told) == 1
    assert told[0].startswith(f"r.yaml:{mistake}")


def test_a_mistake_in_a_list_is_told_once_however_often_it_is_used():
    text = (
        HEAD
        + "lists: {a: [/(/]}\nrules:\n"
        + "".join(f"  - {{name: r{n}, when: {{words: {{list: a}}}}, stop: true}}\n" for n in range(5))
    )

    assert len(mistakes(text)) == 1


@pytest.mark.parametrize(("text", "mistake"), FILES)
def test_a_mistake_in_the_file_is_told_with_its_place(text, mistake):
    assert any(told.startswith(f"r.yaml:{mistake}") for told in mistakes(text)), mistakes(text)


@pytest.mark.parametrize(("line", "mistake"), RULES)
def test_a_mistake_in_a_rule_is_told_with_its_place(line, mistake):
    told = mistakes(in_rule(line))

    assert len(told) == 1
    assert told[0].startswith(f"r.yaml:{mistake}")


@pytest.mark.parametrize(
    ("rules", "mistake"),
    [
        ("  - when: {words: a}\n    tags: [t]", "5:5: 'name' is missing here"),
        ("  - name: a\n    tags: [t]", "5:5: 'when' is missing here"),
        ("  - name: a\n    when: {words: a}", "5:5: this rule does nothing: it needs `set`, `tags` or `stop`"),
        ("  - name: default\n    when: {words: a}\n    stop: true", "5:11: a rule cannot be called 'default'"),
        ("  - name: __class__\n    when: {words: a}\n    stop: true", "5:11: a name begins with a letter or digit"),
        (f"  - name: {'x' * 81}\n    when: {{words: a}}\n    stop: true", "5:11: a name begins with a letter or digit"),
        ("  - name: 2024\n    when: {words: a}\n    stop: true", "5:11: text is expected here; put it in quotes"),
        ("  - name: a\n    when: {words: a}\n    tags: ['#x']", "7:12: a tag has at most 80 letters"),
        (
            "  - {name: a, when: {words: a}, stop: true}\n  - {name: a, when: {words: b}, stop: true}",
            "6:12: the rule in line 5 is already called 'a'",
        ),
    ],
)
def test_a_rule_needs_a_name_a_condition_and_something_to_do(rules, mistake):
    assert mistakes(f"{HEAD}rules:\n{rules}") == [
        told for told in mistakes(f"{HEAD}rules:\n{rules}") if mistake in told
    ]


def test_all_mistakes_are_told_at_once_in_file_order():
    text = in_rule("when: {wrds: a, is: nada}", "    set: {priority: alta}").replace("Suporte", "''", 1)

    assert [told.split(": ")[0] for told in mistakes(text)] == [
        "r.yaml:2:24",
        "r.yaml:6:12",
        "r.yaml:6:25",
        "r.yaml:7:21",
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_a_chain_of_named_conditions_has_an_end(order):
    names = [f"n{number}: {{is: n{number + 1}}}" for number in range(300)] + ["n300: {words: a}"]
    text = HEAD + "define:\n" + "\n".join(f"  {name}" for name in names[::order]) + "\nrules: []"

    assert "more than 20 named conditions use one another in a chain" in "\n".join(mistakes(text))


def test_named_conditions_that_multiply_are_refused():
    names = [f"n{number}: {{any: [{{is: n{number + 1}}}, {{is: n{number + 1}}}]}}" for number in range(19)]
    text = HEAD + "define:\n" + "\n".join(f"  {name}" for name in [*names, "n19: {words: a}"]) + "\nrules: []"

    assert "this condition holds more than 5000 conditions" in "\n".join(mistakes(text))


def test_a_chain_of_twenty_is_fine():
    names = [f"n{number}: {{is: n{number + 1}}}" for number in range(19)] + ["n19: {words: a}"]

    assert rules_of(HEAD + "define:\n" + "\n".join(f"  {name}" for name in names) + "\nrules: []").rules == ()


def test_departments_keep_their_order_and_names():
    departments = rules_of(HEAD + "rules: []").departments

    assert list(departments.items()) == [
        ("suporte", "Suporte"),
        ("financeiro", "Financeiro"),
        ("comercial", "Comercial"),
    ]


def test_the_hash_is_of_the_text():
    text = HEAD + "rules: []"

    assert rules_of(text).hash == fingerprint(text) == rules_of(text).hash
    assert rules_of(text + "\n").hash != rules_of(text).hash


CASES = [
    ("- {name: a, given: {at: amanhã}, expect: {flag: true}}", "1:25: write a moment as 2026-12-24 17:30"),
    ("- {name: a, given: {conversation_age: x}, expect: {flag: true}}", "1:39: write a duration as a number"),
    ("- {name: a, given: {message_count: x}, expect: {flag: true}}", "1:36: a number is expected here"),
    ("- {name: a, given: {headers: [x]}, expect: {flag: true}}", "1:30: entries with names are expected here"),
    ("- {name: a, given: {text: x}, expect: {ask: cnpj}}", "1:45: 'cnpj' is not known here"),
    ("- {}", "1:3: 'name' is missing here"),
    ("- {name: a, given: {text: x}}", "1:3: 'expect' is missing here"),
    ("- {name: a, expect: {flag: true}}", "1:3: 'given' is missing here"),
    ("- {name: a, given: {}, expect: {flag: true}}", "1:20: say what the message is, at least its text"),
    ("- {name: a, given: {texto: x}, expect: {flag: true}}", "1:21: 'texto' is not known here; did you mean 'text'?"),
    ("- {name: a, given: {text: [x]}, expect: {flag: true}}", "1:27: text is expected here"),
    ("- {name: a, given: {medium: fone}, expect: {flag: true}}", "1:29: 'fone' is not known here"),
    ("- {name: a, given: {text: x}, expect: {}}", "1:39: say at least one thing that is expected"),
    (
        "- {name: a, given: {text: x}, expect: {priority: Médio}}",
        "1:50: 'Médio' is not known here; did you mean 'Média'?",
    ),
    ("- {name: a, given: {text: x}, expect: {department: vendas}}", "1:52: 'vendas' is not known here"),
    ("- {name: a, given: {text: x}, expect: {rule: umm}}", "1:46: 'umm' is not known here; did you mean 'um'?"),
    ("- {name: a, given: {text: x}, expect: {rule: {dep: um}}}", "1:47: 'dep' is not known here"),
    ("- {name: a, given: {traits: {a: [1]}}, expect: {flag: true}}", "1:33: a single word or value is expected here"),
    ("- {name: a, given: {attachments: x}, expect: {flag: true}}", "1:34: a list is expected here"),
    ("- {name: a, given: {attachments: [{nome: x}]}, expect: {flag: true}}", "1:36: 'nome' is not known here"),
    (
        "- {name: a, given: {attachments: [{name: x, size: big}]}, expect: {flag: true}}",
        "1:51: write a size as a number",
    ),
]


@pytest.mark.parametrize(("text", "mistake"), CASES)
def test_a_mistake_in_a_test_is_told_with_its_place(text, mistake):
    ruleset = rules_of(in_rule("when: {words: a}"))
    with pytest.raises(ConfigError) as refused:
        load_cases(read(text, "c.yaml"), ruleset)

    assert any(str(told).startswith(f"c.yaml:{mistake}") for told in refused.value.mistakes)


def test_cases_from_a_file_of_their_own_are_a_list_or_stand_under_tests():
    case = "{name: a, given: {text: x}, expect: {department: vendas}}"

    listed = load_cases(read(f"- {case}", "c.yaml"))
    under = load_cases(read(f"tests: [{case}]", "c.yaml"))

    assert listed[0].expect == under[0].expect
    assert listed[0].expect.fields == {"department": "vendas"}
