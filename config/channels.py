"""The `channels:` block: names, kinds and switches are read here, the rest is each kind's own.

channels:
  email:              name: a slug, unique
    kind: smtp        which adapter
    enabled: true     false keeps the block but leaves the channel out
    listen: [...]     everything else: options, bound by `ChannelBlock.bind(Options)` when the kind is known
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from config.binding import bind
from config.fields import Block
from domain import document
from domain.errors import N_, ConfigError, Mistake, Position

M = TypeVar("M", bound=BaseModel)

_NAME = r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?"


class _Head(Block):
    kind: str
    enabled: bool = True


_OURS = tuple(_Head.model_fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBlock:
    """One channel as written. `place` is where its kind is named."""

    name: str
    kind: str
    enabled: bool
    options: document.Mapping
    place: Position

    def bind(self, model: type[M]) -> M:
        """The options of this channel. Raises ConfigError with every mistake."""
        return bind(model, self.options, known=_OURS)


def channel_blocks(node: document.Node | None) -> dict[str, ChannelBlock]:
    """The channels by name, in file order. Raises ConfigError with the mistakes of all of them."""
    if node is None or (isinstance(node, document.Scalar) and node.value is None):
        return {}
    if not isinstance(node, document.Mapping):
        raise ConfigError([Mistake(node.position, '"channels" must be a block with one entry for each channel')])
    blocks: dict[str, ChannelBlock] = {}
    mistakes: list[Mistake] = []
    for key, value in node.entries:
        name = str(key.value)
        if not re.fullmatch(_NAME, name):
            text = N_('the channel name "%(name)s" may hold only a-z, 0-9 and "-" (at most 40)')
            mistakes.append(Mistake(key.position, text, {"name": name}))
        try:
            blocks[name] = _block(name, value)
        except ConfigError as error:
            mistakes += error.mistakes
    if mistakes:
        raise ConfigError(mistakes)
    return blocks


def channels_schema(kinds: Mapping[str, type[BaseModel]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON Schema of the block and the `$defs` it refers to; `kinds` holds the options that are known."""
    definitions: dict[str, Any] = {}
    known = []
    for kind, model in kinds.items():
        options = model.model_json_schema(ref_template=f"#/$defs/{kind}.{{model}}")
        definitions |= {f"{kind}.{name}": schema for name, schema in options.pop("$defs", {}).items()}
        known.append(_kind_schema(kind, options))
    anything = {"type": "object", "required": ["kind"], "properties": _head_schema({"type": "string"})}
    block = {
        "type": "object",
        "propertyNames": {"pattern": f"^{_NAME}$"},
        "additionalProperties": {"oneOf": known} if known else anything,
    }
    return block, definitions


def _block(name: str, node: document.Node) -> ChannelBlock:
    if not isinstance(node, document.Mapping):
        text = N_('the channel "%(name)s" must be a block that names at least its "kind"')
        raise ConfigError([Mistake(node.position, text, {"name": name})])
    ours = tuple(entry for entry in node.entries if entry[0].value in _OURS)
    theirs = tuple(entry for entry in node.entries if entry[0].value not in _OURS)
    head = bind(_Head, document.Mapping(ours, node.position))
    kind = node.get("kind")
    assert kind is not None
    return ChannelBlock(
        name=name,
        kind=head.kind,
        enabled=head.enabled,
        options=document.Mapping(theirs, node.position),
        place=kind.position,
    )


def _kind_schema(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **options,
        "title": kind,
        "properties": {**_head_schema({"const": kind}), **options.get("properties", {})},
        "required": ["kind", *options.get("required", [])],
    }


def _head_schema(kind: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "enabled": {"type": "boolean", "default": True}}
