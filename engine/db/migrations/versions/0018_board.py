"""What supervisors demand, acts on many cases, and the tally of cases that came in and were closed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

_JSON = postgresql.JSONB(astext_type=sa.Text())
_MOMENT = sa.DateTime(timezone=True)
_OPEN = "kind = 'supervise' AND replied_at IS NULL AND withdrawn_at IS NULL"
_COUNTED = """
INSERT INTO tally (place, week, organisation_id, ended, met, arrived, settled)
SELECT place, week, 0, 0, 0, sum(arrived), sum(settled) FROM (
  SELECT path, date_trunc('week', timezone('Asia/Shanghai', opened_at))::date AS week, count(*) AS arrived, 0 AS settled
  FROM "case" GROUP BY 1, 2
  UNION ALL
  SELECT path, date_trunc('week', timezone('Asia/Shanghai', closed_at))::date, 0, count(*)
  FROM "case" WHERE closed_at IS NOT NULL GROUP BY 1, 2) AS moved,
  unnest(string_to_array(path, '.')) AS place
GROUP BY place, week
ON CONFLICT (place, week, organisation_id) DO UPDATE SET arrived = excluded.arrived, settled = excluded.settled
"""


def upgrade() -> None:
    """Forward only: a backup is the way back. Cases that were there before are counted here, at once."""
    _demands()
    _bulks()
    op.create_table(
        "uncounted",
        sa.Column("case_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.CheckConstraint("kind IN ('arrived', 'settled')", name=op.f("ck_uncounted_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_uncounted_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "kind", name=op.f("pk_uncounted")),
    )
    for name in ("arrived", "settled"):
        op.add_column("tally", sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(_COUNTED)
    op.create_index("ix_case_returned", "case", ["path", "due_at", "id"], unique=False,
                    postgresql_where=sa.text("returns >= 2 AND closed_at IS NULL"),
                    postgresql_include=["returns", "holder_id"])
    op.create_index("ix_deadline_missed", "deadline", ["organisation_id", "closed_at"], unique=False,
                    postgresql_where=sa.text("closed_at > due_at AND stage <> 'total'"),
                    postgresql_include=["case_id"])


def _demands() -> None:
    op.create_table(
        "demand",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("told", _JSON, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("reply_by", _MOMENT, nullable=True),
        sa.Column("replied_at", _MOMENT, nullable=True),
        sa.Column("replied_by", sa.String(length=80), nullable=True),
        sa.Column("reply_seq", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", _MOMENT, nullable=True),
        sa.CheckConstraint("kind IN ('urge', 'supervise')", name=op.f("ck_demand_kind")),
        sa.CheckConstraint("(replied_at IS NULL) = (reply_seq IS NULL)", name=op.f("ck_demand_replied_with_entry")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_demand_case_id_case")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_demand_by_id_person")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"],
                                name=op.f("fk_demand_organisation_id_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand")),
    )
    op.create_index("ix_demand_case", "demand", ["case_id", "at"], unique=False)
    op.create_index("ix_demand_open", "demand", ["organisation_id", "case_id"], unique=False,
                    postgresql_where=sa.text(_OPEN))
    op.create_index("ix_demand_by", "demand", ["by_id", "reply_by", "id"], unique=False,
                    postgresql_where=sa.text("kind = 'supervise' AND withdrawn_at IS NULL"))


def _bulks() -> None:
    op.create_table(
        "bulk",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("verb", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reply_by", _MOMENT, nullable=True),
        sa.Column("filters", _JSON, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("cancelled_at", _MOMENT, nullable=True),
        sa.Column("taking_back_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bulk_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk")),
        sa.UniqueConstraint("key", name=op.f("uq_bulk_key")),
    )
    op.create_index("ix_bulk_account", "bulk", ["account_id", "id"], unique=False)
    op.create_table(
        "bulk_row",
        sa.Column("bulk_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", _MOMENT, nullable=True),
        sa.Column("demand_id", sa.BigInteger(), nullable=True),
        sa.Column("problem", _JSON, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'refused', 'cancelled', 'taking_back', 'taken_back')",
                           name=op.f("ck_bulk_row_state")),
        sa.ForeignKeyConstraint(["bulk_id"], ["bulk.id"], name=op.f("fk_bulk_row_bulk_id_bulk")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_bulk_row_case_id_case")),
        sa.PrimaryKeyConstraint("bulk_id", "case_id", name=op.f("pk_bulk_row")),
    )
    op.create_index("ix_bulk_row_open", "bulk_row", ["position", "bulk_id"], unique=False,
                    postgresql_where=sa.text("state IN ('waiting', 'taking_back')"))
    op.create_index("ix_bulk_row_place", "bulk_row", ["bulk_id", "position"], unique=False)
