"""Where a log-in comes from, what each job of a worker last did, the backups; whose entries lie where in the record."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("session", sa.Column("address", sa.String(length=45), server_default="", nullable=False))
    op.add_column("session", sa.Column("device", sa.String(length=200), server_default="", nullable=False))
    op.add_column("session", sa.Column("revoked_by", sa.String(length=80), nullable=True))
    op.create_index("ix_session_address", "session", ["address"], unique=False)
    op.create_index("ix_session_expires_at", "session", ["expires_at"], unique=False)
    op.add_column("beat", sa.Column("jobs", postgresql.JSONB(astext_type=sa.Text()), server_default="{}",
                                    nullable=False))
    op.create_table(
        "backup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("cases", sa.BigInteger(), nullable=True),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("drilled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (state = 'waiting')", name=op.f("ck_backup_ended")),
        sa.CheckConstraint("state IN ('waiting', 'made', 'failed')", name=op.f("ck_backup_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backup")),
    )
    op.create_index(
        "ix_entry_who", "entry", ["actor", "organisation_id", "verb"], unique=False, postgresql_using="brin",
        postgresql_ops={"actor": "text_bloom_ops", "organisation_id": "int4_bloom_ops", "verb": "text_bloom_ops"},
        postgresql_with={"autosummarize": True, "pages_per_range": 32})
