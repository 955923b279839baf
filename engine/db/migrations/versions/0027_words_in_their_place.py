"""A search begins with the index of words, kept to the asker's divisions."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.execute("""
        UPDATE case_words SET search = search || array_to_tsvector(ARRAY(
          SELECT '@' || code FROM unnest((string_to_array("case".path, '.'))[2:]) AS code))
        FROM "case" WHERE "case".id = case_words.case_id
    """)
    op.execute("""
        CREATE FUNCTION cases_with_words(asked tsquery) RETURNS bigint[]
        LANGUAGE sql STABLE SET enable_seqscan = off AS
        $$ SELECT coalesce(array_agg(case_id), '{}') FROM case_words WHERE search @@ asked $$
    """)
