"""Contents of attachments that are to be removed, so that whoever needs one again notices in time."""

import sqlalchemy as sa
from alembic import op

revision = "d0012"
down_revision = "d0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "condemned_contents",
        sa.Column("sha256", sa.Text(), primary_key=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("going_at", sa.BigInteger()),
        sa.Column("removed_at", sa.BigInteger()),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
