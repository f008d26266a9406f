"""Notifications of Nagios, Icinga and Checkmk by mail: the same facts as an alert that is posted.

    sender named in the settings, and proved ─▶ subject or fields of a notification ─▶ alert
                       └ not proved: ordinary mail, marked `alert.unproved`, for whoever writes such a From could
                         else close an incident

    ** PROBLEM Service Alert: web01/HTTP is CRITICAL **      Nagios, Icinga 1     Notification Type: PROBLEM …
    [PROBLEM] HTTP on web01 is CRITICAL!                     Icinga 2             ***** Service Monitoring on … *****
    PROBLEM - web01 - HTTP is CRITICAL                       Icinga 2 before 2.7
    Check_MK: web01/HTTP OK -> CRIT                          Checkmk              Event: OK -> CRIT …

Proof is a trusted server's word for the sender, or the address that handed the mail over. What is no problem and no
recovery (an acknowledgement, a downtime) is not filed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from channels.alert_words import NO_RETURN_PATH, alert_text
from channels.cleaning import clean_line
from channels.mail.authentication import Network, Trust
from domain.alert import AlertEvent, AlertSign
from domain.interaction import Ignored, Interaction, Medium
from domain.mailbox import domain_of, fold_address

UNPROVED = "alert.unproved"
_WORD = r"[A-Za-z]{2,20}"
_HOST, _SERVICE = r"(?P<host>[^/\s]{1,200})", r"(?:/(?P<service>.{1,200}?))?"
_SUBJECTS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\*\* (?P<type>{_WORD}) (?:Host|Service) Alert: {_HOST}{_SERVICE} is (?P<state>{_WORD}) \*\*",
        rf"\[(?P<type>{_WORD})\] Host (?P<host>.{{1,200}}?) is (?P<state>{_WORD})!",
        rf"\[(?P<type>{_WORD})\] (?P<service>.{{1,200}}?) on (?P<host>.{{1,200}}?) is (?P<state>{_WORD})!",
        rf"(?P<type>[A-Z]{{4,20}}) - (?P<host>\S{{1,200}})(?: - (?P<service>.{{1,200}}?))? is (?P<state>{_WORD})",
        rf"Check_?[Mm][Kk]: {_HOST}{_SERVICE}(?: -)? {_WORD} (?:->|→) (?P<state>{_WORD})",
        rf"Check_?[Mm][Kk]: {_HOST}{_SERVICE}(?: -)? (?P<type>Acknowledge[a-z]*|Downtime [a-z]+|[A-Za-z]+ Flapping)",
    )
)
_FIELD = re.compile(r"[ \t*]{0,8}([A-Z][A-Za-z/ ]{1,24}?)[ \t]{0,8}:[ \t]*(.{0,1000})")
_EVENT = re.compile(rf"{_WORD} (?:->|→) (?P<state>{_WORD})")
_FIRING = frozenset({"CRITICAL", "CRIT", "WARNING", "WARN", "UNKNOWN", "UNKN", "DOWN", "UNREACHABLE", "UNREACH"})
_WELL = frozenset({"OK", "UP"})
_TOOLS = (("check", "checkmk"), ("icinga", "icinga"), ("monitoring on", "icinga"))
_INFO = ("additional info", "info", "output", "service output", "plugin output")
_WEB = ("https://", "http://")
_RUNBOOKS = ("notes url", "action url", "runbook")


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitors:
    """`senders`: folded addresses, and domains as `@exemplo.com`. `peers`: who may hand their mail over without any
    other proof; `unproved`: anybody may."""

    senders: frozenset[str] = frozenset()
    peers: tuple[Network, ...] = ()
    unproved: bool = False

    def names(self, address: str) -> bool:
        return fold_address(address) in self.senders or f"@{domain_of(address)}" in self.senders

    def believes(self, mail: Interaction, envelope: Mapping[str, Any]) -> bool:
        """A file without any envelope is what a person tries out."""
        handed_over = Trust(authserv=frozenset({"-"}), peers=self.peers)
        by_peer = bool(envelope.get("peer")) and handed_over.reaches(envelope)
        return self.unproved or mail.authentic or by_peer or not envelope


NO_MONITORS = Monitors()


def as_alert(mail: Interaction, monitors: Monitors, envelope: Mapping[str, Any]) -> Interaction | Ignored:
    """The mail as it is, unless it is a notification."""
    if not monitors.senders or not monitors.names(mail.sender.address):
        return mail
    told = notification_of(mail)
    if told is None:
        return mail
    if not monitors.believes(mail, envelope):
        return replace(mail, traits={**mail.traits, UNPROVED: True})
    if isinstance(told, Ignored):
        return told
    text = alert_text(told)
    return replace(
        mail,
        medium=Medium.ALERT,
        subject=told.headline,
        text=text,
        traits={**mail.traits, **told.traits()},
        return_path=None,
        no_return_path=NO_RETURN_PATH,
        authentic=True,
        alert=told,
    )


def notification_of(mail: Interaction) -> AlertEvent | Ignored | None:
    """None: it is none."""
    fields = _fields(mail.text_full)
    found = next((match for one in _SUBJECTS if (match := one.search(mail.subject))), None)
    said = {name: value for name, value in (found.groupdict() if found else {}).items() if value}
    host, service = said.get("host") or fields.get("host") or fields.get("hostname"), said.get("service")
    service = service or fields.get("service")
    event = _EVENT.search(fields.get("event", ""))
    state = (said.get("state") or fields.get("state") or (event["state"] if event else "")).upper()
    kind = (said.get("type") or fields.get("notification type") or ("PROBLEM" if state else "")).upper()
    if not host or not kind or not _looks_like_one(found is not None, fields, mail.text_full):
        return None
    where = clean_line(f"{host}/{service}" if service else host, 200)
    if kind not in {"PROBLEM", "RECOVERY"} or state not in _FIRING | _WELL:
        return Ignored(reason=f"a notification that is no problem and no recovery: {kind.lower()[:40]} of {where}")
    return _event(mail, where, {"host": host, "service": service or "", **fields}, state)


def _event(mail: Interaction, where: str, known: Mapping[str, str], state: str) -> AlertEvent:
    sign = AlertSign.RESOLVED if state in _WELL else AlertSign.FIRING
    labels = {"host": known["host"], "service": known["service"], "address": known.get("address", "")}
    return AlertEvent(
        fingerprint=where,
        sign=sign,
        source=_tool(mail),
        name=where,
        summary=clean_line(_first(known, _INFO) or f"{state}", 500),
        severity=state.lower(),
        labels=tuple(sorted((name, clean_line(value, 300)) for name, value in labels.items() if value)),
        runbook=next((url for name in _RUNBOOKS if (url := known.get(name, "")).startswith(_WEB)), None),
        ended_at=mail.occurred_at if sign is AlertSign.RESOLVED else None,
        told_at=mail.occurred_at,
    )


def _looks_like_one(by_subject: bool, fields: Mapping[str, str], text: str) -> bool:  # noqa: FBT001 - the two signs
    """By its subject and at least something of its body, or by its body alone."""
    whole = "notification type" in fields and "host" in fields
    banner = "*****" in text[:300] or "event" in fields or "is " in text[:300]
    return whole or (by_subject and (banner or "host" in fields or "hostname" in fields))


def _fields(text: str) -> dict[str, str]:
    """`Name: value`, and a value that stands in the lines below its name."""
    found: dict[str, str] = {}
    open_name = ""
    for line in text[:20_000].splitlines()[:200]:
        waits = open_name in _INFO and not found[open_name] and bool(line.strip())
        match = None if waits else _FIELD.fullmatch(line.rstrip())
        if match is not None:
            open_name = " ".join(match[1].lower().split())
            found.setdefault(open_name, match[2].strip())
        elif open_name and line.strip() and not found.get(open_name):
            found[open_name] = line.strip()
    return found


def _first(known: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((known[name] for name in names if known.get(name)), "")


def _tool(mail: Interaction) -> str:
    looked_at = f"{mail.subject}\n{mail.text_full[:300]}\n{mail.sender.address}".lower()
    return next((tool for word, tool in _TOOLS if word in looked_at), "nagios")
