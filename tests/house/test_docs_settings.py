"""Every setting is in the shipped balcao.yaml and in docs/configuration.md, both with its true default."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from channels import KINDS, load_kind
from config.fields import duration_text, size_text
from config.reading import read_file
from config.settings import Sections, load
from domain.document import Mapping, Node, plain

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "config" / "balcao.yaml"
PAGE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
OUR_KEYS = ("kind", "enabled")
EXAMPLES = {
    "accounts",
    "recipients",
    "secrets",
    "password",
}  # the shipped file shows its own; there is no useful default


def inner_model(annotation: Any) -> type[BaseModel] | None:
    candidates = [annotation, *get_args(annotation)]
    return next((kind for kind in candidates if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def settings_of(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every setting below `model`: dotted name, field. A block that is always there is not itself a setting."""
    for key, field in model.model_fields.items():
        name, block = field.alias or key, inner_model(field.annotation)
        if block is None or field.default is None:
            yield prefix + name, field
        if block is not None:
            yield from settings_of(block, f"{prefix}{name}.")


def as_written(value: Any, like: Any) -> Any:
    """A default as a person would write it; `like` tells a size from a plain number."""
    match value:
        case timedelta():
            return duration_text(value.total_seconds())
        case tuple() | list():
            return [as_written(item, like) for item in value]
        case int() if isinstance(like, str) and not isinstance(value, bool):
            return size_text(value) if like.endswith("B") else duration_text(value)
        case float():
            return duration_text(value)
        case bool() | int() | str() | dict() | None:
            return value
        case _:
            return str(value)


def in_words(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case list():
            return f"[{', '.join(map(in_words, value))}]"
        case _:
            return str(value)


def found(node: Node | None, dotted: str) -> Node | None:
    for name in dotted.split("."):
        node = node.get(name) if isinstance(node, Mapping) else None
    return node


def documented(section: str) -> dict[str, str]:
    """The rows `setting -> default` of the tables in a part of the page."""
    return dict(re.findall(r"^\| `([\w.]+)` \| `?([^`|]+?)`? \|", section, re.MULTILINE))


def part_about(kind: str) -> str:
    return PAGE.partition(f"### Kind `{kind}`\n")[2].partition("\n### ")[0]


def defaults(model: type[BaseModel], tree: Node | None) -> dict[str, str]:
    """Setting -> default in words."""
    table = {}
    for name, field in settings_of(model):
        node = found(tree, name)
        like = plain(node) if node is not None else None
        default = field.get_default(call_default_factory=True)
        table[name] = "required" if field.is_required() else in_words(as_written(default, like))
    return table


def channel_of_kind(kind: str) -> Mapping:
    return next(block.options for block in load(SHIPPED).channels.values() if block.kind == kind)


def test_the_shipped_file_is_made_of_defaults():
    settings = load(SHIPPED)

    assert {name: getattr(settings, name) for name in Sections.model_fields} == dict(Sections(version=1))


def shown_in_a_comment(name):
    """As options of a block that is off by default are."""
    return re.search(rf"#.*\b{name.rpartition('.')[2]}:", SHIPPED.read_text(encoding="utf-8"))


def test_the_shipped_file_shows_every_setting():
    tree = read_file(SHIPPED)
    missing = [name for name, _ in settings_of(Sections) if found(tree, name) is None and not shown_in_a_comment(name)]

    assert missing == []


def test_the_page_tells_every_setting_with_its_default():
    general = PAGE.partition("## `channels`")[0]

    assert documented(general.partition("## General")[2]) == defaults(Sections, read_file(SHIPPED))


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_tells_every_option_of_a_kind_with_its_default(kind):
    assert documented(part_about(kind)) == defaults(load_kind(kind).Options, channel_of_kind(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_file_shows_every_option_of_a_kind(kind):
    tree, options = channel_of_kind(kind), settings_of(load_kind(kind).Options)
    missing = [name for name, _ in options if found(tree, name) is None and not shown_in_a_comment(name)]

    assert missing == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_shipped_channels_are_made_of_defaults(kind):
    model = load_kind(kind).Options
    block = next(block for block in load(SHIPPED).channels.values() if block.kind == kind)
    changed = {
        name
        for name, field in model.model_fields.items()
        if not field.is_required() and getattr(block.bind(model), name) != field.get_default(call_default_factory=True)
    }

    assert changed <= EXAMPLES


def test_all_kinds_and_both_switches_are_told():
    entry = PAGE.partition("## `channels`")[2].partition("### Kind")[0]

    assert set(documented(entry)) == set(OUR_KEYS)
    assert [kind for kind in KINDS if f"`{kind}`" not in entry] == []
