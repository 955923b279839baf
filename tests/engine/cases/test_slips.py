"""What is printed of a case: who orders whom, until when, by which article, and nobody's phone without a reason."""

from __future__ import annotations

import pytest

from engine.cases import slips
from engine.cases.errors import ActNotAllowed, CaseUnknown
from tests.town import COUNTY, TOWNSHIP, Office

CENTRE = f"{TOWNSHIP}-centre"


def sheet(office: Office, kind: slips.Kind, who: str = "seat", body: str = CENTRE, reason: str = "") -> slips.Slip:
    actor = office.who(who, body)
    [found] = slips.read_slips(office.session, actor, kind, [office.case.number], office.at, reason=reason)
    return found


def test_an_order_names_who_gives_it_to_whom_until_when_and_why(office: Office) -> None:
    office.resident()
    office.do("dispatch", "department", note="请三日内处理，并拍照回传。")
    found = sheet(office, "order")
    assert (found.issuer, found.unit, found.times) == ("蟠洋社区centre", "环南街道housing", 1)
    assert found.words == "请三日内处理，并拍照回传。" and found.act is not None and "坐席" in found.act.actor
    assert {one["stage"] for one in found.limits} == {"sign", "total"}
    assert all(one["due_at"] and one["article"] and one["table"] == "limits" for one in found.limits)


def test_an_order_that_nobody_gave_yet_leaves_its_lines_empty(office: Office) -> None:
    office.report()
    found = sheet(office, "order")
    assert found.act is None and found.words == "" and found.times == 0 and found.issuer


def test_a_supervision_is_signed_by_a_person_and_never_by_the_clock(office: Office) -> None:
    office.resident()
    office.do("dispatch", "department")
    office.wait(office.at_office(3, 20, 9))
    by_clock = sheet(office, "supervision", "supervisor", f"{COUNTY}-centre")
    assert by_clock.act is None and by_clock.times > 0 and by_clock.pushed and by_clock.pushed[0].is_clock
    office.act("supervise", office.who("supervisor", f"{COUNTY}-centre"), reason="拖了两周，今天必须到现场。")
    found = sheet(office, "supervision", "supervisor", f"{COUNTY}-centre")
    assert found.words == "拖了两周，今天必须到现场。" and found.act is not None and "督查员" in found.act.actor
    assert (found.issuer, found.unit) == ("定海区centre", "环南街道housing") and found.times == by_clock.times + 1


def test_the_resident_is_masked_and_a_look_needs_a_reason_and_is_recorded(office: Office) -> None:
    office.resident()
    office.do("dispatch", "department")
    assert sheet(office, "order").contact == "陈** 138****1111" and not office.entries("unmask")
    assert sheet(office, "order", reason="上门前打电话").contact == "陈某 13800001111"
    [entry] = office.entries("unmask")
    assert "坐席" in entry.actor and "13800001111" not in str(entry.facts)


def test_a_grid_worker_prints_no_phone_for_any_reason(office: Office) -> None:
    office.resident()
    with pytest.raises(ActNotAllowed):
        slips.read_slips(office.session, office.worker(), "order", [office.case.number], office.at, reason="想看")


def test_one_job_holds_each_case_once_and_fifty_at_most(office: Office) -> None:
    number = office.report().number
    seat = office.who("seat", CENTRE)
    assert len(slips.read_slips(office.session, seat, "order", [number, number], office.at)) == 1
    with pytest.raises(CaseUnknown):
        slips.read_slips(office.session, seat, "order", [number, "000000-0000-000000"], office.at)
    more = [number, *(f"000000-0000-{at:06d}" for at in range(slips.MOST))]
    with pytest.raises(CaseUnknown):
        slips.read_slips(office.session, seat, "order", more, office.at)
