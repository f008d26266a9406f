"""Attack 43: hostile rule files are refused with a place, or cost no more than linear time."""

import os

import pytest

from config.reading import read
from domain.errors import ConfigError
from ingest.rulefiles import MAX_FILES, MAX_TOTAL_BYTES, look_at
from tests.patience import costs_below
from tests.triage.samples import HEAD, facts, rules, rules_of
from triage.engine import judge
from triage.loading import load


def rule(name: str = "um", when: str = "{words: a}") -> str:
    return HEAD + f"rules:\n  - name: {name}\n    when: {when}\n    set: {{flag: true}}\n"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param(rule(name="__class__"), "5:11", id="a rule named like an attribute"),
        pytest.param(rule(name="'{{7*7}}'"), "5:11", id="a rule named like a template"),
        pytest.param(rule(when="{words: '/a{1000000}/'}"), "6:19", id="a million repetitions"),
        pytest.param(rule(when="{words: '/((a{1000}){1000}){1000}/'}"), "6:19", id="repetitions of repetitions"),
        pytest.param(rule(when=f"{{words: /{'a?' * 500_000}/}}"), "6:19", id="a very long expression"),
        pytest.param(rule(when="{words: '" + "a" * 1_000_000 + "'}"), "6:19", id="a very long word"),
        pytest.param(rule(when=r"{words: /(?P<a>b)\1/}"), "6:19", id="a back-reference"),
        pytest.param(rule(when="{words: !!python/object:os.system a}"), "6:19", id="a tag that makes objects"),
        pytest.param(rule(when="{words: a, words: b}"), "6:22", id="a key given twice"),
        pytest.param(rule(when="{attachment_count: {gt: " + "9" * 5_000 + "}}"), "6:35", id="a huge integer"),
        pytest.param(rule(when="{attachment_count: {gt: 18:00}}"), "6:35", id="a time is no number"),
        pytest.param(rule(when="{is_reply: yes}"), "6:22", id="yes is a word"),
        pytest.param(rule(when="{not: " * 60 + "{words: a}" + "}" * 60), "6:", id="sixty levels deep"),
        pytest.param(HEAD + "define: {a: &x {words: a}, b: *x}\nrules: []\n", "4:13", id="an alias"),
        pytest.param(HEAD + "define: {a: {is: a}}\nrules: []\n", "4:18", id="a condition that uses itself"),
        pytest.param(
            HEAD + "define: {__class__: {words: a}}\nrules: []\n", "4:10", id="a condition named like an attribute"
        ),
        pytest.param(rule(when="{is: __class__}"), "6:16", id="a named condition that is an attribute"),
        pytest.param(rule(when="{trait: {__class__: {__name__: x}}}"), "6:", id="an attribute of a trait"),
    ],
)
def test_refused_with_its_place(text, place):
    with pytest.raises(ConfigError) as refused:
        load(read(text, "r.yaml"), text)

    assert any(str(mistake).startswith(f"r.yaml:{place}") for mistake in refused.value.mistakes)
    assert all(len(mistake.message) < 2_000 for mistake in refused.value.mistakes)


