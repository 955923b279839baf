"""Deadlines that ended, counted by week and place; cases that were late, by day."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Forward only: a backup is the way back. What ended before is counted by the worker, batch by batch."""
    op.create_table(
        "tally",
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("met", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place", "week", "organisation_id", name=op.f("pk_tally")),
    )
    op.create_table(
        "lateness",
        sa.Column("place", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("place", "day", name=op.f("pk_lateness")),
    )
    op.create_index("ix_lateness_day", "lateness", ["day"], unique=False)
    op.add_column("deadline", sa.Column("tallied", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index("ix_deadline_untallied", "deadline", ["id"], unique=False,
                    postgresql_where=sa.text("closed_at IS NOT NULL AND NOT tallied"))
