"""Step 0026 keeps the hours that were typed before it: the key of their state still names them, and they can change."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.orm import Session

from engine import deadlines
from engine.db import migrate
from engine.db.session import create_engine
from engine.deadlines import offices

WEEK = {"days": [*["08:00-12:00"] * 5, "", "", "08:00-12:00"], "every_day": False, "seasons": []}
KEY = "o1@1.d41e3b66440c"  # as the release before wrote it
BEFORE = """
INSERT INTO office (id, name, path, current) VALUES (1, '渔区作息', '33', :key);
INSERT INTO office_change (office_id, number, kind, hours, at, by, digest)
VALUES (1, 1, 'week', CAST(:week AS jsonb), now(), '系统管理员', 'd41e3b66440c')
"""


def test_older_hours_are_kept(make_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offices, "_states", {})  # nothing is remembered of them
    engine = create_engine(make_database(empty=True), poolclass=sa.NullPool)
    with engine.connect() as connection:
        command.upgrade(migrate._config(connection), "0025")
        for statement in BEFORE.split(";\n"):
            connection.execute(sa.text(statement), {"key": KEY, "week": json.dumps(WEEK)})
        command.upgrade(migrate._config(connection), "head")
        connection.commit()
    with Session(engine) as session:
        found = deadlines.office_of(session, KEY)
        assert (found.name, found.week_on(date(2026, 3, 4)).days[0]) == ("渔区作息", ((480, 720),))
        row = deadlines.get_office(session, 1)
        assert (row.first_name, row.ends_on, row.followed_by) == ("渔区作息", None, None)
        deadlines.end_office(session, row, date(2026, 3, 4), "default", "系统管理员", datetime(2026, 3, 4, tzinfo=UTC))
        assert deadlines.office_of(session, row.current).week_on(date(2026, 3, 5)).days[0] == ((510, 720), (780, 1050))
    engine.dispose()
