"""Cases closed in a week are found by the moment of their closing."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_index("ix_case_settled", "case", ["closed_at"], unique=False, postgresql_include=["path", "opened_at"],
                    postgresql_where=sa.text("closed_at IS NOT NULL"))
