"""Contacts that turned out to be one person: what a merge moved, so that it can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "d0009"
down_revision = "d0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("contacts", sa.Column("merged_into", key, nullable=True))
    op.add_column("contact_addresses", sa.Column("vouched_by", sa.Text(), nullable=True))
    op.create_index("tickets_of_contact", "tickets", ["contact"])
    op.create_table(
        "contact_merges",
        sa.Column("id", key, nullable=False),
        sa.Column("kept", key, nullable=False),
        sa.Column("merged", key, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("addresses", sa.Text(), nullable=False),
        sa.Column("tickets", sa.Text(), nullable=False),
        sa.Column("gave_name", sa.Boolean(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("contact_merges_kept", "contact_merges", ["kept"])
    op.create_index("contact_merges_merged", "contact_merges", ["merged"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
