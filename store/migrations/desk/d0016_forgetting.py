"""Persons can be erased: who, when and how much is kept; history may be changed while that happens, and only then."""

import sqlalchemy as sa
from alembic import op

revision = "d0016"
down_revision = "d0015"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table("forgetting", sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False))
    op.create_table(
        "erasures",
        sa.Column("id", _KEY, primary_key=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("person", sa.Text()),
        sa.Column("counts", sa.Text(), nullable=False),
    )
    op.create_table(
        "erasure_raws",
        sa.Column("erasure", _KEY, primary_key=True),
        sa.Column("raw_id", sa.Text(), primary_key=True),
        sqlite_with_rowid=False,
    )
    statements = {"postgresql": _POSTGRES, "sqlite": _SQLITE}[op.get_bind().dialect.name]
    for statement in statements:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("restore a backup")


_GUARD = """
CREATE TRIGGER history_no_{name} BEFORE {event} ON history
WHEN NOT EXISTS (SELECT 1 FROM forgetting)
BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
"""
_SQLITE = tuple(
    statement
    for event in ("UPDATE", "DELETE")
    for statement in (
        f"DROP TRIGGER history_no_{event.lower()}",
        _GUARD.format(name=event.lower(), event=event),
    )
)
_POSTGRES = (
    """
CREATE OR REPLACE FUNCTION history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' OR NOT EXISTS (SELECT 1 FROM forgetting) THEN
        RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$
""",
)
