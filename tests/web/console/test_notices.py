"""Notices in the browser: the bell, the inbox, how one is told, and the operator's dead letters."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from engine import clock, notices
from engine.audit.models import HouseEntry
from engine.directory.models import Account
from engine.notices.channels import Answer
from engine.notices.models import Inbox, Outbox
from engine.settings import Gateway, Settings
from tests import builders
from tests.builders import an_actor
from tests.engine.notices.post import Fake
from tests.web.conftest import House
from tests.web.console.conftest import Browser, browse

__all__ = ["browse"]
Browse = Callable[[str], Browser]


@pytest.fixture(scope="module")
def number(house: House) -> str:
    """A case that the dispatcher's centre holds."""
    city = house.city
    case = builders.a_case(house.session, city.community, city.centre, reporter_id=city.reporter.person_id)
    house.session.commit()
    return case.number


@pytest.fixture
def tell(house: House, number: str) -> Iterator[Callable[..., None]]:
    """Tells the dispatcher something about the case; the inbox is empty afterwards."""
    session = house.session
    case_id = session.scalar(sa.text("SELECT id FROM \"case\" WHERE number = :n"), {"n": number})

    def say(subject: str, kind: str = "urge", who: str = "dispatcher", at: Any = None) -> None:
        person = getattr(house.city, who).person_id
        notices.put(session, recipients=[person], kind=kind, subject=subject, at=at or clock.now(), case_id=case_id)
        session.flush()
        notices.deliver_due(session, clock.now())
        session.commit()

    yield say
    session.execute(sa.delete(Inbox))
    session.execute(sa.delete(Outbox))
    session.commit()


def told(page: str) -> list[str]:
    """The subjects of an inbox, in their order; a star before the unread."""
    found = re.findall(r'<li class="line( fresh)?">.*?<a href="[^"]+">(?:<span.*?</span>)?([^<]+)</a>', page, re.S)
    return [f"{'*' if fresh else ''}{subject.strip()}" for fresh, subject in found]


def test_the_bell_and_the_rail_say_how_many_are_unread(browse: Browse, tell: Callable[..., None]) -> None:
    browser = browse("dispatcher")
    assert re.search(r'data-badge hidden>0<', browser.get("/console/preferences").text)
    tell("甲")
    tell("乙")
    page = browser.get("/console/preferences").text
    assert re.search(r"data-badge>2<", page) and 'data-unread="2"' in page


def test_what_is_polled_answers_304_until_somebody_is_told(browse: Browse, tell: Callable[..., None]) -> None:
    browser = browse("dispatcher")
    first = browser.get("/console/counts?here=inbox")
    assert 'data-count="0"' in first.text and 'data-unread="0"' in first.text
    again = browser.get("/console/counts?here=inbox", If_None_Match=first.headers["ETag"])
    assert again.status_code == 304 or again.headers["ETag"] != first.headers["ETag"], "at most once a minute"
    tell("新来的")
    fresh = browser.get("/console/counts?here=inbox", If_None_Match=first.headers["ETag"])
    assert fresh.status_code == 200 and 'data-count="1"' in fresh.text and 'every 15s' in fresh.text


def test_unread_first_filtered_opened_and_marked(browse: Browse, tell: Callable[..., None], number: str) -> None:
    browser = browse("dispatcher")
    for subject, kind in (("甲", "urge"), ("乙", "task"), ("丙", "urge")):
        tell(subject, kind)
    page = browser.get("/console/inbox").text
    assert told(page) == ["*丙", "*乙", "*甲"]
    newest = re.search(r'href="(/console/inbox/[0-9a-f-]{36})"', page)
    assert newest
    opened = browser.get(newest[1])
    assert opened.status_code == 302 and opened.headers["Location"] == f"/console/cases/{number}"
    assert told(browser.get("/console/inbox").text) == ["*乙", "*甲", "丙"]
    assert told(browser.get("/console/inbox?unread=1&kind=urge").text) == ["*甲"]
    back = browser.post("/console/inbox", {"kind": "urge", "unread": "1"})
    assert back.headers["Location"] == "/console/inbox?kind=urge&unread=1"
    assert told(browser.get("/console/inbox").text) == ["*乙", "丙", "甲"]


