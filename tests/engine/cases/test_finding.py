"""A search brings the same rows in the same order, whichever way it takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from engine.cases import finding, reading
from engine.cases.filters import ORDERS, Filters
from engine.cases.searching import in_months, month_begin
from engine.clock import ZONE
from tests.builders import NOW, a_case, a_city

WAYS: dict[str, tuple[int, int]] = {"in the order of the list": (0, 1), "the latest months first": (999, 3),
                                    "by the index": (999, 999)}
SEARCH = Filters(text="井盖")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures by which one way is chosen."""
    dense, enough = WAYS[request.param]
    monkeypatch.setattr(finding, "DENSE", dense)
    monkeypatch.setattr(finding, "ENOUGH", enough)


@pytest.mark.usefixtures("way")
def test_a_search_is_leafed_through_there_and_back(session: Session) -> None:
    city = a_city(session)
    made = [a_case(session, city.community, city.centre, opened_at=NOW - timedelta(days=11 * place),
                   words="雨水井盖缺失" if place % 3 else "夜间噪音").number for place in range(60)]
    wanted = [number for place, number in enumerate(made) if place % 3]
    there, back = [reading.list_cases(session, SEARCH, NOW, limit=7)], []
    while there[-1].next:
        there.append(reading.list_cases(session, SEARCH, NOW, there[-1].next, limit=7))
    assert [row.number for page in there for row in page.items] == wanted
    page = there[-1]
    while page.previous:
        page = reading.list_cases(session, SEARCH, NOW, page.previous, limit=7)
        back.append(page)
    assert [row.number for page in reversed(back) for row in page.items] == wanted[:-len(there[-1].items)]


@pytest.mark.usefixtures("way")
def test_other_filters_hold_beside_the_words(session: Session) -> None:
    """What passes is older than enough hits that do not."""
    city = a_city(session)
    long_ago = NOW - timedelta(days=500)
    old = a_case(session, city.community, city.centre, opened_at=long_ago, urgency="urgent", words="井盖")
    for day in range(6):
        a_case(session, city.community, city.centre, opened_at=NOW - timedelta(days=day), words="井盖")
    for order in ORDERS:
        found = reading.list_cases(session, Filters(text="井盖", urgency="urgent"), NOW, order=order)
        assert [row.number for row in found.items] == [old.number]


@pytest.mark.parametrize("until, count, begin", [
    (datetime(2026, 1, 31, 15, 59, tzinfo=UTC), 1, (2026, 1)),
    (datetime(2026, 1, 31, 16, 0, tzinfo=UTC), 2, (2026, 1)),
    (datetime(2026, 1, 5, tzinfo=UTC), 2, (2025, 12)),
    (datetime(2026, 12, 5, tzinfo=UTC), 12, (2026, 1)),
    (datetime(2027, 2, 5, tzinfo=UTC), 14, (2026, 1)),
])
def test_months_are_those_of_the_office(until: datetime, count: int, begin: tuple[int, int]) -> None:
    assert month_begin(until, count) == datetime(*begin, 1, tzinfo=ZONE)
    months = in_months("'井盖'", until, count).partition("& (")[2].rstrip(")").split(" | ")
    assert len(set(months)) == count and months[0] == f"'@{begin[0]}-{begin[1]:02}'"
    assert months[-1] == f"'@{until.astimezone(ZONE):%Y-%m}'"
