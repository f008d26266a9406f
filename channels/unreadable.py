"""A broken element of a body that holds several costs only itself, and not silently: a person sees what was wrong."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from channels.cleaning import clean_line
from channels.json_reading import problem_traits
from channels.json_text import as_written
from domain.interaction import Interaction, Medium, Party
from domain.raw import RawInteraction

_LONGEST_EXCERPT = 2000
_MARK = ":unreadable:"


def unreadable(
    raw: RawInteraction,
    index: int,
    element: Any,
    reason: str,
    *,
    medium: Medium = Medium.CHAT,
    subject: str = "Mensagem ilegível",
    sender: str,
    no_return_path: str,
) -> Interaction:
    """The element at `index` of `raw` as an interaction that says why it could not be read, and what it was."""
    text = f"{reason}\n{clean_line(as_written(element), _LONGEST_EXCERPT)}"
    return Interaction(
        channel=raw.channel,
        identity=f"{raw.dedup_key}{_MARK}{index}",
        medium=medium,
        sender=Party(address=sender),
        occurred_at=raw.received_at,
        subject=subject,
        text=text,
        text_full=text,
        traits=problem_traits([reason]),
        no_return_path=no_return_path,
    )


def reworded(
    raw: RawInteraction, read: Interaction, say: Callable[[str], str], call: Callable[[str], str]
) -> Interaction:
    """One of `unreadable` with its reason as `say` puts it and its subject as `call` does, for whoever reads the
    ticket; anything else as it is."""
    if not read.identity.startswith(f"{raw.dedup_key}{_MARK}"):
        return read
    reason, _, excerpt = read.text.rpartition("\n")
    text = f"{say(reason)}\n{excerpt}"
    return replace(read, subject=call(read.subject), text=text, text_full=text)
