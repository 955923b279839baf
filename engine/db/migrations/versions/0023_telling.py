"""Who was told: of channels that are down, of supervision without an answer, and followers of a case."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_MOMENT = sa.DateTime(timezone=True)
_OPEN = "kind = 'supervise' AND replied_at IS NULL AND withdrawn_at IS NULL"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("channel_state", sa.Column("told_down_at", _MOMENT, nullable=True))
    op.add_column("outbox", sa.Column("follower_id", sa.BigInteger(), nullable=True))
    op.add_column("demand", sa.Column("missed_at", _MOMENT, nullable=True))
    op.create_index("ix_demand_late", "demand", ["reply_by"], unique=False, postgresql_where=sa.text(_OPEN),
                    postgresql_include=["missed_at", "case_id"])
    op.create_index("ix_case_duplicate_of", "case", ["duplicate_of"], unique=False,
                    postgresql_where=sa.text("duplicate_of IS NOT NULL"))