@pytest.mark.parametrize("message", ["1", str(uuid.UUID(int=1))])
def test_a_notice_that_is_not_mine_does_not_exist(browse: Browse, tell: Callable[..., None], message: str) -> None:
    assert browse("dispatcher").get(f"/console/inbox/{message}").status_code == 404


def test_somebody_elses_notice_stays_unread(house: House, browse: Browse, tell: Callable[..., None]) -> None:
    tell("给坐席的")
    theirs = house.session.scalars(sa.select(Inbox.message_id)).one()
    assert browse("handler").get(f"/console/inbox/{theirs}").status_code == 404
    house.session.rollback()
    assert house.session.scalars(sa.select(Inbox.read_at)).one() is None


def test_a_case_out_of_reach_leads_back_with_a_word(house: House, browse: Browse, tell: Callable[..., None]) -> None:
    tell("旧事", who="intruder")
    mine = house.session.scalars(sa.select(Inbox.message_id)).one()
    browser = browse("intruder")
    assert browser.get(f"/console/inbox/{mine}").headers["Location"] == "/console/inbox"
    assert "管辖" in browser.get("/console/inbox").text


def test_many_that_nobody_answered_lead_to_the_list_of_supervision(
        house: House, browse: Browse, tell: Callable[..., None]) -> None:
    tell("有 2 件督办早已到时，至今未回复，请看督办清单", "unanswered")
    message = house.session.scalars(sa.select(Inbox)).one()
    message.case_id = None
    house.session.commit()
    assert browse("dispatcher").get(f"/console/inbox/{message.message_id}").headers["Location"] == (
        "/console/supervision/demands?show=overdue")


def test_a_grid_worker_is_told_on_the_phone(browse: Browse, tell: Callable[..., None], number: str) -> None:
    browser = browse("reporter")
    first = browser.get("/phone/notices/count")
    assert first.get_json() == {"unread": 0}
    assert browser.get("/phone/notices/count", If_None_Match=first.headers["ETag"]).status_code == 304
    tell("已结案", "closed", "reporter")
    fresh = browser.get("/phone/notices/count", If_None_Match=first.headers["ETag"])
    assert fresh.get_json() == {"unread": 1}
    page = browser.get("/phone/notices").text
    assert told(page) == ["*已结案"] and re.search(r"data-badge>1<", page)
    mine = re.search(r'href="(/console/inbox/[0-9a-f-]{36})"', page)
    assert mine and browser.get(mine[1]).headers["Location"] == f"/phone/cases/{number}"
    tell("转办", "moved", "reporter")
    assert browser.post("/phone/notices").headers["Location"] == "/phone/notices"
    assert browser.get("/phone/notices/count").get_json() == {"unread": 0}


def test_only_what_differs_from_the_local_setting_is_kept(house: House, browse: Browse) -> None:
    browser = browse("handler")
    page = browser.get("/console/preferences/notices").text
    shown = dict(re.findall(r'<select class="slim" name="([\w.]+)".*?<option value="(\w+)" selected', page, re.S))
    assert shown["task.email"] == "digest" and shown["emergency.sms"] == "now"
    quiet = {"quiet": "on", "quiet_from": "22:00", "quiet_until": "07:00"}
    assert browser.post("/console/preferences/notices", {**shown, **quiet, "task.email": "never"}).status_code == 302
    assert _kept(house, "handler") == {"ways": {"task": {"email": "never"}}}
    browser.post("/console/preferences/notices", {**shown, **quiet, "quiet_from": "21:00"})
    assert _kept(house, "handler") == {"quiet": ["21:00", "07:00"]}
    browser.post("/console/preferences/notices", shown)
    assert _kept(house, "handler") == {"quiet": ["00:00", "00:00"]}


@pytest.mark.parametrize("wrong", [{"task.email": "always"}, {"quiet": "on", "quiet_from": "25:00"}])
def test_a_choice_that_is_none_is_refused(browse: Browse, wrong: dict[str, str]) -> None:
    assert browse("handler").post("/console/preferences/notices", wrong).status_code == 422


