"""Reading the arguments of MAIL and RCPT (RFC 5321 §4.1.2), bytes in, plain values or a refusal out.

One regular expression takes what real clients send: `<a@b>` with or without the angle brackets, a quoted
local part, an obsolete source route (dropped, as RFC 5321 §F.2 says), an address literal, UTF-8.
"""

import re
from dataclasses import dataclass

LONGEST_ADDRESS = 512

_LOCAL = rb'(?:[\w!#$%&\'*+/=?^`{|}~.\x80-\xff-]+|"(?:[^"\\\x00-\x1f\x7f]|\\[ -~])*")'
_DOMAIN = rb"(?:[\w.\x80-\xff-]+|\[[\w.:%-]+\])"
_MAILBOX = _LOCAL + rb"@" + _DOMAIN
_PATH = re.compile(
    rb"<(?:@[^<>:\x00-\x20\x7f]*:)?(" + _MAILBOX + rb"|)>(?: +(.*))?|(" + _MAILBOX + rb")(?: +(.*))?", re.DOTALL
)
_POSTMASTER = re.compile(rb"<postmaster> *", re.IGNORECASE)

_SYNTAX = b"501 5.5.4 Syntax: %s <address>"
_MALFORMED = b"553 5.1.3 That is not an address"
_UNKNOWN_PARAMETER = b"555 5.5.4 Unknown parameter"
_BODIES = frozenset({b"7BIT", b"8BITMIME"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """`reply` is what the client is told; nothing in it comes from the client."""

    reply: bytes


@dataclass(frozen=True, slots=True)
class Path:
    """`address` is '' for the null reverse path and 'postmaster' for the bare one."""

    address: str
    size: int = 0
    smtputf8: bool = False


def read_mail(argument: bytes) -> Path | Refusal:
    """`FROM:<address> [SIZE=n] [BODY=7BIT|8BITMIME] [SMTPUTF8]`."""
    split = _split(argument, b"FROM:")
    if isinstance(split, Refusal):
        return split
    address, parameters = split
    size, smtputf8 = 0, not address.isascii()
    for parameter in parameters.upper().split():
        name, _, value = parameter.partition(b"=")
        if name == b"SIZE" and value.isdigit() and len(value) <= 20:
            size = int(value)
        elif name == b"SMTPUTF8" and not value:
            smtputf8 = True
        elif not (name == b"BODY" and value in _BODIES):
            return Refusal(_UNKNOWN_PARAMETER)
    return Path(address, size, smtputf8)


def read_rcpt(argument: bytes) -> Path | Refusal:
    """`TO:<address>`; no parameters are offered, none are taken."""
    if _POSTMASTER.fullmatch(argument[3:].strip()) and argument[:3].upper() == b"TO:":
        return Path("postmaster")
    split = _split(argument, b"TO:")
    if isinstance(split, Refusal):
        return split
    address, parameters = split
    if not address:
        return Refusal(_MALFORMED)
    return Refusal(_UNKNOWN_PARAMETER) if parameters else Path(address)


def _split(argument: bytes, keyword: bytes) -> tuple[str, bytes] | Refusal:
    if argument[: len(keyword)].upper() != keyword:
        return Refusal(_SYNTAX % (b"MAIL FROM:" if keyword == b"FROM:" else b"RCPT TO:"))
    match = _PATH.fullmatch(argument[len(keyword) :].strip())
    if match is None:
        return Refusal(_MALFORMED)
    bracketed, behind, bare, behind_bare = match.groups()
    path = bracketed if bare is None else bare
    if len(path) > LONGEST_ADDRESS:
        return Refusal(_MALFORMED)
    try:
        return path.decode("utf-8"), (behind or behind_bare or b"").strip()
    except UnicodeDecodeError:
        return Refusal(_MALFORMED)
