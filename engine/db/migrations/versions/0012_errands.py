"""Long work that somebody asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

_JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "errand",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("payload", _JSON, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", _JSON, nullable=True),
        sa.Column("result", _JSON, nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=True),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(ended_at IS NULL) = (state = 'waiting')", name=op.f("ck_errand_ended")),
        sa.CheckConstraint("state IN ('waiting', 'done', 'failed', 'called_off')", name=op.f("ck_errand_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_errand_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_errand")),
    )
    op.create_index("ix_errand_open", "errand", ["attended_at", "id"], unique=False,
                    postgresql_where=sa.text("ended_at IS NULL"))
    op.create_index("ix_errand_person", "errand", ["person_id", "id"], unique=False)
