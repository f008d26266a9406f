"""Messages behind those of a crowded destination are found in the index alone."""

from alembic import op

revision = "d0011"
down_revision = "d0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("outbox_due", "outbox")
    op.create_index("outbox_due", "outbox", ["state", "not_before", "id", "destination"])


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
