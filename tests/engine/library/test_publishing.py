"""Published rules are never edited: a new version stands beside the old; a case keeps the one it was opened under."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine import cases, library
from engine.library import TwoPeopleNeeded
from engine.library.models import Definition
from tests.town import Office


def limits(office: Office, old: str, new: str, days: int = 0) -> Definition:
    """Publish the base limits with one value changed, in force in so many days."""
    source = library.read_source(library.RULES / "base" / "limits.dmn")
    text = source.content.decode()
    assert old in text
    changed = library.source_of(text.replace(old, new, 1).encode(), definition_id="limits", kind="dmn",
                                file="limits.dmn", pack="base")
    return library.publish(office.session, [changed], by="甲", approved_by="乙", at=office.at,
                           in_force_from=office.at + timedelta(days=days))[0]


def explained(office: Office) -> tuple[object, ...]:
    """Limit, version and due time of the acceptance, as they are explained."""
    accept, = cases.explain_deadlines(office.session, office.case, office.at)
    return accept["limit"], accept["version"], accept["due_at"]


ACCEPT = '"4 work_hour"'


def accept_in(text: str, hours: int) -> tuple[str, str]:
    """The acceptance row of the table as text, old and new."""
    start = text.index('"accept"')
    row = text[start:text.index(ACCEPT, start) + len(ACCEPT)]
    return row, row.replace(ACCEPT, f'"{hours} work_hour"')


@pytest.fixture
def changed(office: Office) -> Office:
    """A case, then a table that gives two hours instead of four."""
    office.report()
    text = library.read_source(library.RULES / "base" / "limits.dmn").content.decode()
    limits(office, *accept_in(text, 2))
    return office


def test_a_changed_value_changes_the_explanation_of_new_cases_only(changed: Office) -> None:
    assert explained(changed) == ("4 work_hour", 1, changed.at_office(3, 4, 14).isoformat())
    changed.report()
    assert explained(changed) == ("2 work_hour", 2, changed.at_office(3, 4, 11).isoformat())


def test_a_version_rules_from_the_day_it_is_in_force(office: Office) -> None:
    text = library.read_source(library.RULES / "base" / "limits.dmn").content.decode()
    limits(office, *accept_in(text, 2), days=1)
    office.report()
    assert explained(office)[0] == "4 work_hour"
    office.at += timedelta(days=1)
    office.report()
    assert explained(office)[0] == "2 work_hour"


def test_what_daishan_says_itself_is_not_touched_by_base(changed: Office) -> None:
    changed.report(grid="330921100001001")
    assert explained(changed)[0] == "2 work_day"


def test_the_same_bytes_give_the_same_version(office: Office) -> None:
    text = library.read_source(library.RULES / "base" / "limits.dmn").content.decode()
    first = limits(office, *accept_in(text, 3))
    assert limits(office, *accept_in(text, 3)).id == first.id and first.version == 2


def test_the_one_who_drew_does_not_approve(office: Office) -> None:
    source = library.read_source(library.RULES / "base" / "limits.dmn")
    with pytest.raises(TwoPeopleNeeded):
        library.publish(office.session, [source], by="甲", approved_by="甲", at=office.at)


def test_the_entry_names_the_versions_that_were_asked(office: Office) -> None:
    office.report()
    versions = office.entries("report")[0].versions
    assert versions["limits"] == versions["ladder"] == "base/1"
