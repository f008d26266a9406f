"""Telephone numbers of people as E.164, by libphonenumber's data; Brazilian where no country is named.

(11) 91234-5678 · 011 91234-5678 · 0 15 11 91234-5678 · +55 11 91234-5678  ──▶ +5511912345678
+55 11 8123-4567 (a mobile number as before 2012, as WhatsApp still writes many)  ──▶ +5511981234567
190 · 1001 · 4004-1234 · "ramal da Rita"                                          ──▶ None: nobody's own number
"""

import re

import phonenumbers

HOME = "BR"
LONGEST = 60
_WITHOUT_NINE = re.compile(r"\+55([1-9][1-9])([6-9][0-9]{7})")


def e164(given: str, region: str = HOME) -> str | None:
    """The number of one subscriber, or None where there is none in it."""
    if len(given) > LONGEST:
        return None
    for text, home in ((given, region), (f"+{given.strip()}", None)):
        try:
            parsed = phonenumbers.parse(text, home)
        except phonenumbers.NumberParseException:
            continue
        number = nine_digits(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
        if phonenumbers.is_valid_number(phonenumbers.parse(number)):
            return number
    return None


def nine_digits(number: str) -> str:
    """A Brazilian mobile number as since 2012."""
    old = _WITHOUT_NINE.fullmatch(number)
    return f"+55{old[1]}9{old[2]}" if old else number
