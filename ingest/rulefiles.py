"""The files that make up one set of rules, read together.

    rules.yaml ─▶ include: regras/ ─▶ regras/10-financeiro.yaml, regras/20-suporte.yaml …  (by name)
              └─▶ contacts: contatos.yaml

Only files in the folder of the main file, or below it, are read: MAX_FILES of them, MAX_TOTAL_BYTES in all. What
cannot be read is told with the line that names it; `seen` remembers what every file and folder looked like, to
notice when one changes.
"""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from config.reading import MAX_BYTES, read, text_of
from domain.document import Mapping as MappingNode
from domain.document import Node, Scalar, Sequence
from domain.errors import N_, ConfigError, Mistake, Position, reason_of
from triage.fingerprint import fingerprint
from triage.notes import near_miss

MAX_FILES = 200
MAX_TOTAL_BYTES = 20_000_000
ENDINGS = frozenset({".yaml", ".yml"})


class Use(Enum):
    RULES = "rules"
    CONTACTS = "contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleFile:
    """`name` is what mistakes call it; `below` its place below the folder of the main file."""

    name: str
    below: str
    text: str
    use: Use


def whole_text(texts: Mapping[str, str]) -> str:
    """What the hash of a rule set is made of: the text of a single file, or the texts of all with their names.

    `texts` by place below the folder of the main file, in the order in which they are read.
    """
    if len(texts) == 1:
        return next(iter(texts.values()))
    return "".join(f"\0{below}\0{text}" for below, text in texts.items())


@dataclass(slots=True)
class Look:
    """One look at the files. `seen` holds a digest of every file and folder that was looked at, `texts` (by place below
    the folder of the main file) also those that are no YAML."""

    main: Path
    files: list[RuleFile] = field(default_factory=list)
    documents: list[Node] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    seen: dict[Path, str] = field(default_factory=dict)

    def unchanged(self) -> bool:
        return all(digest(path) == known for path, known in self.seen.items())

    @property
    def hash(self) -> str:
        """The name of this content, whether it is good or not; '' when there is none."""
        return fingerprint(whole_text(self.texts)) if self.texts else ""

    def raise_if_any(self) -> None:
        if self.mistakes:
            raise ConfigError(self.mistakes)


def look_at(main: Path) -> Look:
    """Read the main file and all that it names. Never raises ConfigError: see `mistakes`."""
    look = Look(main)
    _Reader(look).rules(main, ())
    return look


def digest(path: Path) -> str:
    """What a file or folder looks like now."""
    try:
        if path.is_fifo():
            return "a pipe"
        if path.is_dir():
            return "\0".join(sorted(each.name for each in path.iterdir()))
        with path.open("rb") as stream:
            return hashlib.sha256(stream.read(MAX_BYTES + 1)).hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"


