"""A change travels: taken in through the gate, submitted, decided by a second person, in force from its date."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import audit, cases, decisions, directory, library
from engine.cases import consequences, drafting, gatekeeping, standing
from engine.directory.models import Organisation
from engine.library import AlreadyInForce, DraftMoved, DraftUnknown, TwoPeopleNeeded
from engine.library.models import Draft
from engine.notices.models import Outbox
from tests import builders
from tests.engine.processes.drawing import ENDS, drawn, script
from tests.town import Office
from tests.web.console.changed import with_instruction

HANDLE = (library.WORKFLOWS / "base" / "handle.bpmn").read_bytes()
LIMITS = library.RULES / "base" / "limits.dmn"


@pytest.fixture
def designer(office: Office) -> directory.Actor:
    """A designer of the whole city."""
    return hired(office, "designer", "3309-centre")


def hired(office: Office, role: str, organisation: str) -> directory.Actor:
    body = office.session.scalars(select(Organisation).where(Organisation.code == organisation)).one()
    return builders.an_actor(office.session, role, body, name=f"{role}甲")


CHANGED = with_instruction(HANDLE)


def taken(office: Office, by: directory.Actor, content: bytes = CHANGED, file: str = "handle.bpmn",
          pack: str = "base", wanted: str = "") -> Draft:
    return drafting.take_in(office.session, by, content, file, pack=pack, note="先请领导批示", at=office.at,
                            wanted=wanted)


def published(office: Office, by: directory.Actor) -> int:
    draft = taken(office, by)
    drafting.submit(office.session, by, draft.id, None, office.at)
    return drafting.approve(office.session, office.who("supervisor", "3309-centre"), draft.id, office.at).id


def test_new_cases_show_it_at_once_and_running_ones_keep_theirs(office: Office, designer: directory.Actor) -> None:
    old = office.report()
    published(office, designer)
    office.report()
    assert office.do("dispatch", "department", organisation=office.unit()) == ["instruct"]
    office.case = old
    assert office.do("dispatch", "department", organisation=office.unit()) == ["sign"]


def test_who_drew_it_never_approves_it(office: Office, designer: directory.Actor) -> None:
    draft = taken(office, designer)
    drafting.submit(office.session, designer, draft.id, None, office.at)
    for decision in (lambda: drafting.approve(office.session, designer, draft.id, office.at),
                     lambda: drafting.reject(office.session, designer, draft.id, "不行", office.at)):
        with pytest.raises(TwoPeopleNeeded):
            decision()
    assert draft.state == "submitted"


def test_what_was_not_submitted_is_not_approved(office: Office, designer: directory.Actor) -> None:
    draft = taken(office, designer)
    with pytest.raises(DraftMoved):
        drafting.approve(office.session, office.who("supervisor", "3309-centre"), draft.id, office.at)


def test_it_rules_from_its_date_and_is_never_backdated(office: Office, designer: directory.Actor) -> None:
    draft = taken(office, designer)
    drafting.submit(office.session, designer, draft.id, office.at + timedelta(days=3), office.at)
    made = drafting.approve(office.session, office.who("supervisor", "3309-centre"), draft.id, office.at)
    assert made.in_force_from == office.at + timedelta(days=3)
    office.report()
    assert office.do("dispatch", "department", organisation=office.unit()) == ["sign"]
    office.at += timedelta(days=3)
    office.report()
    assert office.do("dispatch", "department", organisation=office.unit()) == ["instruct"]


def test_an_approval_that_comes_late_rules_from_then(office: Office, designer: directory.Actor) -> None:
    draft = taken(office, designer)
    drafting.submit(office.session, designer, draft.id, office.at + timedelta(hours=1), office.at)
    later = office.at + timedelta(days=1)
    made = drafting.approve(office.session, office.who("supervisor", "3309-centre"), draft.id, later)
    assert made.in_force_from == later


def test_what_waits_for_its_date_can_be_called_off(office: Office, designer: directory.Actor) -> None:
    draft = taken(office, designer)
    drafting.submit(office.session, designer, draft.id, office.at + timedelta(days=3), office.at)
    made = drafting.approve(office.session, office.who("supervisor", "3309-centre"), draft.id, office.at)
    drafting.call_off(office.session, designer, made.id, office.at)
    office.at += timedelta(days=4)
    office.report()
    assert office.do("dispatch", "department", organisation=office.unit()) == ["sign"]
    again = published(office, designer)
    assert library.get_definition(office.session, again).version == 3
    with pytest.raises(AlreadyInForce):
        drafting.call_off(office.session, designer, again, office.at)


def test_the_way_back_is_the_former_version_once_more(office: Office, designer: directory.Actor) -> None:
    published(office, designer)
    handle = next(one for one in library.list_definitions(office.session)
                  if (one.definition_id, one.pack, one.version) == ("handle", "base", 1))
    back = drafting.take_again(office.session, designer, handle.id, office.at)
    assert back.state == "submitted"
    made = drafting.approve(office.session, office.who("supervisor", "3309-centre"), back.id, office.at)
    assert (made.version, made.sha256) == (3, handle.sha256)
    with pytest.raises(drafting.NotTaken, match="一字不差"):
        drafting.take_again(office.session, designer, handle.id, office.at)


HOSTILE = [
    (b"", "handle.bpmn", "空的"), (b"\x89PNG\r\n\x1a\n\0", "handle.bpmn", "UTF-8"), (HANDLE, "handle.exe", "只收"),
    (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "handle.bpmn", "DOCTYPE"), (HANDLE[:-40], "handle.bpmn", "XML"),
    (HANDLE + b" " * (2 << 20), "handle.bpmn", "2 MB"), (HANDLE, "handle.bpmn", "一字不差"),
    (b"<x>" * 80 + b"</x>" * 80, "handle.bpmn", "64"), (b"<!DOCTYPE a><a/>", "limits.dmn", "DOCTYPE"),
]


@pytest.mark.parametrize("content, file, why", HOSTILE)
def test_what_is_no_diagram_is_not_taken_and_says_why(office: Office, designer: directory.Actor, content: bytes,
                                                      file: str, why: str) -> None:
    with pytest.raises(drafting.NotTaken, match=why):
        taken(office, designer, content, file)
    assert office.session.scalars(select(Draft)).all() == []


def test_a_file_that_is_no_table_is_kept_and_says_so(office: Office, designer: directory.Actor) -> None:
    draft = taken(office, designer, b"<a/>", "limits.dmn")
    found = consequences.findings_of(office.session, library.source_of_draft(draft), office.at)
    assert [one.code for one in found] == ["dmn_version"]


def test_a_file_about_something_else_is_not_taken(office: Office, designer: directory.Actor) -> None:
    with pytest.raises(drafting.NotTaken, match="「joint」，这里要的是「handle」"):
        taken(office, designer, (library.WORKFLOWS / "base" / "joint.bpmn").read_bytes(), wanted="handle")


def test_a_faulty_diagram_is_kept_with_its_findings_but_not_submitted(office: Office,
                                                                      designer: directory.Actor) -> None:
    broken = HANDLE.replace(b'id="cases.dispatch_at_once"', b'id="cases.nonsense"')
    draft = taken(office, designer, broken)
    found = consequences.findings_of(office.session, library.source_of_draft(draft), office.at)
    assert [(one.element, one.code) for one in found] == [("dispatch_at_once", "unknown_operation")]
    with pytest.raises(gatekeeping.Refused):
        drafting.submit(office.session, designer, draft.id, None, office.at)


def test_what_breaks_a_caller_is_found_at_the_caller(office: Office, designer: directory.Actor) -> None:
    given = '<ioSpecification><dataOutput id="{0}" name="{0}"/></ioSpecification>'
    inner = ENDS + script("s", 'x = "a"\ny = "b"')
    call = ENDS + '<callActivity id="c" calledElement="inner"/>' + given.format("x")
    both = [drawn("inner", inner + given.format("x"), "start -> s -> end"), drawn("outer", call, "start -> c -> end")]
    library.publish(office.session, both, by="甲", approved_by="乙", at=office.at)
    changed = drawn("inner", inner + given.format("y"), "start -> s -> end")
    found = consequences.findings_of(office.session, changed, office.at)
    assert [(one.file, one.code) for one in found] == [("outer.bpmn", "output_not_set")]


def test_a_county_changes_its_own_pack_and_no_other(office: Office) -> None:
    county = hired(office, "designer", "330921-centre")
    with pytest.raises(DraftUnknown):
        taken(office, county)
    own = taken(office, county, LIMITS.read_bytes().replace(b'"4 work_hour"', b'"3 work_hour"'), "limits.dmn",
                pack="daishan")
    other = hired(office, "designer", "330902-centre")
    assert drafting.list_drafts(office.session, other) == []
    with pytest.raises(DraftUnknown):
        drafting.get_draft(office.session, other, own.id)
    assert [one.id for one in drafting.list_drafts(office.session, county)] == [own.id]


@pytest.mark.parametrize("role", ["seat", "clerk", "system_admin", "security_admin", "audit_admin"])
def test_nobody_else_sees_drafts(office: Office, designer: directory.Actor, role: str) -> None:
    draft = taken(office, designer)
    stranger = hired(office, role, "3309-centre")
    assert drafting.list_drafts(office.session, stranger) == []
    with pytest.raises(DraftUnknown):
        drafting.get_draft(office.session, stranger, draft.id)


def test_every_step_is_in_the_record_of_the_house(office: Office, designer: directory.Actor) -> None:
    published(office, designer)
    deeds = audit.list_deeds_of(office.session, "rules", "base/handle.bpmn")
    assert [one.verb for one in deeds][:4] == ["publish", "approve", "submit", "upload"]
    assert deeds[0].facts["version"] == 2 and deeds[3].actor == designer.label


def test_the_second_person_is_asked_and_the_first_is_told(office: Office, designer: directory.Actor) -> None:
    published(office, designer)
    told = {(one.recipient_id, one.subject) for one in office.session.scalars(
        select(Outbox).where(Outbox.kind == "rules"))}
    assert (office.who("supervisor", "3309-centre").person_id, "修改稿 base/handle.bpmn 等待审批") in told
    assert (designer.person_id, "修改稿 base/handle.bpmn 已批准，是第 2 版") in told


def test_a_typed_cell_becomes_a_draft_and_rules_new_cases(office: Office, designer: directory.Actor) -> None:
    source = next(one for one in library.sources_in_force(office.session, "base", office.at)
                  if one.definition_id == "limits")
    rows = decisions.grid_of(source).rows
    row = next(number for number, row in enumerate(rows, start=1) if row[:2] == ('"accept"', '"normal"'))
    draft = drafting.take_cells(office.session, designer, source, {(row, 4): '"2 work_hour"'}, note="", at=office.at)
    drafting.submit(office.session, designer, draft.id, None, office.at)
    drafting.approve(office.session, office.who("supervisor", "3309-centre"), draft.id, office.at)
    office.report()
    accept, = cases.explain_deadlines(office.session, office.case, office.at)
    assert (accept["limit"], accept["version"]) == ("2 work_hour", 2)


def test_it_says_how_many_run_and_which_packs_have_their_own(office: Office, designer: directory.Actor) -> None:
    office.report()
    office.report()
    source = library.read_source(LIMITS)
    touched = consequences.affected_by(office.session, source)
    assert touched.running == 2 and [pack.id for pack in touched.own] == ["daishan"]


def test_tokens_are_counted_where_they_stand_in_their_version(office: Office, designer: directory.Actor) -> None:
    office.report()
    office.report()
    newest = published(office, designer)
    office.report()
    versions = {one.version: one.id for one in library.list_definitions(office.session)
                if (one.definition_id, one.pack) == ("handle", "base")}
    assert standing.standing_in(office.session, versions[1]) == {"dispatch": 2}
    assert standing.standing_in(office.session, newest) == {"dispatch": 1}
    case = next(one.id for one in library.list_definitions(office.session) if one.definition_id == "case")
    assert standing.standing_in(office.session, case) == {"handle_call": 3}
