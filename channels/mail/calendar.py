"""An invitation as a person reads it: what, when, where, who. Of the first event only.

Its own few lines rather than a library: calendars in mail are broken more often than not, and the times are shown as
they were written, with their zone, not computed with.
"""

import re
from collections.abc import Iterator

from channels.cleaning import clean_line

_LONGEST = 200_000
_LONGEST_VALUE = 1_000
_PROPERTY = re.compile(r"([A-Za-z-]{1,60})((?:;(?:[^:\"]|\"[^\"]*\")*)?):(.*)")
_ZONE = re.compile(r";TZID=\"?([^;:\"]{1,80})", re.IGNORECASE)
_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?")
_ESCAPED = re.compile(r"\\(.)")
_METHODS = {
    "REQUEST": "Convite",
    "PUBLISH": "Evento",
    "CANCEL": "Cancelamento de convite",
    "REPLY": "Resposta a convite",
    "COUNTER": "Nova proposta para convite",
    "ADD": "Convite",
}
_ANSWERS = {"ACCEPTED": "aceito", "DECLINED": "recusado", "TENTATIVE": "talvez"}


def invitation(calendar: str) -> str:
    """Lines of Portuguese text; '' when there is no event in it."""
    method, event, answer = _event(calendar)
    if not event:
        return ""
    rows = [
        (_METHODS.get(method.upper(), "Evento"), event.get("SUMMARY", "(sem título)")),
        ("Quando", _span(event.get("DTSTART", ""), event.get("DTEND", ""))),
        ("Onde", event.get("LOCATION", "")),
        ("Organizador", event.get("ORGANIZER", "")),
        ("Resposta", answer if method.upper() == "REPLY" else ""),
        ("Descrição", event.get("DESCRIPTION", "")),
    ]
    return "\n".join(f"{name}: {value}" for name, value in rows if value)


def _event(calendar: str) -> tuple[str, dict[str, str], str]:
    method = answer = ""
    event: dict[str, str] = {}
    inside: list[str] = []
    for name, options, value in _properties(calendar):
        if name == "BEGIN":
            inside.append(value.upper())
        elif name == "END":
            if inside and inside.pop() == "VEVENT":
                break
        elif name == "METHOD":
            method = value
        elif inside[-1:] == ["VEVENT"]:
            if name == "ATTENDEE":
                stated = re.search(r"PARTSTAT=([A-Z-]+)", options, re.IGNORECASE)
                answer = _ANSWERS.get(stated[1].upper(), "") if stated else answer
            event.setdefault(name, _shown(name, options, value))
    return method, event, answer


def _properties(calendar: str) -> Iterator[tuple[str, str, str]]:
    unfolded = re.sub(r"\r?\n[ \t]", "", calendar[:_LONGEST])
    for line in unfolded.split("\n"):
        found = _PROPERTY.fullmatch(line.strip())
        if found:
            yield found[1].upper(), found[2], found[3].strip()


def _shown(name: str, options: str, value: str) -> str:
    if name in {"DTSTART", "DTEND"}:
        return _moment(options, value)
    if name == "ORGANIZER":
        common = re.search(r";CN=\"?([^;:\"]{1,200})", options, re.IGNORECASE)
        address = re.sub(r"^mailto:", "", value, flags=re.IGNORECASE)
        return clean_line(f"{common[1]} <{address}>" if common else address, _LONGEST_VALUE)
    return clean_line(_ESCAPED.sub(lambda mark: " " if mark[1] in "nN" else mark[1], value), _LONGEST_VALUE)


def _moment(options: str, value: str) -> str:
    found = _TIME.match(value)
    if not found:
        return ""
    year, month, day, hour, minute, universal = found.groups()
    zone = _ZONE.search(options)
    place = " UTC" if universal else f" ({clean_line(zone[1], 80)})" if zone else ""
    return f"{day}/{month}/{year}" + (f" {hour}:{minute}{place}" if hour else "")


def _span(begin: str, end: str) -> str:
    """One day is named once."""
    if not begin or not end or begin == end:
        return begin
    day, _, clock = end.partition(" ")
    start_day, _, start_clock = begin.partition(" ")
    if day == start_day and clock and start_clock:
        return f"{day} {start_clock.partition(' ')[0]} - {clock}"
    return f"{begin} - {end}"