class _Reader:
    def __init__(self, look: Look) -> None:
        self.look = look
        self.root = look.main.parent
        self.real_root = Path(os.path.realpath(self.root))
        self.read_before: dict[Path, Position] = {}
        self.bytes_left = MAX_TOTAL_BYTES
        self.full = False
        """Told once: a folder may hold thousands of files that are too many."""

    def rules(self, path: Path, chain: tuple[Path, ...], position: Position | None = None) -> None:
        real = Path(os.path.realpath(path))
        self.read_before[real] = position or Position(str(path), 1, 1)
        document = self._take(path, Use.RULES)
        if not isinstance(document, MappingNode):
            return
        entries = {str(key.value): value for key, value in document.entries}
        for item in self._names(entries.get("include")):
            for found in self._included(path, item):
                if self._may_follow(found, item, (*chain, real)):
                    self.rules(found, (*chain, real), item.position)
        contacts = entries.get("contacts")
        if not chain and isinstance(contacts, Scalar):
            for found in self._file(path, contacts):
                if self._has_room(found, contacts):
                    self._take(found, Use.CONTACTS)

    def _take(self, path: Path, use: Use) -> Node | None:
        """The document of a file, None when it cannot be read. Its digest is older than its text."""
        self.bytes_left -= _size(path)
        self.look.seen[path] = digest(path)
        below = os.path.relpath(path, self.root)
        try:
            text = self.look.texts[below] = text_of(path)
            document = read(text, str(path))
        except ConfigError as error:
            self.look.mistakes += error.mistakes
            return None
        self.look.files.append(RuleFile(name=str(path), below=below, text=text, use=use))
        self.look.documents.append(document)
        return document

    def _names(self, node: Node | None) -> Iterator[Scalar]:
        items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
        for item in items:
            if isinstance(item, Scalar):
                yield item
            else:
                self._note(item.position, N_("the name of a file or folder is expected here"))

    def _included(self, path: Path, item: Scalar) -> Iterator[Path]:
        """The file of that name, or the files of that folder by name."""
        for found in self._named(path, item):
            if not found.is_dir():
                yield from self._file(path, item)
                continue
            self.look.seen[found] = digest(found)
            try:
                files = _rule_files(found)
            except OSError as error:
                self._note_unreadable(item, error)
                continue
            if not files:
                self._note(item.position, N_("no .yaml file is in this folder: %(name)s"), name=item.value)
            yield from (file for file in files if self._is_below(file, item))

    def _file(self, path: Path, item: Scalar) -> Iterator[Path]:
        for found in self._named(path, item):
            if found.is_file():
                yield found
            else:
                self._note(item.position, N_("this is no file: %(name)s"), name=item.value)

    def _named(self, path: Path, item: Scalar) -> Iterator[Path]:
        if not isinstance(item.value, str) or not item.value.strip() or "\0" in item.value:
            self._note(item.position, N_("the name of a file or folder is expected here"))
            return
        found = path.parent / item.value
        if not self._is_below(found, item):
            return
        try:
            if found.exists():
                yield found
                return
            beside = _names_beside(found)
        except OSError as error:
            self._note_unreadable(item, error)
            return
        self.look.seen[found.parent] = digest(found.parent)
        near = near_miss(found.name, beside, apart_from=found.suffix)
        if near:
            self._note(item.position, N_("there is no %(name)s; did you mean %(near)r?"), name=item.value, near=near)
        else:
            self._note(item.position, N_("there is no file or folder %(name)s"), name=item.value)

    def _is_below(self, path: Path, item: Scalar) -> bool:
        if Path(os.path.realpath(path)).is_relative_to(self.real_root):
            return True
        self._note(item.position, N_("only files in the folder of the rule file, or below it, can be named here"))
        return False

    def _may_follow(self, path: Path, item: Scalar, chain: tuple[Path, ...]) -> bool:
        real = Path(os.path.realpath(path))
        if real in chain:
            way = " → ".join(each.name for each in (*chain[chain.index(real) :], real))
            self._note(item.position, N_("%(name)r uses itself: %(way)s"), name=real.name, way=way)
        elif real in self.read_before:
            place = str(self.read_before[real])
            self._note(item.position, N_("%(name)s is included already, in %(place)s"), name=real.name, place=place)
        elif len(self.read_before) >= MAX_FILES:
            self._note_full(item, N_("more than %(limit)s files"), limit=MAX_FILES)
        else:
            return self._has_room(path, item)
        return False

    def _has_room(self, path: Path, item: Scalar) -> bool:
        """Whether a file may still be read whole. One that is too large by itself is told by its reader."""
        if _size(path) <= self.bytes_left:
            return True
        words = N_("%(name)s is not read: the files of these rules are larger than %(limit)s MB together")
        self._note_full(item, words, name=path.name, limit=MAX_TOTAL_BYTES // 10**6)
        return False

    def _note_full(self, item: Scalar, text: str, /, **values: object) -> None:
        if not self.full:
            self._note(item.position, text, **values)
        self.full = True

    def _note_unreadable(self, item: Scalar, error: OSError) -> None:
        words = N_("%(path)s cannot be read: %(reason)s")
        self._note(item.position, words, path=str(item.value)[:100], reason=reason_of(error))

    def _note(self, position: Position, text: str, /, **values: object) -> None:
        self.look.mistakes.append(Mistake(position, text, values))


def _rule_files(folder: Path) -> list[Path]:
    """By name."""
    return sorted(
        each for each in folder.iterdir() if each.suffix in ENDINGS and not each.name.startswith(".") and each.is_file()
    )


def _names_beside(path: Path) -> list[str]:
    """Without its own: a link to nowhere is there and is not."""
    folder = path.parent
    return [each.name for each in folder.iterdir() if each.name != path.name] if folder.is_dir() else []


def _size(path: Path) -> int:
    """Bytes that reading it takes at most; 0 when it is gone, which its reader tells."""
    try:
        return min(path.stat().st_size, MAX_BYTES)
    except OSError:
        return 0
