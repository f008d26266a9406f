"""What an error code of the Graph API means for a message that was to be sent.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes and its sister page of
the Messenger Platform; `error_subcode` decides before `code`.

TEMPORARY    another try helps, after the pause given here
PERMANENT    it is in vain: the message or its recipient is what is refused
OURS         it is we who are refused: token, permission, account, payment. A person must act; nothing is given up
WINDOW       the time in which free text may be written is over
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Meaning(StrEnum):
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    OURS = "ours"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Sense:
    meaning: Meaning
    pause: timedelta | None = None


_SOON, _LATER, _TOMORROW = timedelta(minutes=1), timedelta(minutes=15), timedelta(days=1)
PERMANENT, OURS, WINDOW = Sense(Meaning.PERMANENT), Sense(Meaning.OURS, timedelta(hours=6)), Sense(Meaning.WINDOW)
SOON, LATER, TOMORROW = (Sense(Meaning.TEMPORARY, pause) for pause in (_SOON, _LATER, _TOMORROW))
MENDED = Sense(Meaning.TEMPORARY, timedelta(hours=6))
"""A person must act, but about one number or template: the others of the channel are not held up by it."""

CODES: dict[int, Sense] = {
    0: OURS,  # the app user cannot be authenticated
    1: LATER,  # unknown API error
    2: LATER,  # service down or overloaded
    3: OURS,  # capability or permission
    4: SOON,  # the app's calls are limited
    10: OURS,  # permission denied
    17: SOON,  # the user's calls are limited
    32: SOON,  # the page's calls are limited
    33: MENDED,  # the business phone number has been deleted
    100: PERMANENT,  # invalid parameter
    131: LATER,  # a message of Messenger could not be sent now
    190: OURS,  # the access token has expired or was revoked
    368: OURS,  # blocked for violating policies
    551: PERMANENT,  # this person is not available: blocked us, or left
    613: SOON,  # calls are limited
    1200: LATER,  # temporary send failure
    80004: SOON,
    80006: SOON,
    80007: SOON,  # limits of the business account
    130429: SOON,  # throughput
    130472: PERMANENT,  # the number is part of an experiment
    130497: PERMANENT,  # this business may not write to this country
    131000: LATER,  # something went wrong
    131005: OURS,  # access denied
    131008: PERMANENT,  # parameter missing
    131009: PERMANENT,  # parameter not valid
    131016: LATER,  # service unavailable
    131021: PERMANENT,  # recipient is the sender
    131026: PERMANENT,  # undeliverable
    131030: PERMANENT,  # recipient not among the allowed ones of a test number
    131031: OURS,  # account locked
    131037: MENDED,  # display name not approved
    131042: OURS,  # payment
    131045: MENDED,  # registration or certificate
    131047: WINDOW,  # more than 24 hours since the customer wrote
    131048: LATER,  # limited as spam
    131049: TOMORROW,  # held back to keep users engaged
    131050: PERMANENT,  # the user wants no marketing from us
    131051: PERMANENT,  # unsupported type
    131052: PERMANENT,  # media of the user cannot be downloaded
    131053: PERMANENT,  # media of ours cannot be uploaded
    131056: SOON,  # too many messages to the same number
    131057: LATER,  # account in maintenance
    132000: PERMANENT,  # template: number of parameters
    132001: PERMANENT,  # template: does not exist in this language
    132005: PERMANENT,  # template: text too long
    132007: PERMANENT,  # template: policy
    132012: PERMANENT,  # template: format of parameters
    132015: MENDED,  # template paused
    132016: MENDED,  # template disabled
    132068: PERMANENT,  # flow blocked
    132069: LATER,  # flow throttled
    133000: LATER,
    133004: LATER,  # server temporarily unavailable
    133005: MENDED,  # PIN
    133006: MENDED,  # number not verified
    133010: MENDED,  # number not registered
    133016: LATER,  # registered too often
    134011: OURS,  # terms of payments not accepted
    135000: PERMANENT,  # generic user error
}
SUBCODES: dict[int, Sense] = {
    2018001: PERMANENT,  # no matching user
    2018065: WINDOW,  # outside the window, without a tag
    2018108: PERMANENT,  # this person does not receive messages from us now
    2018109: OURS,  # attachments are switched off for this page
    2018278: WINDOW,  # outside the allowed window
    2534022: WINDOW,  # the same, Instagram
    2534014: PERMANENT,  # the requested user cannot be found
    2534015: PERMANENT,
    1545041: PERMANENT,  # this person is not available
    1893016: PERMANENT,
}


def sense_of(code: int | None, subcode: int | None, *, status: int = 0, transient: bool = False) -> Sense:
    """`status` is that of HTTP, 0 where there is none."""
    if subcode in SUBCODES:
        return SUBCODES[subcode]
    if code in CODES:
        return CODES[code]
    if (code is not None and 200 <= code <= 299) or status == 401:
        return OURS
    if transient or status == 429 or status >= 500:
        return LATER
    return PERMANENT
