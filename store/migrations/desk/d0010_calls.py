"""Telephone calls: what was told of each, by which ids, and the message that it became."""

import sqlalchemy as sa
from alembic import op

revision = "d0010"
down_revision = "d0009"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("ticket", _KEY),
        sa.Column("message", _KEY),
        sa.Column("contact", sa.Text()),
        sa.Column("started_at", sa.BigInteger()),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("channel", "root"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_calls_ticket", "calls", ["ticket"])
    op.create_index("ix_calls_due_at", "calls", ["due_at"])
    op.create_index("ix_calls_touched_at", "calls", ["touched_at"])
    op.create_index("calls_of_contact", "calls", ["channel", "contact", "started_at"])
    op.create_table(
        "call_ids",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("call_ids_of_root", "call_ids", ["channel", "root"])
    op.create_table(
        "call_events",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "root", "digest"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
