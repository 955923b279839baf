"""A workbook knows the division of the administrator who uploaded it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.add_column("register_import", sa.Column("top", sa.String(length=120, collation="C"), server_default="", nullable=False))
