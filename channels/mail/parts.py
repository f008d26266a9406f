"""The text of a mail and its files out of the tree of its parts.

    multipart/alternative ─▶ the plain text of the first part that has one, the HTML of the first that has one
    any other multipart   ─▶ its parts' texts one after the other
    message/rfc822        ─▶ a file, and what it says below the text, its own files beside ours; not in a bounce
    text/calendar         ─▶ a file, and the invitation in words below the text
    winmail.dat           ─▶ a file, and the files in it; what it says where nothing else does
    files                 ─▶ attachments, whole; archives are never opened

HTML is turned into text only where no plain text says the same. What is said nowhere else is said by a stand-in: text
that came as a file, a note that the mail is encrypted or not all here. All parts together have one budget of text.
"""

import html as entities
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from channels.cleaning import clean_text
from channels.mail.calendar import invitation
from channels.mail.files import attachment_of, disposition_of, ids_shown_in, plain_file
from channels.mail.flowed import unflowed
from channels.mail.forwarded import forwarded_text
from channels.mail.html import MAX_HTML, text_from_html
from channels.mail.mime import (
    MAX_DEPTH,
    MAX_PARTS,
    Part,
    children,
    read_part,
    read_within,
    without_boundaries,
)
from channels.mail.pgp import holds_sealed, without_signature_wrapping
from channels.mail.said import Said
from channels.mail.sanitised import sanitised
from channels.mail.stand_ins import is_readable, note_on, sealed_note
from channels.mail.tnef import read_tnef
from channels.mail.transfer import encoding_of, without_uuencoded
from channels.mail.words import body_text, html_body_text
from domain.interaction import Attachment, TraitValue
from domain.remote import UNKNOWN_TYPE

MAX_TEXT_BYTES = 2_000_000
MAX_RTF = 1_000_000
MAX_MESSAGES = 5
LONGEST_STAND_IN = 50_000
"""Text files longer than this are no letters."""
_HTML_ALL_THE_SAME = re.compile(r"\s{0,100}(?:<!doctype html|<(?:html|head|body)[\s>])", re.IGNORECASE)
_TEXTS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text/markdown"})
_HTML_TYPES = frozenset({"text/html", "text/x-amp-html"})
_ENRICHED = re.compile(r"<(?!<)/?[A-Za-z-]{1,60}>")
_TNEF_TYPES = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_TNEF_NAMES = frozenset({"winmail.dat", "win.dat"})
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_ENCRYPTED = {
    "application/pkcs7-mime": "smime",
    "application/x-pkcs7-mime": "smime",
    "application/pgp-encrypted": "pgp",
}


@dataclass(slots=True)
class Contents:
    """`marked_up` is the HTML as it came. `cut`: more text than we read. `dropped`: more parts than we read."""

    text: str = ""
    html: str | None = None
    marked_up: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    cut: bool = False
    dropped: bool = False
    traits: dict[str, TraitValue] = field(default_factory=dict)


def contents_of(mail: Part) -> Contents:
    reader = _Reader()
    return reader.read(mail)


