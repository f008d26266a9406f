"""Telephone numbers, made comparable where that is unambiguous and left alone where it is not.

(11) 91234-5678 · 011 91234-5678 · 55 11 91234-5678 · 0055…  ──▶ +5511912345678      shown: +55 11 91234-5678
+55 11 8123-4567 (a mobile number as before 2012)            ──▶ +5511981234567
91234-5678, with the area code of the settings               ──▶ +5511912345678
+55 800 123 4567                                             ──▶ 08001234567, as it is dialled
1001 · 190 · 4004 1234 · 0800 123 4567 · 0 15 11 91234-5678 (carrier code)  stay as given, without punctuation

What a number is (mobile, or a landline) is asked of libphonenumber's data.
"""

import re

import phonenumbers
from phonenumbers import PhoneNumberType

from channels.cleaning import clean_line

ANONYMOUS = "anonymous"
_WITHHELD = frozenset(
    {
        "", "anonymous", "private", "unknown", "restricted", "unavailable", "withheld", "blocked", "no number",
        "anonimo", "anônimo", "privado", "oculto", "restrito", "desconhecido", "confidencial", "número privado",
        "<unknown>", "asterisk", "nocallerid", "no caller id", "unknown caller", "unspecified",
        "+266696687", "266696687", "+7378742833", "7378742833", "+2562533", "2562533", "+8656696", "8656696",
        "+86282452253", "86282452253", "+464",
    }
)  # fmt: skip
"""Also ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE as exchanges spell them on a keypad (Twilio's list)."""
_PUNCTUATION = re.compile(r"[\s().\-/\u2010-\u2015]+")
_DIALLED = re.compile(r"[+*#0-9]+")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
# An area code has no zero; a mobile number has nine digits and begins with 9, a fixed one eight and begins with 2 to 5.
_AREA = r"[1-9][1-9]"
_LOCAL = r"(?:9[0-9]{8}|[2-5][0-9]{7})"
_BRAZILIAN = re.compile(rf"(?:(?:00)?55|0)?({_AREA}{_LOCAL})")
_WITHOUT_NINE = re.compile(rf"(?:(?:\+|00)?55|0)?({_AREA})([6-9][0-9]{{7}})")
_WITHOUT_AREA = re.compile(r"9[0-9]{8}|(?!(?:3003|4003|4004|4020|4062))[2-5][0-9]{7}")
_TOLL_FREE = re.compile(r"(?:\+|(?:00)?)55([389]00[0-9]{7})")
_SHOWN = re.compile(r"\+55([0-9]{2})([0-9]{4,5})([0-9]{4})")
_SIP = re.compile(r"(?:sips?|tel|whatsapp):([^@;>]+)", re.IGNORECASE)
_CAN_TAKE_SMS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})


def comparable(given: str, area_code: str | None = None) -> str:
    """E.164 where there is one reading only; `anonymous` for a withheld number."""
    line = clean_line(given, 100)
    if sip := _SIP.search(line):
        line = sip[1]
    if line.casefold() in _WITHHELD:
        return ANONYMOUS
    digits = _PUNCTUATION.sub("", line)
    return _brazilian(digits, area_code) or _international(digits) or (digits if _DIALLED.fullmatch(digits) else line)


def _brazilian(digits: str, area_code: str | None) -> str | None:
    if toll_free := _TOLL_FREE.fullmatch(digits):
        return f"0{toll_free[1]}"
    if old := _WITHOUT_NINE.fullmatch(digits):
        return f"+55{old[1]}9{old[2]}"
    if national := _BRAZILIAN.fullmatch(digits):
        return f"+55{national[1]}"
    if area_code and _WITHOUT_AREA.fullmatch(digits):
        return f"+55{area_code}{digits}"
    return None


def _international(digits: str) -> str | None:
    if _INTERNATIONAL.fullmatch(digits):
        return digits
    if digits.startswith("00") and _INTERNATIONAL.fullmatch(f"+{digits[2:]}"):
        return f"+{digits[2:]}"
    return None


def is_mobile(number: str) -> bool:
    """Whether a comparable number takes an SMS, as far as its numbering plan tells."""
    if not _INTERNATIONAL.fullmatch(number):
        return False
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in _CAN_TAKE_SMS


def shown(number: str) -> str:
    """As a person reads it."""
    if number == ANONYMOUS:
        return "número oculto"
    found = _SHOWN.fullmatch(number)
    return f"+55 {found[1]} {found[2]}-{found[3]}" if found else number
