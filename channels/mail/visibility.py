"""What of an HTML mail a person would see: what is hidden from people is hidden from rules. The one place for it.

removed from sight, with all inside     hidden, display:none, mso-hide:all, opacity:0, no height and no overflow,
                                        moved off the page, cut or scaled to nothing
passed on, and undone by what is inside visibility, font-size (layouts set it to 0 around cells that set it again),
                                        letters in the colour of what they stand on (paint.py)

What style sheets say is written into the elements before (style_sheets.py).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from channels.mail.paint import BLACK, WHITE, Colour, Transparent, are_alike, colour_of, is_same

Attributes = Mapping[str, str | None]

_COMMENT = re.compile(r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?+")
_ZERO = r"0*\.?0+(?:px|pt|em|rem|ex|%|cm|mm|in|pc)?\s*(?:!|;|$)"
_REMOVED = re.compile(rf"(?:^|;)\s*(?:display\s*:\s*none|mso-hide\s*:\s*all|opacity\s*:\s*{_ZERO})", re.IGNORECASE)
_NO_SIZE = re.compile(rf"(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*{_ZERO}", re.IGNORECASE)
_NO_OVERFLOW = re.compile(r"(?:^|;)\s*overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.IGNORECASE)
_FONT_SIZE = re.compile(r"(?:^|;)\s*font-size\s*:\s*([^;]+)", re.IGNORECASE)
_NO_FONT = re.compile(_ZERO, re.IGNORECASE)
_VISIBILITY = re.compile(r"(?:^|;)\s*visibility\s*:\s*([a-z]+)", re.IGNORECASE)
_AWAY = re.compile(
    r"(?:^|;)\s*(?:left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*-\s*"
    r"(?:\d{4,}|[3-9]\d\d)(?:\.\d+)?(?:px|pt|em|rem|%|vw|vh|cm|in)?\s*(?:!|;|$)"
    r"|(?:^|;)\s*transform\s*:[^;]*(?:scale[xy]?\(\s*0(?:\.0+)?\s*[,)]|translate[xy]?\(\s*-\d{3,})"
    r"|(?:^|;)\s*clip(?:-path)?\s*:\s*(?:rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?|inset\(\s*(?:50|100)%)",
    re.IGNORECASE,
)
_TINY = re.compile(r"0*(?:[01](?:\.\d*)?|\.\d+)(?:px|pt)\s*(?:!|;|$)", re.IGNORECASE)
_INK = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.IGNORECASE)
_PAPER = re.compile(r"(?:^|;)\s*background(-color|-image)?\s*:\s*([^;!]+)", re.IGNORECASE)
_PIECES = re.compile(r"[a-z]+\([^()]*\)|[^\s()]+")
_PICTURE = re.compile(r"url\(|gradient\(", re.IGNORECASE)
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
    return bool(_REMOVED.search(style) or _is_away(style) or (_NO_SIZE.search(style) and _NO_OVERFLOW.search(style)))


def _is_away(style: str) -> bool:
    return bool(_AWAY.search(style))


@dataclass(frozen=True, slots=True)
class Look:
    """What the elements around some text make of it."""

    invisible: bool = False
    no_size: bool = False
    ink: Colour | Transparent | None = BLACK
    paper: Colour | None = WHITE

    @property
    def shown(self) -> bool:
        return not (self.invisible or self.no_size or are_alike(self.ink, self.paper))

    def inside(self, attributes: Attributes) -> "Look":
        """The look of text in an element with these attributes, which stands in this look."""
        look = self._painted(attributes)
        style = style_of(attributes)
        if not style:
            return look
        visibility = _last(_VISIBILITY, style)
        if visibility and visibility[1].lower() != "inherit":
            look = replace(look, invisible=visibility[1].lower() in {"hidden", "collapse"})
        size = _last(_FONT_SIZE, style)
        if size and "inherit" not in size[1].lower():
            given = size[1].strip()
            look = replace(look, no_size=bool(_NO_FONT.match(given) or _TINY.match(given)))
        return look

    def _painted(self, attributes: Attributes) -> "Look":
        style = style_of(attributes)
        ink = (_last(_INK, style) or [None, attributes.get("color") or attributes.get("text")])[1]
        look = self
        if ink and not is_same(ink.strip().lower()):
            look = replace(look, ink=colour_of(ink))
        if attributes.get("background"):
            return replace(look, paper=None)
        if attributes.get("bgcolor"):
            look = _on(look, attributes["bgcolor"] or "")
        for background in _PAPER.finditer(style):
            look = _on(look, background[2])
        return look


def _on(look: Look, background: str) -> Look:
    """The look on this background; one that is not known hides nothing."""
    background = background.strip().lower()
    if background == "none" or is_same(background):
        return look
    if _PICTURE.search(background):
        return replace(look, paper=None)
    colours = [colour_of(piece) for piece in (background, *_PIECES.findall(background))]
    known = next((colour for colour in colours if colour is not None), None)
    if isinstance(known, Transparent):
        return look
    return replace(look, paper=known)


def _last(pattern: re.Pattern[str], style: str) -> re.Match[str] | None:
    """The last of what a style says more than once counts."""
    found = None
    for found in pattern.finditer(style):  # noqa: B007 - the last one is wanted
        pass
    return found
