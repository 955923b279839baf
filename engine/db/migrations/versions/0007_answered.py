"""An answer is found by its account and key, and needs no number of its own."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    op.drop_constraint("uq_answered_account_id_key", "answered", type_="unique")
    op.drop_constraint("pk_answered", "answered", type_="primary")
    op.drop_column("answered", "id")
    op.create_primary_key("pk_answered", "answered", ["account_id", "key"])
