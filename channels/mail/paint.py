"""Colours of HTML mail, as far as it takes to see that a text has the colour of what it stands on.

    ink      the colour of letters; TRANSPARENT; None when it is not known
    paper    what is behind them: white at first, None when a picture or an unknown colour is

What is not known is taken to be seen. Colours nearer than NEAR in red, green and blue cannot be told apart.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

NEAR = 24
Colour = tuple[int, int, int]
WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
_NAMES: dict[str, Colour] = {
    "white": WHITE,
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
    "ghostwhite": (248, 248, 255),
    "whitesmoke": (245, 245, 245),
    "floralwhite": (255, 250, 240),
    "black": BLACK,
    "silver": (192, 192, 192),
    "gray": (128, 128, 128),
    "grey": (128, 128, 128),
    "red": (255, 0, 0),
    "maroon": (128, 0, 0),
    "yellow": (255, 255, 0),
    "olive": (128, 128, 0),
    "lime": (0, 255, 0),
    "green": (0, 128, 0),
    "aqua": (0, 255, 255),
    "cyan": (0, 255, 255),
    "teal": (0, 128, 128),
    "blue": (0, 0, 255),
    "navy": (0, 0, 128),
    "fuchsia": (255, 0, 255),
    "magenta": (255, 0, 255),
    "purple": (128, 0, 128),
    "orange": (255, 165, 0),
}
_HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_FUNCTION = re.compile(r"(?:rgb|hsl)a?\(([^()]{1,60})\)")
_SAME = frozenset({"inherit", "initial", "unset", "revert", "currentcolor", ""})


@dataclass(frozen=True, slots=True)
class Transparent:
    """No colour: what is behind shows through."""


TRANSPARENT = Transparent()


def is_same(value: str) -> bool:
    """Whether a value says nothing of its own."""
    return value in _SAME


@lru_cache(maxsize=1024)
def colour_of(value: str) -> Colour | Transparent | None:
    """`#fff`, `rgb(255, 255, 255)`, `white`; None when it is not known."""
    value = value.strip().lower()
    if value == "transparent":
        return TRANSPARENT
    if value in _NAMES:
        return _NAMES[value]
    if digits := _HEX.fullmatch(value):
        return _from_digits(digits[1])
    function = _FUNCTION.fullmatch(value)
    return _from_numbers(function[1], relative=value.startswith("hsl")) if function else None


def are_alike(ink: Colour | Transparent | None, paper: Colour | None) -> bool:
    if isinstance(ink, Transparent):
        return True
    if ink is None or paper is None:
        return False
    return all(abs(mine - behind) <= NEAR for mine, behind in zip(ink, paper, strict=True))


def _from_digits(digits: str) -> Colour | Transparent:
    if len(digits) in {3, 4}:
        digits = "".join(digit * 2 for digit in digits)
    if digits[6:] == "00":
        return TRANSPARENT
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def _from_numbers(inside: str, *, relative: bool) -> Colour | Transparent | None:
    parts = inside.replace(",", " ").replace("/", " ").split()
    try:
        numbers = [float(part.rstrip("%")) * (2.55 if part.endswith("%") else 1) for part in parts]
    except ValueError:
        return None
    if len(numbers) == 4 and numbers[3] <= 0.02:
        return TRANSPARENT
    if len(numbers) not in {3, 4}:
        return None
    if relative:
        return WHITE if numbers[2] > 250 else BLACK if numbers[2] < 5 else None
    red, green, blue = (max(0, min(255, round(number))) for number in numbers[:3])
    return red, green, blue
