"""What is remembered of bodies and divisions belongs to a version of the directory."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "directory_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_directory_version_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_directory_version")),
    )
    op.execute("INSERT INTO directory_version (id) VALUES (1)")
    op.execute("""
        CREATE OR REPLACE FUNCTION next_directory_version() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN UPDATE directory_version SET version = gen_random_uuid(); RETURN NULL; END $$
    """)
    for table in ("division", "organisation"):
        op.execute(f"""
            CREATE TRIGGER {table}_version BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION next_directory_version()
        """)
