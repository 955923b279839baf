"""When a notice goes out: local defaults, own choices, quiet hours, digests; and every kind that is sent has a row."""

from __future__ import annotations

import ast
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

import engine
from engine import notices
from engine.clock import ZONE
from engine.notices.manners import next_digest, quiet_until
from tests.builders import NOW
from tests.engine.notices.post import Fake, reader, rows, tell, walk

NIGHT = ("22:00", "07:00")


def local(text: str) -> datetime:
    """An instant of the office's wall clock in March 2026, as «04 22:00»."""
    return datetime.strptime(f"2026-03-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize("at, quiet, until", [
    ("04 21:59", NIGHT, None), ("04 22:00", NIGHT, "05 07:00"), ("05 06:59", NIGHT, "05 07:00"),
    ("05 07:00", NIGHT, None), ("04 12:30", ("12:00", "14:00"), "04 14:00"), ("04 12:00", ("12:00", "12:00"), None),
])
def test_quiet_hours_may_run_over_midnight_or_not_be(at: str, quiet: tuple[str, str], until: str | None) -> None:
    assert quiet_until(local(at), quiet) == (local(until) if until else None)


@pytest.mark.parametrize("at, next_one", [
    ("04 08:00", "04 08:30"), ("04 08:30", "05 08:30"), ("06 12:00", "09 08:30"),  # a Wednesday, a Friday
])
def test_digests_go_out_on_working_days(at: str, next_one: str) -> None:
    assert next_digest(local(at)) == local(next_one)


def test_at_night_only_what_is_urgent_goes_out(session: Session, fake: Fake) -> None:
    person, night = reader(session, {"ways": {"urge": {"fake": "now"}}}), local("04 23:00")
    tell(session, person, "urge", "催办", night)
    tell(session, person, "emergency", "紧急", night)
    assert walk(session, night) == 1 and fake.sent[0].kind == "emergency"
    held = next(row for row in rows(session) if row.kind == "urge")
    assert (held.attempts, held.next_try_at) == (0, local("05 07:00"))
    assert walk(session, local("05 06:00")) == 0 and walk(session, local("05 07:00")) == 1


def test_who_wants_no_quiet_hours_has_none(session: Session, fake: Fake) -> None:
    person = reader(session, {"ways": {"urge": {"fake": "now"}}, "quiet": ["00:00", "00:00"]})
    tell(session, person, "urge", "催办", local("04 23:00"))
    assert walk(session, local("04 23:00")) == 1


def test_a_digest_is_one_letter_that_counts_by_kind(session: Session, fake: Fake) -> None:
    person = reader(session, {"ways": {kind: {"fake": "digest"} for kind in ("task", "closed")}})
    for minute, (kind, subject) in enumerate((("task", "0001 待办"), ("task", "0002 待办"), ("closed", "0003 已结案"))):
        tell(session, person, kind, subject, NOW + timedelta(minutes=minute))
    assert walk(session, NOW + timedelta(hours=1)) == 0 and notices.gather(session, NOW + timedelta(hours=1)) == 0
    morning = next_digest(NOW)
    assert notices.gather(session, morning) == 3 and notices.gather(session, morning) == 0
    assert walk(session, morning) == 1
    letter, = fake.sent
    assert letter.subject == "通知汇总：3 条" and "待办 2 条；结案 1 条" in letter.body
    assert all(number in letter.body for number in ("0001", "0002", "0003"))


def test_a_digest_does_not_look_like_something_that_waits(session: Session, fake: Fake) -> None:
    tell(session, reader(session, {"ways": {"task": {"fake": "digest"}}}), "task")
    health = next(one for one in notices.channel_health(session, NOW + timedelta(hours=2)) if one.channel == "fake")
    assert (health.waiting, health.is_down) == (0, False)


def _sent_kinds() -> set[str]:
    """The kinds that stand in the source where something is told, as words or as the name of a constant."""
    found = set()
    for path in Path(engine.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                found |= _kinds_of(node)
    return found


def _kinds_of(call: ast.Call) -> set[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = {"tell_people": 2, "tell_organisation": 2, "tell_reporter": 1}.get(name)
    told = [call.args[place]] if place is not None and len(call.args) > place else []
    told += [word.value for word in call.keywords if name == "put" and word.arg == "kind"]
    return {one.value for one in told if isinstance(one, ast.Constant) and isinstance(one.value, str)}


def test_every_kind_that_is_sent_has_its_row(session: Session) -> None:
    measures = {"remind", "urge", "supervise", "raise", "daily", "prohibited"}  # named by a variable
    assert len(_sent_kinds()) > 10
    assert (_sent_kinds() | measures) - set(notices.manners().kinds) == set()


def test_the_local_setting_says_where_it_comes_from() -> None:
    assert notices.manners().source and notices.manners().kind("nobody knows").key == "other"
    assert notices.manners().kinds["emergency"].way("pigeon") == "now"
    assert notices.manners().kinds["task"].way("pigeon") == "never"


@pytest.mark.parametrize("kept", [None, [], {"ways": {"urge": "now"}}, {"ways": {"urge": {"fake": "always"}}},
                                  {"quiet": ["22", "7"]}, {"quiet": "22:00-07:00"}, {"quiet": ["22:00"]}])
def test_a_choice_that_is_none_stops_no_letter(session: Session, fake: Fake, kept: Any) -> None:
    person = reader(session, kept)
    tell(session, person, "emergency")
    tell(session, person, "urge")
    assert walk(session) == 1 and fake.sent[0].kind == "emergency"
