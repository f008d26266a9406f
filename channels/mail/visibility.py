"""What of an HTML mail a person would see: what is hidden from people is hidden from rules. The one place for it.

removed from sight, with all inside     hidden, display:none, mso-hide:all, opacity:0, no height and no overflow
passed on, and undone by what is inside visibility, font-size (layouts set it to 0 around cells that set it again)
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

Attributes = Mapping[str, str | None]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ZERO = r"0*\.?0+(?:px|pt|em|rem|ex|%|cm|mm|in|pc)?\s*(?:!|;|$)"
_REMOVED = re.compile(rf"(?:^|;)\s*(?:display\s*:\s*none|mso-hide\s*:\s*all|opacity\s*:\s*{_ZERO})", re.IGNORECASE)
_NO_SIZE = re.compile(rf"(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*{_ZERO}", re.IGNORECASE)
_NO_OVERFLOW = re.compile(r"(?:^|;)\s*overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_FONT_SIZE = re.compile(r"(?:^|;)\s*font-size\s*:\s*([^;]+)", re.IGNORECASE)
_NO_FONT = re.compile(_ZERO, re.IGNORECASE)
_VISIBILITY = re.compile(r"(?:^|;)\s*visibility\s*:\s*([a-z]+)", re.IGNORECASE)
_LONGEST_STYLE = 4_000


def style_of(attributes: Attributes) -> str:
    style = attributes.get("style") or ""
    return _COMMENT.sub("", style[:_LONGEST_STYLE]) if style else ""


def is_removed(attributes: Attributes) -> bool:
    """Whether an element and everything in it is out of sight."""
    if "hidden" in attributes:
        return True
    style = style_of(attributes)
    if not style:
        return False
    return bool(_REMOVED.search(style) or (_NO_SIZE.search(style) and _NO_OVERFLOW.search(style)))


@dataclass(frozen=True, slots=True)
class Look:
    """What the elements around some text make of it."""

    invisible: bool = False
    no_size: bool = False

    @property
    def shown(self) -> bool:
        return not (self.invisible or self.no_size)

    def inside(self, attributes: Attributes) -> "Look":
        """The look of text in an element with these attributes, which stands in this look."""
        style = style_of(attributes)
        if not style:
            return self
        look = self
        visibility = _VISIBILITY.search(style)
        if visibility and visibility[1].lower() != "inherit":
            look = replace(look, invisible=visibility[1].lower() in {"hidden", "collapse"})
        size = _FONT_SIZE.search(style)
        if size and "inherit" not in size[1].lower():
            look = replace(look, no_size=bool(_NO_FONT.match(size[1].strip())))
        return look
