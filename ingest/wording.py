"""What a ticket says of a message that nobody could read, in the language of the settings.

Channels give their reasons in English (CONTRIBUTING.md), and traits, logs and the journal keep them so.
"""

from collections.abc import Sequence
from functools import partial

from channels.unreadable import reworded
from domain.afterwards import Afterword
from domain.interaction import Ignored, Interaction
from domain.ports import Decode
from domain.raw import RawInteraction
from ingest.presentation.reasons import why
from ingest.translations import N_, _, speaking

SUBJECTS = {
    "Mensagem ilegível": N_("Unreadable message"),
    "Alerta ilegível": N_("Unreadable alert"),
    "Evento de chamada ilegível": N_("Unreadable call event"),
}
"""As channels write them; `balcao decode` shows them so."""


def worded(decode: Decode, language: str) -> Decode:
    """`decode`, whose reasons and subjects of its own are said in `language`."""
    say, call = partial(_why, language), partial(_subject, language)

    def read(raw: RawInteraction) -> Sequence[Interaction | Afterword] | Ignored:
        decoded = decode(raw)
        if isinstance(decoded, Ignored):
            return decoded
        return [reworded(raw, one, say, call) if isinstance(one, Interaction) else one for one in decoded]

    return read


def _subject(language: str, subject: str) -> str:
    with speaking(language):
        return _(SUBJECTS.get(subject, subject))


def _why(language: str, reason: str) -> str:
    with speaking(language):
        return why(reason)
