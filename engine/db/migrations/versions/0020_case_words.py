"""The words by which a case is found stand beside its row, which every act writes anew."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.create_table(
        "case_words",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_words_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_words")),
    )
    op.execute('INSERT INTO case_words (case_id, search) SELECT id, search FROM "case"')
    op.create_index("ix_case_words", "case_words", ["search"], unique=False, postgresql_using="gin")
    op.drop_index("ix_case_search", "case")
    op.drop_column("case", "search")
