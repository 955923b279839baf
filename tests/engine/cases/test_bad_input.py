"""Wrong reports, wrong forms, late clicks: a clear word at the field, nothing saved, nothing lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import cases
from engine.audit.models import Entry
from engine.cases.errors import ActInvalid, CaseUnknown, PlaceUncovered, ReportInvalid
from engine.cases.models import Case, Numbering
from engine.errors import Invalid
from engine.matters.models import Matter
from engine.notices.models import Outbox
from engine.worklist import NotYourTask, StaleVersion, TaskTaken
from tests import builders
from tests.town import BASE, TOWNSHIP, WEDNESDAY, Office

SEATS = f"{BASE[:12]}-centre"


@pytest.mark.parametrize(("changed", "field"), [
    ({"description": "  "}, "description"),
    ({"place": ""}, "place"),
    ({"description": "长" * 50_000}, "description"),
    ({"place": "长" * 301}, "place"),
    ({"title": "长" * 121}, "title"),
    ({"contact": {"name": "陈某", "phone": "不是电话"}}, "contact.phone"),
    ({"contact": {"phone": "12"}}, "contact.phone"),
    ({"happened_at": WEDNESDAY + timedelta(hours=1)}, "happened_at"),
    ({"matter": "XX9999"}, "matter"),
    ({"matter": "JB0202"}, "matter"),
    ({"urgency": "很急"}, "urgency"),
    ({"severity": "?"}, "severity"),
    ({"origin": "nobody"}, "origin"),
    ({"channel": "fax"}, "channel"),
    ({"lat": 30.0}, "place"),
    ({"grid": "4711"}, "place.grid"),
    ({"grid": None, "division": "999999"}, "place.division"),
])
def test_the_field_that_is_wrong_is_named_and_nothing_is_saved(
    office: Office, changed: dict[str, Any], field: str
) -> None:
    with pytest.raises(ReportInvalid) as refused:
        office.report(office.worker(), **changed)
    assert set(refused.value.fields) == {field} and refused.value.fields[field][0]
    assert office.session.scalar(select(func.count()).select_from(Case)) == 0


def test_a_title_made_of_long_words_says_that_it_is_cut(office: Office) -> None:
    assert office.report(description="长" * 41).title == "长" * 39 + "…"
    assert office.report(description="长" * 40 + "。还有一句").title == "长" * 40


def test_all_that_is_wrong_is_said_at_once(office: Office) -> None:
    with pytest.raises(ReportInvalid) as refused:
        office.report(description="", place="", urgency="x")
    assert set(refused.value.fields) == {"description", "place", "urgency"}


@pytest.mark.parametrize("phone", ["13800001111", "0580-4472345", "+86 138 0000 1111", "+49 30 901820"])
def test_a_number_that_can_be_dialled_is_taken(office: Office, phone: str) -> None:
    assert office.report(contact={"name": "陈某", "phone": phone}).has_contact


@pytest.mark.parametrize("text", ["有\x00空字符", "半个\ud83d字符"])
def test_characters_that_nothing_can_hold_are_refused(office: Office, text: str) -> None:
    with pytest.raises(ReportInvalid) as refused:
        office.report(description=text, contact={"name": text})
    assert set(refused.value.fields) == {"description", "contact.name"}


@pytest.mark.parametrize("values", [{"lat": 91.0, "lng": 122.0}, {"lat": 30.0, "lng": 999.0},
                                    {"lat": float("nan"), "lng": 122.0}])
def test_a_position_lies_on_the_earth(office: Office, values: dict[str, Any]) -> None:
    with pytest.raises(ReportInvalid) as refused:
        office.report(**values)
    assert set(refused.value.fields) == {"place"}


def test_a_place_without_any_centre_says_so(office: Office) -> None:
    far = builders.a_division(office.session, "9901", "远方市", "city")
    with pytest.raises(PlaceUncovered):
        office.report(office.worker(), grid=None, division=far.code)


def test_a_photo_that_was_never_uploaded_leaves_nothing_behind(office: Office) -> None:
    office.session.commit()
    with pytest.raises(Invalid) as refused:
        office.report(photos=("nothing.jpg",))
    office.session.rollback()
    assert set(refused.value.fields) == {"photos"}
    assert office.session.scalar(select(func.count()).select_from(Case)) == 0
    assert office.session.scalar(select(func.count()).select_from(Numbering)) == 0


# forms ------------------------------------------------------------------------------------------------------------
def test_a_matter_that_was_withdrawn_since_the_page_was_opened(office: Office) -> None:
    office.report()
    office.session.get_one(Matter, "SR0107").admitted_until = office.at - timedelta(minutes=1)
    with pytest.raises(ActInvalid) as refused:
        office.do("dispatch", "own", matter="SR0107")
    assert "已退出" in refused.value.fields["matter"][0] and office.open == ["dispatch"]


@pytest.mark.parametrize(("values", "field"), [
    ({"matter": "XX9999"}, "matter"), ({"organisation": "nowhere"}, "organisation"),
    ({"severity": "?"}, "severity"), ({"urgency": "?"}, "urgency"), ({"note": "长" * 1001}, "note"),
    ({"unknown": 1}, "unknown"), ({"matter": 7}, "matter"),
])
def test_a_wrong_value_is_named_at_its_field(office: Office, values: dict[str, Any], field: str) -> None:
    office.report()
    with pytest.raises(Invalid) as refused:
        office.do("dispatch", "department", **values)
    assert set(refused.value.fields) == {field} and office.open == ["dispatch"]


@pytest.mark.parametrize("code", ["330921100-centre", f"{TOWNSHIP}-housing", f"{TOWNSHIP}-centre"])
def test_only_a_centre_below_is_assigned_down_to(office: Office, code: str) -> None:
    office.report()
    office.do("dispatch", "up")
    with pytest.raises(ActInvalid) as refused:
        office.do("dispatch", "down", organisation=code)
    assert set(refused.value.fields) == {"organisation"}


def test_a_unit_of_another_city_gets_nothing_assigned(office: Office) -> None:
    office.report()
    city = builders.a_division(office.session, "9901", "远方市", "city")
    far = builders.an_organisation(office.session, city, "远方局")
    with pytest.raises(ActInvalid) as refused:
        office.do("dispatch", "several", lead=far.code, assistants=[far.code])
    assert set(refused.value.fields) == {"lead", "assistants"}


def test_an_unknown_outcome_is_refused(office: Office) -> None:
    office.report()
    with pytest.raises(Invalid) as refused:
        office.do("dispatch", "burn")
    assert set(refused.value.fields) == {"outcome"}


@pytest.mark.parametrize("number", ["4711", "self"])
def test_a_duplicate_must_be_another_case(office: Office, number: str) -> None:
    case = office.report()
    with pytest.raises(ActInvalid) as refused:
        office.do("dispatch", "duplicate", duplicate_of=case.number if number == "self" else number)
    assert set(refused.value.fields) == {"duplicate_of"}


@pytest.mark.parametrize("length", [2, 3, 4])
def test_cases_are_not_joined_in_a_ring(office: Office, length: int) -> None:
    first, *others = ring = [office.report() for _ in range(length)]
    for case, target in zip(others, ring, strict=False):
        office.case = case
        office.do("dispatch", "duplicate", duplicate_of=target.number)
    last, office.case = others[-1], first
    with pytest.raises(ActInvalid) as refused, office.session.begin_nested():
        office.do("dispatch", "duplicate", duplicate_of=last.number)
    assert refused.value.fields == {"duplicate_of": [f"「{last.number}」已并入本事件，不能再把本事件并入它。"]}
    assert first.outcome is None and first.duplicate_of is None


def test_a_task_that_was_finished_meanwhile_names_who_did_it(office: Office) -> None:
    office.report()
    task, winner = office.task("dispatch"), office.who("seat", SEATS)
    office.do("dispatch", "own", winner)
    with pytest.raises(TaskTaken) as lost:
        _complete(office, task.id, 1)
    assert lost.value.facts["winner"] == winner.label and winner.label in lost.value.message
    assert (lost.value.facts["outcome"], lost.value.facts["at"], lost.value.facts["entry"]) == ("own", office.at, 2)


def test_a_task_that_the_clock_took_meanwhile_names_the_clock(office: Office) -> None:
    office.report()
    task, office.at = office.task("dispatch"), office.at + timedelta(hours=25)
    with pytest.raises(TaskTaken) as lost:
        _complete(office, task.id, 1)
    assert lost.value.facts["winner"] == "时钟" and office.case.level == "township"


def test_a_form_that_was_opened_before_somebody_claimed_the_task_is_stale(office: Office) -> None:
    office.report()
    task = office.task("dispatch")
    with pytest.raises(StaleVersion) as stale:
        _complete(office, task.id, 7)
    assert stale.value.facts["version"] == 1 and office.open == ["dispatch"]


def test_somebody_elses_task_is_not_yours(office: Office) -> None:
    office.report()
    with pytest.raises(NotYourTask):
        office.do("dispatch", "own", office.worker())


def test_an_unknown_case_and_an_unknown_act(office: Office) -> None:
    office.report()
    with pytest.raises(ActInvalid):
        office.act("burn", office.who("seat", SEATS))
    office.case = Case(number="4711", id=4711)
    with pytest.raises(CaseUnknown):
        office.act("urge", office.who("seat", SEATS))


@pytest.mark.parametrize("text", ["", " "])
def test_a_supervision_needs_a_reason(office: Office, text: str) -> None:
    office.report()
    with pytest.raises(Invalid) as refused:
        office.act("supervise", office.who("supervisor", SEATS), reason=text)
    assert set(refused.value.fields) == {"reason"}


def _complete(office: Office, task_id: int, version: int) -> None:
    cases.complete_task(office.session, office.who("seat", SEATS, 1), task_id, "own", {"matter": "SR0107"}, version,
                        office.at)


# all or nothing ---------------------------------------------------------------------------------------------------
def test_an_act_that_fails_midway_saves_nothing(office: Office) -> None:
    """The diagram moves, then `cases.move` refuses: the place is not below the holder."""
    office.report()
    office.do("dispatch", "up")
    office.session.commit()
    before = _rows(office)
    with pytest.raises(ActInvalid):
        office.do("dispatch", "down", organisation="330921100-centre", severity="larger")
    office.session.rollback()
    office.session.expire_all()
    assert _rows(office) == before and office.case.severity == "general" and office.open == ["dispatch"]


def _rows(office: Office) -> tuple[Any, ...]:
    counts = (office.session.scalar(select(func.count()).select_from(model)) for model in (Entry, Outbox))
    return (*counts, office.case.entries, office.case.head_hash, office.custody())
