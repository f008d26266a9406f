"""A reply whose files go apart from its words is several messages."""

import sqlalchemy as sa
from alembic import op

revision = "d0013"
down_revision = "d0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox", sa.Column("part", sa.Integer()))


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
