"""Residents who follow a case, and how often strangers knock."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "follower",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_follower_case_id_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follower")),
    )
    op.create_index(op.f("ix_follower_case_id"), "follower", ["case_id"], unique=False)
    op.create_table(
        "knock",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.String(length=20), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knock")),
    )
    op.create_index("ix_knock_door_key_at", "knock", ["door", "key", "at"], unique=False)
