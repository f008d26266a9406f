"""The ticket store's tables.

    contacts ─< contact_addresses        tickets ─< ticket_participants
        ├──────────────< contact_merges      │          contacts that were found to be one, and what that moved
        └──────────────< tickets ────────────┼────< messages ─┬< attachments
                                             │                └< remote_files    still elsewhere (schema_files.py)
                                             ├────< outbox              what its customer is told
                                             ├────< conversations       which ticket a chat or call belongs to now
                                             ├────< ticket_links
                                             ├────< ticket_referrals    other departments that see it
                                             ├────< history             append-only, by trigger
    call_ids >── calls ──< call_events       └────< calls               what is known of telephone calls
    incidents, incident_reports   what monitoring tells, and its tickets      heartbeats, watches   who must report
    ack_texts    what was acknowledged in the last day, as letters: loops are known by their words
    ack_budget   acknowledgements spent per hour          counters   next numbers (SQLite; PostgreSQL has sequences)
    failing_addresses   mail addresses that our messages came back from
    receipts            what providers say became of our messages, by their ids; may come before we know the id
    chat_streams ─< chat_events           what visitors of web chats are shown (schema_chat.py)
    address_changes     people whose address on a channel is another one now

Columns that end in JSON lists or objects are text: both databases keep them byte for byte.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Sequence,
    Table,
    Text,
)

from store import schema_calls, schema_chat, schema_incidents  # noqa: F401 - their tables belong to this metadata
from store.moments import Moment
from store.schema_base import Key, metadata, ticket_column

SEQUENCES = ("ticket_numbers", "message_ids", "contact_ids")
for _name in SEQUENCES:
    Sequence(_name, metadata=metadata)

counters = Table(
    "counters", metadata, Column("name", Text, primary_key=True), Column("value", BigInteger, nullable=False)
)


contacts = Table(
    "contacts",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    Column("name", Text),
    Column("created_at", Moment, nullable=False),
    # contacts.id; no foreign key, which SQLite can only add by copying the table
    Column("merged_into", Key),
)

contact_addresses = Table(
    "contact_addresses",
    metadata,
    # Mail and phone are realms of their own, every other channel its own: an id in one proves nothing in another.
    Column("realm", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("contact", Key, ForeignKey("contacts.id"), nullable=False, index=True),
    Column("vouched_by", Text),  # channel that says so; none: somebody wrote from it
    sqlite_with_rowid=False,
)

contact_merges = Table(
    "contact_merges",
    metadata,
    Column("id", Key, primary_key=True),
    Column("kept", Key, nullable=False),
    Column("merged", Key, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text),
    Column("addresses", Text, nullable=False),  # JSON: [[realm, address], …] that moved
    Column("tickets", Text, nullable=False),  # JSON list of numbers
    Column("gave_name", Boolean, nullable=False),
    Column("undone_at", Moment),
    Column("undone_by", Text),
)
Index("contact_merges_kept", contact_merges.c.kept)
Index("contact_merges_merged", contact_merges.c.merged)

tickets = Table(
    "tickets",
    metadata,
    Column("number", Key, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("contact", Key, ForeignKey("contacts.id")),
    Column("assignee", Text),
    Column("tags", Text, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("solved_at", Moment),
    Column("opened_by", Key, nullable=False),  # messages.id; not a foreign key, the message comes after its ticket
    # JSON: [what, rule] of its verdict. Counting rules over a million tickets must not read a million messages.
    Column("decided", Text, nullable=False, server_default="[]"),
)
Index("tickets_of_contact", tickets.c.contact)
Index("tickets_queue", tickets.c.state, tickets.c.department, tickets.c.priority, tickets.c.number)

ticket_participants = Table(
    "ticket_participants",
    metadata,
    ticket_column(primary_key=True),
    Column("address", Text, primary_key=True),
    sqlite_with_rowid=False,
)

ticket_links = Table(
    "ticket_links",
    metadata,
    ticket_column(primary_key=True),
    Column("other", Key, ForeignKey("tickets.number"), primary_key=True, index=True),
    Column("created_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

ticket_referrals = Table(
    "ticket_referrals",
    metadata,
    ticket_column(primary_key=True),
    Column("department", Text, primary_key=True, index=True),
    Column("address", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

conversations = Table(
    "conversations",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    ticket_column(),
    sqlite_with_rowid=False,
)

messages = Table(
    "messages",
    metadata,
    Column("id", Key, primary_key=True, autoincrement=False),
    ticket_column(),
    Column("identity", Text, nullable=False, unique=True),
    Column("direction", Text, nullable=False),  # in, out, note
    Column("channel", Text, nullable=False),
    Column("medium", Text, nullable=False),
    Column("road", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("sender", Text, nullable=False),
    Column("sender_name", Text),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("text_full", Text),  # only where it differs from text
    Column("html", Text),
    Column("header", Text, nullable=False),  # JSON: recipients, cc, references, … those that are not empty
    Column("message_id", Text, index=True),
    Column("conversation_key", Text),
    Column("automated", Text, nullable=False),
    Column("provider_id", Text),
    Column("envelope_sender", Text),
    Column("raw_id", Text),
    Column("received_at", Moment, nullable=False),
    Column("occurred_at", Moment, nullable=False),
    Column("facts", Text),  # JSON without the text, which is beside it
    Column("verdict", Text),  # JSON
)
Index("messages_of_ticket", messages.c.ticket, messages.c.id)

attachments = Table(
    "attachments",
    metadata,
    Column("message", Key, ForeignKey("messages.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("original_name", Text),
    Column("content_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("inline", Boolean, nullable=False),
    Column("sniffed_type", Text),
    sqlite_with_rowid=False,
)
Index("attachments_by_content", attachments.c.sha256)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True),
    ticket_column(index=True),
    Column("channel", Text, nullable=False),
    Column("recipient", Text),
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("html", Text),
    Column("language", Text, nullable=False),
    Column("automatic", Boolean, nullable=False),
    Column("idempotency_key", Text, unique=True),
    Column("message_id", Text, index=True),
    Column("in_reply_to", Text),
    Column("references", Text, nullable=False),  # JSON list
    Column("sender", Text),
    Column("reply_to", Text),
    Column("answers", Text),  # identity of the message that is answered
    Column("delivery", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("remote_id", Text),
    # messages.id of an agent's words; no foreign key, which SQLite can only add by copying the table
    Column("message", Key, index=True),
    Column("envelope_sender", Text),
    Column("destination", Text),  # mail domain
    Column("part", Integer),  # of an agent's reply, see domain.outgoing.WORDS_ALONE
    Column("claimed_by", Text),  # the node that is sending it, see store.nodes
)
Index("outbox_due", outbox.c.state, outbox.c.not_before, outbox.c.id, outbox.c.destination)
# Mail has no receipts: its rows cost nothing here.
_SENT_BY_CHAT = outbox.c.destination.is_(None) & outbox.c.remote_id.is_not(None)
for _column in ("remote_id", "recipient"):
    Index(f"outbox_{_column}", outbox.c.channel, outbox.c[_column],
          sqlite_where=_SENT_BY_CHAT, postgresql_where=_SENT_BY_CHAT)  # fmt: skip

receipts = Table(
    "receipts",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("remote_id", Text, primary_key=True),
    Column("step", Integer, nullable=False),  # domain.afterwards.Progress
    Column("at", Moment, nullable=False),
    Column("code", Text),
    Column("reason", Text, nullable=False),
    Column("again", BigInteger),  # microseconds after which another try may help
    sqlite_with_rowid=False,
)

address_changes = Table(
    "address_changes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("old_way", Text, primary_key=True),
    Column("new_way", Text, nullable=False),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

failing_addresses = Table(
    "failing_addresses",
    metadata,
    Column("address", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("last", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("status", Text),
    Column("reason", Text, nullable=False),
    sqlite_with_rowid=False,
)

ack_budget = Table(
    "ack_budget",
    metadata,
    Column("scope", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("spent", Integer, nullable=False),
    sqlite_with_rowid=False,
)

ack_texts = Table(
    "ack_texts",
    metadata,
    Column("id", Key, primary_key=True),
    Column("scope", Text, nullable=False),  # mail domain or address
    Column("at", Moment, nullable=False),
    Column("letters", Text, nullable=False),
)
Index("ack_texts_of_scope", ack_texts.c.scope, ack_texts.c.at)

history = Table(
    "history",
    metadata,
    Column("id", Key, primary_key=True),
    ticket_column(),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("from", Text),
    Column("to", Text),
    Column("reason", Text),
)
Index("history_of_ticket", history.c.ticket, history.c.id)
