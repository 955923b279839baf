"""Drafts of diagrams and tables, on their way to a second person."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("definition_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("pack", sa.String(length=50), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("drawn_by", sa.String(length=80), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("wanted_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("definition", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'published') = (definition IS NOT NULL)", name=op.f("ck_draft_published")),
        sa.CheckConstraint("kind IN ('bpmn', 'dmn')", name=op.f("ck_draft_kind")),
        sa.CheckConstraint(
            "state IN ('open', 'submitted', 'published', 'rejected', 'withdrawn')", name=op.f("ck_draft_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('published', 'rejected') OR decided_by_id <> drawn_by_id", name=op.f("ck_draft_two_people")
        ),
        sa.ForeignKeyConstraint(["base_id"], ["definition.id"], name=op.f("fk_draft_base_id_definition")),
        sa.ForeignKeyConstraint(["definition"], ["definition.id"], name=op.f("fk_draft_definition_definition")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(
        "ix_draft_at_work",
        "draft",
        ["pack", "definition_id"],
        unique=False,
        postgresql_where=sa.text("state IN ('open', 'submitted')"),
    )
