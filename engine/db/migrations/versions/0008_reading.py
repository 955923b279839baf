"""Indexes by which the pages of a desk read no more rows than they show."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
_OPEN = sa.text("closed_at IS NULL")


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.drop_index("ix_case_path_open", "case")
    op.create_index("ix_case_path_open", "case", ["path", "due_at", "id"], unique=False, postgresql_where=_OPEN,
                    postgresql_include=["stopped_at", "warn_at", "stage", "dispatched_at", "holder_id", "handler_id",
                                        "class_name"])
    op.drop_index("ix_case_holder_open", "case")
    op.create_index("ix_case_holder_open", "case", ["holder_id", "due_at", "id"], unique=False, postgresql_where=_OPEN,
                    postgresql_include=["path", "stopped_at", "warn_at"])
    op.drop_index("ix_case_dispatcher_open", "case")
    op.create_index("ix_case_dispatcher_open", "case", ["dispatcher_id", "id"], unique=False,
                    postgresql_where=_OPEN, postgresql_include=["path"])
    op.create_index("ix_task_unsigned", "task", ["case_id", "due_at", "id"], unique=False,
                    postgresql_where=sa.text("closed_at IS NULL AND element IN ('sign', 'sign_assist')"))
    op.create_index("ix_case_stopped", "case", ["path", "due_at", "id"], unique=False,
                    postgresql_include=["holder_id"],
                    postgresql_where=sa.text("stopped_at IS NOT NULL AND closed_at IS NULL"))
    op.create_index("ix_case_closed", "case", ["opened_at", "id"], unique=False,
                    postgresql_where=sa.text("closed_at IS NOT NULL"))
