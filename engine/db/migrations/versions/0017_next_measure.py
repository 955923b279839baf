"""A deadline keeps the measure that comes next; a row of `measure` is one that was taken."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("deadline", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("deadline", sa.Column("next_measure", postgresql.JSONB(), nullable=True))
    op.execute("""
        UPDATE deadline SET next_at = planned.at, next_measure = planned.doc
        FROM (SELECT DISTINCT ON (deadline_id) deadline_id, at, jsonb_build_object(
                'kind', kind, 'level', level, 'organisation_id', organisation_id, 'row', row,
                'cites', cites) AS doc
              FROM measure WHERE done_at IS NULL AND cancelled_at IS NULL ORDER BY deadline_id, at, id) AS planned
        WHERE planned.deadline_id = deadline.id AND deadline.closed_at IS NULL""")
    op.execute("DELETE FROM measure WHERE done_at IS NULL")
    op.create_index("ix_deadline_next", "deadline", ["next_at"], postgresql_where=sa.text("next_at IS NOT NULL"))
    op.drop_index("ix_measure_pending", "measure")
    op.drop_index("ix_measure_deadline", "measure")
    op.drop_column("measure", "done_at")
    op.drop_column("measure", "cancelled_at")
