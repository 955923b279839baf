"""Offered tasks are counted from their index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.drop_index("ix_task_offered", "task")
    op.create_index("ix_task_offered", "task", ["organisation_id", "role", "element", "due_at", "id"], unique=False,
                    postgresql_where=sa.text("closed_at IS NULL"),
                    postgresql_include=["assignee_id", "excluded_id", "grid_id", "case_id"])
