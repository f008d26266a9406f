"""A file that came along, for people: its label, what it is called and what it is, and how large."""

from collections.abc import Mapping
from typing import Any

from ingest.presentation.clean import line
from ingest.translations import _

_LONGEST = 200


def file_words(file: Mapping[str, Any]) -> str:
    """`file` as contracts.md has it. What its bytes are and what its sender wrote are said where they differ."""
    declared, sniffed, original = file["content_type"], file["sniffed_type"], file["original_name"]
    about = [line(declared)]
    if sniffed and sniffed != declared:
        about.append(_("by its content %(kind)s") % {"kind": line(sniffed)})
    if file["inline"]:
        about.append(_("shown in the text"))
    if original and original != file["name"]:
        about.append(_("sent as %(name)s") % {"name": _visible(original[:_LONGEST])})
    return f"{line(file['name'])} ({', '.join(about)}, {file['size']} B)"


def _visible(name: str) -> str:
    """What would hide, turn or break the line is written out: it is why the label is another."""
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in name)
