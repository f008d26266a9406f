"""Attachments that lie elsewhere and are fetched by a chore."""

import sqlalchemy as sa
from alembic import op

revision = "d0008"
down_revision = "d0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "remote_files",
        sa.Column("id", key, nullable=False),
        sa.Column("message", key, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ticket", key, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("original_name", sa.Text()),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger()),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["message"], ["messages.id"]),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message", "position"),
    )
    op.create_index("ix_remote_files_ticket", "remote_files", ["ticket"])
    op.create_index("remote_files_due", "remote_files", ["state", "not_before"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
