"""What chat providers say became of our messages, and people whose address changed."""

import sqlalchemy as sa
from alembic import op

revision = "d0006"
down_revision = "d0005"
branch_labels = None
depends_on = None

SENT_BY_CHAT = sa.text("destination IS NULL AND remote_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "receipts",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("remote_id", sa.Text(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("again", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "remote_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "address_changes",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("old_way", sa.Text(), nullable=False),
        sa.Column("new_way", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "old_way"),
        sqlite_with_rowid=False,
    )
    for column in ("remote_id", "recipient"):
        op.create_index(
            f"outbox_{column}",
            "outbox",
            ["channel", column],
            sqlite_where=SENT_BY_CHAT,
            postgresql_where=SENT_BY_CHAT,
        )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
