"""What RE2 says about an expression it cannot read, in the words of someone who has to mend it."""

from collections.abc import Mapping

from domain.errors import N_, Words
from domain.units import BadValue

REASONS: Mapping[str, str] = {
    "missing )": N_('a ")" is missing'),
    "unexpected )": N_('there is a ")" too many'),
    "missing ]": N_('a "]" is missing'),
    "invalid character class": N_("there is no such class of characters"),
    "invalid character class range": N_("the range in [ ] runs backwards, or is no range"),
    "invalid escape sequence": N_('"\\" stands before something it has no meaning for'),
    "trailing \\": N_('"\\" at the end needs something after it'),
    "no argument for repetition operator": N_("nothing stands before the sign that repeats"),
    "bad repetition operator": N_("two signs that repeat stand side by side"),
    "invalid repetition size": N_("it repeats too often; at most 1000 times, also one in another"),
    "invalid perl operator": N_("looking ahead or behind is not possible; use `not` for what must not be there"),
    "invalid named capture group": N_("the name of a group is not written like this"),
    "pattern too large - compile failed": N_("it is too large"),
}


def unreadable(error: Exception) -> BadValue:
    """`error` is what RE2 raised: the reason, and for most a colon and the part that it means."""
    told = error.args[0] if error.args else "?"
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    reason, _, part = text.partition(": ")
    words = Words(REASONS[reason]) if reason in REASONS else reason
    if not part:
        return BadValue("this expression cannot be read: %(reason)s", reason=words)
    return BadValue("this expression cannot be read: %(reason)s, at %(part)s", reason=words, part=part)
