"""Parts that are files: how they are named, what they are, and whether they belong into the text.

A file is shown inside the text when the HTML refers to it (`cid:`); without a reference, a picture that says it is
inline, or that has a Content-ID and says nothing. A document is a file whatever it says: Apple Mail calls all inline.
"""

import mimetypes
import re
from urllib.parse import unquote

from channels.cleaning import clean_file_name, clean_text
from channels.mail.mime import Part, parameters, read_part
from channels.mail.words import decoded_words, header_text
from domain.interaction import Attachment
from domain.remote import UNKNOWN_TYPE

_LONGEST_ORIGINAL_NAME = 500
_EXTENSIONS = {"message/rfc822": ".eml", "text/plain": ".txt", "image/jpeg": ".jpg", "message/delivery-status": ".txt"}
_LOOSE_NAME = re.compile(r"\bfilename\s*=\s*\"?([^\";]{1,500})", re.IGNORECASE)
_NO_PATH = re.compile(r"[/\\]")
_SHOWN = re.compile(r"\bcid:([^\s\"'<>()]{1,300})", re.IGNORECASE)


def disposition_of(part: Part) -> tuple[str, str]:
    """`inline`, `attachment` or '', and the file name as it was written, still encoded."""
    declared = part.header("content-disposition")
    disposition, described = parameters(declared) if declared else ("", {})
    name = described.get("filename") or part.parameters.get("name", "")
    if declared and not name:
        loose = _LOOSE_NAME.search(declared)
        name = loose[1].strip() if loose else ""
    words = disposition.split()
    return (words[0] if words else ""), name


def attachment_of(part: Part, disposition: str, name: str, number: int) -> Attachment:
    kind = part.content_type if not part.content_type.startswith("multipart/") else UNKNOWN_TYPE
    content = part.content
    original = label = decoded_words(name)
    if not label and kind == "message/rfc822":
        subject = header_text(read_part(content[:100_000]).header("subject"), 100)
        label = f"{_NO_PATH.sub('_', subject)}.eml" if subject else ""
    extension = _EXTENSIONS.get(kind) or mimetypes.guess_extension(kind) or ""
    by_itself = kind.startswith("image/") and (
        disposition == "inline" or (not disposition and "content-id" in part.headers)
    )
    return Attachment(
        name=clean_file_name(label, f"anexo-{number}{extension}"),
        content_type=kind,
        content=content,
        inline=by_itself,
        original_name=clean_text(original)[:_LONGEST_ORIGINAL_NAME] or None,
    )


def plain_file(name: str, content: bytes, number: int) -> Attachment:
    """A file out of a container that knows no types."""
    written = decoded_words(name)
    label = clean_file_name(written, f"anexo-{number}")
    return Attachment(
        name=label,
        content_type=mimetypes.guess_type(label)[0] or UNKNOWN_TYPE,
        content=content,
        original_name=clean_text(written)[:_LONGEST_ORIGINAL_NAME] or None,
    )


def ids_shown_in(html: str) -> frozenset[str]:
    """The Content-IDs that `html` refers to, in small letters."""
    return frozenset(unquote(found[1]).lower() for found in _SHOWN.finditer(html))
