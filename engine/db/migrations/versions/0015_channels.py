"""Channels that lead out of the house: digests, quiet hours, dead letters that are dropped, how each channel does."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_channel_state")),
    )
    for name in ("digest_at", "held_until", "dropped_at"):
        op.add_column("outbox", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("notice_id", sa.Uuid(), nullable=True))
    op.drop_index("ix_outbox_pending", "outbox")
    op.create_index("ix_outbox_pending", "outbox", ["channel", "next_try_at"], unique=False,
                    postgresql_where=sa.text("delivered_at IS NULL AND dead_at IS NULL"))
    op.create_index("ix_outbox_dead", "outbox", ["channel", "dead_at"], unique=False,
                    postgresql_where=sa.text("dead_at IS NOT NULL AND dropped_at IS NULL"))
