"""Step 0016 keeps what was recorded before it: who was told how, and what was rated."""

from __future__ import annotations

import json
from collections.abc import Callable

import sqlalchemy as sa
from alembic import command

from engine.db import migrate
from engine.db.session import create_engine

CASE = {
    "id": 7, "number": "n", "title": "t", "description": "d", "place": "p", "division_code": "33", "path": "33",
    "origin": "phone", "channel": "phone", "severity": "general", "urgency": "normal", "emergency": False,
    "has_contact": True, "stage": "handle", "holder_id": 1, "level": "city", "attention_level": "city", "returns": 0,
    "reworks": 0, "reopened": 1, "opened_at": "2026-03-04T01:00:00+00:00", "urged": 0, "supervised": 0, "pack": "base",
    "release_id": 1, "entries": 3, "head_hash": "z", "salt": "s", "search": "",
}
ALONE = """
DO $$ DECLARE one record; BEGIN
  FOR one IN SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = '"case"'::regclass LOOP
    EXECUTE ('ALTER TABLE "case" DROP CONSTRAINT ' || quote_ident(one.conname));
  END LOOP;
END $$
"""
BEFORE = """
INSERT INTO contact_record (id, case_id, at, by, method, reached, note) VALUES
  (1, 7, now(), '坐席', 'phone', true, '已说明'), (2, 7, now(), '坐席', 'message', false, '三次');
INSERT INTO entry (case_id, seq, at, actor, verb, element, facts, versions, act_id, previous_hash, hash) VALUES
  (7, 1, now(), '反映人', 'rate', 'rate', '{"outcome": "dissatisfied"}', '{}', 'a', '', 'x'),
  (7, 2, now(), '坐席', 'handle_task', 'handle_task', '{"outcome": "done"}', '{}', 'b', 'x', 'y'),
  (7, 3, now(), '坐席', 'rate', 'rate', '{"outcome": "unreasonable"}', '{}', 'c', 'y', 'z')
"""


def test_older_attempts_and_ratings_are_kept(make_database: Callable[..., str]) -> None:
    engine = create_engine(make_database(empty=True), poolclass=sa.NullPool)
    with engine.connect() as connection:
        command.upgrade(migrate._config(connection), "0015")
        connection.exec_driver_sql(ALONE)  # the places and bodies around the case do not matter here
        connection.execute(sa.text('INSERT INTO "case" SELECT * FROM jsonb_populate_record(NULL::"case", :case)'),
                           {"case": json.dumps(CASE)})
        connection.exec_driver_sql(BEFORE)
        command.upgrade(migrate._config(connection), "0016")
        made = connection.execute(sa.text("SELECT method, result, counts, round FROM contact_record ORDER BY id")).all()
        given = connection.execute(sa.text("SELECT round, by, rating, channel FROM rating ORDER BY round")).all()
    engine.dispose()
    assert [tuple(row) for row in made] == [("phone", "reached", True, 0), ("sms", "no_answer", True, 0)]
    assert [tuple(row) for row in given] == [
        (0, "反映人", "dissatisfied", None), (1, "坐席", "unreasonable", "set_aside")]
