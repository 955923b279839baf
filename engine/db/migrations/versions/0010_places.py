"""The places of open cases by row id: whether an open task may be seen is read from the index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_index("ix_case_place_open", "case", ["id"], unique=False, postgresql_include=["path"],
                    postgresql_where=sa.text("closed_at IS NULL"))
