"""Incidents: what monitoring systems tell, the tickets it became, and the systems that must report."""

import sqlalchemy as sa
from alembic import op

revision = "d0015"
down_revision = "d0014"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _incidents()
    _reports()
    _heartbeats()


def _incidents() -> None:
    op.create_table(
        "incidents",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("channel", "kind", "fingerprint")),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("ticket", _KEY),
        sa.Column("message", _KEY),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("times", "returns")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("started_at", "episode_at")),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("silenced_by", sa.Text()),
        sa.Column("due_at", sa.BigInteger()),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("client", sa.Text()),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("touched_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sa.PrimaryKeyConstraint("channel", "kind", "fingerprint", "turn"),
        sqlite_with_rowid=False,
    )
    for name in ("ticket", "due_at", "touched_at"):
        op.create_index(f"ix_incidents_{name}", "incidents", [name])
    op.create_index("incidents_of_group", "incidents", ["channel", "group", "opened_at"])


def _reports() -> None:
    op.create_table(
        "incident_reports",
        sa.Column("identity", sa.Text(), primary_key=True),
        sa.Column("ticket", _KEY),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.number"]),
        sqlite_with_rowid=False,
    )
    for name in ("ticket", "at"):
        op.create_index(f"ix_incident_reports_{name}", "incident_reports", [name])


def _heartbeats() -> None:
    op.create_table(
        "heartbeats",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("channel", "name")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("first_at", "last_at")),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "name"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "watches",
        sa.Column("name", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("since", "at")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    raise NotImplementedError("restore a backup")
