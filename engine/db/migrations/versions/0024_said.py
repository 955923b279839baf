"""Notices keep their sentence and its facts, to be worded in the language of whoever reads them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    for table in ("outbox", "inbox"):
        op.add_column(table, sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
