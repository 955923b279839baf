"""Office hours that administrators type are rows: an office, and each change of its hours."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("path", sa.String(length=120, collation="C"), nullable=False),
        sa.Column("current", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office")),
        sa.UniqueConstraint("name", name=op.f("uq_office_name")),
    )
    op.create_table(
        "office_change",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("hours", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=12), nullable=False),
        sa.CheckConstraint("kind IN ('week', 'days')", name=op.f("ck_office_change_kind")),
        sa.CheckConstraint("(kind = 'days') = (until IS NOT NULL)", name=op.f("ck_office_change_days_end")),
        sa.CheckConstraint("until >= since", name=op.f("ck_office_change_order")),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f("fk_office_change_office_id_office")),
        sa.PrimaryKeyConstraint("office_id", "number", name=op.f("pk_office_change")),
    )
