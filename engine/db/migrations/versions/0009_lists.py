"""Two indexes that lists are read by: open deadlines of a case, and open tasks of a role in the order of their time."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_index("ix_deadline_case_open", "deadline", ["case_id"], unique=False, postgresql_where=_OPEN)
    op.create_index("ix_task_offered_due", "task", ["organisation_id", "role", "due_at", "id"], unique=False,
                    postgresql_where=_OPEN)
