"""Several nodes at one database: who is reading which entry, and whether that node is still there."""

import sqlalchemy as sa
from alembic import op

revision = "j0006"
down_revision = "j0005"
branch_labels = None
depends_on = None
works_from = "j0005"


def upgrade() -> None:
    op.add_column("raw", sa.Column("claimed_by", sa.Text()))
    op.create_table(
        "journal_nodes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
