"""Strict YAML: one tiny document for each mistake, with its exact place."""

import gc
import os

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from config import reading
from config.reading import MAX_BYTES, read, read_file
from config.syntax import MAX_DEPTH
from domain.document import Mapping, Scalar, Sequence, plain
from domain.errors import ConfigError, Position
from tests.patience import costs_below


@pytest.fixture(params=["CLoader", "SafeLoader"])
def parser(request, monkeypatch):
    """libyaml and PyYAML's own parser, which serves where libyaml is missing."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML was built without libyaml")
    monkeypatch.setattr(reading, "_PARSER", getattr(yaml, request.param))


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(text, "f")
    return str(refused.value).splitlines()


def test_every_node_knows_its_place():
    tree = read("a: 1\nb:\n  - x\n  - {c: true}\n", "f.yaml")

    assert tree == Mapping(
        (
            (Scalar("a", Position("f.yaml", 1, 1)), Scalar(1, Position("f.yaml", 1, 4))),
            (
                Scalar("b", Position("f.yaml", 2, 1)),
                Sequence(
                    (
                        Scalar("x", Position("f.yaml", 3, 5)),
                        Mapping(
                            ((Scalar("c", Position("f.yaml", 4, 6)), Scalar(True, Position("f.yaml", 4, 9))),),
                            Position("f.yaml", 4, 5),
                        ),
                    ),
                    Position("f.yaml", 3, 3),
                ),
            ),
        ),
        Position("f.yaml", 1, 1),
    )


def test_columns_count_characters_not_bytes():
    tree = read('"ação 📞": 1', "f")

    assert tree.entries[0][1].position == Position("f", 1, 11)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_document_is_nothing(text, parser):
    assert plain(read(text, "f")) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: yes\nb: 18:00\nc: 2026-01-01\n", {"a": "yes", "b": "18:00", "c": "2026-01-01"}),
        ("'1': \"true\"\n\"null\": '010'\n", {"1": "true", "null": "010"}),
        ("a: |\n  x\n  010\n", {"a": "x\n010\n"}),
        ("\ufeffa: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("a: []\nb: {}\n", {"a": [], "b": {}}),
        ('"<<": {a: 1}\n', {"<<": {"a": 1}}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
    ],
)
def test_plain_values(text, value, parser):
    assert plain(read(text, "f")) == value


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("a: 1\nb: 2\na: 3", 'f:3:1: the key "a" is already used in line 1'),
        ("x:\n  - {a: 1, a: 2}", 'f:2:12: the key "a" is already used in line 2'),
        ("a: &x 1", "f:1:4: anchors (&name) are not allowed; write the value out wherever it is needed"),
        ("a: *x", "f:1:4: references (*name) are not allowed; write the value out again"),
        ("a: 1\n<<: {b: 1}", 'f:2:1: merge keys ("<<") are not allowed; write the entries out'),
        ("a: !!str 1", 'f:1:4: tags are not allowed; text that begins with "!" must be in quotes'),
        ("a: !x [1]", 'f:1:4: tags are not allowed; text that begins with "!" must be in quotes'),
        ("1: a", "f:1:1: a key must be text; put it in quotes"),
        ("null: a", "f:1:1: a key must be text; put it in quotes"),
        ("? [a]\n: b", "f:1:3: a key must be text; put it in quotes"),
        ("{a: 1}: b", "f:1:1: a key must be text; put it in quotes"),
        ("a: 010", 'f:1:4: a number with a leading zero is ambiguous; if it is text, put it in quotes: "010"'),
        (
            "a: 99999999999999999999",
            "f:1:4: the number 99999999999999999999 is too large; if it is text, put it in quotes",
        ),
        ('a: "\\0"', "f:1:4: this text holds a character (NUL or half of a pair) that cannot be stored"),
        ("a: 1\n---\nb: 2", 'f:2:1: a second document starts here; remove the "---" or use another file'),
    ],
)
def test_what_is_refused_although_it_is_yaml(text, mistake, parser):
    assert mistakes(text) == [mistake]


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: \x00", "0000", "1:4"),
        ("a: 1\nb: \x1b[31m", "001B", "2:4"),
        ("# comment\u2028a: 1", "2028", "1:10"),
        ("a: b\x85c", "0085", "1:5"),
        ("a: \ufeffb", "FEFF", "1:4"),
    ],
)
def test_invisible_characters_are_refused_with_a_way_to_write_them(text, code, place):
    advice = f'the invisible character U+{code} is not allowed here; in double quotes it can be written as "\\u{code}"'

    assert mistakes(text) == [f"f:{place}: {advice}"]


def test_all_mistakes_are_told_at_once():
    assert mistakes("a: 010\nb: &x 1\nc: *x\na: !t 2\n7: x\n8: 'never closed") == [
        'f:1:4: a number with a leading zero is ambiguous; if it is text, put it in quotes: "010"',
        "f:2:4: anchors (&name) are not allowed; write the value out wherever it is needed",
        "f:3:4: references (*name) are not allowed; write the value out again",
        'f:4:1: the key "a" is already used in line 1',
        'f:4:4: tags are not allowed; text that begins with "!" must be in quotes',
        "f:5:1: a key must be text; put it in quotes",
        "f:6:1: a key must be text; put it in quotes",
        "f:6:4: the quote opened here is never closed",
    ]


def test_depth_is_bounded(parser):
    fits, too_deep = ("[" * depth + "]" * depth for depth in (MAX_DEPTH, MAX_DEPTH + 1))

    assert read(fits, "f")
    assert mistakes(too_deep) == ["f:1:51: more than 50 levels inside one another; make it flatter"]


def test_a_file_is_read_with_its_name(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes("\ufeffação: 010".encode())

    with pytest.raises(ConfigError, match=rf"^{file}:1:7: a number with a leading zero"):
        read_file(file)


@pytest.mark.parametrize(("content", "place"), [(b"a: \xff", "1:4"), ("ã\nb: ".encode() + b"\xe3o", "2:4")])
def test_what_is_not_utf_8_is_told_with_its_place(tmp_path, content, place):
    file = tmp_path / "x.yaml"
    file.write_bytes(content)

    with pytest.raises(ConfigError, match=f":{place}: this is not UTF-8 text; save the file as UTF-8"):
        read_file(file)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_an_editor_that_saved_utf_16_is_named(tmp_path, encoding):
    file = tmp_path / "x.yaml"
    file.write_bytes("version: 1".encode(encoding))

    with pytest.raises(ConfigError, match=":1:1: this is UTF-16 or UTF-32 text; save the file as UTF-8"):
        read_file(file)


def test_a_pipe_that_nobody_writes_to_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.yaml")

    with pytest.raises(ConfigError, match="1:1: this is no file but a pipe"):
        read_file(tmp_path / "x.yaml")


def test_a_file_that_cannot_be_read_is_a_mistake_in_the_configuration(tmp_path):
    with pytest.raises(ConfigError, match="this file cannot be read: there is no such file"):
        read_file(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="this file cannot be read: it is a folder"):
        read_file(tmp_path)


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path):
    file = tmp_path / "x.yaml"
    file.write_bytes(b"#" * (MAX_BYTES + 1))

    with pytest.raises(ConfigError, match="1:1: this file is larger than 5 MB"):
        read_file(file)
    with pytest.raises(ConfigError, match="1:1: this file is larger than 5 MB"):
        read("#" * (MAX_BYTES + 1), "f")


def test_ten_thousand_rules_are_read_in_seconds():
    """CPU time, since other things run on this machine; the aim is 2 s."""
    rule = "  - name: rule-{0}\n    when: {{text: [palavra{0}, outra coisa {0}]}}\n    set: {{department: suporte}}\n"
    text = "rules:\n" + "".join(rule.format(number) for number in range(10_000))
    with costs_below(4):
        tree = read(text, "f")

        assert len(tree.entries[0][1].items) == 10_000


YAML_LIKE = st.text(alphabet=st.sampled_from("ab01 \n\t:-?[]{},&*!|>'\"%@`#<.~=\\x\u2028ã"), max_size=60)


@given(text=YAML_LIKE | st.text(max_size=40))
def test_text_of_any_kind_is_read_or_refused(text):
    try:
        tree = read(text, "f")
    except ConfigError as error:
        assert all(mistake.position.line > 0 and mistake.message for mistake in error.mistakes)  # noqa: PT017 - either
    else:
        assert tree.position.line > 0


@given(text=YAML_LIKE)
def test_our_reading_agrees_with_another_parser_on_what_is_yaml(text):
    """What we take and PyYAML's own composer takes (it is the stricter about tabs) has one shape."""
    try:
        tree = read(text, "f")
        theirs = yaml.compose(text, Loader=yaml.SafeLoader)
    except (ConfigError, yaml.YAMLError):
        return
    assert shape(tree) == shape_of_yaml(theirs)


def shape(node):
    match node:
        case Scalar():
            return ""
        case Sequence(items=items):
            return [shape(item) for item in items]
        case Mapping(entries=entries):
            return {key.value: shape(value) for key, value in entries}


def shape_of_yaml(node):
    match node:
        case yaml.SequenceNode():
            return [shape_of_yaml(item) for item in node.value]
        case yaml.MappingNode():
            return {key.value: shape_of_yaml(value) for key, value in node.value}
        case _:
            return ""


@given(content=st.binary(max_size=80))
def test_bytes_of_any_kind_are_read_or_refused(content, tmp_path_factory):
    file = tmp_path_factory.getbasetemp() / "bytes.yaml"
    file.write_bytes(content)
    try:
        tree = read_file(file)
    except ConfigError as error:
        assert error.mistakes  # noqa: PT017 - either is right
    else:
        assert tree.position.file == str(file)


@pytest.mark.parametrize("text", ["a: 1", "a: [", "a: 010"])
def test_garbage_collection_goes_on_after_reading(text):
    try:
        tree = read(text, "f")
    except ConfigError as error:
        assert error.mistakes  # noqa: PT017 - either is right
    else:
        assert tree.entries
    assert gc.isenabled()
