"""A webhook of Messenger or Instagram: events of one or several pages and accounts, each read by itself.

message        an interaction; all of one person with one account are a conversation
  is_echo        ignored                         is_deleted   what was taken back is no longer shown
postback       the button's words                message_edit the new words join
read, delivery what became of messages of ours: by id, or all until a moment (`watermark`)
reaction, referral, handovers, opt-ins and everything else: ignored, by name

{"object": "page" | "instagram", "entry": [{"id": …, "messaging": [{sender, recipient, timestamp, …}]}]}
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from channels.cleaning import clean_line
from channels.graph.batch import Event, Found, elements, read_all
from channels.json_reading import believable, problem_traits, read_payload, unix_moment
from channels.messenger.contents import Content, content_of, text_only
from channels.wild import Wild
from domain.afterwards import Afterword, DeliveryReceipt, Progress, Retraction
from domain.errors import Undecodable
from domain.interaction import Ignored, Interaction, Medium, Party, TraitValue
from domain.raw import RawInteraction

PLATFORMS = {"page": "messenger", "instagram": "instagram"}
_ID = re.compile(r"[0-9]{3,30}", re.ASCII)
_GRACE = timedelta(seconds=5)
"""A watermark is by Meta's clock, and our note of what was sent is written a moment after it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A person with an account of ours."""

    platform: str
    account: str
    person: str

    @property
    def way(self) -> str:
        return f"{self.platform}/{self.account}/{self.person}"

    @property
    def address(self) -> str:
        return f"{self.platform}:{self.person}"


def decode(
    raw: RawInteraction, *, accounts: frozenset[str] = frozenset()
) -> Sequence[Interaction | Afterword] | Ignored:
    """`accounts`: ids of ours that are taken, all when empty. Raises Undecodable."""
    payload = read_payload(raw)
    platform = PLATFORMS.get(payload.line("object") or "")
    if platform is None:
        return Ignored(reason=f"object {payload.line('object')!r} is neither Messenger's nor Instagram's")
    return read_all(raw, _events(raw, payload, platform, accounts))


def _events(raw: RawInteraction, payload: Wild, platform: str, accounts: frozenset[str]) -> Iterator[Event]:
    for entry in elements(payload, "entry"):
        spoken = False
        for event in elements(entry, "messaging"):
            spoken = True
            yield from _of_event(raw, event, platform, accounts)
        for _ in elements(entry, "standby"):
            spoken = True
            yield entry, lambda _entry: Ignored(reason="another app has this conversation")
        for change in elements(entry, "changes"):
            spoken = True
            yield from _of_change(raw, change, platform, accounts)
        if not spoken:
            yield entry, lambda _entry: Ignored(reason="an entry without events")


def _of_change(raw: RawInteraction, change: Wild, platform: str, accounts: frozenset[str]) -> Iterator[Event]:
    """Some of Meta's webhooks wrap the same events as changes; most changes are comments and the like."""
    value = change.value.get("value")
    if isinstance(value, dict) and isinstance(value.get("sender"), dict):
        yield from _of_event(raw, Wild(value, f"{change.path}.value"), platform, accounts)
    else:
        yield change, lambda change: Ignored(reason=f"field {change.line('field')!r} is not filed")


def _of_event(raw: RawInteraction, event: Wild, platform: str, accounts: frozenset[str]) -> Iterator[Event]:
    kind = next((name for name in _READERS if isinstance(event.value.get(name), dict)), None)
    if kind == "delivery":
        mids = [mid for mid in _listed(event.value["delivery"].get("mids")) if isinstance(mid, str) and mid]
        for mid in mids:
            yield event, partial(_delivered, raw, mid)
        if mids:
            return
    yield event, partial(_read, raw, platform, accounts, kind)


def _listed(given: object) -> list[object]:
    return given if isinstance(given, list) else []


def _read(raw: RawInteraction, platform: str, accounts: frozenset[str], kind: str | None, event: Wild) -> Found:
    if kind is None:
        names = [clean_line(name, 40) for name in event.value if name not in {"sender", "recipient", "timestamp"}]
        return Ignored(reason=f"event {', '.join(names[:5]) or 'of nothing'} is not filed")
    if kind == "message" and event.value["message"].get("is_echo") is True:
        return Ignored(reason="echo of our own message")
    talk = Talk(platform=platform, account=_id(event, "recipient"), person=_id(event, "sender"))
    if accounts and talk.account not in accounts:
        return Ignored(reason=f"account {talk.account} is not among `accounts`")
    return _READERS[kind](raw, talk, event)


