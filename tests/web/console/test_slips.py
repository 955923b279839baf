"""Sheets to print: from a list and from a case, masked, in scope, and by the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from engine import clock
from engine.cases import slips
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]


def reported(house: House, browse: Browse, **changed: str) -> str:
    said = {"description": "人民路雨水井盖没了，<b>晚上</b>看不见", "place": "人民路 12 号", "origin": "resident",
            "channel": "phone", "name": "陈某", "phone": "13800001111", "division": house.city.community.code}
    return browse("dispatcher").post("/console/cases", {**said, **changed}).headers["Location"].rpartition("/")[2]


@pytest.fixture
def number(house: House, browse: Browse) -> str:
    return reported(house, browse)


@pytest.mark.parametrize(("kind", "title"), [("order", "交办单"), ("supervision", "督办单")])
def test_a_sheet_stands_alone_and_escapes_what_people_wrote(
        house: House, browse: Browse, number: str, kind: str, title: str) -> None:
    page = browse("dispatcher").get(f"/console/slips/{kind}?number={number}")
    assert page.status_code == 200 and f"<h2>{title}</h2>" in page.text and number in page.text
    assert "13800001111" not in page.text and "<b>晚上</b>" not in page.text
    assert "回　执" in page.text and 'class="rail"' not in page.text


def test_it_is_printed_in_english_too(house: House, browse: Browse, number: str) -> None:
    page = browse("dispatcher").get(f"/console/slips/order?number={number}&lang=en")
    assert "<h2>Order to handle</h2>" in page.text and "Receipt" in page.text


def test_what_is_ticked_becomes_one_job(house: House, browse: Browse, number: str) -> None:
    browser = browse("dispatcher")
    other = reported(house, browse, description="又一处井盖没了，很危险", place="人民路 14 号")
    sent = browser.post("/console/slips/order", {"number": [number, other]})
    assert sent.status_code == 302
    assert browser.get(sent.headers["Location"]).text.count('<article class="sheet">') == 2
    assert "先在列表里勾选" in browser.get("/console/slips/order").text


def test_the_phone_is_printed_for_a_reason_and_the_look_is_recorded(house: House, browse: Browse, number: str) -> None:
    browser = browse("dispatcher")
    refused = browser.post("/console/slips/order/contact", {"number": number})
    assert refused.status_code == 422 and "13800001111" not in refused.text
    looked = sa.text(
        'SELECT count(*) FROM entry JOIN "case" c ON c.id = case_id WHERE verb = \'unmask\' AND number = :n')
    shown = browser.post("/console/slips/order/contact", {"number": number, "reason": "上门前打电话"})
    house.session.rollback()
    assert shown.status_code == 200 and "13800001111" in shown.text
    assert house.session.scalar(looked, {"n": number}) == 1


def test_nobody_prints_what_they_may_not_see(house: House, browse: Browse, number: str) -> None:
    assert browse("intruder").get(f"/console/slips/order?number={number}").status_code == 404
    assert browse("dispatcher").get(f"/console/slips/letter?number={number}").status_code == 404


def test_the_case_and_the_lists_lead_there(house: House, browse: Browse, number: str) -> None:
    browser = browse("dispatcher")
    assert f"/console/slips/order?number={number}" in browser.get(f"/console/cases/{number}").text
    assert "/console/slips/supervision" in browser.get("/console/queues/open").text
    assert "/console/slips" not in browse("reporter").get("/console/queues/reported").text.partition('id="pane"')[0]


def test_a_whole_figure_of_the_board_is_one_job_as_far_as_it_goes(
        house: House, browse: Browse, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reported(house, browse, description="又一处井盖没了，很危险", place="人民路 14 号")
    with time_machine.travel(clock.now() + timedelta(days=40), tick=False):
        browser = browse("dispatcher")
        sent = browser.post("/console/slips/supervision", {"all": "1", "state": "late", "number": "1"})
        late = browser.get(sent.headers["Location"]).text
        assert late.count('<article class="sheet">') > 1 and number in late
        monkeypatch.setattr(slips, "MOST", 1)
        page = browser.get(browser.post("/console/slips/supervision", {"all": "1"}).headers["Location"]).text
        assert page.count('<article class="sheet">') == 1 and "一次最多打印 1 张" in page
