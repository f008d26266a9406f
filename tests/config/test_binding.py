"""Pydantic's errors become mistakes at the right place, in plain words."""

import json
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from config.binding import bind
from config.reading import read
from domain.errors import ConfigError, Position


class Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Tls(Block):
    certificate: Path
    key: Path


class Door(Block):
    host: str
    tls: Tls | None = None


class House(Block):
    name: str = "ours"
    doors: tuple[Door, ...] = ()
    by_name: dict[str, Door] = {}
    front: Door | None = None
    back: Tls | Literal["closed"] = "closed"
    inside: Annotated[int, Field(ge=1, le=9)] = 1
    empty: Door = Door(host="default")


def errors(model: type[BaseModel], text: str, **kwargs: Any) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        bind(model, read(text, "f"), **kwargs)
    return str(refused.value).splitlines()


def test_a_tree_becomes_a_model():
    house = bind(House, read("name: x\ndoors: [{host: a}]\nfront: {host: b, tls: {certificate: c, key: d}}", "f"))

    assert house == House(
        name="x",
        doors=(Door(host="a"),),
        front=Door(host="b", tls=Tls(certificate=Path("c"), key=Path("d"))),
    )


@pytest.mark.parametrize("text", ["", "{}", "empty: null"])
def test_nothing_counts_as_an_empty_block(text):
    """As happens when all lines of a block are commented out."""

    class Outer(Block):
        empty: House = House(inside=2)

    assert bind(Outer, read(text, "f")).empty in (House(), House(inside=2))
    assert errors(House, "empty:") == ['f:1:7: "empty.host" is missing here']


def _field(annotation: Any, text: str) -> list[str]:
    return errors(create_model("Model", __base__=Block, x=(annotation, ...)), f"x: {text}")


def _refuse(value: str) -> str:
    raise ValueError(f"100% wrong: {value}")


@pytest.mark.parametrize(
    ("annotation", "text", "message"),
    [
        (str, "3", '"x" must be text; put it in quotes'),
        (Path, "3", '"x" must be text; put it in quotes'),
        (str, "null", '"x" has no value; write one, or leave the line out'),
        (int, "many", '"x" must be a whole number'),
        (int, "'8025'", '"x" must be a whole number'),
        (int, "1.5", '"x" must be a whole number'),
        (int, "true", '"x" must be a whole number'),
        (float, "fast", '"x" must be a number'),
        (bool, "yes", '"x" must be true or false'),
        (bool, "1", '"x" must be true or false'),
        (list[int], "3", '"x" must be a list'),
        (tuple[int, ...], "{a: 1}", '"x" must be a list'),
        (frozenset[str], "a", '"x" must be a list'),
        (dict[str, int], "[1]", '"x" must be a block of "name: value" lines'),
        (Door, "[1]", '"x" must be a block of "name: value" lines'),
        (Literal["a", "b"], "c", '"x" must be one of "a" or "b"'),
        (Colour, "green", '"x" must be one of "red" or "blue"'),
        (Annotated[int, Field(gt=0)], "0", '"x" must be greater than 0'),
        (Annotated[int, Field(ge=1)], "0", '"x" must be at least 1'),
        (Annotated[int, Field(lt=9)], "9", '"x" must be less than 9'),
        (Annotated[int, Field(le=9)], "10", '"x" must be at most 9'),
        (Annotated[int, Field(multiple_of=5)], "7", '"x" must be a multiple of 5'),
        (Annotated[str, Field(min_length=2)], "a", '"x" must have at least 2 characters'),
        (Annotated[str, Field(max_length=2)], "abc", '"x" must have at most 2 characters'),
        (Annotated[str, Field(pattern="^[a-z]+$")], "A", '"x" does not have the form ^[a-z]+$'),
        (Annotated[tuple[int, ...], Field(min_length=1)], "[]", '"x" must have at least 1 entries'),
        (Annotated[list[int], Field(max_length=1)], "[1, 2]", '"x" must have at most 1 entries'),
        (Annotated[str, AfterValidator(_refuse)], "a", '"x": 100% wrong: a'),
    ],
)
def test_pydantics_jargon_is_translated(annotation, text, message):
    assert _field(annotation, text) == [f"f:1:4: {message}"]


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        (
            "doors:\n  - host: a\n  - hots: b\n",
            ['f:3:5: "doors[1].host" is missing here', 'f:3:5: unknown key "hots"; did you mean "host"?'],
        ),
        ("front:\n  tls: {certificate: c}\n  host: a", ['f:2:8: "front.tls.key" is missing here']),
        ("by_name:\n  x: {host: 1}", ['f:2:13: "by_name.x.host" must be text; put it in quotes']),
        (
            "by_name:\n  x: {host: a, tls: {ky: k, key: k, certificate: c}}",
            ['f:2:22: unknown key "ky"; did you mean "key"?'],
        ),
        ("inside: 0\nname: 3", ['f:1:9: "inside" must be at least 1', 'f:2:7: "name" must be text; put it in quotes']),
        ("zzz: 1", ['f:1:1: unknown key "zzz"; known here are: back, by_name, doors, empty, front, inside, name']),
        ("- a", ['f:1:1: "this file" must be a block of "name: value" lines']),
        ("just text", ['f:1:1: "this file" must be a block of "name: value" lines']),
    ],
)
def test_every_mistake_has_its_place(text, mistakes):
    assert errors(House, text) == mistakes


def test_a_union_complains_at_one_place():
    places = {line.partition(": ")[0] for line in errors(House, "back: {certificate: 1, key: k}")}

    assert places <= {"f:1:7", "f:1:21"}


def test_keys_taken_out_before_are_known_when_misspelt():
    assert errors(Tls, "knd: a\nkey: k\ncertificate: c", known=["kind"]) == [
        'f:1:1: unknown key "knd"; did you mean "kind"?'
    ]


def test_texts_are_messages_to_translate_and_values_stand_apart():
    with pytest.raises(ConfigError) as refused:
        bind(House, read("inside: 0\nnmae: x", "f"))

    assert [(mistake.text, mistake.values) for mistake in refused.value.mistakes] == [
        ('"%(key)s" must be at least %(ge)s', {"key": "inside", "ge": "1"}),
        ('unknown key "%(key)s"; did you mean "%(near)s"?', {"key": "nmae", "near": "name"}),
    ]
    assert refused.value.mistakes[0].position == Position("f", 1, 9)


def test_a_mistake_does_not_repeat_the_value_which_may_be_a_secret():
    assert "hunter2" not in "".join(errors(House, "inside: hunter2\nfront: hunter2\ndoors: hunter2"))


SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=3)
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*House.model_fields, "host", "tls", "key", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(tree=TREES)
def test_any_tree_is_bound_or_refused(tree):
    node = read(json.dumps(tree), "f")  # JSON is YAML
    try:
        house = bind(House, node)
    except ConfigError as error:
        assert all(mistake.message for mistake in error.mistakes)  # noqa: PT017 - either is right
    else:
        assert isinstance(house, House)
