"""The rules in force are replaced only by better ones."""

import pytest

from ingest.rulebook import Rulebook
from ingest.rulesets import compiled

GOOD = """\
version: 1
departments: {suporte: Suporte, financeiro: Financeiro}
default: {department: suporte, priority: Baixa}
rules:
  - name: boleto
    when: {words: [boleto]}
    set: {department: financeiro}
tests:
  - name: boleto vai ao financeiro
    given: {text: preciso do boleto}
    expect: {department: financeiro}
"""
FAILING = GOOD.replace("expect: {department: financeiro}", "expect: {department: suporte}")
BROKEN = GOOD.replace("set:", "sett:")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


async def test_a_good_file_comes_into_force_and_compiles_once(file):
    book = Rulebook(file)
    assert await book.reload()
    assert compiled(book.source) is compiled(book.source)
    assert compiled(book.source).hash == book.source.hash


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BROKEN, "rules.yaml:7:5"),
        (FAILING, "boleto vai ao financeiro"),
        ("", "rules.yaml:1:1"),
        ("a: [", "rules.yaml:"),
    ],
)
async def test_a_worse_file_is_refused_by_place_and_the_old_rules_stay(file, text, problem):
    book = Rulebook(file)
    await book.reload()
    before = book.source
    file.write_text(text, encoding="utf-8")
    assert await book.reload() is False
    assert book.source is before
    assert problem in book.problem
    file.write_text(GOOD, encoding="utf-8")
    assert await book.reload()
    assert book.problem == ""


@pytest.mark.parametrize("make", [lambda path: path.unlink(), lambda path: (path.unlink(), path.mkdir())])
async def test_a_file_that_is_gone_leaves_the_old_rules(file, make):
    book = Rulebook(file)
    await book.reload_if_changed()
    make(file)
    assert await book.reload_if_changed() is False
    assert book.source is not None


async def test_only_new_content_is_looked_at(file):
    book = Rulebook(file)
    assert await book.reload_if_changed() is True
    assert await book.reload_if_changed() is None
    file.touch()
    assert await book.reload_if_changed() is None
    file.write_text(GOOD + "# a comment\n", encoding="utf-8")
    assert await book.reload_if_changed() is True


async def test_a_cold_start_with_a_broken_file_waits_for_a_good_one(file):
    file.write_text(BROKEN, encoding="utf-8")
    book = Rulebook(file)
    assert await book.reload() is False
    assert not book.loaded.is_set()
    file.write_text(GOOD, encoding="utf-8")
    assert await book.reload_if_changed()
    assert book.loaded.is_set()


async def test_a_change_of_any_file_of_the_rules_is_noticed(tmp_path):
    more = tmp_path / "regras" / "10.yaml"
    more.parent.mkdir()
    more.write_text("rules: [{name: um, when: {words: a}, stop: true}]", encoding="utf-8")
    (tmp_path / "contatos.yaml").write_text("x.example: {class: ouro}", encoding="utf-8")
    main = tmp_path / "rules.yaml"
    main.write_text(GOOD.replace("rules:\n", "include: regras\ncontacts: contatos.yaml\nrules:\n"), encoding="utf-8")
    book = Rulebook(main)

    assert await book.reload_if_changed() is True
    assert await book.reload_if_changed() is None
    hashes = [book.source.hash]
    for path, text in (
        (more, "rules: [{name: um, when: {words: b}, stop: true}]"),
        (more.with_name("20.yaml"), "rules: [{name: dois, when: {words: c}, stop: true}]"),
        (tmp_path / "contatos.yaml", "x.example: {class: prata}"),
    ):
        path.write_text(text, encoding="utf-8")
        assert await book.reload_if_changed() is True
        hashes.append(book.source.hash)

    assert len(set(hashes)) == 4
    assert [rule.name for rule in compiled(book.source).rules] == ["boleto", "um", "dois"]
    assert compiled(book.source).hash == book.source.hash
