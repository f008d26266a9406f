"""The text of a mail and its files out of the tree of its parts.

    multipart/alternative ─▶ the plain text of the first part that has one, the HTML of the first that has one
    any other multipart   ─▶ its parts' texts one after the other
    message/*, files      ─▶ attachments, whole

HTML is turned into text only where no plain text says the same.
"""

import mimetypes
from dataclasses import dataclass, field

from channels.cleaning import clean_file_name, clean_text
from channels.mail.html import text_from_html
from channels.mail.mime import MAX_DEPTH, MAX_PARTS, Part, children, parameters, read_part
from channels.mail.sanitised import sanitised
from channels.mail.words import body_text, decoded_words, header_text
from domain.interaction import Attachment

MAX_TEXT_BYTES = 2_000_000
_LONGEST_ORIGINAL_NAME = 500
_EXTENSIONS = {"message/rfc822": ".eml", "text/plain": ".txt", "image/jpeg": ".jpg", "message/delivery-status": ".txt"}


@dataclass(slots=True)
class Contents:
    """`marked_up` is the HTML as it came. `cut`: text was longer than we read. `dropped`: parts beyond the limit."""

    text: str = ""
    html: str | None = None
    marked_up: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    cut: bool = False
    dropped: bool = False
    parts: int = 0


@dataclass(slots=True)
class _Said:
    """What one branch of the tree says."""

    plain: str = ""
    html: str = ""

    @property
    def best(self) -> str:
        return self.plain if self.plain.strip() else text_from_html(self.html)


def contents_of(mail: Part) -> Contents:
    contents = Contents()
    said = _read(mail, contents, 0)
    contents.text = said.best.strip("\n")
    contents.marked_up = said.html
    contents.html = sanitised(said.html) or None if said.html else None
    return contents


def _read(part: Part, contents: Contents, depth: int) -> _Said:
    contents.parts += 1
    if part.content_type.startswith("multipart/") and depth < MAX_DEPTH:
        branches = []
        for child in children(part):
            if contents.parts >= MAX_PARTS:
                contents.dropped = True
                break
            branches.append(_read(child, contents, depth + 1))
        if branches:
            return _chosen(branches) if part.content_type == "multipart/alternative" else _joined(branches)
    return _leaf(part, contents)


def _chosen(branches: list[_Said]) -> _Said:
    plain = next((said.plain for said in branches if said.plain.strip()), "")
    return _Said(plain, next((said.html for said in branches if said.html.strip()), ""))


def _joined(branches: list[_Said]) -> _Said:
    speaking = [said for said in branches if said.plain.strip() or said.html.strip()]
    if len(speaking) == 1:
        return speaking[0]
    plain = "\n\n".join(said.best.strip("\n") for said in speaking)
    return _Said(plain, "\n".join(said.html for said in speaking if said.html))


def _leaf(part: Part, contents: Contents) -> _Said:
    kind, disposition, name = part.content_type, "", ""
    declared = part.header("content-disposition")
    if declared:
        disposition, described = parameters(declared)
        name = described.get("filename", "")
    name = name or part.parameters.get("name", "")
    is_text = kind in {"text/plain", "text/html"} or kind.startswith("multipart/")
    if not is_text or disposition == "attachment" or name:
        contents.attachments.append(_attachment(part, disposition, name, len(contents.attachments) + 1))
        return _Said()
    data = part.content
    contents.cut = contents.cut or len(data) > MAX_TEXT_BYTES
    text = body_text(data[:MAX_TEXT_BYTES], part.parameters.get("charset"))
    return _Said(html=text) if kind == "text/html" else _Said(plain=text)


def _attachment(part: Part, disposition: str, name: str, number: int) -> Attachment:
    kind = (
        part.content_type
        if part.content_type.isascii() and len(part.content_type) <= 100
        else "application/octet-stream"
    )
    original = decoded_words(name)
    if not original and kind == "message/rfc822":
        original = header_text(read_part(part.content).header("subject"), 100) + ".eml"
    extension = _EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or ""
    return Attachment(
        name=clean_file_name(original, f"anexo-{number}{extension}"),
        content_type=kind,
        content=part.content,
        inline=disposition == "inline" or (not disposition and "content-id" in part.headers),
        original_name=clean_text(original)[:_LONGEST_ORIGINAL_NAME] or None,
    )
