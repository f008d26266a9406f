"""A YAML tree becomes a pydantic model; every mistake keeps its place in the file.

    Node ──plain──▶ JSON ──pydantic, strict──▶ model
                               │
                               └─ errors, each with a path of keys ──▶ Mistakes at the nodes on that path

Validation goes by JSON because pydantic's strict mode then still takes lists for tuples and text for paths,
but neither `yes` for true nor "8025" for a number.
"""

import json
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from config.complaints import complaint
from domain.document import Mapping, Node, Scalar, plain
from domain.document import Sequence as SequenceNode
from domain.errors import ConfigError, Mistake, Position

M = TypeVar("M", bound=BaseModel)
Path = Sequence[int | str]


def bind(model: type[M], node: Node, *, known: Iterable[str] = ()) -> M:
    """`node` as a `model`. Raises ConfigError with every mistake.

    `known` are keys that were taken out of this mapping before, so that their misspellings are recognised.
    """
    node = _without_empty_blocks(model, node)
    try:
        return model.model_validate_json(json.dumps(plain(node)), strict=True)
    except ValidationError as error:
        # A union complains once for each of its members; the same words at the same place are one mistake.
        found = (_mistake(model, node, entry, tuple(known)) for entry in error.errors(include_url=False))
        raise ConfigError(list({str(mistake): mistake for mistake in found}.values())) from None


def _without_empty_blocks(model: type[BaseModel], node: Node) -> Node:
    """A block whose lines are all commented out counts as left out, not as a mistake."""
    if _is_nothing(node):
        return Mapping((), node.position)
    if not isinstance(node, Mapping):
        return node
    blocks = {name: found for name, found in _fields(model) if isinstance(found, type) and issubclass(found, BaseModel)}
    entries = (
        (key, _without_empty_blocks(blocks[str(key.value)], value) if key.value in blocks else value)
        for key, value in node.entries
    )
    return Mapping(tuple(entries), node.position)


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _mistake(model: type[BaseModel], node: Node, error: Any, known: Sequence[str]) -> Mistake:
    path: Path = error["loc"]
    if error["type"] == "extra_forbidden":
        return _unknown_key(model, node, path, known)
    place, key = _follow(node, path)
    if error["type"] == "missing":
        key = f"{key}.{path[-1]}" if key else str(path[-1])
    text, values = complaint(error, key or "this file")
    return Mistake(place, text, values)


def _unknown_key(model: type[BaseModel], node: Node, path: Path, known: Sequence[str]) -> Mistake:
    key = str(path[-1])
    place = _key_position(node, path)
    names = {name for parent in _models_at(model, path[:-1]) for name in _names(parent)}
    if len(path) == 1:
        names.update(known)
    near = get_close_matches(key, sorted(names), n=1, cutoff=0.6)
    if near:
        return Mistake(place, 'unknown key "%(key)s"; did you mean "%(near)s"?', {"key": key, "near": near[0]})
    listed = ", ".join(sorted(names))
    return Mistake(place, 'unknown key "%(key)s"; known here are: %(known)s', {"key": key, "known": listed})


def _follow(node: Node, path: Path) -> tuple[Position, str]:
    """Where `path` leads, and its dotted name. Steps that are not in the file (pydantic's names for the
    members of a union, a missing key) are passed over."""
    name = ""
    for step in path:
        inner = _child(node, step)
        if inner is not None:
            node = inner
            name += f"[{step}]" if isinstance(step, int) else f".{step}"
    return node.position, name.lstrip(".")


def _child(node: Node, step: int | str) -> Node | None:
    match node:
        case Mapping() if isinstance(step, str):
            return node.get(step)
        case SequenceNode() if isinstance(step, int) and step < len(node.items):
            return node.items[step]
        case _:
            return None


def _key_position(node: Node, path: Path) -> Position:
    for step in path[:-1]:
        node = _child(node, step) or node
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((key.position for key, _ in entries if key.value == path[-1]), node.position)


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The models that may stand at `path`; more than one below a union."""
    models = [model]
    for step in path:
        fields = [found for parent in models for name, found in _fields(parent) if name == step]
        # A step that names no field is an index, a key of a free mapping or a union's member: same models.
        models = [inner for annotation in fields for inner in _models_in(annotation)] if fields else models
    return models


def _models_in(annotation: Any) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _fields(model: type[BaseModel]) -> Iterable[tuple[str, Any]]:
    return ((field.alias or name, field.annotation) for name, field in model.model_fields.items())


def _names(model: type[BaseModel]) -> Iterable[str]:
    return (name for name, _ in _fields(model))
