"""Other departments that a message was written to as well."""

import sqlalchemy as sa
from alembic import op

revision = "d0005"
down_revision = "d0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_referrals",
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("ticket", "department"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ticket_referrals_department", "ticket_referrals", ["department"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
