"""What the bytes of an attachment are, beside what its sender declares."""

import sqlalchemy as sa
from alembic import op

revision = "d0007"
down_revision = "d0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attachments", sa.Column("sniffed_type", sa.Text()))


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
