"""The session of the tests, and with it the embedded server."""

import sqlalchemy as sa
from sqlalchemy.orm import Session


def test_times_are_read_back_in_utc(session: Session) -> None:
    assert session.scalar(sa.text("SHOW timezone")) == "UTC"


def test_a_prefix_search_uses_a_plain_index(session: Session) -> None:
    session.execute(sa.text("CREATE TABLE path_probe (path text PRIMARY KEY)"))
    session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    plan = session.scalars(sa.text("EXPLAIN SELECT * FROM path_probe WHERE path LIKE '33.09%'")).all()
    assert any("path ~>=~" in line or "path >=" in line for line in plan)
