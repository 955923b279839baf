"""主办与协办 and photos before and after: what the lead, a co-handler and everybody else see of them."""

from __future__ import annotations

import pytest

from engine.cases import pages, plain, unmasking
from engine.cases.errors import ActNotAllowed
from engine.cases.pages import CasePage
from tests.town import BASE, TOWNSHIP, Office

pytestmark = pytest.mark.cites("E3", "E9")
LEAD, FIRST, SECOND = (f"{TOWNSHIP}-{kind}" for kind in ("housing", "enforcement", "market"))


@pytest.fixture
def joint(office: Office) -> Office:
    """A resident's case that the housing unit leads and two platforms help with."""
    office.resident(grid=BASE)
    office.do("dispatch", "up")
    office.do("dispatch", "several", lead=LEAD, assistants=[FIRST, SECOND])
    office.do("sign", "sign")
    return office


def seen(office: Office, organisation: str, role: str = "clerk") -> CasePage:
    """The case as somebody there sees it."""
    return pages.case_page(office.session, office.who(role, organisation), office.case.number, office.at)


def states(page: CasePage) -> dict[str, tuple[str, str]]:
    """State and words of each co-handler."""
    return {one.organisation: (one.state, one.said) for one in page.helpers}


def names(office: Office, *codes: str) -> list[str]:
    """What organisations are called."""
    return [office.who("clerk", code).posts[0].organisation_name for code in codes]


def part(office: Office, element: str, code: str, outcome: str, **values: str) -> None:
    """One co-handler does a task of theirs."""
    clerk = office.who("clerk", code)
    task = next(one for one in office.tasks(element) if one.organisation_id == clerk.posts[0].organisation_id)
    office.complete(task, outcome, clerk, **values)


def test_the_lead_sees_how_far_each_co_handler_is_and_whom_it_waits_for(joint: Office) -> None:
    first, second = names(joint, FIRST, SECOND)
    assert states(seen(joint, LEAD)) == {first: ("unsigned", ""), second: ("unsigned", "")}
    part(joint, "sign_assist", FIRST, "sign")
    part(joint, "sign_assist", SECOND, "return", reason="不归我们管")
    page = seen(joint, LEAD)
    assert states(page) == {first: ("working", ""), second: ("declined", "不归我们管")}
    assert [one.organisation for one in page.outstanding] == [first]
    joint.do("lead_handle", "done")
    assert joint.open == ["assist_task"]  # the lead concludes when nobody is outstanding
    part(joint, "assist_task", FIRST, "done", result="围挡已拆")
    page = seen(joint, LEAD)
    assert states(page)[first] == ("done", "围挡已拆") and page.outstanding == () and joint.open == ["conclude"]


def test_a_co_handler_sees_their_own_part_and_not_the_resident(joint: Office) -> None:
    part(joint, "sign_assist", SECOND, "return", reason="不归我们管")
    page, lead = seen(joint, FIRST), seen(joint, LEAD)
    assert list(states(page)) == names(joint, FIRST) and page.contact == "" and lead.contact != ""
    assert all("不归我们管" not in line.quotes for line in page.lines)
    assert any("不归我们管" in line.quotes for line in lead.lines)
    for who, hears in ((FIRST, False), (LEAD, True)):
        told = plain.list_entries(joint.session, joint.who("clerk", who), joint.case.number, 0, 50).items
        assert ("不归我们管" in str(told)) == hears
    with pytest.raises(ActNotAllowed):
        unmasking.unmask(joint.session, joint.who("clerk", FIRST), joint.case.number, "想打电话", joint.at)
    assert unmasking.unmask(joint.session, joint.who("clerk", LEAD), joint.case.number, "约时间上门", joint.at)


def test_a_reassigned_handling_shows_its_own_co_handlers_only(joint: Office) -> None:
    joint.at = joint.at_office(3, 4, 10)
    joint.act("reassign", joint.who("seat", f"{TOWNSHIP}-centre"))
    joint.do("dispatch", "several", lead=LEAD, assistants=[SECOND])
    joint.do("sign", "sign")
    assert list(states(seen(joint, LEAD))) == names(joint, SECOND)


def test_photos_of_a_result_say_before_and_after(joint: Office) -> None:
    clerk = joint.who("clerk", LEAD)
    joint.at = joint.at_office(3, 4, 10)
    joint.act("reassign", joint.who("seat", f"{TOWNSHIP}-centre"))
    joint.walk(("dispatch", "department"), ("sign", "sign"))
    joint.do("handle_task", "done", by=clerk, before=[joint.photo(clerk)], evidence=[joint.photo(clerk)])
    assert [photo.kind for photo in seen(joint, LEAD).photos] == ["before", "after"]
