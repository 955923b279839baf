"""Whom a centre may hand a case to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine.cases.errors import ActInvalid
from engine.cases.reading import list_places, list_units
from tests.builders import NOW, a_city, an_organisation
from tests.town import Office


def test_a_township_has_its_own_platforms_its_communities_and_the_county_departments(session: Session) -> None:
    city = a_city(session)
    platform = an_organisation(session, city.township, "高亭镇综合执法平台", "platform")
    other = an_organisation(session, city.sibling, "衢山镇综合执法平台", "platform")
    found = {code: place for code, _, place in list_units(session, city.centre.id, NOW)}
    assert found == {platform.code: "same", city.community_centre.code: "below", city.department.code: "above"}
    assert other.code not in found


def test_the_places_of_a_township_are_its_communities(session: Session) -> None:
    city = a_city(session)
    assert list_places(session, city.township.path) == [(city.community.code, city.community.name)]
    assert list_places(session, city.other.path) == []


def test_a_unit_that_has_ended_is_offered_no_more(session: Session) -> None:
    city = a_city(session)
    city.department.valid_to = NOW
    session.flush()
    assert city.department.code not in {code for code, _, _ in list_units(session, city.county_centre.id, NOW)}
    before = NOW - timedelta(days=1)
    assert city.department.code in {code for code, _, _ in list_units(session, city.county_centre.id, before)}


@pytest.mark.parametrize(("outcome", "values"), [
    ("department", {"organisation": "330921-housing"}),
    ("several", {"lead": "330921-housing", "assistants": ["330921-enforcement"]})])
def test_a_unit_of_the_next_county_is_not_handed_work_though_a_program_asks(
    office: Office, outcome: str, values: dict[str, Any]
) -> None:
    office.report()
    with pytest.raises(ActInvalid) as refused:
        office.do("dispatch", outcome, **values)
    assert set(refused.value.fields) == set(values)
    assert all("请上报，由上级交办" in told for said in refused.value.fields.values() for told in said)
    assert office.open == ["dispatch"]


def test_the_centre_above_both_hands_it_to_either(office: Office) -> None:
    office.report()
    while office.case.level != "city":
        office.do("dispatch", "up")
    assert office.do("dispatch", "department", organisation="330921-housing") == ["sign"]
