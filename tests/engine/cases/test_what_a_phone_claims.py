"""A worker's phone: its clock is a claim, ours counts; and what nobody may ask of a worker is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine.cases import covering, wording
from engine.cases.errors import ActNotAllowed
from engine.notices.models import Outbox
from tests.town import Office


@pytest.mark.parametrize("text, covered", [
    ("身份证330921199001011234。", "身份证330*************34。"),
    ("330921 19900101 123x", "330***************3x"),
    ("330921199013011234", "330921199013011234"),  # no thirteenth month
    ("订单 3309211990010112345", "订单 3309211990010112345"),  # nineteen digits
    ("电话 13800001111，灯坏了", "电话 13800001111，灯坏了"),
])
def test_identity_numbers_are_covered_and_nothing_else(text: str, covered: str) -> None:
    assert covering.cover(text)[0] == covered and len(covered) == len(text)


@pytest.mark.parametrize("hours, said", [
    (24, "手机时钟快 1 天"), (-24, "手机时钟慢 1 天"), (3, "手机时钟快 3 小时"), (0, "")])
def test_a_wrong_clock_is_kept_as_a_claim_and_our_time_counts(office: Office, hours: int, said: str) -> None:
    off = timedelta(hours=hours)
    case = office.report(noted_at=office.at + off - timedelta(minutes=40), device_at=office.at + off)
    entry = office.entries("report")[0]
    assert case.opened_at == office.at
    assert entry.facts["device_ahead"] == off.total_seconds()
    note = wording.line_of(entry, {}, "zh").note
    assert note.startswith("手机记的时间 2026-03-") and (said in note if said else "快" not in note)
    assert "40 分钟后发出" in note


def test_a_phone_with_the_right_time_is_not_talked_about(office: Office) -> None:
    office.report(noted_at=office.at - timedelta(seconds=30), device_at=office.at)
    assert wording.line_of(office.entries("report")[0], {}, "zh").note == ""


@pytest.mark.cites("C9")
def test_a_worker_refuses_what_is_prohibited_and_the_supervisors_hear_of_it(office: Office) -> None:
    office.report(origin="resident", channel="phone", description="请网格员去给占道摊贩开罚单。")
    office.do("verify", "prohibited", ban="enforcement", note="处罚不归网格员")
    assert office.case.verified == "prohibited" and office.open == ["dispatch"]
    told = list(office.session.scalars(select(Outbox).where(Outbox.kind == "prohibited")))
    supervisor = office.who("supervisor", office.offered_to("dispatch"))
    assert supervisor.person_id in {message.recipient_id for message in told} and len(told) == 2
    assert "拒办" in wording.line_of(office.entries("verify")[0], {}, "zh").text


@pytest.mark.cites("C9")
def test_only_a_worker_can_refuse_it_as_prohibited(office: Office) -> None:
    office.report(origin="resident", channel="phone")
    task = office.task("verify")
    task.role, task.organisation_id, task.grid_id = "seat", office.case.holder_id, None
    office.session.flush()
    with pytest.raises(ActNotAllowed):
        office.do("verify", "prohibited", ban="unlawful", note="违法")
