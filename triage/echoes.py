"""Loops that no header gives away: the same words come again and again, and each time we would answer them.

Whatever answers our acknowledgement without saying that it is a machine (another desk whose headers were lost on the
way, a robot that writes from a new address and changes a byte each time) says nearly the same each time. So the words
of what was acknowledged are remembered for a day, and what resembles `limit` of them is acknowledged no more.

    words       letters of subject and new text, folded, without digits, marks and spaces; the first LONGEST
    the same    at least SAME of their groups of three letters in common, and about the same length
    from whom   the mail domain; but the single address where everybody has one (freemail), or where the words are
                few ("segue anexo"): there different people say the same
                and for what answers something (In-Reply-To, Re:) the last acknowledged of all domains, nearly equal
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

from domain.interaction import Interaction
from domain.mailbox import domain_of, without_tag
from triage.folding import fold

_LETTERS = re.compile(r"[^\W\d_]+")
WINDOW = timedelta(days=1)
LONGEST = 160
FEW = 40
SAME = 0.6
NEARLY_EQUAL = 0.85
_ANSWERS = ("re:", "res:", "rv:", "aw:", "sv:", "auto:")
_FREEMAIL = frozenset(
    {
        "gmail.com", "googlemail.com", "hotmail.com", "hotmail.com.br", "outlook.com", "outlook.com.br", "outlook.pt",
        "live.com", "live.com.pt", "msn.com", "yahoo.com", "yahoo.com.br", "ymail.com", "icloud.com", "me.com",
        "uol.com.br", "bol.com.br", "terra.com.br", "ig.com.br", "globo.com", "globomail.com", "r7.com", "oi.com.br",
        "zipmail.com.br", "sapo.pt", "clix.pt", "mail.pt", "iol.pt", "netcabo.pt", "proton.me", "protonmail.com",
        "gmx.com", "gmx.net", "aol.com",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """What was acknowledged: in which scope, and its letters."""

    scope: str
    letters: str


@dataclass(slots=True)
class Echoes:
    """What was acknowledged lately, and what is, as a batch is decided. `limit` None: nothing is looked for."""

    limit: int | None
    recent: list[Words] = field(default_factory=list)
    _groups: dict[str, frozenset[str]] = field(default_factory=dict)

    def repeats(self, interaction: Interaction, words: Words) -> bool:
        """Whether as much of the same was acknowledged as may be."""
        if self.limit is None or not words.letters:
            return False
        near = (one.letters for one in self.recent if one.scope == words.scope)
        alike = sum(self._alike(letters, words.letters, SAME) for letters in near)
        if alike < self.limit and _is_answer(interaction) and len(words.letters) >= FEW:
            others = (one.letters for one in self.recent if one.scope != words.scope)
            alike += sum(self._alike(letters, words.letters, NEARLY_EQUAL) for letters in others)
        return alike >= self.limit

    def note(self, words: Words) -> None:
        if words.letters:
            self.recent.append(words)

    def _alike(self, one: str, other: str, share: float) -> bool:
        if min(len(one), len(other)) < share * max(len(one), len(other)):
            return False
        if one == other:
            return True
        ours, theirs = self._groups_of(one), self._groups_of(other)
        return len(ours & theirs) >= share * len(ours | theirs)

    def _groups_of(self, letters: str) -> frozenset[str]:
        known = self._groups.get(letters)
        if known is None:
            known = frozenset(letters[at : at + 3] for at in range(max(1, len(letters) - 2)))
            self._groups[letters] = known
        return known


def words_of(interaction: Interaction) -> Words | None:
    """None for what has no return path."""
    to = interaction.return_path
    if not to:
        return None
    said = fold(f"{interaction.subject}\n{interaction.text[: LONGEST * 4]}")
    letters = "".join(_LETTERS.findall(said))[:LONGEST]
    scope = next(scope for scope, few in zip(scopes_of(to), (False, True), strict=False) if few or len(letters) >= FEW)
    return Words(scope, letters)


def scopes_of(address: str) -> tuple[str, ...]:
    """Where words to this address may count: first for many words, last for few."""
    own, domain = without_tag(address), domain_of(address)
    return (own, own) if domain in _FREEMAIL or "@" not in address else (domain, own)


def scopes_in(interactions: Iterable[Interaction]) -> Iterator[str]:
    return chain.from_iterable(scopes_of(one.return_path) for one in interactions if one.return_path)


def any_answer(interactions: Iterable[Interaction]) -> bool:
    return any(map(_is_answer, interactions))


def _is_answer(interaction: Interaction) -> bool:
    return bool(interaction.in_reply_to) or interaction.subject.lstrip().lower().startswith(_ANSWERS)