def _id(event: Wild, whose: str) -> str:
    """Raises Undecodable."""
    part = event.part(whose)
    given = part.value.get("id")
    if isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if not isinstance(given, str) or not _ID.fullmatch(given):
        raise Undecodable(f"{part.path}.id: digits expected")
    return given


def _message(raw: RawInteraction, talk: Talk, event: Wild) -> Found:
    message = event.part("message")
    mid = message.required_line("mid")
    if message.flag("is_deleted"):
        return Retraction(channel=raw.channel, identity=f"{raw.channel}:{mid}", at=_moment(event, raw))
    return _interaction(raw, talk, event, mid, content_of(message))


def _postback(raw: RawInteraction, talk: Talk, event: Wild) -> Found:
    """A button is pressed; without an id of its own, once in a moment."""
    postback = event.part("postback")
    mid = postback.line("mid") or f"postback:{talk.person}:{event.value.get('timestamp')}"
    traits: dict[str, TraitValue] = {"messenger.payload": postback.line("payload")}
    content = text_only(postback.required_line("title", "payload"), traits)
    return _interaction(raw, talk, event, clean_line(mid, 300), content)


def _edit(raw: RawInteraction, talk: Talk, event: Wild) -> Found:
    edit = event.part("message_edit")
    mid, text, number = edit.required_line("mid"), edit.text("text"), edit.value.get("num_edit")
    if not text or not text.strip():
        return Ignored(reason=f"an edit of {mid} without words")
    content = text_only(text, {"message.edits": mid})
    return _interaction(raw, talk, event, mid, content, suffix=f":{clean_line(str(number), 20)}")


def _interaction(
    raw: RawInteraction, talk: Talk, event: Wild, mid: str, content: Content, *, suffix: str = ""
) -> Interaction:
    known = content.traits | {"messenger.platform": talk.platform, "messenger.account": talk.account}
    return Interaction(
        channel=raw.channel,
        identity=f"{raw.channel}:{mid}{suffix}",
        medium=Medium.CHAT,
        sender=Party(address=talk.address),
        recipients=(talk.account,),
        occurred_at=_moment(event, raw),
        text=content.text,
        text_full=content.text,
        remote_files=content.files,
        message_id=mid,
        in_reply_to=(content.answers,) if content.answers else (),
        reply_to=(talk.way,),
        conversation_key=talk.way,
        provider_id=mid,
        traits={name: value for name, value in known.items() if value is not None} | problem_traits(event.problems),
        return_path=talk.way,
        authentic=True,
    )


def _reaction(_raw: RawInteraction, _talk: Talk, event: Wild) -> Found:
    reaction = event.part("reaction")
    what = reaction.line("emoji") or reaction.line("reaction") or "(removed)"
    return Ignored(reason=f"reaction {clean_line(what, 20)} to {reaction.line('mid')}")


def _seen(progress: Progress, name: str, raw: RawInteraction, talk: Talk, event: Wild) -> Found:
    """By the message's id (Instagram), or all until a moment (Messenger)."""
    seen = event.part(name)
    mid = seen.line("mid")
    if mid is not None:
        return DeliveryReceipt(channel=raw.channel, remote_id=mid, progress=progress, at=_moment(event, raw))
    watermark = unix_moment(seen.value.get("watermark"))
    if watermark is None:
        return Ignored(reason=f"{name} of nothing")
    at = min(watermark + _GRACE, raw.received_at)
    return DeliveryReceipt(channel=raw.channel, remote_id=None, recipient=talk.way, progress=progress, at=at)


def _delivered(raw: RawInteraction, mid: str, event: Wild) -> Found:
    return DeliveryReceipt(
        channel=raw.channel, remote_id=clean_line(mid, 255), progress=Progress.DELIVERED, at=_moment(event, raw)
    )


def _moment(event: Wild, raw: RawInteraction) -> datetime:
    """Meta writes milliseconds, and seconds in some of its own examples."""
    return believable(unix_moment(event.value.get("timestamp")), raw.received_at)


_READERS: dict[str, Callable[[RawInteraction, Talk, Wild], Found]] = {
    "message": _message,
    "postback": _postback,
    "message_edit": _edit,
    "reaction": _reaction,
    "read": partial(_seen, Progress.READ, "read"),
    "delivery": partial(_seen, Progress.DELIVERED, "delivery"),
}
