"""The typical case, act by act: dispatched to a unit, signed for, handled, checked, the resident told, rated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from engine import attachments, cases, demo, directory, worklist
from engine.clock import ZONE
from engine.demo.photos import demo_photo
from engine.directory.models import Account

TOWN = "330902002"  # 昌国街道 in 定海区, which runs on the base pack
GRID = f"{TOWN}001001"
UNIT = f"{TOWN}-enforcement-platform"
START = datetime(2026, 11, 4, 9, 0, tzinfo=ZONE)  # a Wednesday with nothing special around it
PAUSE = timedelta(minutes=7)  # between two acts: within every limit, so that no timer fires


@dataclass(frozen=True, slots=True)
class Turn:
    """One act: who completes which task, with what."""

    element: str
    outcome: str
    who: str
    values: Mapping[str, Any] = field(default_factory=dict)


SEAT, OTHER_SEAT, CLERK = f"seat.{TOWN}.1", f"seat.{TOWN}.2", f"clerk.{TOWN}.enforcement.1"
WALK = (
    Turn("dispatch", "department", SEAT, {
        "matter": "GY0101", "severity": "general", "urgency": "normal", "organisation": UNIT,
        "note": "请尽快处理。"}),
    Turn("sign", "sign", CLERK),
    Turn("handle_task", "done", CLERK, {"result": "井盖已更换，现场恢复。"}),
    Turn("check", "pass", OTHER_SEAT, {"note": "照片与现场一致。"}),
    Turn("inform", "told", SEAT, {"method": "phone", "contacted_at": START.isoformat(), "note": "已电话告知。"}),
    Turn("rate", "satisfied", SEAT, {"note": "处理得快。"}),
)
REPORT = cases.Report(
    description="昌国街道解放西路人行道上一块井盖破裂下陷，已有人绊倒，请派人更换并在换好之前设置围挡。",
    place="解放西路 118 号门前", grid=GRID, origin="grid_worker", channel="app",
    contact={"name": "陈阿明", "phone": "13800005678"})


class Office:
    """The demo city at work on one typical case after the other, on the bench's own clock."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self.sessions, self.at = sessions, START
        self.case_id = 0
        self._actors: dict[str, directory.Actor] = {}

    def found(self) -> None:
        """Build the city."""
        with self.sessions.begin() as session:
            demo.build_city(session, START - timedelta(days=1))

    def report(self) -> None:
        """A new case comes in; the turns that follow are about it."""
        self.at += PAUSE
        with self.sessions.begin() as session:
            self.case_id = cases.report_case(session, self._actor(session, SEAT), REPORT, self.at).id

    def prepare(self, turn: Turn) -> tuple[directory.Actor, int, dict[str, Any]]:
        """Who will do the turn, on which task, with which values: all that a request brings along."""
        self.at += PAUSE
        with self.sessions.begin() as session:
            actor, values = self._actor(session, turn.who), dict(turn.values)
            task = next(one for one in worklist.list_open(session, self.case_id) if one.element == turn.element)
            if turn.element == "handle_task":
                photo = attachments.add_photo(
                    session, demo_photo("办理后", 0), kind="after", by=actor.person_id, at=self.at)
                values["evidence"] = [photo.key]
            return actor, task.id, values

    def act(self, turn: Turn, actor: directory.Actor, task_id: int, values: dict[str, Any]) -> None:
        """The act itself, from the session to the commit: what is measured."""
        with self.sessions.begin() as session:
            cases.complete_task(session, actor, task_id, turn.outcome, values, None, self.at)

    def _actor(self, session: Session, username: str) -> directory.Actor:
        if username not in self._actors:
            account_id = session.scalars(select(Account.id).where(Account.username == username)).one()
            self._actors[username] = directory.get_actor(session, account_id, START)
        return self._actors[username]
