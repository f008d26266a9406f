"""Why a rule does not decide a message, in sentences: from the rule down to what the message holds."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.text import Text

from ingest.presentation.clean import line
from ingest.presentation.console import console
from ingest.presentation.labels import FIELDS, label
from ingest.translations import N_, _
from triage.vocabulary import CONDITIONS, Takes

Said = Mapping[str, Any]

FAILED: Mapping[str, str] = {
    "is": N_("the named condition %(written)s is not true"),
    "any": N_("none of these is true"),
    "not": N_("this must not be true, but is"),
}
HELD = N_("true: %(condition)s %(written)s")
BY_KIND: Mapping[Takes, str] = {
    Takes.WORDS: N_("%(condition)s: none of these stands there: %(written)s"),
    Takes.VALUES: N_("%(condition)s: it is none of these: %(written)s"),
    Takes.CHOICES: N_("%(condition)s: it is none of these: %(written)s"),
    Takes.NUMBERS: N_("%(condition)s: the number is not so: %(written)s"),
    Takes.SIZES: N_("%(condition)s: no size is so: %(written)s"),
    Takes.DURATIONS: N_("%(condition)s: the time is not so: %(written)s"),
    Takes.TRUTH: N_("%(condition)s: the answer is not %(written)s"),
    Takes.KEYED: N_("%(condition)s: it is not so: %(written)s"),
    Takes.HOURS: N_("%(condition)s: it did not come then: %(written)s"),
    Takes.WEEKDAYS: N_("%(condition)s: it came on none of these days: %(written)s"),
    Takes.TAGS: N_("%(condition)s: no rule further up gave one of these: %(written)s"),
}
"""What is said of a condition that fails, by what it takes."""


def show_why_not(document: Said) -> None:
    """`document` is that of `balcao rules why-not --json`."""
    out = console()
    for text in _lines(document):
        out.print(text, soft_wrap=True)


def refusal_lines(refusal: Said, depth: int = 0) -> Iterator[tuple[int, str]]:
    """(depth, sentence) from the outermost condition down to what was seen."""
    yield depth, f"{_failed(refusal)} ({_place(refusal['position'])})"
    for seen in refusal["saw"]:
        yield depth + 1, _saw(seen)
    for held in refusal["held"]:
        yield depth + 1, _("found there: %(where)s: %(words)s") % _values(held)
    for inner in refusal["inner"]:
        yield from refusal_lines(inner, depth + 1)


def _lines(document: Said) -> Iterator[Text]:
    values = {"rule": document["rule"], "place": _place(document["position"])}
    if stored := document.get("stored"):
        ticket = {"number": document["ticket"], "ruleset": stored.get("ruleset")}
        yield _sentence(0, _("Ticket %(number)s was decided under the rules %(ruleset)s.") % ticket, "dim")
    if stopped := document["stopped_by"]:
        yield _sentence(0, _("The rule %(rule)s (%(place)s) is not asked.") % values, "bold")
        by = {"rule": stopped["rule"], "place": _place(stopped["position"])}
        yield _sentence(1, _("The rule %(rule)s (%(place)s) applies and stops the reading.") % by)
        if document["refusal"]:
            yield _sentence(1, _("It would not apply anyway:"))
    elif document["refusal"]:
        yield _sentence(0, _("The rule %(rule)s (%(place)s) does not apply.") % values, "bold")
    else:
        yield _sentence(0, _("The rule %(rule)s (%(place)s) applies.") % values, "bold")
        yield from _effects(document)
    for depth, sentence in refusal_lines(document["refusal"], 1) if document["refusal"] else ():
        yield _sentence(depth, sentence)


def _effects(document: Said) -> Iterator[Text]:
    for match in document["matched"]:
        yield _sentence(1, _("found there: %(where)s: %(words)s") % _values(match))
    if document["decides"]:
        names = ", ".join(label(FIELDS, name) for name in document["decides"])
        yield _sentence(1, _("It decides: %(fields)s") % {"fields": names}, "green")
    for beaten in document["beaten"]:
        values = {**beaten, "field": label(FIELDS, beaten["field"]), "place": _place(beaten["position"])}
        yield _sentence(1, _("%(field)s is already decided: %(value)s, by %(rule)s (%(place)s)") % values, "yellow")


def _sentence(depth: int, sentence: str, style: str = "") -> Text:
    return Text("  " * depth + line(sentence), style=style)


def _failed(refusal: Said) -> str:
    name = refusal["condition"]
    values = {"condition": name, "written": refusal["written"]}
    if refusal["holds"]:
        return (_(HELD) % values).rstrip()
    if name in FAILED:
        return _(FAILED[name]) % values
    return _(BY_KIND[CONDITIONS[name].takes]) % values


def _saw(seen: Said) -> str:
    if not seen["words"]:
        return _("%(where)s: nothing there") % {"where": seen["where"]}
    return _("%(where)s there: %(words)s") % _values(seen)


def _values(match: Said) -> dict[str, str]:
    return {"where": match["where"], "words": " · ".join(line(word) for word in match["words"])}


def _place(position: Said) -> str:
    return f"{position['file']}:{position['line']}"
