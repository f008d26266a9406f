"""The conditions of the rule language: what each takes, and a sentence about it.

This one table feeds the loader, the JSON Schema (hover texts) and the test that nothing is undocumented.
The sentences are English msgids.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from domain.interaction import Automated, Medium
from triage.calendars import WEEKDAYS
from triage.conditions import Number
from triage.sight import HEADER, LABELS, TRAIT, Sight


class Takes(Enum):
    """What stands after a condition's name."""

    WORDS = auto()
    VALUES = auto()
    CHOICES = auto()
    NUMBERS = auto()
    SIZES = auto()
    DURATIONS = auto()
    TRUTH = auto()
    KEYED = auto()
    HOURS = auto()
    WEEKDAYS = auto()
    TAGS = auto()
    NAMES = auto()
    ONE = auto()
    MANY = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    takes: Takes
    meaning: str
    fields: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


CONDITIONS: Mapping[str, Term] = {
    "words": Term(
        takes=Takes.WORDS,
        fields=("subject", "text"),
        meaning="One of these words or phrases stands in the subject or in the text.",
    ),
    "subject": Term(
        takes=Takes.WORDS, fields=("subject",), meaning="One of these words or phrases stands in the subject."
    ),
    "text": Term(
        takes=Takes.WORDS,
        fields=("text",),
        meaning="One of these words or phrases stands in what the customer newly wrote (quoted history is left out).",
    ),
    "sender_name": Term(
        takes=Takes.WORDS, fields=("sender_name",), meaning="One of these words stands in the sender's display name."
    ),
    "sender": Term(
        takes=Takes.VALUES,
        fields=("sender",),
        meaning="The sender's address or number is one of these; * stands for anything.",
    ),
    "sender_domain": Term(
        takes=Takes.VALUES,
        fields=("sender_domain",),
        meaning="The part of the sender's address after the @ is one of these; *.exemplo.com takes its subdomains.",
    ),
    "recipient": Term(
        takes=Takes.VALUES,
        fields=("recipient",),
        meaning="The message was sent to one of these addresses; a +tag in the address does not matter.",
    ),
    "channel": Term(
        takes=Takes.VALUES, fields=("channel",), meaning="It came by one of these channels, as named in balcao.yaml."
    ),
    "medium": Term(
        takes=Takes.CHOICES,
        fields=("medium",),
        choices=tuple(map(str, Medium)),
        meaning="What kind of contact it is: mail, chat, call or alert.",
    ),
    "automated": Term(
        takes=Takes.CHOICES,
        fields=("automated",),
        choices=tuple(map(str, Automated)),
        meaning="Who wrote it if not a person; true takes every automatic message, false none.",
    ),
    "is_reply": Term(takes=Takes.TRUTH, meaning="It answers on a ticket that already exists."),
    "attachment_name": Term(
        takes=Takes.VALUES,
        fields=("attachment_name",),
        meaning="An attachment has one of these names; *.xml takes every XML file.",
    ),
    "attachment_type": Term(
        takes=Takes.VALUES,
        fields=("attachment_type",),
        meaning="An attachment has one of these content types, declared or by its bytes; image/* takes every picture.",
    ),
    "attachment_count": Term(takes=Takes.NUMBERS, meaning="How many attachments it has."),
    "attachment_size": Term(takes=Takes.SIZES, meaning="How large one of its attachments is, as 500kB or 5MB."),
    "shouting": Term(takes=Takes.TRUTH, meaning="It is written in capitals."),
    "capitals": Term(takes=Takes.NUMBERS, meaning="How many of its letters are capitals, from 0 to 100 per cent."),
    "exclamations": Term(takes=Takes.NUMBERS, meaning="How many exclamation marks it has."),
    "trait": Term(
        takes=Takes.KEYED,
        fields=(TRAIT,),
        meaning="Facts that a channel adds, by name: call.answered, call.waited_s, auth.dmarc, labels of alerts …",
    ),
    "label": Term(
        takes=Takes.KEYED,
        fields=(LABELS,),
        meaning="Labels of an alert, by name: cluster, team, cliente …; the same as trait: {label.cluster: …}.",
    ),
    "header": Term(
        takes=Takes.KEYED,
        fields=(HEADER,),
        meaning="Header fields of a mail, by small-letter name: x-priority, importance, list-id …",
    ),
    "contact_class": Term(
        takes=Takes.VALUES, fields=("contact_class",), meaning="The sender is a contact of one of these classes."
    ),
    "contact_plan": Term(
        takes=Takes.VALUES, fields=("contact_plan",), meaning="The sender is a contact with one of these plans."
    ),
    "conversation_age": Term(
        takes=Takes.DURATIONS, meaning="How long ago its ticket was opened, as 30m, 2h or 3d; 0 for a new ticket."
    ),
    "message_count": Term(takes=Takes.NUMBERS, meaning="Which message of its ticket it is; 1 is the first."),
    "hours": Term(takes=Takes.HOURS, meaning="It came within or outside the business hours of a calendar."),
    "weekday": Term(
        takes=Takes.WEEKDAYS,
        choices=WEEKDAYS,
        meaning="It came on one of these days: mon, tue, wed, thu, fri, sat, sun.",
    ),
    "tag": Term(takes=Takes.TAGS, meaning="A rule further up has given it one of these tags."),
    "is": Term(takes=Takes.NAMES, meaning="One of these conditions from `define` is true."),
    "all": Term(takes=Takes.MANY, meaning="Every condition of the list is true."),
    "any": Term(takes=Takes.MANY, meaning="At least one condition of the list is true."),
    "not": Term(takes=Takes.ONE, meaning="The condition is not true; of a list, none is."),
}

TRUTHS: Mapping[str, Callable[[Sight], bool]] = {
    "is_reply": lambda sight: sight.facts.is_reply,
    "shouting": lambda sight: sight.loudness.shouting,
}

NUMBERS: Mapping[str, Callable[[Sight], Iterable[Number]]] = {
    "attachment_count": lambda sight: (len(sight.facts.attachments),),
    "attachment_size": lambda sight: [file.size for file in sight.facts.attachments],
    "capitals": lambda sight: (sight.loudness.capitals,),
    "exclamations": lambda sight: (sight.loudness.exclamations,),
    "conversation_age": lambda sight: (sight.facts.conversation_age,),
    "message_count": lambda sight: (sight.facts.message_count,),
}

CALL_TRAITS = (
    "call.id",
    "call.direction",
    "call.answered",
    "call.from",
    "call.to",
    "call.waited_s",
    "call.talked_s",
    "call.duration_s",
    "call.queue",
    "call.agent",
    "call.ended_by",
    "call.recording",
    "call.abandoned",
    "call.voicemail",
    "call.overdue",
    "call.transferred_to",
    "call.tries_today",
)
"""What calls bring; other traits may have any name."""

ALERT_TRAITS = (
    "alert.source",
    "alert.name",
    "alert.state",
    "alert.fingerprint",
    "alert.severity",
    "alert.level",
    "alert.runbook",
    "alert.link",
    "alert.storm",
    "alert.children",
    "alert.silenced_by",
    "alert.unproved",
)
"""What alerts bring, beside `label.…` for each of their labels."""

FIXED_TRAITS: Mapping[str, tuple[str, ...]] = {"call.": CALL_TRAITS, "alert.": ALERT_TRAITS}
"""Names that begin so are one of these."""
