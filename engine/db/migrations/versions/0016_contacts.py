"""Every attempt to tell a resident is a row with its result; every rating says how it came."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_METHODS = "'phone', 'face', 'sms', 'link', 'messenger'"
_RESULTS = "'reached', 'no_answer', 'wrong_number', 'refused', 'channel_down'"
_RATED = ("INSERT INTO rating (case_id, round, at, by, rating, channel) "
          "SELECT e.case_id, row_number() OVER (PARTITION BY e.case_id ORDER BY e.seq) - 1, e.at, e.actor, "
          "e.facts->>'outcome', CASE WHEN e.facts->>'outcome' = 'unreasonable' THEN 'set_aside' END "
          "FROM entry e WHERE e.element = 'rate' AND e.verb = 'rate' AND e.facts->>'outcome' IN "
          "('satisfied', 'basic', 'dissatisfied', 'unreasonable')")


def upgrade() -> None:
    """Forward only: a backup is the way back. What was noted of an attempt stands with the entry of its act."""
    op.add_column("contact_record", sa.Column("result", sa.String(length=20), nullable=True))
    op.add_column("contact_record", sa.Column("round", sa.Integer(), server_default="0", nullable=False))
    op.add_column("contact_record", sa.Column("counts", sa.Boolean(), server_default="true", nullable=False))
    op.add_column("contact_record", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE contact_record SET result = CASE WHEN reached THEN 'reached' ELSE 'no_answer' END, "
               "method = CASE method WHEN 'message' THEN 'sms' ELSE method END")
    op.alter_column("contact_record", "result", nullable=False)
    op.alter_column("contact_record", "round", server_default=None)
    op.alter_column("contact_record", "counts", server_default=None)
    op.drop_column("contact_record", "reached")
    op.drop_column("contact_record", "note")
    op.create_check_constraint(op.f("ck_contact_record_method"), "contact_record", f"method IN ({_METHODS})")
    op.create_check_constraint(op.f("ck_contact_record_result"), "contact_record", f"result IN ({_RESULTS})")
    op.create_table(
        "rating",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("rating", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=True),
        sa.CheckConstraint("channel IS NULL OR channel IN ('link', 'phone', 'face', 'set_aside')",
                           name=op.f("ck_rating_channel")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_rating_case_id_case")),
        sa.PrimaryKeyConstraint("case_id", "round", name=op.f("pk_rating")),
    )
    op.execute(_RATED)
