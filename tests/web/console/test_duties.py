"""The roster's page: seen by the people of a centre, kept by its supervisor, faults beside their fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from engine import clock
from engine.clock import ZONE
from tests.builders import an_actor
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]


@pytest.fixture(scope="module")
def head(house: House) -> str:
    an_actor(house.session, "supervisor", house.city.centre, None, "杜督查", "overseer")
    house.session.commit()
    return "overseer"


def typed(hours: int) -> str:
    return f"{clock.now().astimezone(ZONE) + timedelta(hours=hours):%Y-%m-%dT%H:%M}"


def test_the_head_puts_somebody_on_the_roster_and_takes_them_off(house: House, browse: Browse, head: str) -> None:
    browser = browse(head)
    page = browser.get("/console/duties")
    assert "现在没有人值班" in page.text and "张坐席" in page.text
    row = {"centre": house.city.centre.id, "person": house.city.dispatcher.person_id, "since": typed(-1)}
    refused = browser.post("/console/duties", {**row, "until": typed(-2)})
    assert refused.status_code == 422 and "结束要晚于开始" in refused.text and typed(-1) in refused.text
    assert browser.post("/console/duties", {**row, "until": ""}).status_code == 422
    assert browser.post("/console/duties", {**row, "until": typed(8)}).status_code == 302
    seen = browse("dispatcher").get("/console/duties?lang=en").text
    assert "on duty now: 张坐席." in seen and "Put on the roster" not in seen
    off = browser.get("/console/duties").text.partition('action="/console/duties/')[2].partition('"')[0]
    assert browse("dispatcher").post(f"/console/duties/{off}").status_code == 403
    assert browser.post(f"/console/duties/{off}").status_code == 302
    assert "现在没有人值班" in browser.get("/console/duties").text


def test_who_has_nothing_to_do_there_sees_no_roster(house: House, browse: Browse, head: str) -> None:
    centre = house.city.centre.id
    assert browse("intruder").get(f"/console/duties?centre={centre}").status_code == 403
    assert "没有值班表" in browse("handler").get("/console/duties").text
    assert browse(head).get("/console/duties?centre=999999").status_code == 404
