"""How far the folders of fetched mailboxes were read: position, accepted UIDs, gaps."""

import sqlalchemy as sa
from alembic import op

revision = "j0002"
down_revision = "j0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _folders()
    _mails()
    _gaps()


def downgrade() -> None:
    for table in ("source_gaps", "source_mails", "source_folders"):
        op.drop_table(table)


def _folders() -> None:
    op.create_table(
        "source_folders",
        sa.Column("id", _KEY, autoincrement=True, nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger()),
        sa.Column("start_uid", sa.BigInteger(), nullable=False),
        sa.Column("upto_uid", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger()),
        sa.Column("looked_at", sa.BigInteger()),
        sa.Column("backfill_since", sa.BigInteger()),
        sa.Column("silent_before", sa.BigInteger()),
        sa.Column("trouble", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "folder"),
    )


def _mails() -> None:
    op.create_table(
        "source_mails",
        sa.Column("folder_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("uid", _KEY, autoincrement=False, nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", "uid"),
        sqlite_with_rowid=False,
    )


def _gaps() -> None:
    op.create_table(
        "source_gaps",
        sa.Column("folder_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("uid", _KEY, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("retry_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("folder_id", "uid"),
        sqlite_with_rowid=False,
    )
