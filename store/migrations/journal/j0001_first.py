"""The journal's first schema: accepted interactions and their bytes."""

import sqlalchemy as sa
from alembic import op

revision = "j0001"
down_revision = None
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _raw()
    _raw_payloads()


def downgrade() -> None:
    raise NotImplementedError("there is no way back before the first schema; restore a backup")


def _raw() -> None:
    op.create_table(
        "raw",
        sa.Column("raw_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("fate", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("not_before", sa.BigInteger()),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column("settled_at", sa.BigInteger()),
        sa.Column("tickets", sa.Text()),
        sa.PrimaryKeyConstraint("raw_id"),
        sa.UniqueConstraint("dedup_key"),
    )
    op.create_index(
        "raw_by_fate",
        "raw",
        ["fate", "raw_id"],
        sqlite_where=sa.text("fate <> 'done'"),
        postgresql_where=sa.text("fate <> 'done'"),
    )


def _raw_payloads() -> None:
    op.create_table(
        "raw_payloads",
        sa.Column("raw_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("checksum", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("raw_id"),
    )
