"""Messages of agents in the outbox, where their failures are reported, and addresses that fail."""

import sqlalchemy as sa
from alembic import op

revision = "d0003"
down_revision = "d0002"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("outbox", sa.Column("message", KEY, nullable=True))
    op.add_column("outbox", sa.Column("envelope_sender", sa.Text(), nullable=True))
    op.add_column("outbox", sa.Column("destination", sa.Text(), nullable=True))
    op.create_index("ix_outbox_message", "outbox", ["message"])
    op.create_table(
        "failing_addresses",
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
