"""The seat that tells a resident gets their link, on the record; the unit that handles the case does not."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from engine import cases, clock
from engine.cases import custody
from engine.cases.hosting import Host
from tests.web.conftest import House
from tests.web.console.conftest import Browser, browse

__all__ = ["browse"]


@pytest.fixture
def number(house: House) -> str:
    report = cases.Report("灯坏了", "3 号楼", division=house.city.community.code, origin="phone",
                          contact={"name": "陈某", "phone": "13800001111"})
    case = cases.report_case(house.session, house.city.dispatcher, report, clock.now())
    act = Host(house.session, case, house.city.dispatcher, clock.now())
    custody.take(act, house.city.department, "handler")
    act.record("dispatch")
    house.session.commit()
    return case.number


@pytest.mark.parametrize("who, gets", [("dispatcher", True), ("handler", False)])
def test_only_a_seat_gets_the_link(house: House, browse: Callable[[str], Browser], number: str, who: str,
                                   gets: bool) -> None:
    shown = browse(who).post(f"/console/cases/{number}/contact", {"reason": "回访"})
    assert shown.status_code == 200 and "13800001111" in shown.text
    link = re.search(r'href="http://[^/]+(/r/[^"]+)"', shown.text)
    assert bool(link) == gets
    if link:
        page = house.app.test_client().get(link[1])
        assert page.status_code == 200 and number in page.text
