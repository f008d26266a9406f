"""Strict YAML in which every node knows its place.

    bytes ──▶ text ──▶ PyYAML's events ──▶ Scalar · Sequence · Mapping
         UTF-8,    no control        no anchors, aliases, tags, merge keys;
         5 MB      characters        text keys, each once; 50 levels; core schema (config.scalars)

Events rather than PyYAML's composed nodes, because a composed node no longer shows its anchor, and so that
depth is bounded before anything recurses. Whatever is wrong is collected and raised as one ConfigError; only
a syntax error, too much depth or a second document ends the reading, for nothing after them can be trusted.
"""

import codecs
import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import yaml

from config.scalars import resolve
from config.syntax import MAX_DEPTH, syntax_mistake
from domain.document import Mapping, Node, Scalar, ScalarValue, Sequence
from domain.errors import N_, ConfigError, Mistake, Position, reason_of
from domain.units import BadValue

MAX_BYTES = 5_000_000
_SHOWN = 100  # finding the line of each of millions of bad characters would take minutes

# U+0085, U+2028 and U+2029 are line breaks to the parser and invisible in an editor: text after one
# would leave its comment and become a setting.
_UNWANTED = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PARSER: type = getattr(yaml, "CLoader", yaml.SafeLoader)


def read_file(path: Path) -> Node:
    """Read `path`, naming it in mistakes as given. Raises ConfigError, also when it cannot be read."""
    return read(text_of(path), str(path))


def text_of(path: Path) -> str:
    """The text of a file that may be YAML. Raises ConfigError when it cannot be read or is no text."""
    start = Position(str(path), 1, 1)
    if path.is_fifo() and not path.is_relative_to("/dev"):
        raise ConfigError([Mistake(start, "this is no file but a pipe: who opens it waits for a writer")])
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        mistake = Mistake(start, "this file cannot be read: %(reason)s", {"reason": reason_of(error)})
        raise ConfigError([mistake]) from None
    if len(content) > MAX_BYTES:
        raise ConfigError([_too_large(str(path))])
    return _decode(content, str(path))


def read(text: str, file: str) -> Node:
    """The document in `text`; mistakes name `file`. An empty document is Scalar(None). Raises ConfigError."""
    if len(text) > MAX_BYTES:
        raise ConfigError([_too_large(file)])
    text = text.removeprefix("\ufeff")
    if mistakes := _unwanted_characters(text, file):
        raise ConfigError(mistakes)
    reader = _Reader(text, file)
    with _no_collection():
        node = reader.document()
    if reader.mistakes:
        raise ConfigError(reader.mistakes)
    return node


class _Stop(Exception):
    """Not an error: reading ends here, and its mistake is already noted."""


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.mistakes: list[Mistake] = []
        self.events: Iterator[yaml.Event] = yaml.parse(text, Loader=_PARSER)

    def document(self) -> Node:
        node: Node = Scalar(None, Position(self.file, 1, 1))
        try:
            next(self.events)
            if isinstance(next(self.events), yaml.DocumentStartEvent):
                node = self.node(next(self.events), depth=1)
                next(self.events)
                self.end(next(self.events))
        except _Stop:
            pass
        except yaml.YAMLError as error:
            self.mistakes.append(syntax_mistake(error, self.text, self.file))
        return node

    def end(self, event: yaml.Event) -> None:
        if not isinstance(event, yaml.StreamEndEvent):
            self.note(self.place(event), N_('a second document starts here; remove the "---" or use another file'))

    def node(self, event: yaml.Event, depth: int) -> Node:
        place = self.place(event)
        if isinstance(event, yaml.AliasEvent):
            self.note(place, N_("references (*name) are not allowed; write the value out again"))
            return Scalar(None, place)
        self.refuse_decorations(event, place)
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(self.scalar_value(event, place), place)
        if depth > MAX_DEPTH:
            self.note(place, N_("more than %(depth)s levels inside one another; make it flatter"), depth=MAX_DEPTH)
            raise _Stop
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self.node(item, depth + 1) for item in self.until(yaml.SequenceEndEvent)), place)
        return Mapping(tuple(self.entries(depth)), place)

    def until(self, last: type[yaml.Event]) -> Iterator[yaml.Event]:
        while not isinstance(event := next(self.events), last):
            yield event

    def entries(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Position] = {}
        for event in self.until(yaml.MappingEndEvent):
            key = self.key(event, depth)
            value = self.node(next(self.events), depth + 1)
            if key is None:
                continue
            name = str(key.value)
            if name in seen:
                words = N_('the key "%(key)s" is already used in line %(line)s')
                self.note(key.position, words, key=name, line=seen[name].line)
            seen.setdefault(name, key.position)
            yield key, value

    def key(self, event: yaml.Event, depth: int) -> Scalar | None:
        """The key as text; None after noting why it cannot be one."""
        if isinstance(event, yaml.ScalarEvent) and not event.style and event.value == "<<":
            self.note(self.place(event), N_('merge keys ("<<") are not allowed; write the entries out'))
            return None
        before = len(self.mistakes)
        node = self.node(event, depth + 1)
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node
        if len(self.mistakes) == before:
            self.note(node.position, N_("a key must be text; put it in quotes"))
        return None

    def scalar_value(self, event: yaml.ScalarEvent, place: Position) -> ScalarValue:
        text: str = event.value
        if _UNSTORABLE.search(text):
            self.note(place, N_("this text holds a character (NUL or half of a pair) that cannot be stored"))
        if event.style:
            return text
        try:
            return resolve(text)
        except BadValue as error:
            self.note(place, error.text, **error.values)
            return None

    def refuse_decorations(self, event: yaml.Event, place: Position) -> None:
        if getattr(event, "anchor", None) is not None:
            self.note(place, N_("anchors (&name) are not allowed; write the value out wherever it is needed"))
        if getattr(event, "tag", None) is not None:
            self.note(place, N_('tags are not allowed; text that begins with "!" must be in quotes'))

    def place(self, event: yaml.Event) -> Position:
        mark = event.start_mark
        assert mark is not None
        return Position(self.file, mark.line + 1, mark.column + 1)

    def note(self, position: Position, text: str, /, **values: object) -> None:
        self.mistakes.append(Mistake(position, text, values))


@contextmanager
def _no_collection() -> Iterator[None]:
    """A tree has no cycles; looking for them again and again while it grows takes half of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _too_large(file: str) -> Mistake:
    return Mistake(Position(file, 1, 1), "this file is larger than %(limit)s MB", {"limit": MAX_BYTES // 10**6})


def _decode(content: bytes, file: str) -> str:
    if content.startswith(_WIDE) or b"\0" in content[:2]:
        raise ConfigError([Mistake(Position(file, 1, 1), "this is UTF-16 or UTF-32 text; save the file as UTF-8")])
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8").removeprefix("\ufeff")
        position = _position_of(before, len(before), file)
        raise ConfigError([Mistake(position, "this is not UTF-8 text; save the file as UTF-8")]) from None


def _unwanted_characters(text: str, file: str) -> list[Mistake]:
    advice = N_(
        'the invisible character U+%(code)s is not allowed here; in double quotes it can be written as "\\u%(code)s"'
    )
    return [
        Mistake(_position_of(text, found.start(), file), advice, {"code": f"{ord(found[0]):04X}"})
        for found in islice(_UNWANTED.finditer(text), _SHOWN)
    ]


def _position_of(text: str, offset: int, file: str) -> Position:
    return Position(file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
