"""In whose turn an entry is claimed: a flood is put behind others.

Nodes of before write no `late`, which is then 0, and claim by id as they always did.
"""

import sqlalchemy as sa
from alembic import op

revision = "j0007"
down_revision = "j0006"
branch_labels = None
depends_on = None
works_from = "j0006"

_NOT_DONE = sa.text("fate <> 'done'")


def upgrade() -> None:
    op.add_column("raw", sa.Column("late", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.drop_index("raw_by_fate", "raw")
    op.create_index(
        "raw_by_turn",
        "raw",
        ["fate", sa.text("(raw_id + late)")],
        sqlite_where=_NOT_DONE,
        postgresql_where=_NOT_DONE,
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
