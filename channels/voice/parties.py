"""Who is who at a telephone system: extensions, trunks, and the ends of its channels."""

import re

from channels.voice.numbers import ANONYMOUS

LONGEST_EXTENSION = 6
_ENDPOINT = re.compile(r"[A-Za-z0-9_]+/([^@;/-]+(?:-[^@;/-]+)*?)(?:-[0-9a-f]{4,})?(?:@[^;]*)?(?:;[12])?")
_FROM_OUTSIDE = re.compile(r"trunk|pstn|incoming|inbound|external|entrada|did|default-in|from-out", re.IGNORECASE)


def is_extension(number: str | None) -> bool:
    return number is not None and number.isdigit() and 2 <= len(number) <= LONGEST_EXTENSION


def direction_of(caller: str | None, called: str | None, context: str | None = None) -> str:
    """From the numbers, and from the context where that speaks of a trunk."""
    if context and _FROM_OUTSIDE.search(context):
        return "inbound"
    if not is_extension(caller):
        return "inbound"
    if called is None or called == ANONYMOUS or is_extension(called) or called.startswith("*"):
        return "internal"
    return "outbound"


def endpoint(channel: str | None) -> str | None:
    """`PJSIP/1001-0000000a` is 1001, `Local/1001@from-queue-00000f1;1` too."""
    found = _ENDPOINT.fullmatch(channel or "")
    return found[1] if found else None
