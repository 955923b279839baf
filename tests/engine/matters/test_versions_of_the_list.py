"""A list is loaded whole, comes into force on its day, and what it no longer names leaves it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from engine import library, matters
from tests.builders import NOW

BASE = matters.load_catalogue(library.RULES / "base" / "matters.csv")
Cells = dict[str, str]


def rows(version: str = "2026-1") -> list[Cells]:
    """The first three matters of the house's list."""
    return [{**matters.cells_of(row), "清单版本": version} for row in BASE[:3]]


def keep(session: Session, given: list[Cells], later: timedelta = timedelta()) -> None:
    matters.keep_version(session, given, "周管", NOW + later, NOW)


def admitted(session: Session, later: timedelta = timedelta()) -> dict[str, str]:
    """Code and limit of what may enter a grid then."""
    found = matters.list_admitted(session, NOW + later)
    return {one.code: str(one.handle_limit) for one in found}


def test_every_matter_of_the_house_reads_back_as_it_was() -> None:
    again, problems = matters.parse_rows(enumerate(map(matters.cells_of, BASE), start=2))
    assert problems == [] and again == BASE


@pytest.mark.cites("C1")
def test_a_version_waits_for_its_day(session: Session) -> None:
    keep(session, rows())
    matters.apply_due(session, NOW)
    changed = rows("2026-2")
    changed[0]["处置时限"] = "9 工作日"
    keep(session, changed[:2], timedelta(days=3))
    assert matters.apply_due(session, NOW + timedelta(days=2)) == 0
    before = admitted(session, timedelta(days=2))
    assert len(before) == 3 and before[BASE[0].code] != "9 work_day"
    assert matters.apply_due(session, NOW + timedelta(days=3)) == 1
    after = admitted(session, timedelta(days=3))
    assert after == {BASE[0].code: "9 work_day", BASE[1].code: before[BASE[1].code]}


@pytest.mark.cites("C7")
def test_what_left_the_list_can_still_be_looked_up(session: Session) -> None:
    keep(session, rows())
    matters.apply_due(session, NOW)
    keep(session, rows("2026-2")[:1])
    matters.apply_due(session, NOW)
    assert len(matters.list_all(session)) == 3
    with pytest.raises(matters.MatterUnknown, match="退出"):
        matters.get_admitted(session, BASE[2].code, NOW + timedelta(seconds=1))


def test_the_same_version_again_changes_nothing(session: Session) -> None:
    keep(session, rows())
    keep(session, rows())
    assert len(matters.list_versions(session)) == 1


def test_the_same_name_for_another_list_is_refused(session: Session) -> None:
    keep(session, rows())
    with pytest.raises(matters.ListVersionTaken):
        keep(session, rows()[:2])
