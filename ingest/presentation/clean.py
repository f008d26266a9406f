"""Text from outside, made safe for a terminal.

A subject may hold `ESC ] 0 ; … BEL` (renames the window), `ESC [ 2 J` (clears it) or a right-to-left override
(shows `gpj.exe` as `exe.jpg`). Nothing here is lost: the raw bytes stay in the journal.
"""

import re

CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
BREAKS = "\u2028\u2029"
LONE = "\ud800-\udfff"

_UNSEEN = re.compile(f"[{CONTROLS}{DIRECTION}{LONE}]")
_BREAKS = re.compile(f"\r\n|[\r{BREAKS}]")
_SPACES = re.compile(r"\s+")
_ESCAPED_IN_JSON = re.compile(f"[\x7f-\x9f{DIRECTION}{BREAKS}{LONE}]")


def block(text: object) -> str:
    """`text` with its line breaks and tabs, without anything a terminal would obey."""
    return _UNSEEN.sub("", _BREAKS.sub("\n", str(text)))


def line(text: object, *, limit: int | None = None) -> str:
    """`text` on one line, cut to `limit` characters."""
    flat = _SPACES.sub(" ", block(text)).strip()
    return flat if limit is None or len(flat) <= limit else f"{flat[: limit - 1].rstrip()}…"


def json_text(document: str) -> str:
    """A JSON document whose strings hold no control that a terminal obeys: `\\u` escapes mean the same.

    json.dumps already escapes U+0000 to U+001F; a C1 control such as U+009B would pass.
    """
    return _ESCAPED_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", document)
