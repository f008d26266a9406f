"""The words of the rule language: every condition and action, what it takes, and a sentence about it.

This one table feeds the loader, the JSON Schema (hover texts) and the test that nothing is undocumented.
The sentences are English msgids.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from domain.interaction import Automated, Medium
from domain.ticket import Priority
from triage.conditions import Number
from triage.sight import Sight


class Takes(Enum):
    """What stands after a condition's name."""

    WORDS = auto()
    VALUES = auto()
    CHOICES = auto()
    NUMBERS = auto()
    SIZES = auto()
    TRUTH = auto()
    TRAITS = auto()
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
        meaning="An attachment has one of these content types; image/* takes every picture.",
    ),
    "attachment_count": Term(takes=Takes.NUMBERS, meaning="How many attachments it has."),
    "attachment_size": Term(takes=Takes.SIZES, meaning="How large one of its attachments is, as 500kB or 5MB."),
    "shouting": Term(takes=Takes.TRUTH, meaning="It is written in capitals."),
    "capitals": Term(takes=Takes.NUMBERS, meaning="How many of its letters are capitals, from 0 to 100 per cent."),
    "exclamations": Term(takes=Takes.NUMBERS, meaning="How many exclamation marks it has."),
    "trait": Term(takes=Takes.TRAITS, meaning="Facts that a channel adds, by name: call.answered, call.waited_s …"),
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
}

COMPARISONS: Mapping[str, str] = {
    "gt": "More than this.",
    "gte": "This or more.",
    "lt": "Less than this.",
    "lte": "This or less.",
    "between": "From the first to the second number, both included.",
}

FIELDS: Mapping[str, str] = {
    "department": "The department that owns the ticket.",
    "priority": "Alta, Média or Baixa.",
    "flag": "Marks the ticket for somebody to look at.",
}

RULE_KEYS: Mapping[str, str] = {
    "name": "A short name, shown wherever the rule decided something. Each name once.",
    "when": "When the rule applies. All that stands here must be true.",
    "set": "What it decides. For each field the first rule that applies and sets it decides.",
    "tags": "Tags it gives. Tags of all rules that apply add up.",
    "stop": "true: rules further down are not asked any more.",
}

FILE_KEYS: Mapping[str, str] = {
    "version": "The version of the rule language: 1.",
    "departments": "The departments: a short name and the name people see.",
    "default": "Department and priority of whatever no rule decides.",
    "define": "Conditions with a name, for use in many rules by `is`.",
    "rules": "The rules, asked from top to bottom.",
    "tests": "Examples with the expected result. A file whose tests fail is not put into force.",
}

GIVEN_KEYS: Mapping[str, str] = {
    "channel": "The channel it came by.",
    "medium": "mail, chat, call or alert.",
    "subject": "The subject.",
    "text": "What the customer newly wrote.",
    "sender": "The sender's address or number.",
    "sender_name": "The sender's display name.",
    "recipients": "The addresses it was sent to.",
    "automated": "none, auto_reply, bounce, list, bulk or own.",
    "is_reply": "true if it answers on an existing ticket.",
    "attachments": "A list of file names, or of {name, type, size}.",
    "traits": "Facts that the channel adds.",
}

EXPECT_KEYS: Mapping[str, str] = {
    **FIELDS,
    "tags": "Tags it gets; it may get others too.",
    "rule": "Which rule decides: {department: name}; a name alone means the department.",
}

CASE_KEYS: Mapping[str, str] = {
    "name": "What the example shows.",
    "given": "The message.",
    "expect": "What the rules must decide.",
    "expect_not": "What the rules must not decide.",
}

PRIORITIES = tuple(str(priority) for priority in Priority)
