"""Leases count renewals instead of naming a moment: nodes need not agree what time it is."""

import sqlalchemy as sa
from alembic import op

revision = "j0004"
down_revision = "j0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _anew(sa.Column("renewals", sa.BigInteger(), nullable=False))


def downgrade() -> None:
    _anew(sa.Column("until", sa.BigInteger(), nullable=False))


def _anew(column: sa.Column[int]) -> None:
    """What the table says is true for seconds: there is nothing to keep."""
    op.drop_table("leases")
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        column,
        sa.PrimaryKeyConstraint("name"),
    )
