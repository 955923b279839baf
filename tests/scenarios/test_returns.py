"""退回: a unit asks to return a case before it signs, within min(1 working day, a quarter of the limit)."""

from __future__ import annotations

import pytest

from engine.cases.windows import OutcomeLate
from tests.town import Office

pytestmark = pytest.mark.cites("E3")


def dispatched(office: Office, matter: str = "SR0101") -> Office:
    """A case that waits to be signed for since Wednesday 09:00; SR0101 is handled in 4 working hours."""
    office.report()
    office.do("dispatch", "department", matter=matter)
    return office


def test_in_time_it_goes_to_the_centre_that_dispatched(office: Office) -> None:
    assert dispatched(office).do("sign", "return") == ["decide_return"]


def test_after_a_quarter_of_the_limit_it_is_refused_with_the_row_behind_it(office: Office) -> None:
    dispatched(office)
    office.wait(office.at_office(3, 4, 10, 1))
    with pytest.raises(OutcomeLate) as late, office.session.begin_nested():
        office.do("sign", "return")
    assert late.value.facts["at"] == office.at_office(3, 4, 10) and "时限表第" in late.value.message
    assert "本地设定，无条文" in late.value.message and "改派" in late.value.message
    assert office.open == ["sign"] and office.do("sign", "sign") == ["handle_task"]


def test_the_last_minute_still_counts(office: Office) -> None:
    dispatched(office)
    office.wait(office.at_office(3, 4, 10))
    assert office.do("sign", "return") == ["decide_return"]


def test_of_a_long_limit_one_working_day_is_all(office: Office) -> None:
    """SR0107 is handled in five working days, a quarter of which is more than one."""
    dispatched(office, "SR0107")
    office.wait(office.at_office(3, 5, 9, 1))
    with pytest.raises(OutcomeLate) as late, office.session.begin_nested():
        office.do("sign", "return")
    assert late.value.facts["at"] == office.at_office(3, 5, 9)


def test_a_rejected_return_opens_the_time_anew(office: Office) -> None:
    dispatched(office).do("sign", "return")
    office.wait(office.at_office(3, 4, 11, 30))
    office.do("decide_return", "reject")
    office.wait(office.at_office(3, 4, 13, 30))
    assert office.do("sign", "return") == ["decide_return_above"]


def test_while_the_clock_stands_no_time_passes(office: Office) -> None:
    dispatched(office)
    seat = office.who("seat", "330902002-centre")
    office.act("hold", seat, until=office.at_office(3, 11, 9).isoformat())
    office.at = office.at_office(3, 6, 9)
    assert office.do("sign", "return") == ["decide_return"]
