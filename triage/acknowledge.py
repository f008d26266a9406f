"""Whether a sender is told the ticket number, or why not. A pure decision (house.md §1.8, §1.11).

The questions are asked in this order and the first that objects decides:

    told before · unverified · an agent's note · automatic · loop · a third party's verification · spam · no way back
    · role mailbox asked · our own address · role address, or one as sender · a rule wants none · budget of the address,
    of its domain, of all

Sources: RFC 3834 §2 (automatic responses), RFC 5230 §4.6 (owner-, -request, MAILER-DAEMON),
RFC 5321 §4.5.5 (null reverse path), RFC 2142 (postmaster and abuse are never answered by a machine).
"""

import hashlib
import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.interaction import Automated, Interaction, Medium
from domain.mailbox import SEPARATOR, Mailbox, domain_of, without_tag
from domain.ticket import Acknowledgement, Placement, Road, Silence
from domain.verdict import Verdict
from triage.echoes import Echoes, Words, words_of
from triage.keywords import NO_LETTER
from triage.letters import USUAL, Letters
from triage.token import sign

Budget = tuple[str, str]

EVERYBODY: Budget = ("all", "*")
MAX_PROPOSALS = 5
"""Questions, and solutions, in one letter: who is asked more answers nothing."""
_MAX_REFERENCES = 20
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,250}>", re.ASCII)
_ROLE_ADDRESS = re.compile(
    r"(?:mailer-daemon|postmaster|abuse|root|daemon|majordomo|listserv|listproc"
    r"|owner-.*|.*-owner|.*-request|.*-relay|bounces?(?:[-+=_.].*)?|.*-bounces?|prvs=.*|srs[01][=+-].*"
    r"|.*no[-_.]?reply.*|.*do[-_.]?not[-_.]?(?:reply|respond).*|.*n[a\u00e3]o[-_.]?respond[ae].*|.*no[-_.]?responder?.*"
    r"|ne[-_.]?pas[-_.]?repondre|auto-?(?:reply|responder|resposta)|notifications?|notificac(?:ao|oes))@.*",
    re.IGNORECASE,
)
_ROLE_MAILBOXES = ("postmaster@", "abuse@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Settings of acknowledging. `limits`: messages per period for each budget scope.

    `repeats`: how often a day nearly the same words are answered; None for always.
    """

    enabled: bool
    limits: Mapping[str, int]
    repeats: int | None = None
    language: str
    organisation: str
    token_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A channel's way out, as far as the decision needs it."""

    channel: str
    can_send: bool
    mailbox: Mailbox | None


def budgets_of(interaction: Interaction) -> tuple[Budget, ...]:
    """The budgets an acknowledgement to this interaction would be charged to."""
    to = interaction.return_path
    if not to:
        return ()
    domain = (("domain", domain_of(to)),) if "@" in to else ()
    return (("address", without_tag(to)), *domain, EVERYBODY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Decides on acknowledgements. `exits` by channel name; `own` are all mailboxes of this installation."""

    policy: Policy
    letters: Letters
    exits: Mapping[str, Exit]
    own: tuple[Mailbox, ...]

    def plan_acknowledgement(
        self,
        interaction: Interaction,
        placement: Placement,
        verdict: Verdict,
        department: str,
        *,
        spent: MutableMapping[Budget, int],
        echoes: Echoes,
    ) -> tuple[Acknowledgement | Silence, tuple[Budget, ...], Words | None]:
        """The answer, the budgets it is charged to and the words it answers (`spent` and `echoes` learn of them here).

        `department` is the display name. `placement` carries the real ticket number.
        """
        budgets = budgets_of(interaction)
        reason = self.objection(interaction, placement) or _unwanted(verdict) or _untimely(interaction, verdict)
        reason = reason or overdrawn(budgets, spent, self.policy.limits)
        words = words_of(interaction) if reason is None and interaction.medium is Medium.MAIL else None
        if words is not None and echoes.repeats(interaction, words):
            reason = "repeated_text"
        if reason is not None:
            return (
                Silence(channel=interaction.answering_channel, to=interaction.return_path, reason=reason),
                (),
                None,
            )
        for budget in budgets:
            spent[budget] = spent.get(budget, 0) + 1
        if words is not None:
            echoes.note(words)
        return self._acknowledgement(interaction, placement.ticket, verdict, department), budgets, words

    def objection(self, interaction: Interaction, placement: Placement) -> str | None:
        """Why this interaction is not acknowledged, budgets apart; None when nothing speaks against it."""
        to = interaction.return_path or ""
        way_out = self.exits.get(interaction.answering_channel)
        mailbox = way_out is not None and way_out.mailbox is not None
        asked = tuple(address.casefold() for address in interaction.envelope_recipients)
        reasons = (
            ("disabled", not self.policy.enabled),
            ("already_acknowledged", placement.road is Road.JOINS),
            ("unverified", placement.road is Road.HELD),
            ("agents_note", placement.road is Road.NOTES),
            (f"automatic_{interaction.automated.value}", interaction.automated is not Automated.NONE),
            ("mail_loop", bool(interaction.traits.get("mail.loop"))),
            ("verification_mail", bool(interaction.traits.get("mail.verification"))),
            ("spam", interaction.traits.get("spam.verdict") == "spam"),
            (interaction.no_return_path or "no_return_path", not to),
            ("channel_cannot_send", way_out is None or not way_out.can_send),
            ("role_mailbox", any(address.startswith(_ROLE_MAILBOXES) for address in asked)),
            ("own_address", any(mailbox.owns(to) for mailbox in self.own)),
            ("role_address", _is_role(to)),
            ("role_sender", mailbox and _is_role(interaction.sender.address)),
        )
        return next((reason for reason, holds in reasons if holds), None)

    def _acknowledgement(
        self, interaction: Interaction, ticket: int, verdict: Verdict, department: str
    ) -> Acknowledgement:
        values = {
            "ticket": ticket,
            "department": department,
            "organisation": self.policy.organisation,
            "questions": verdict.questions[:MAX_PROPOSALS],
            "solutions": verdict.solutions[:MAX_PROPOSALS],
        }
        named = verdict.acknowledgement or USUAL
        letter = self.letters.letter(self.policy.language, named, verdict.department, values)
        key = f"ack:{ticket}"
        channel = interaction.answering_channel
        mailbox = self.exits[channel].mailbox
        return Acknowledgement(
            channel=channel,
            to=interaction.return_path or "",
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            language=self.policy.language,
            idempotency_key=key,
            message_id=our_message_id(ticket, key, mailbox) if mailbox else None,
            in_reply_to=sane_message_id(interaction.message_id)
            if mailbox
            else None
            if interaction.answer_by
            else interaction.provider_id,
            references=_references(interaction) if mailbox else (),
            sender=mailbox.address if mailbox else None,
            reply_to=reply_address(mailbox, self.policy.token_key, ticket) if mailbox else None,
        )


@lru_cache(maxsize=2_000)
def _is_role(address: str) -> bool:
    """A tag may be what shows a machine (`bounces+7@`), and what hides one (`noreply+7@`)."""
    return any(map(_ROLE_ADDRESS.fullmatch, {address.strip(), without_tag(address)}))


ANY_HOUR = "-any-hour"
"""How the names of letters end that a caller may be sent at night, too."""


def _untimely(interaction: Interaction, verdict: Verdict) -> str | None:
    """A caller is told only where a rule says so, and never at night unless the rule says that, too."""
    if interaction.medium is not Medium.CALL:
        return None
    letter = verdict.acknowledgement
    if letter is None:
        return "no_rule_wants_it"
    return "night" if interaction.at_night and not letter.endswith(ANY_HOUR) else None


def _unwanted(verdict: Verdict) -> str | None:
    return "rule" if verdict.acknowledgement == NO_LETTER else None


def overdrawn(budgets: tuple[Budget, ...], spent: Mapping[Budget, int], limits: Mapping[str, int]) -> str | None:
    """`budget_<scope>` of the narrowest budget that is used up, or None."""
    return next((f"budget_{scope}" for scope, key in budgets if spent.get((scope, key), 0) >= limits[scope]), None)


def our_message_id(ticket: int, key: str, mailbox: Mailbox) -> str:
    """The same for the same ticket and message on every try: `<balcao.42.1f…@exemplo.com>`."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:24]
    return f"<balcao.{ticket}.{digest}@{domain_of(mailbox.address)}>"


def reply_address(mailbox: Mailbox, key: bytes, ticket: int) -> str:
    """Where a reply proves itself: a plus-address with the signed token, if the domain takes one."""
    if not mailbox.plus_addressing:
        return mailbox.address
    local, _, domain = mailbox.address.rpartition("@")
    return f"{local}{SEPARATOR}{sign(key, ticket)}@{domain}"


def _references(interaction: Interaction) -> tuple[str, ...]:
    return thread_to(interaction.references, interaction.message_id)


def thread_to(references: Sequence[str], message_id: str | None) -> tuple[str, ...]:
    """References of an answer (RFC 5322 §3.6.4); of a long thread where it began and its latest messages."""
    if len(references) > _MAX_REFERENCES:
        references = (references[0], *references[1 - _MAX_REFERENCES :])
    return tuple(filter(None, map(sane_message_id, (*references, message_id))))


def sane_message_id(message_id: str | None) -> str | None:
    """A Message-ID we may repeat in a header of ours; anything unusual is left out."""
    return message_id if message_id and _MESSAGE_ID.fullmatch(message_id) else None
