"""The words that a column may hold stand in its check as one list: the server reads it anew with every write."""

from collections.abc import Mapping

from alembic import op

revision = "0028"
down_revision = "0027"

WORDS: Mapping[str, Mapping[str, str]] = {
    "case": {
        "stage": "collect,assign,handle,check,feedback,closed",
        "urgency": "normal,urgent,critical",
        "severity": "general,larger,major,extreme",
        "origin": "grid_worker,resident,superior,platform,letter_visit,phone",
        "channel": "app,web,phone,visit,chat,import",
        "outcome": "handled,settled,answered,refused,transferred,duplicate,void",
    },
    "custody": {"capacity": "holder,handler,assistant"},
    "request": {"kind": "extension,hold", "state": "open,granted,fewer,refused,withdrawn"},
    "contact_record": {
        "method": "phone,face,sms,link,messenger",
        "result": "reached,no_answer,wrong_number,refused,channel_down",
    },
    "rating": {"channel": "link,phone,face,set_aside"},
    "uncounted": {"kind": "arrived,settled"},
    "instance": {"status": "running,done,failed"},
}


def upgrade() -> None:
    """Forward only: a backup is the way back."""
    for table, columns in WORDS.items():
        changes = ", ".join(f"DROP CONSTRAINT ck_{table}_{column}, "
                            f"ADD CONSTRAINT ck_{table}_{column} CHECK ({column} = ANY ('{{{words}}}'::text[]))"
                            for column, words in columns.items())
        op.execute(f'ALTER TABLE "{table}" {changes}')
