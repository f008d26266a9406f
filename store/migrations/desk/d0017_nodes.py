"""Several nodes at one database: who is sending or fetching what, and whether that node is still there."""

import sqlalchemy as sa
from alembic import op

revision = "d0017"
down_revision = "d0016"
branch_labels = None
depends_on = None
works_from = "d0016"


def upgrade() -> None:
    for table in ("outbox", "remote_files"):
        op.add_column(table, sa.Column("claimed_by", sa.Text()))
    op.create_table(
        "desk_nodes",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
