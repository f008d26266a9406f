"""The words of the interface in the reader's language: pt-BR first, English second.

    --lang ─┐
    BALCAO_LANG ─┼─▶ language() ─▶ catalogue (.po, read once) ─▶ _("Ticket %(number)s")
    LC_ALL, LC_MESSAGES, LANG ─┘        no entry, or English: the msgid itself

Message ids are English. The .po file is read as it is: nobody has to remember to compile it. A locale that
names neither language (C, POSIX, German) gets pt-BR, because that is who Balcão is for.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import c2py
from pathlib import Path

from domain.errors import Words

PORTUGUESE, ENGLISH = "pt_BR", "en"
LANGUAGES = {"pt": PORTUGUESE, "en": ENGLISH}
VARIABLES = ("BALCAO_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
CATALOGUES = Path(__file__).with_name("locale")

Forms = tuple[str, ...]
Catalogue = tuple[Mapping[str, Forms], Callable[[int], int]]

_asked: ContextVar[str | None] = ContextVar("balcao_language", default=None)


def use(name: str | None) -> None:
    """Speak `name` (`pt-BR`, `en`, …) from now on; None goes back to what the environment says."""
    _asked.set(name)


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """The same for a while: what is written down for others is in their language, not in that of who starts us."""
    before = _asked.set(name)
    try:
        yield
    finally:
        _asked.reset(before)


def is_known(name: str) -> bool:
    return _named(name) is not None


def _named(name: str) -> str | None:
    """`pt-BR`, `pt_BR.UTF-8`, `en`: the first two letters tell."""
    return LANGUAGES.get(name[:2].casefold())


def language() -> str:
    """`pt_BR` or `en`."""
    asked = _asked.get()
    wishes = [asked] if asked else [os.environ[name] for name in VARIABLES if os.environ.get(name)]
    known = map(_named, wishes)
    return next((name for name in known if name), PORTUGUESE)


def _(msgid: str) -> str:
    forms = _catalogue(language())[0].get(msgid)
    return forms[0] if forms else msgid


def in_words(text: str, values: Mapping[str, object]) -> str:
    """A msgid with its fields filled in, those that are messages themselves translated, too."""
    filled = {name: _(value) if isinstance(value, Words) else value for name, value in values.items()}
    return _(text) % filled if filled else _(text)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The form of the message that `count` asks for; `count` itself is for the caller to fill in."""
    messages, form_of = _catalogue(language())
    forms = messages.get(singular)
    if forms and len(forms) > 1:
        return forms[form_of(count)]
    return singular if count == 1 else plural


def msgids() -> tuple[str, ...]:
    """Of the catalogue in use; none where the reader reads English."""
    return tuple(_catalogue(language())[0])


def N_(msgid: str) -> str:  # noqa: N802 - the name every gettext tool knows for "extract, translate later"
    return msgid


def NN_(singular: str, plural: str) -> tuple[str, str]:  # noqa: N802 - as N_, for both forms
    return singular, plural


@cache
def _catalogue(name: str) -> Catalogue:
    path = CATALOGUES / name / "LC_MESSAGES" / "balcao.po"
    if name == ENGLISH or not path.exists():
        return {}, lambda count: int(count != 1)
    from babel.messages.pofile import read_po  # noqa: PLC0415 - English speakers need not wait for Babel

    with path.open(encoding="utf-8") as file:
        catalogue = read_po(file, locale=name)
    return dict(map(_entry, filter(lambda message: message.id, catalogue))), c2py(catalogue.plural_expr)


def _entry(message: "object") -> tuple[str, Forms]:
    ids, words = message.id, message.string  # type: ignore[attr-defined]  # babel has no types
    msgid = ids if isinstance(ids, str) else ids[0]
    return msgid, (words,) if isinstance(words, str) else tuple(words)
