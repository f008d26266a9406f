"""The files of one set of rules, in the order in which they are read."""

import os

import pytest

from domain.errors import ConfigError
from ingest import rulefiles
from ingest.rulefiles import Use, look_at, whole_text


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path = path.with_name(path.name + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.yaml"


def mistakes(look, folder):
    return [str(mistake).replace(f"{folder}/", "") for mistake in look.mistakes]


def test_the_files_of_a_folder_come_by_name_and_each_before_what_it_includes(tmp_path):
    main = write(
        tmp_path,
        main="include: [z, b.yaml]\ncontacts: people.yaml",
        z__20="rules: []",
        z__10="include: more/x.yaml",
        z__more__x="rules: []",
        b="rules: []",
        people="a.example: {class: ouro}",
    )
    (tmp_path / "z" / "notes.txt").write_text("no rules", encoding="utf-8")
    (tmp_path / "z" / ".hidden.yaml").write_text("[", encoding="utf-8")

    look = look_at(main)

    assert not look.mistakes
    assert [file.below for file in look.files] == [
        "main.yaml",
        "z/10.yaml",
        "z/more/x.yaml",
        "z/20.yaml",
        "b.yaml",
        "people.yaml",
    ]
    assert [file.below for file in look.files if file.use is Use.CONTACTS] == ["people.yaml"]
    assert len(look.documents) == len(look.files)


def test_contacts_are_named_by_the_main_file_only(tmp_path):
    main = write(tmp_path, main="include: a.yaml", a="contacts: people.yaml", people="{}")

    assert [file.below for file in look_at(main).files] == ["main.yaml", "a.yaml"]


def test_all_mistakes_of_all_files_are_told_together(tmp_path):
    main = write(tmp_path, main="include: [gone.yaml, a.yaml, b.yaml, empty]\ncontacts: z", a="a: [", b="b: 1\nb: 2")
    (tmp_path / "empty").mkdir()
    (tmp_path / "z").mkdir()

    look = look_at(main)

    assert [text.split(": ")[0] for text in mistakes(look, tmp_path)] == [
        "main.yaml:1:11",
        "a.yaml:2:1",
        "b.yaml:2:1",
        "main.yaml:1:38",
        "main.yaml:2:11",
    ]
    with pytest.raises(ConfigError):
        look.raise_if_any()


def test_a_name_that_is_nearly_right_is_told(tmp_path):
    main = write(tmp_path, main="include: finaceiro.yaml", financeiro="rules: []")

    (told,) = mistakes(look_at(main), tmp_path)

    assert told == "main.yaml:1:10: there is no finaceiro.yaml; did you mean 'financeiro.yaml'?"


def test_a_link_within_the_folder_is_followed(tmp_path):
    main = write(tmp_path, main="include: current.yaml", release__7="rules: []")
    (tmp_path / "current.yaml").symlink_to("release/7.yaml")

    look = look_at(main)

    assert not look.mistakes
    assert list(look.texts) == ["main.yaml", "current.yaml"]


def test_a_main_file_that_is_a_link_into_another_folder_brings_its_neighbours_from_its_own(tmp_path):
    """As Kubernetes mounts a file: the name is here, the content elsewhere."""
    main = write(tmp_path / "mounted", main="include: a.yaml", a="rules: []")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "rules.yaml").symlink_to(main)

    assert len(look_at(tmp_path / "here" / "rules.yaml").mistakes) == 1
    assert not look_at(main).mistakes


@pytest.mark.parametrize(("limit", "read"), [(60, 3), (59, 2), (40, 2), (39, 1)])
def test_files_are_read_up_to_their_size_together(tmp_path, monkeypatch, limit, read):
    monkeypatch.setattr(rulefiles, "MAX_TOTAL_BYTES", limit)
    main = write(tmp_path, main="include: [a.yaml]".ljust(20), a="include: b.yaml".ljust(20), b="rules: []".ljust(20))

    look = look_at(main)

    assert len(look.files) == read
    assert len(look.mistakes) == (read < 3)
    assert all(" is not read: the files of these rules are larger than" in text for text in mistakes(look, tmp_path))


def test_the_contacts_count_too(tmp_path, monkeypatch):
    monkeypatch.setattr(rulefiles, "MAX_TOTAL_BYTES", 40)
    main = write(tmp_path, main="contacts: people.yaml".ljust(20), people="{}".ljust(20))

    (told,) = mistakes(look_at(main), tmp_path)

    assert told.startswith("main.yaml:1:11: people.yaml is not read: ")


def test_what_is_too_large_by_itself_is_told_by_its_own_name(tmp_path):
    main = write(tmp_path, main="include: large.yaml", large="")
    os.truncate(tmp_path / "large.yaml", 100_000_000)

    assert mistakes(look_at(main), tmp_path) == ["large.yaml:1:1: this file is larger than 5 MB"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_told(tmp_path):
    main = write(tmp_path, main="include: closed", closed__a="rules: []")
    (tmp_path / "closed").chmod(0)
    try:
        told = mistakes(look_at(main), tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)

    assert told == ["main.yaml:1:10: closed cannot be read: there is no permission for it"]


def test_a_folder_that_cannot_be_listed_is_told(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied")

    main = write(tmp_path, main="include: closed", closed__a="rules: []")
    monkeypatch.setattr(rulefiles, "_rule_files", refuse)

    assert mistakes(look_at(main), tmp_path) == ["main.yaml:1:10: closed cannot be read: there is no permission for it"]


@pytest.mark.parametrize("change", ["edit", "add", "remove", "replace by a folder"])
def test_a_change_is_noticed_by_its_content(tmp_path, change):
    main = write(tmp_path, main="include: d", d__a="rules: []", d__b="rules: []")
    look = look_at(main)
    assert look.unchanged()

    a = tmp_path / "d" / "a.yaml"
    if change == "edit":
        a.write_text("rules: [ ]", encoding="utf-8")
    elif change == "add":
        write(tmp_path, d__c="rules: []")
    else:
        a.unlink()
    if change == "replace by a folder":
        a.mkdir()

    assert not look.unchanged()
    assert look_at(main).hash != look.hash


def test_a_file_that_comes_later_is_noticed(tmp_path):
    main = write(tmp_path, main="include: d/a.yaml", d__b="rules: []")
    look = look_at(main)
    assert look.mistakes
    write(tmp_path, d__a="rules: []")

    assert not look.unchanged()


def test_the_hash_of_a_single_file_is_that_of_its_text():
    assert whole_text({"rules.yaml": "text"}) == "text"
    assert whole_text({"a": "x", "b": "y"}) != whole_text({"a": "xb", "": "y"}) != whole_text({"b": "x", "a": "y"})
