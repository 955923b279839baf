"""Incidents of people's acts and of stuck cases: whose command broke, what was tried, what was decided."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    """Forward only: a backup is the way back. What is there already broke while the clock was at it."""
    for column in (
        sa.Column("cause", sa.String(length=10), nullable=False, server_default="clock"),
        sa.Column("subject", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("task_id", sa.BigInteger(), nullable=True),
        sa.Column("process", sa.String(length=100), nullable=False, server_default=""),
        sa.Column("code", sa.String(length=60), nullable=False, server_default=""),
        sa.Column("attempt", sa.LargeBinary(), nullable=True),
        sa.Column("passed", _JSON, nullable=False, server_default="{}"),
        sa.Column("history", _JSON, nullable=False, server_default="[]"),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.String(length=12), nullable=True),
        sa.Column("resolved_by", sa.String(length=80), nullable=True),
    ):
        op.add_column("incident", column)
    op.execute("UPDATE incident SET last_at = at")
    op.execute("UPDATE incident SET resolution = 'went_on' WHERE resolved_at IS NOT NULL")
    op.alter_column("incident", "last_at", nullable=False)
    for name in ("cause", "subject", "process", "code", "passed", "history"):
        op.alter_column("incident", name, server_default=None)
    op.create_check_constraint(op.f("ck_incident_cause"), "incident", "cause IN ('clock', 'act', 'stuck')")
    op.create_check_constraint(
        op.f("ck_incident_resolved"), "incident", "(resolved_at IS NULL) = (resolution IS NULL)")
    op.create_index("uq_incident_open", "incident", ["case_id", "cause", "subject"], unique=True,
                    postgresql_where=sa.text("resolved_at IS NULL"))
