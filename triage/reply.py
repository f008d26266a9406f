"""An agent's reply: to whom, under which subject, and with the ids by which every mail program shows one thread.

to              Reply-To of the customer's mail if it names one address that is not ours, else its author
subject         the customer's own with one Re: (programs that thread by subject take nothing else)
In-Reply-To     his Message-ID; References: his, then his Message-ID
Reply-To        the signed address of the ticket, so that his answer proves itself
envelope        the signed address of this message, so that a bounce finds it
"""

import html
import re
from collections.abc import Sequence

from domain.interaction import Attachment
from domain.mailbox import Mailbox
from domain.reply import Answered, Reply
from triage.acknowledge import our_message_id, reply_address, sane_message_id, thread_to
from triage.token import sign_bounce

_ANSWER_MARKS = re.compile(r"^(?:\s*(?:re|res|rv|aw|sv|antw)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)


def plan_reply(
    answered: Answered,
    *,
    number: int,
    text: str,
    attachments: Sequence[Attachment],
    language: str,
    mailbox: Mailbox | None,
    own: Sequence[Mailbox],
    key: bytes,
) -> Reply:
    """`number` is the id the reply is kept under; `mailbox` None: a channel that is no mail."""
    ticket = answered.ticket
    idempotency_key = f"reply:{number}"
    words = text.strip("\n") + "\n"
    is_mail = mailbox is not None
    return Reply(
        number=number,
        ticket=ticket,
        channel=answered.channel,
        medium=answered.medium,
        to=_addressee(answered, own),
        subject=f"Re: {_ANSWER_MARKS.sub('', answered.subject)}".strip(),
        text=words,
        html=as_html(words),
        language=language,
        idempotency_key=idempotency_key,
        message_id=our_message_id(ticket, idempotency_key, mailbox) if mailbox else None,
        in_reply_to=sane_message_id(answered.message_id) if is_mail else answered.provider_id,
        references=thread_to(answered.references, answered.message_id) if is_mail else (),
        sender=mailbox.address if mailbox else None,
        sender_name=mailbox.name if mailbox else None,
        reply_to=reply_address(mailbox, key, ticket) if mailbox else None,
        envelope_sender=mailbox.bounce_address(sign_bounce(key, ticket, number)) if mailbox else None,
        attachments=tuple(attachments),
    )


def as_html(text: str) -> str:
    """Paragraphs where the text has empty lines; nothing in it is taken for markup."""
    paragraphs = (html.escape(paragraph).replace("\n", "<br>\n") for paragraph in re.split(r"\n{2,}", text.strip("\n")))
    return "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)


def _addressee(answered: Answered, own: Sequence[Mailbox]) -> str:
    if len(answered.reply_to) == 1 and not any(mailbox.owns(answered.reply_to[0]) for mailbox in own):
        return answered.reply_to[0]
    return answered.sender
