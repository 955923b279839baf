"""What a place's first day needs: validity of bodies and people, absences, list versions, workbooks, a house record."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("account", sa.Column("must_change", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("organisation", sa.Column("valid_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("organisation", sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_organisation_validity"), "organisation",
        "valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from")
    op.create_check_constraint(
        op.f("ck_organisation_centre_stays"), "organisation", "valid_to IS NULL OR kind <> 'centre'")
    op.add_column("person", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    _absence()
    _matter_list()
    _register_import()
    _house_entry()


def _absence() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deputy_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.Column("handed_over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handed_over", sa.Integer(), nullable=False),
        sa.CheckConstraint("deputy_id IS NULL OR deputy_id <> person_id", name=op.f("ck_absence_somebody_else")),
        sa.CheckConstraint("until IS NULL OR until > since", name=op.f("ck_absence_interval")),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"], name=op.f("fk_absence_deputy_id_person")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_absence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index(op.f("ix_absence_person_id"), "absence", ["person_id"], unique=False)
    op.create_index("ix_absence_waiting", "absence", ["since"], unique=False,
                    postgresql_where=sa.text("handed_over_at IS NULL"))


def _matter_list() -> None:
    op.create_table(
        "matter_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("in_force_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("loaded_by", sa.String(length=80), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matter_list")),
        sa.UniqueConstraint("version", name=op.f("uq_matter_list_version")),
    )
    op.create_index("ix_matter_list_waiting", "matter_list", ["in_force_from"], unique=False,
                    postgresql_where=sa.text("applied_at IS NULL"))


def _register_import() -> None:
    op.create_table(
        "register_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=80), nullable=False),
        sa.Column("matters_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("state <> 'waiting' OR content IS NOT NULL",
                           name=op.f("ck_register_import_kept_while_waiting")),
        sa.CheckConstraint("state IN ('waiting', 'applied', 'withdrawn')", name=op.f("ck_register_import_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )


def _house_entry() -> None:
    op.create_table(
        "house_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_house_entry")),
    )
    op.create_index(op.f("ix_house_entry_at"), "house_entry", ["at"], unique=False)
    op.create_index("ix_house_entry_subject", "house_entry", ["kind", "subject"], unique=False)
    op.execute("""
        CREATE TRIGGER house_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON house_entry
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """)