def test_an_alias_bomb_is_refused_without_growing():
    lines = ["define:", "  a0: &a0 {words: x}"]
    lines += [f"  a{n}: &a{n} {{any: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 30)]
    text = HEAD + "\n".join([*lines, "rules: []"])

    with costs_below(2), pytest.raises(ConfigError):
        load(read(text, "r.yaml"), text)


@pytest.mark.parametrize("expression", ["(a+)+$", "(a|a)*a$", "(a|aa)+$", "(.*a){20}$", "(x+x+)+y"])
def test_an_expression_that_explodes_elsewhere_is_linear_here(expression):
    ruleset = rules_of(rule(when=f"{{words: '/{expression}/'}}"))

    with costs_below(2):
        judge(ruleset, facts("ax" * 50_000 + "!"))


def test_ten_thousand_patterns_load_and_judge_quickly():
    listed = [
        f"name: r{n}\nwhen: {{words: [palavra{n}, frase longa {n}, '{n}raiz*', '/expressao{n} \\d+/']}}\n"
        "set: {priority: Alta}"
        for n in range(2_500)
    ]
    with costs_below(20):
        ruleset = rules(*listed)
    text = "uma frase longa 2499 e 17raizxyz, " + "outras palavras quaisquer " * 75

    with costs_below(50 * 0.010):
        verdicts = [judge(ruleset, facts(text)) for _ in range(50)]

    assert verdicts[0].fields["priority"].rule == "r17"


def test_every_rule_hanging_on_one_word_is_still_bounded():
    """The worst for a look-up: 5,000 phrases with no word that only one of them has."""
    phrases = [f"{a} {b} {c}" for a in "abcdefghijklmnopq" for b in "abcdefghijklmnopq" for c in "abcdefghijklmnopq"]
    ruleset = rules(*[f"name: r{n}\nwhen: {{text: '{phrase}'}}\ntags: [t]" for n, phrase in enumerate(phrases)])

    with costs_below(1):
        judge(ruleset, facts(" ".join("abcdefghijklmnopq" * 50)))


@pytest.mark.parametrize(
    "flood",
    [
        "a\u0301" * 250_000,
        "\u0301\u0316" * 250_000,
        "ﷺ" * 500_000,
        "😀" * 500_000,
        "nao " * 500_000,
        "\n" * 1_000_000,
        "@" * 1_000_000,
    ],
)
def test_a_flood_of_text_is_judged_in_bounded_time(flood):
    ruleset = rules(
        "name: um\nwhen: {words: [não consigo, '@@', 'nao nao x', /x+y/, 'nao*']}\nset: {flag: true}",
        "name: dois\nwhen: {shouting: true}\nset: {flag: true}",
    )
    with costs_below(2):
        judge(ruleset, facts(flood, subject=flood, sender=flood, sender_name=flood))


@pytest.mark.parametrize(
    ("files", "mistakes"),
    [
        pytest.param(
            {"r.yaml": "include: r.yaml"},
            ["r.yaml:1:10: 'r.yaml' uses itself: r.yaml → r.yaml"],
            id="a file that includes itself",
        ),
        pytest.param(
            {"r.yaml": "include: a.yaml", "a.yaml": "include: [b.yaml]", "b.yaml": "\ninclude: a.yaml"},
            ["b.yaml:2:10: 'a.yaml' uses itself: a.yaml → b.yaml → a.yaml"],
            id="a cycle of two",
        ),
        pytest.param(
            {"r.yaml": "include: d", "d/a.yaml": "include: ../d"},
            ["d/a.yaml:1:10: 'a.yaml' uses itself: a.yaml → a.yaml"],
            id="a file that includes its own folder",
        ),
        pytest.param(
            {"r.yaml": "include: [a.yaml, ./a.yaml]", "a.yaml": "rules: []"},
            ["r.yaml:1:19: a.yaml is included already, in r.yaml:1:11"],
            id="the same file twice",
        ),
        *(
            pytest.param(
                {"r.yaml": f"include: {name}"},
                ["r.yaml:1:10: only files in the folder of the rule file, or below it, can be named here"],
                id=name,
            )
            for name in (
                "/etc/passwd",
                "..",
                "../outside.yaml",
                "d/../../outside.yaml",
                "/proc/self/environ",
                "/dev/zero",
            )
        ),
        pytest.param(
            {"r.yaml": "contacts: ../outside.yaml"},
            ["r.yaml:1:11: only files in the folder of the rule file, or below it, can be named here"],
            id="contacts outside",
        ),
        pytest.param(
            {"r.yaml": "include: " + "a" * 3_000},
            [f"r.yaml:1:10: {'a' * 100} cannot be read: its name is too long"],
            id="a name that no file can have",
        ),
        pytest.param(
            {"r.yaml": "include: [5, [a], {b: c}, ' ']"},
            [f"r.yaml:1:{column}: the name of a file or folder is expected here" for column in (11, 14, 19, 27)],
            id="no names",
        ),
    ],
)
def test_what_may_not_be_included_is_told_with_its_line(tmp_path, files, mistakes):
    (tmp_path / "outside.yaml").write_text("rules: []", encoding="utf-8")
    folder = tmp_path / "rules"
    write(folder, files)

    look = look_at(folder / "r.yaml")

    assert [str(mistake).replace(f"{folder}/", "") for mistake in look.mistakes] == mistakes
    assert "../outside.yaml" not in look.texts


@pytest.mark.parametrize("target", ["../outside.yaml", "/etc/hostname", "/proc/self/environ"])
@pytest.mark.parametrize("include", ["d", "d/link.yaml"])
def test_a_link_that_leaves_the_folder_is_not_followed(tmp_path, target, include):
    (tmp_path / "outside.yaml").write_text("rules: []", encoding="utf-8")
    folder = tmp_path / "rules"
    write(folder, {"r.yaml": f"include: {include}", "d/good.yaml": "rules: []"})
    (folder / "d" / "link.yaml").symlink_to(target if target.startswith("/") else tmp_path / "outside.yaml")

    look = look_at(folder / "r.yaml")

    (mistake,) = look.mistakes
    assert str(mistake).startswith(f"{folder}/r.yaml:1:10: only files in the folder of the rule file")
    assert set(look.texts) <= {"r.yaml", "d/good.yaml"}


def test_a_folder_that_is_a_link_leaving_the_folder_is_not_read(tmp_path):
    write(tmp_path / "other", {"a.yaml": "rules: []"})
    write(tmp_path / "rules", {"r.yaml": "include: d"})
    (tmp_path / "rules" / "d").symlink_to(tmp_path / "other")

    look = look_at(tmp_path / "rules" / "r.yaml")

    assert [mistake.position.line for mistake in look.mistakes] == [1]
    assert set(look.texts) == {"r.yaml"}


@pytest.mark.parametrize("links", [{"l.yaml": "l.yaml"}, {"l.yaml": "m.yaml", "m.yaml": "l.yaml"}])
def test_links_that_lead_in_a_circle_are_no_file(tmp_path, links):
    write(tmp_path, {"r.yaml": "include: l.yaml"})
    for name, target in links.items():
        (tmp_path / name).symlink_to(target)

    (mistake,) = look_at(tmp_path / "r.yaml").mistakes

    assert (mistake.position.line, mistake.position.column) == (1, 10)


def test_a_pipe_is_not_waited_for(tmp_path):
    write(tmp_path, {"r.yaml": "include: p.yaml"})
    os.mkfifo(tmp_path / "p.yaml")

    assert [str(each) for each in look_at(tmp_path / "r.yaml").mistakes] == [
        f"{tmp_path}/r.yaml:1:10: this is no file: p.yaml"
    ]


def test_thousands_of_files_are_too_many_and_told_once(tmp_path):
    write(tmp_path, {"r.yaml": "include: d"} | {f"d/{number:04}.yaml": "rules: []" for number in range(1_500)})

    look = look_at(tmp_path / "r.yaml")

    assert [str(each) for each in look.mistakes] == [f"{tmp_path}/r.yaml:1:10: more than {MAX_FILES} files"]
    assert len(look.files) == MAX_FILES


def test_many_large_files_are_not_read_into_memory(tmp_path):
    """Nothing but holes on the disk: 100 files of 4.9 MB each."""
    write(tmp_path, {"r.yaml": "include: d"} | {f"d/{number:02}.yaml": "" for number in range(100)})
    for path in (tmp_path / "d").iterdir():
        os.truncate(path, 4_900_000)

    with costs_below(10):
        look = look_at(tmp_path / "r.yaml")

        assert sum(map(len, look.texts.values())) <= MAX_TOTAL_BYTES
        assert [mistake.message for mistake in look.mistakes if "together" in mistake.message] == [
            "04.yaml is not read: the files of these rules are larger than 20 MB together"
        ]


def write(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
