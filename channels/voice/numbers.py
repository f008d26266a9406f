"""Telephone numbers, made comparable where that is unambiguous and left alone where it is not.

(11) 91234-5678 · 011 91234-5678 · 55 11 91234-5678 · 0055…  ──▶ +5511912345678      shown: +55 11 91234-5678
1001 · 190 · 0800 123 4567 · 0 15 11 91234-5678 (carrier code)  stay as given, without punctuation
"""

import re

from channels.cleaning import clean_line

ANONYMOUS = "anonymous"
_WITHHELD = frozenset(
    {"", "anonymous", "private", "unknown", "restricted", "unavailable", "anonimo", "anônimo", "privado"}
)
_PUNCTUATION = re.compile(r"[\s().\-/]+")
_DIALLED = re.compile(r"[+*#0-9]+")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
# An area code has no zero; a mobile number has nine digits and begins with 9, a fixed one eight and begins with 2 to 5.
_NATIONAL = r"[1-9][1-9](?:9[0-9]{8}|[2-5][0-9]{7})"
_BRAZILIAN = re.compile(rf"(?:(?:00)?55|0)?({_NATIONAL})")
_SHOWN = re.compile(r"\+55([0-9]{2})([0-9]{4,5})([0-9]{4})")
_SIP = re.compile(r"(?:sips?|tel):([^@;>]+)", re.IGNORECASE)


def comparable(given: str) -> str:
    """E.164 where there is one reading only; `anonymous` for a withheld number."""
    line = clean_line(given, 100)
    if sip := _SIP.search(line):
        line = sip[1]
    if line.casefold() in _WITHHELD:
        return ANONYMOUS
    digits = _PUNCTUATION.sub("", line)
    if _INTERNATIONAL.fullmatch(digits):
        return digits
    if brazilian := _BRAZILIAN.fullmatch(digits):
        return f"+55{brazilian[1]}"
    if digits.startswith("00") and _INTERNATIONAL.fullmatch(f"+{digits[2:]}"):
        return f"+{digits[2:]}"
    return digits if _DIALLED.fullmatch(digits) else line


def shown(number: str) -> str:
    """As a person reads it."""
    if number == ANONYMOUS:
        return "número oculto"
    found = _SHOWN.fullmatch(number)
    return f"+55 {found[1]} {found[2]}-{found[3]}" if found else number
