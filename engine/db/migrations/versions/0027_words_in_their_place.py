"""Lists of years: words are found by division and month, the newest and what ended late by an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.execute("""
        UPDATE case_words SET search = search || array_to_tsvector(ARRAY(
          SELECT '@' || mark FROM unnest((string_to_array("case".path, '.'))[2:]
            || to_char("case".opened_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')) AS mark))
        FROM "case" WHERE "case".id = case_words.case_id
    """)
    op.execute("""
        CREATE FUNCTION cases_with_words(asked tsquery) RETURNS bigint[]
        LANGUAGE sql STABLE SET enable_seqscan = off AS
        $$ SELECT coalesce(array_agg(case_id), '{}') FROM case_words WHERE search @@ asked $$
    """)
    op.drop_index("ix_case_opened", table_name="case")
    op.create_index("ix_case_opened", "case", ["opened_at", "id"], unique=False, postgresql_include=["path"])
    op.create_index("ix_deadline_case_missed", "deadline", ["case_id", "closed_at"], unique=False,
                    postgresql_include=["organisation_id"],
                    postgresql_where=sa.text("closed_at > due_at AND stage <> 'total'"))
