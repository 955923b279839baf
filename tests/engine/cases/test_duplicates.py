"""Which cases may be the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine.cases.duplicates import case_duplicates
from engine.cases.models import Case
from tests.builders import NOW, City, a_case, a_city

TITLE, PLACE = "人民路与蓬莱路口雨水井盖缺失", "人民路与蓬莱路口"


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


def _case(session: Session, city: City, title: str = TITLE, place: str = PLACE, **changed: Any) -> Case:
    return a_case(session, changed.pop("division", city.community), city.centre, title=title, description=title,
                  place=place, words=f"{title} {place}", **changed)


def test_the_same_thing_at_the_same_place_is_found(session: Session, city: City) -> None:
    case = _case(session, city)
    other = _case(session, city, "蓬莱路口井盖没了，雨水井露着", opened_at=NOW - timedelta(days=2))
    assert [one.number for one in case_duplicates(session, case)] == [other.number]


@pytest.mark.parametrize("changed", [
    {"title": "夜间施工噪音扰民", "place": "兰亭小区西门"},
    {"opened_at": NOW - timedelta(days=9)},
    {"closed_at": NOW, "stage": "closed", "outcome": "handled"},
])
def test_something_else_something_old_something_closed_is_not(session: Session, city: City,
                                                              changed: dict[str, Any]) -> None:
    case = _case(session, city)
    _case(session, city, **changed)
    assert case_duplicates(session, case) == ()


def test_another_community_is_another_place(session: Session, city: City) -> None:
    case = _case(session, city)
    _case(session, city, division=city.sibling)
    assert case_duplicates(session, case) == ()


def test_nearness_is_told_in_metres(session: Session, city: City) -> None:
    case = _case(session, city, lat=30.25, lng=122.2)
    _case(session, city, lat=30.2505, lng=122.2)
    assert case_duplicates(session, case)[0].metres == 56
