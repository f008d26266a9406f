"""Web chats: what each visitor's stream of events holds."""

import sqlalchemy as sa
from alembic import op

revision = "d0014"
down_revision = "d0013"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "chat_streams",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "visitor"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "chat_events",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("visitor", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("message", _KEY),
        sa.Column("outgoing", _KEY),
        sa.PrimaryKeyConstraint("channel", "visitor", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("chat_events_message", "chat_events", ["message"], unique=True)
    op.create_index("chat_events_outgoing", "chat_events", ["outgoing"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
