"""Office hours may be renamed and may end: the chain of their changes begins with their first name."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("office", sa.Column("first_name", sa.String(length=40), nullable=True))
    op.execute("UPDATE office SET first_name = name")
    op.alter_column("office", "first_name", nullable=False)
    op.add_column("office", sa.Column("ends_on", sa.Date(), nullable=True))
    op.add_column("office", sa.Column("followed_by", sa.String(length=40), nullable=True))
    op.create_check_constraint(op.f("ck_office_followed"), "office", "followed_by IS NULL OR ends_on IS NOT NULL")
    op.drop_constraint(op.f("ck_office_change_kind"), "office_change", type_="check")
    op.create_check_constraint(op.f("ck_office_change_kind"), "office_change",
                               "kind IN ('week', 'days', 'end', 'stay')")