class _Reader:
    """One reading of one mail, with what is left of its budgets."""

    def __init__(self) -> None:
        self._contents = Contents()
        self._content_ids: list[str] = []
        self._stand_ins: list[str] = []
        self._parts = 0
        self._messages = 0
        self._bytes_left = MAX_TEXT_BYTES
        self._html_left = MAX_HTML
        self._rtf_left = MAX_RTF

    def read(self, mail: Part) -> Contents:
        contents = self._contents
        said = self._read(mail, 0, returned=False)
        text = self._best(said).strip("\n")
        contents.text = "\n\n".join(piece for piece in (text, *said.beside) if piece.strip())
        if not contents.text.strip() and not said.speaks:
            contents.text = next((words for words in self._stand_ins if words.strip()), "").strip("\n")
        contents.marked_up = said.html
        contents.html = (sanitised(said.html) or None) if said.html else None
        contents.cut = contents.cut or mail.cut
        shown = ids_shown_in(said.html) if any(self._content_ids) else frozenset()
        contents.attachments = [
            replace(attachment, inline=True) if content_id in shown else attachment
            for attachment, content_id in zip(contents.attachments, self._content_ids, strict=True)
        ]
        return contents

    def _read(self, part: Part, depth: int, *, returned: bool) -> Said:
        """`returned`: within a report, where a message is the one that came back."""
        self._parts += 1
        kind = part.content_type
        if kind.startswith("multipart/") and depth < MAX_DEPTH:
            if kind == "multipart/encrypted":
                self._seal("smime" if "pkcs7" in part.parameters.get("protocol", "").lower() else "pgp")
            branches = self._branches(part, depth, returned=returned or kind == "multipart/report")
            if branches:
                return self._chosen(branches) if kind == "multipart/alternative" else self._joined(branches)
        elif kind.startswith("multipart/"):
            self._contents.dropped = True
        if kind in _MESSAGES and not returned:
            if self._messages < MAX_MESSAGES and depth < MAX_DEPTH:
                return self._forwarded(part, depth)
            self._contents.dropped = True
        return self._leaf(part, is_whole=depth == 0)

    def _branches(self, part: Part, depth: int, *, returned: bool) -> list[Said]:
        branches = []
        for child in children(part):
            if self._parts >= MAX_PARTS:
                self._contents.dropped = True
                break
            branches.append(self._read(child, depth + 1, returned=returned))
        return branches

    def _best(self, said: Said) -> str:
        """The plain text, unless it only says that the mail is to be read as HTML."""
        if said.plain_counts:
            return said.plain
        html = said.html[: self._html_left]
        self._contents.cut = self._contents.cut or len(html) < len(said.html)
        self._html_left -= len(html)
        return text_from_html(html) or said.plain

    def _chosen(self, branches: list[Said]) -> Said:
        plain = next((said.plain for said in branches if said.plain.strip()), "")
        html = next((said.html for said in branches if said.html.strip()), "")
        return Said(plain, html, [words for said in branches for words in said.beside])

    def _joined(self, branches: list[Said]) -> Said:
        beside = [words for said in branches for words in said.beside]
        speaking = [said for said in branches if said.speaks]
        if len(speaking) <= 1:
            return replace(speaking[0], beside=beside) if speaking else Said(beside=beside)
        said_once = self._once(speaking)
        plain = "\n\n".join(text for text, _ in said_once)
        if not any(said.html for said in speaking):
            return Said(plain, "", beside)
        shown = (html or f"<pre>{entities.escape(text, quote=False)}</pre>" for text, html in said_once)
        return Said(plain, "\n".join(shown), beside)

    def _once(self, speaking: list[Said]) -> list[tuple[str, str]]:
        """Text and HTML of each. HTML and plain text that say the same side by side are one, shown in two ways."""
        once: list[tuple[str, str]] = []
        for said in speaking:
            text = self._best(said).strip("\n")
            before, shown = once[-1] if once else ("", "")
            if once and bool(said.html) != bool(shown) and text.split() == before.split():
                once[-1] = (before, said.html or shown)
            else:
                once.append((text, said.html))
        return once

    def _leaf(self, part: Part, *, is_whole: bool) -> Said:
        kind = part.content_type
        disposition, name = disposition_of(part)
        if (kind in _TEXTS or kind.startswith("multipart/")) and disposition != "attachment" and not name:
            return self._text(part)
        if kind == "text/x-amp-html":
            return Said()
        attachment = attachment_of(part, disposition, name, len(self._contents.attachments) + 1)
        self._add(attachment, part.header("content-id"))
        if kind == "text/calendar":
            words = invitation(self._decoded(attachment.content, part))
            return Said(beside=[words] if words else [])
        if kind in _TNEF_TYPES or attachment.name.lower() in _TNEF_NAMES:
            self._open_tnef(attachment)
        elif kind in _ENCRYPTED and part.parameters.get("smime-type", "").lower() != "signed-data":
            self._seal(_ENCRYPTED[kind])
        elif kind in {"message/partial", "message/external-body"}:
            self._stand_ins.append(note_on(part))
        elif kind.startswith("text/") or is_whole or not name:
            self._stand_in_for(attachment, part)
        return Said()

    def _text(self, part: Part) -> Said:
        data = part.content
        if part.content_type.startswith("multipart/"):
            data = without_boundaries(data)
        if part.content_type == "text/plain" and b"begin" in data:
            data, files = without_uuencoded(data)
            self._add_contained(files)
        text = self._decoded(data, part)
        if part.content_type == "text/html" or (part.content_type == "text/plain" and _HTML_ALL_THE_SAME.match(text)):
            return Said(html=text)
        if part.content_type in {"text/enriched", "text/richtext"}:
            text = re.sub(r"\n(\n*)", lambda ends: ends[1] or " ", _ENRICHED.sub("", text)).replace("<<", "<")
        if part.parameters.get("format", "").lower() == "flowed":
            text = unflowed(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
        if holds_sealed(text):
            self._contents.traits["mail.encrypted"] = "pgp"
        return Said(plain=without_signature_wrapping(text))

    def _decoded(self, data: bytes, part: Part) -> str:
        """As text, within what all parts may say together."""
        within = data[: max(self._bytes_left, 0)]
        self._contents.cut = self._contents.cut or len(within) < len(data)
        self._bytes_left -= len(within)
        decode = html_body_text if part.content_type in _HTML_TYPES else body_text
        return decode(within, part.parameters.get("charset"))

    def _forwarded(self, part: Part, depth: int) -> Said:
        """A message inside a message: one file, what it says, and its own files."""
        self._messages += 1
        disposition, name = disposition_of(part)
        attachment = attachment_of(part, disposition, name, len(self._contents.attachments) + 1)
        self._add(attachment, part.header("content-id"))
        if encoding_of(part.header("content-transfer-encoding")):
            inner = read_part(attachment.content.replace(b"\r\n", b"\n").lstrip(b"\n"))
        else:
            blank = part.source.startswith(b"\n", part.start, part.end)
            inner = read_within(part, part.start + blank, part.end)
        said = self._read(inner, depth + 1, returned=False)
        words = "\n\n".join([self._best(said).strip("\n"), *said.beside]).strip("\n")
        return Said(beside=[forwarded_text(inner, words)])

    def _open_tnef(self, attachment: Attachment) -> None:
        found = read_tnef(attachment.content, self._rtf_left)
        self._rtf_left -= found.unpacked
        if found.problem:
            self._contents.traits["mail.tnef"] = found.problem
        self._add_contained(found.files)
        self._stand_ins.append(clean_text(found.text) if found.text.strip() else text_from_html(found.html))

    def _stand_in_for(self, attachment: Attachment, part: Part) -> None:
        """Text that came as a file, or under a type nobody knows, is read where nothing else is there to read."""
        kind, data = part.content_type, attachment.content
        if self._stand_ins or (kind not in _TEXTS and (b"\0" in data[:1000] or _is_known(kind))):
            return
        if kind in _TEXTS and len(data) <= LONGEST_STAND_IN:
            text = self._decoded(data, part)
            self._stand_ins.append(text_from_html(text) if kind in _HTML_TYPES else text)
        elif kind not in _TEXTS and is_readable(data):
            self._stand_ins.append(self._decoded(data, part))

    def _seal(self, how: str) -> None:
        self._contents.traits["mail.encrypted"] = how
        self._stand_ins.append(sealed_note(how))

    def _add_contained(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Files out of a file or a text, as long as there are not too many: the container has them all."""
        room = max(MAX_PARTS - len(self._contents.attachments), 0)
        self._contents.dropped = self._contents.dropped or len(files) > room
        for name, content in files[:room]:
            self._add(plain_file(name, content, len(self._contents.attachments) + 1), "")

    def _add(self, attachment: Attachment, content_id: str) -> None:
        self._contents.attachments.append(attachment)
        self._content_ids.append(content_id.strip().strip("<>").lower())


def _is_known(kind: str) -> bool:
    """Whether programs know what to do with such a file, so that nobody reads it as text."""
    return not kind.startswith("text/") and kind != UNKNOWN_TYPE and mimetypes.guess_extension(kind) is not None
