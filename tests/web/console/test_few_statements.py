"""No page asks the database more than 25 questions, a list no more than 14; counted, not timed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy import event

from engine import clock
from engine.cases.queues import QUEUES
from engine.db import pipelines
from engine.db.pipelines import Answers, Statement
from tests.builders import an_actor
from tests.web.conftest import House
from tests.web.console.conftest import Browser
from web.db import db

Browse = Callable[[str], Browser]
MOST, MOST_OF_A_LIST = 25, 14
WHO = {"seat": "dispatcher", "clerk": "handler", "grid_worker": "reporter", "supervisor": "overseer"}
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
LISTS = {f"queues/{queue.key}": queue.role for queue in QUEUES}
OTHERS = {
    "cases": "seat", "cases?text=井盖": "seat", "supervision": "supervisor", "supervision?state=near": "supervisor",
    "supervision/demands": "supervisor", "supervision/demands?show=others": "supervisor",
    "counts": "seat", "exports": "seat", "duties": "supervisor",
    "inbox": "clerk", "requests": "clerk", "cases/new": "grid_worker",
    "preferences": "seat", "preferences/notices": "seat", "inbox?unread=1&kind=urge": "seat",
    "cases/{number}": "seat", "cases/{number}?tab=diagram": "seat", "cases/{number}?tab=deadlines": "seat",
    "cases/{number}?tab=papers": "supervisor", "slips/order?number={number}": "seat",
    "slips/supervision?number={number}": "supervisor", "pane/{number}": "seat", "cases/{number}/why": "supervisor",
}


OF_ADMINISTRATORS = {
    "hours": "audit_admin", "hours/new": "system_admin",
    "operating": "system_admin", "versions": "system_admin", "accounts": "security_admin",
    "accounts/dispatcher": "security_admin", "log-ins": "security_admin", "my-log-ins": "audit_admin",
    "audit": "audit_admin", "audit?of=house": "audit_admin", "audit?number={number}&text=reporter": "audit_admin",
}


@contextmanager
def _counted(engine: sa.Engine) -> Iterator[list[str]]:
    """What the application asks from here on: through SQLAlchemy, or beneath it in one round trip."""
    sent: list[str] = []
    really_sent = pipelines._sent

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    def note_sent(connection: sa.Connection, statements: Sequence[Statement], *meanwhile: Any) -> Answers:
        sent.extend(statement for statement, _ in statements)
        return really_sent(connection, statements, *meanwhile)

    event.listen(engine, "before_cursor_execute", note)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pipelines, "_sent", note_sent)
        try:
            yield sent
        finally:
            event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def number(house: House, browse: Browse) -> str:
    """A case that waits for the seat, reported by a grid worker at the front door."""
    city = house.city
    if not house.session.scalar(sa.text("SELECT count(*) FROM account WHERE username = 'overseer'")):
        an_actor(house.session, "supervisor", city.county_centre, name="杜督查", username="overseer")
        house.session.commit()
    said = {"description": "人民路雨水井盖没了，晚上看不见", "place": "人民路 12 号"}
    where = browse("dispatcher").post("/console/cases", {**said, "division": city.community.code}).headers["Location"]
    return where.rpartition("/")[2]


def _asked(house: House, browse: Browse, who: str, path: str) -> list[str]:
    browser = browse(who)
    with house.app.app_context():
        engine = db.engine
    assert browser.get(path).status_code == 200  # what is published is read once a process
    with _counted(engine) as sent:
        assert browser.get(path).status_code == 200
    return sent


@pytest.mark.parametrize("path", LISTS)
def test_a_desk_with_the_case_beside_its_list(house: House, browse: Browse, number: str, path: str) -> None:
    sent = _asked(house, browse, WHO[LISTS[path]], f"/console/{path}")
    assert len(sent) <= MOST_OF_A_LIST, "\n".join(sent)


def test_the_desk_of_calling_back_with_what_was_tried(house: House, browse: Browse) -> None:
    said = {"description": "人民路的路灯不亮，晚上看不见", "place": "人民路 16 号", "phone": "13800001111"}
    browser = browse("dispatcher")
    for _ in range(2):
        where = browse("reporter").post("/console/cases", said).headers["Location"]
        task = house.session.scalar(sa.text("SELECT max(id) FROM task"))
        browser.post(f"/console/tasks/{task}", {"outcome": "answer", "reply": "已安排。"})
        browser.post(f"{where}/attempts", {"method": "phone", "result": "no_answer"})
        house.session.rollback()
    sent = _asked(house, browse, "dispatcher", "/console/queues/feedback")
    assert len(sent) <= MOST_OF_A_LIST, "\n".join(sent)
    assert browser.get("/console/queues/feedback").text.count('id="tried-') == 2


@pytest.mark.parametrize("path", OTHERS)
def test_every_other_page(house: House, browse: Browse, number: str, path: str) -> None:
    sent = _asked(house, browse, WHO[OTHERS[path]], f"/console/{path.format(number=number)}")
    assert len(sent) <= MOST, "\n".join(sent)


@pytest.mark.parametrize("path", OF_ADMINISTRATORS)
def test_every_page_of_the_administrators(house: House, browse: Browse, number: str, path: str) -> None:
    if not house.session.scalar(sa.text("SELECT count(*) FROM account WHERE username = 'audit_admin'")):
        for role in ADMINISTRATORS:
            an_actor(house.session, role, house.city.county_centre, name="某管理员", username=role)
        house.session.commit()
    sent = _asked(house, browse, OF_ADMINISTRATORS[path], f"/console/{path.format(number=number)}")
    assert len(sent) <= MOST, "\n".join(sent)


@pytest.mark.parametrize("path", ["counts", "queues/dispatch/news?since=2026-11-01T00:00:00%2B00:00"])
def test_what_is_polled_costs_a_tiny_question_while_nobody_acts(
        house: House, browse: Browse, number: str, path: str) -> None:
    browser = browse("dispatcher")
    with house.app.app_context():
        engine = db.engine
        newest: datetime = db.session().scalar(sa.text("SELECT max(at) FROM entry"))
    with time_machine.travel((newest + timedelta(minutes=1)).replace(second=5), tick=False):
        first = browser.get(f"/console/{path}")
        with _counted(engine) as sent:
            again = browser.get(f"/console/{path}", If_None_Match=first.headers["ETag"])
        assert (first.status_code, again.status_code, again.text, len(sent)) == (200, 304, "", 2)
        browser.post("/console/cases", {"description": "又一处井盖没了，很危险", "place": "人民路 14 号",
                                        "division": house.city.community.code})
        assert browser.get(f"/console/{path}", If_None_Match=first.headers["ETag"]).status_code == 200
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=False):
        assert browser.get(f"/console/{path}", If_None_Match=first.headers["ETag"]).status_code == 200
