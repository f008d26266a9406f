"""Tickets remember which rules decided what, so that counting them reads no message.

Those that are there take it from the verdict of the message that opened them.
"""

import sqlalchemy as sa
from alembic import op

revision = "d0002"
down_revision = "d0001"
branch_labels = None
depends_on = None

_SQLITE = """
UPDATE tickets SET decided = (
    SELECT json_group_array(json_array(what, rule)) FROM (
        SELECT f.key AS what, json_extract(f.value, '$.rule') AS rule
        FROM messages m, json_each(m.verdict, '$.fields') f
        WHERE m.id = tickets.opened_by AND json_valid(m.verdict)
        UNION
        SELECT 'tags', json_extract(t.value, '$.rule')
        FROM messages m, json_each(m.verdict, '$.tags') t
        WHERE m.id = tickets.opened_by AND json_valid(m.verdict)
    )
)
"""
_POSTGRES = """
UPDATE tickets SET decided = COALESCE((
    SELECT json_agg(json_build_array(what, rule))::text FROM (
        SELECT f.key AS what, f.value->>'rule' AS rule
        FROM messages m, json_each(m.verdict::json->'fields') f
        WHERE m.id = tickets.opened_by
        UNION
        SELECT 'tags', t.value->>'rule'
        FROM messages m, json_array_elements(m.verdict::json->'tags') t
        WHERE m.id = tickets.opened_by
    ) AS deciders
), '[]')
"""


def upgrade() -> None:
    op.add_column("tickets", sa.Column("decided", sa.Text(), nullable=False, server_default="[]"))
    op.execute({"sqlite": _SQLITE, "postgresql": _POSTGRES}[op.get_bind().dialect.name])
