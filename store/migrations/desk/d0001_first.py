"""The ticket store's first schema."""

import sqlalchemy as sa
from alembic import op

revision = "d0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEQUENCES = ("ticket_numbers", "message_ids", "contact_ids")


def upgrade() -> None:
    _numbers()
    _ack_budget()
    _contacts()
    _contact_addresses()
    _tickets()
    _conversations()
    _history()
    _messages()
    _outbox()
    _ticket_links()
    _ticket_participants()
    _attachments()
    _history_is_append_only()


def downgrade() -> None:
    raise NotImplementedError("there is no way back before the first schema; restore a backup")


def _ack_budget() -> None:
    op.create_table(
        "ack_budget",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", "period"),
        sqlite_with_rowid=False,
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _contact_addresses() -> None:
    op.create_table(
        "contact_addresses",
        sa.Column("realm", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("contact", KEY, nullable=False),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"]),
        sa.PrimaryKeyConstraint("realm", "address"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_contact_addresses_contact", "contact_addresses", ["contact"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("number", KEY, autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("contact", KEY),
        sa.Column("assignee", sa.Text()),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("solved_at", sa.BigInteger()),
        sa.Column("opened_by", KEY, nullable=False),
        sa.ForeignKeyConstraint(["contact"], ["contacts.id"]),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("tickets_queue", "tickets", ["state", "department", "priority", "number"])


def _conversations() -> None:
    op.create_table(
        "conversations",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("channel", "key"),
        sqlite_with_rowid=False,
    )


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("from", sa.Text()),
        sa.Column("to", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("history_of_ticket", "history", ["ticket", "id"])


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", KEY, autoincrement=False, nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("road", sa.Text(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_full", sa.Text()),
        sa.Column("html", sa.Text()),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text()),
        sa.Column("conversation_key", sa.Text()),
        sa.Column("automated", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text()),
        sa.Column("envelope_sender", sa.Text()),
        sa.Column("raw_id", sa.Text()),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text()),
        sa.Column("verdict", sa.Text()),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("identity"),
    )
    op.create_index("ix_messages_message_id", "messages", ["message_id"])
    op.create_index("messages_of_ticket", "messages", ["ticket", "id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", KEY, nullable=False),
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text()),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("idempotency_key", sa.Text()),
        sa.Column("message_id", sa.Text()),
        sa.Column("in_reply_to", sa.Text()),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text()),
        sa.Column("reply_to", sa.Text()),
        sa.Column("answers", sa.Text()),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("remote_id", sa.Text()),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("idempotency_key"),
    )
    op.create_index("ix_outbox_message_id", "outbox", ["message_id"])
    op.create_index("ix_outbox_ticket", "outbox", ["ticket"])
    op.create_index("outbox_due", "outbox", ["state", "not_before"])


def _ticket_links() -> None:
    op.create_table(
        "ticket_links",
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("other", KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["other"], ["tickets.number"]),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("ticket", "other"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ticket_links_other", "ticket_links", ["other"])


def _ticket_participants() -> None:
    op.create_table(
        "ticket_participants",
        sa.Column("ticket", KEY, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("ticket", "address"),
        sqlite_with_rowid=False,
    )


def _attachments() -> None:
    op.create_table(
        "attachments",
        sa.Column("message", KEY, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("original_name", sa.Text()),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["messages.id"]),
        sa.PrimaryKeyConstraint("message", "position"),
        sqlite_with_rowid=False,
    )
    op.create_index("attachments_by_content", "attachments", ["sha256"])


def _numbers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in SEQUENCES:
            op.execute(sa.schema.CreateSequence(sa.Sequence(name)))
        return
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in SEQUENCES])


def _history_is_append_only() -> None:
    statements = {"postgresql": _POSTGRES_TRIGGERS, "sqlite": _SQLITE_TRIGGERS}[op.get_bind().dialect.name]
    for statement in statements:
        op.execute(statement)


_SQLITE_TRIGGERS = tuple(
    f"CREATE TRIGGER history_no_{event.lower()} BEFORE {event} ON history "
    "BEGIN SELECT RAISE(ABORT, 'history is append-only'); END"
    for event in ("UPDATE", "DELETE")
)
_POSTGRES_FUNCTION = """
CREATE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
_POSTGRES_TRIGGER = """
CREATE TRIGGER history_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON history
FOR EACH STATEMENT EXECUTE FUNCTION history_is_append_only()
"""
_POSTGRES_TRIGGERS = (_POSTGRES_FUNCTION, _POSTGRES_TRIGGER)