def test_an_address_is_shown_to_its_owner_only_in_part(house: House, browse: Browse) -> None:
    house.session.execute(sa.text("UPDATE person SET email = 'wangcb@example.cn' WHERE id = :id"),
                          {"id": house.city.handler.person_id})
    house.session.commit()
    try:
        notices.configure(Settings(smtp_url="smtp://localhost", mail_from="a@b.cn",
                                   gateways={"sms": Gateway(url="http://localhost", secret="s" * 16)}))
        page = browse("handler").get("/console/preferences/notices").text
    finally:
        notices.configure(Settings())
    assert "wa***@example.cn" in page and "138****0000" in page and "wangcb" not in page


def _kept(house: House, who: str) -> Any:
    house.session.rollback()
    return house.session.scalars(sa.select(Account.preferences).where(Account.username == who)).one().get("notices")


@pytest.fixture(scope="module")
def operator(house: House) -> str:
    """A system administrator of the county."""
    an_actor(house.session, "system_admin", house.city.county_centre, name="周管", username="operator")
    house.session.commit()
    return "operator"


@pytest.fixture
def dead(house: House, tell: Callable[..., None]) -> Iterator[uuid.UUID]:
    """A letter of the dispatcher that was refused for ever."""
    fake = Fake()
    notices.CHANNELS["fake"] = fake
    fake.answer = lambda letter: Answer("never", "550 no such mailbox")
    house.session.execute(sa.text("UPDATE person SET email = 'z@example.cn' WHERE id = :id"),
                          {"id": house.city.dispatcher.person_id})
    tell("紧急催办", "emergency")
    at = clock.now() + timedelta(seconds=1)
    notices.note(house.session, notices.carry(notices.take(house.session, "fake", at)), at)
    house.session.commit()
    yield house.session.scalars(sa.select(Outbox.id).where(Outbox.channel == "fake")).one()
    del notices.CHANNELS["fake"]


def test_the_operator_sees_sends_again_and_drops(house: House, browse: Browse, operator: str, dead: uuid.UUID) -> None:
    browser = browse(operator)
    page = browser.get("/console/channels?channel=fake").text
    assert "550 no such mailbox" in page and "紧急催办" in page and "张坐席" in page and "z@example.cn" not in page
    refused = browser.post(f"/console/letters/{dead}/drop", {"reason": " "})
    assert refused.status_code == 422 and "原因" in refused.text
    assert browser.post(f"/console/letters/{dead}/replay").status_code == 302
    again = browser.post(f"/console/letters/{dead}/drop", {"reason": "人已离职"})
    assert again.status_code == 409
    house.session.rollback()
    letter = house.session.get_one(Outbox, dead)
    letter.dead_at = clock.now()
    house.session.commit()
    assert browser.post("/console/channels/fake/replay").status_code == 302
    house.session.rollback()
    letter.dead_at = clock.now()
    house.session.commit()
    assert browser.post(f"/console/letters/{dead}/drop", {"reason": "人已离职"}).status_code == 302
    deeds = house.session.scalars(sa.select(HouseEntry.verb).where(HouseEntry.kind == "notices").order_by(
        HouseEntry.seq)).all()
    assert deeds[-3:] == ["replayed", "replayed", "dropped"]
    assert "550" not in browser.get("/console/channels").text


def test_an_operator_tries_a_channel_with_a_letter_to_oneself(house: House, browse: Browse, operator: str,
                                                              dead: uuid.UUID) -> None:
    assert browse(operator).post("/console/channels/fake/trial").status_code == 302
    house.session.rollback()
    letter = house.session.scalars(sa.select(Outbox).where(Outbox.kind == "trial")).one()
    assert letter.channel == "fake" and letter.dead_at is None
    assert browse(operator).post("/console/channels/inapp/trial").status_code == 404


@pytest.mark.parametrize("method, path", [
    ("get", "/console/channels"), ("post", "/console/channels/email/replay"), ("post", "/console/channels/email/trial"),
    ("post", f"/console/letters/{uuid.UUID(int=1)}/replay"), ("post", f"/console/letters/{uuid.UUID(int=1)}/drop"),
])
def test_nobody_else_deals_with_letters(browse: Browse, method: str, path: str) -> None:
    assert getattr(browse("dispatcher"), method)(path).status_code == 403


@pytest.mark.parametrize("letter", ["1", str(uuid.UUID(int=1))])
def test_an_unknown_letter_is_not_there(browse: Browse, operator: str, letter: str) -> None:
    assert browse(operator).post(f"/console/letters/{letter}/replay").status_code == 404
