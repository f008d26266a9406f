"""Facts, verdicts and small lists as JSON text, and back.

The door (decode) has already cleaned what customers wrote. Where something still slips through that JSON or
PostgreSQL cannot hold (NUL, lone surrogates, huge integers), it is mended here rather than failing for ever.
"""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from typing import Any

import orjson

from domain.facts import AttachmentFacts, Facts
from domain.verdict import Adjustment, Decision, Match, Proposal, RunnerUp, Verdict

_LARGEST = 1 << 63
_LATER_FACTS = ("headers", "received_at", "conversation_age", "message_count", "contact_class", "contact_plan")
"""Facts that came later: written only where they say something, absent in old rows."""
_USUAL = {one.name: {} if one.default is MISSING else one.default for one in fields(Facts)}
_LATER_VERDICTS: Mapping[str, type[Any]] = {"adjusted": Adjustment, "questions": Proposal, "solutions": Proposal}


def dumps(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return orjson.dumps(_mended(value)).decode()


def storable(text: str) -> str:
    """`text` as both databases can keep it: without NUL and lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def maybe_storable(text: str | None) -> str | None:
    return None if text is None else storable(text)


def _mended(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case int() if not -_LARGEST <= value < _LARGEST:
            return str(value)
        case Mapping():
            return {storable(str(key)): _mended(item) for key, item in value.items()}
        case list() | tuple():
            return [_mended(item) for item in value]
        case _ if is_dataclass(value):
            return {field.name: _mended(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value


def numbers_to_json(numbers: Sequence[int]) -> str | None:
    return f"[{','.join(map(str, numbers))}]" if numbers else None


def facts_to_json(facts: Facts, *, text: str) -> str:
    """`text` is kept beside it in the message; facts that say the same leave it out."""
    document: dict[str, Any] = {
        "channel": facts.channel,
        "medium": facts.medium,
        "occurred_at": facts.occurred_at,
        "sender": facts.sender,
        "sender_name": facts.sender_name,
        "recipients": facts.recipients,
        "subject": facts.subject,
        "automated": facts.automated,
        "is_reply": facts.is_reply,
        "attachments": facts.attachments,
        "traits": dict(facts.traits),
        **{name: value for name in _LATER_FACTS if (value := getattr(facts, name)) != _USUAL[name]},
    }
    if facts.text != text:
        document["text"] = facts.text
    return dumps(document)


def facts_from_json(document: str, *, text: str) -> Facts:
    """The facts as triage saw them; `text` is the message's."""
    values = orjson.loads(document)
    for moment in ("occurred_at", "received_at"):
        if moment in values:
            values[moment] = datetime.fromisoformat(values[moment])
    values["recipients"] = tuple(values["recipients"])
    values["attachments"] = tuple(AttachmentFacts(**attachment) for attachment in values["attachments"])
    return Facts(**{"text": text, **values})


def verdict_to_json(verdict: Verdict) -> str:
    more = {name: value for name in (*_LATER_VERDICTS, "runners_up") if (value := getattr(verdict, name))}
    return dumps({"ruleset": verdict.ruleset, "fields": dict(verdict.fields), "tags": verdict.tags, **more})


def deciders_to_json(verdict: Verdict) -> str:
    """[what, rule] of everything a rule had a say in: a field, raise or lower, tags, questions, solutions."""
    fields = [(name, decision.rule) for name, decision in verdict.fields.items()]
    moves = [(one.change, one.rule) for one in verdict.adjusted]
    given = [(what, one.rule) for what in ("tags", "questions", "solutions") for one in getattr(verdict, what)]
    return dumps(list(dict.fromkeys([*fields, *moves, *given])))


def deciders_from_json(document: str) -> list[tuple[str, str]]:
    return [(str(what), str(rule)) for what, rule in orjson.loads(document)]


def verdict_from_json(document: str) -> Verdict:
    values = orjson.loads(document)
    return Verdict(
        ruleset=values["ruleset"],
        fields={name: _decision(field) for name, field in values["fields"].items()},
        tags=tuple(map(_decision, values["tags"])),
        **{
            name: tuple(kind(**{**one, "matched": _matched(one)}) for one in values.get(name, ()))
            for name, kind in _LATER_VERDICTS.items()
        },
        runners_up=tuple(RunnerUp(**one) for one in values.get("runners_up", ())),
    )


def _decision(values: Mapping[str, Any]) -> Decision:
    return Decision(value=values["value"], rule=values["rule"], matched=_matched(values))


def _matched(values: Mapping[str, Any]) -> tuple[Match, ...]:
    return tuple(Match(where=match["where"], words=tuple(match["words"])) for match in values["matched"])
