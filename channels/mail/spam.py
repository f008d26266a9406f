"""What the spam filter of a trusted server wrote into the header: a table of its dialects.

    spam.verdict   "spam" or "ham": spam if any of them says so
    spam.score     the filter's own number, of the first field that has one; its scale is the filter's

A field counts where an Authentication-Results would (authentication.py): above every Received, else the topmost one
within the trusted hops. The filter must replace what a mail brings along; all of these do by default.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from channels.mail.authentication import standing
from channels.mail.mime import Part
from domain.interaction import TraitValue

_NUMBER = r"([-+]?\d{1,6}(?:\.\d{1,6})?)"
_FIRST_NUMBER = re.compile(rf"\s*{_NUMBER}")
_MICROSOFT_SPAM = 5


class Opinion(NamedTuple):
    verdict: str | None = None
    score: float | None = None


def _pattern(expression: str, spam: str, ham: str) -> Callable[[str], Opinion]:
    """An expression with the groups `word` (one of the alternatives `spam`, `ham`) and perhaps `score`."""
    compiled = re.compile(expression.replace("NUMBER", rf"(?P<score>{_NUMBER})"), re.IGNORECASE)
    words = {**dict.fromkeys(spam.split("|"), "spam"), **dict.fromkeys(ham.split("|"), "ham")}

    def read(value: str) -> Opinion:
        match = compiled.match(value[:1000])
        if match is None:
            return Opinion()
        groups = match.groupdict()
        return Opinion(words.get(groups["word"].lower()), float(groups["score"]) if groups.get("score") else None)

    return read


def _score(value: str) -> Opinion:
    match = _FIRST_NUMBER.match(value[:100])
    return Opinion(score=float(match[1])) if match else Opinion()


def _confidence_level(value: str) -> Opinion:
    """Microsoft's SCL: -1 was let through unseen, 0 and 1 are no spam, from 5 on it is."""
    score = _score(value).score
    return Opinion() if score is None else Opinion("spam" if score >= _MICROSOFT_SPAM else "ham", score)


def _forefront(value: str) -> Opinion:
    match = re.search(r"(?:^|;)\s*SCL:(-?\d{1,2})(?:;|$)", value[:8000])
    return _confidence_level(match[1]) if match else Opinion()


DIALECTS: dict[str, Callable[[str], Opinion]] = {
    "x-spam-status": _pattern(r"\s*(?P<word>yes|no)\b(?:[^=]{0,40}score=NUMBER)?", "yes", "no"),
    "x-spam-flag": _pattern(r"\s*(?P<word>yes|no)\b", "yes", "no"),
    "x-spam": _pattern(r"\s*(?P<word>yes|no)\b", "yes", "no"),
    "x-spam-score": _score,
    "x-spamd-result": _pattern(r"[^:]{0,60}:\s*(?P<word>true|false)\s*(?:\[\s*NUMBER)?", "true", "false"),
    "x-rspamd-action": _pattern(
        r"\s*(?P<word>reject|add header|rewrite subject|quarantine|no action|greylist)",
        "reject|add header|rewrite subject|quarantine",
        "no action|greylist",
    ),
    "x-rspamd-score": _score,
    "x-ms-exchange-organization-scl": _confidence_level,
    "x-forefront-antispam-report": _forefront,
    "x-bogosity": _pattern(
        r"\s*(?P<word>spam|ham|yes|no|unsure)\b(?:.{0,100}?spamicity=NUMBER)?", "spam|yes", "ham|no"
    ),
    "x-dspam-result": _pattern(r"\s*(?P<word>spam|innocent|whitelisted)", "spam", "innocent|whitelisted"),
    "x-barracuda-spam-status": _pattern(r"\s*(?P<word>yes|no)\b(?:.{0,40}?score=NUMBER)?", "yes", "no"),
    "x-amp-result": _pattern(r"\s*(?P<word>malicious|clean)", "malicious", "clean"),
}


def spam_traits(mail: Part, hops: int) -> Iterator[tuple[str, TraitValue]]:
    opinions = [read(value) for name, read in DIALECTS.items() for value in _that_count(mail, name, hops)]
    verdicts = {opinion.verdict for opinion in opinions}
    if verdict := next((word for word in ("spam", "ham") if word in verdicts), None):
        yield "spam.verdict", verdict
    score = next((opinion.score for opinion in opinions if opinion.score is not None), None)
    if score is not None:
        yield "spam.score", score


def _that_count(mail: Part, name: str, hops: int) -> Iterator[str]:
    for received, value in standing(mail, name):
        if received > hops:
            return
        yield value
        if received:
            return
