"""What breaks becomes an incident; an operator lets it happen again, passes over what broke, or sends it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from engine import cases, directory, library, verification
from engine.cases import mending, notifying, troubles, watching
from engine.cases.errors import PlaceUncovered
from engine.directory.models import Organisation
from engine.errors import Invalid
from engine.notices.models import Outbox
from engine.processes import NoWayBack
from engine.processes.models import Incident
from tests import builders
from tests.town import Office

HANDLE = "handle"


def publish(office: Office, *changes: tuple[str, str], process: str = HANDLE) -> None:
    """A diagram of the base pack with these texts replaced; none: as it is."""
    source = library.read_source(library.WORKFLOWS / "base" / f"{process}.bpmn")
    content = source.content.decode()
    for old, new in changes:
        assert content.count(old) == 1, old
        content = content.replace(old, new)
    office.at += timedelta(minutes=1)
    made = library.source_of(content.encode(), definition_id=process, kind="bpmn", file=f"{process}.bpmn", pack="base")
    library.publish(office.session, [made], by="甲", approved_by="乙", at=office.at)


LEAVE = ('<bpmn:script>result = form["outcome"]</bpmn:script>', '<bpmn:script>result = case["lost"]</bpmn:script>')
LATE = ('<bpmn:script>result = "late"</bpmn:script>', '<bpmn:script>result = case["lost"]</bpmn:script>')
DONE = ('<bpmn:script>result = "done"</bpmn:script>', '<bpmn:script>result = case["lost"]</bpmn:script>')


@pytest.fixture
def operator(office: Office) -> directory.Actor:
    """Who keeps the city's house running."""
    return an_operator(office, "3309-centre", "运维")


def an_operator(office: Office, at: str, name: str) -> directory.Actor:
    centre = office.session.scalars(select(Organisation).where(Organisation.code == at)).one()
    return builders.an_actor(office.session, "system_admin", centre, name=name, username=f"admin.{at}")


def open_incidents(office: Office) -> list[Incident]:
    """The open ones of the case."""
    return list(office.session.scalars(select(Incident).where(
        Incident.case_id == office.case.id, Incident.resolved_at.is_(None)).order_by(Incident.id)))


def refused(office: Office, element: str, outcome: str, **values: Any) -> Incident:
    """An act that breaks, as the edge treats it: undone, then noted."""
    with pytest.raises(troubles.StepBroken) as broken, office.session.begin_nested():
        office.do(element, outcome, **values)
    return troubles.note_broken(office.session, broken.value)


def promises(office: Office) -> list[str]:
    """What is broken among I1 to I5 and I9."""
    found = verification.verify(office.session, office.at)
    return [f"{name}: {one}" for name in ("I1", "I2", "I3", "I4", "I5", "I9") for one in found[name].examples]


@pytest.fixture
def leaving(office: Office, operator: directory.Actor) -> Office:
    """A case whose way up breaks when the seat takes it."""
    publish(office, LEAVE)
    office.report()
    publish(office)
    return office


@pytest.fixture
def climbing(office: Office, operator: directory.Actor) -> Office:
    """A case whose timer breaks when nobody accepts it."""
    publish(office, LATE)
    office.report()
    publish(office)
    office.wait(office.at_office(3, 5, 9, 30))
    return office


def test_an_act_that_breaks_leaves_the_case_where_it_was(leaving: Office) -> None:
    before = (leaving.case.entries, leaving.case.head_hash, leaving.open)
    incident = refused(leaving, "dispatch", "up")
    assert (leaving.case.entries, leaving.case.head_hash, leaving.open) == before
    assert (incident.cause, incident.process, incident.element) == ("act", "handle", "leave")
    assert incident.attempts == 1 and incident.next_try_at is None and "lost" in incident.reason


def test_the_person_hears_a_number_and_the_operators_a_notice(leaving: Office, operator: directory.Actor) -> None:
    with pytest.raises(troubles.StepBroken) as broken, leaving.session.begin_nested():
        leaving.do("dispatch", "up")
    incident = troubles.note_broken(leaving.session, broken.value)
    assert f"异常 #{incident.id}" in broken.value.message and broken.value.facts["incident"] == incident.id
    told = leaving.session.scalars(select(Outbox).where(Outbox.kind == "incident")).all()
    assert [(one.recipient_id, one.subject) for one in told] == [
        (operator.person_id, f"{leaving.case.number} 异常 #{incident.id}：「结果：上报或下交」走不下去")]


def test_tried_again_it_is_the_same_incident(leaving: Office) -> None:
    first, again = refused(leaving, "dispatch", "up"), refused(leaving, "dispatch", "up")
    assert first.id == again.id and again.attempts == 2 and len(open_incidents(leaving)) == 1
    assert leaving.session.scalar(select(Outbox.id).where(Outbox.kind == "incident").offset(1)) is None


def test_an_act_that_breaks_does_not_stop_the_clock(leaving: Office) -> None:
    refused(leaving, "dispatch", "up")
    leaving.wait(leaving.at_office(3, 5, 9, 30))
    assert leaving.case.level == "township"


def test_another_way_is_open_and_ends_the_incident(leaving: Office) -> None:
    refused(leaving, "dispatch", "up")
    leaving.do("dispatch", "own")
    assert watching.settle_over(leaving.session, leaving.at) == 1 and open_incidents(leaving) == []


def test_an_act_that_a_person_must_put_right_is_no_incident(leaving: Office) -> None:
    with pytest.raises(Invalid), leaving.session.begin_nested():
        leaving.do("dispatch", "department", organisation="nobody")
    assert open_incidents(leaving) == []


def test_passed_over_the_act_happens_in_the_name_of_the_person(leaving: Office, operator: directory.Actor) -> None:
    incident = refused(leaving, "dispatch", "up")
    seat = leaving.for_task(leaving.task("dispatch")).label
    mended = mending.skip(leaving.session, operator, incident.id, "表里少一行", {"result": "up"}, leaving.at)
    assert mended.is_over and leaving.case.level == "township" and leaving.open == ["dispatch"]
    entries = leaving.entries()[-2:]
    assert [(entry.verb, entry.actor) for entry in entries] == [("skip", operator.label), ("dispatch", seat)]
    assert entries[1].facts["repeated_by"] == operator.label and entries[1].facts["incident"] == incident.id
    assert (incident.resolution, incident.attempt) == ("skipped", None) and promises(leaving) == []


def test_what_the_element_would_have_given_is_asked_for(leaving: Office, operator: directory.Actor) -> None:
    incident = refused(leaving, "dispatch", "up")
    with pytest.raises(Invalid) as missing:
        mending.skip(leaving.session, operator, incident.id, "理由", {}, leaving.at)
    assert missing.value.fields == {"value.result": ["请填写「result」。"]}
    with pytest.raises(Invalid) as silent:
        mending.skip(leaving.session, operator, incident.id, " ", {"result": "up"}, leaving.at)
    assert list(silent.value.fields) == ["reason"] and leaving.entries("skip") == []


def test_what_breaks_again_changes_nothing_and_is_counted(leaving: Office, operator: directory.Actor) -> None:
    incident = refused(leaving, "dispatch", "up")
    mended = mending.retry(leaving.session, operator, incident.id, leaving.at)
    assert not mended.is_over and incident.attempts == 2 and leaving.open == ["dispatch"]
    assert [line["what"] for line in incident.history] == ["broke", "retry", "broke"]
    assert leaving.entries()[-1].verb == "retry" and promises(leaving) == []


def test_sent_back_from_handling_a_person_decides_anew(office: Office, operator: directory.Actor) -> None:
    publish(office, DONE)
    office.report()
    office.do("dispatch", "department")
    office.do("sign", "sign")
    incident = refused(office, "handle_task", "done")
    mended = mending.send_back(office.session, operator, incident.id, "由坐席另派", "handle#dispatch", office.at)
    assert mended.is_over and office.open == ["dispatch"] and office.case.handler_id is None
    assert office.custody()[-1][1:] == ("handler", "sent_back")
    assert office.entries()[-1].verb == "send_back" and promises(office) == []
    assert office.do("dispatch", "own") == ["handle_task"]


def test_the_nearest_place_is_the_task_before(office: Office, operator: directory.Actor) -> None:
    publish(office, DONE)
    office.report()
    office.do("dispatch", "department")
    office.do("sign", "sign")
    incident = refused(office, "handle_task", "done")
    mending.send_back(office.session, operator, incident.id, "请重新签收", None, office.at)
    assert office.open == ["sign"] and office.case.handler_id is not None and promises(office) == []


def test_a_timer_that_breaks_is_passed_over(climbing: Office, operator: directory.Actor) -> None:
    incident = open_incidents(climbing)[0]
    mended = mending.skip(climbing.session, operator, incident.id, "按逾时上报", {"result": "late"}, climbing.at)
    assert mended.is_over and climbing.case.level == "township" and promises(climbing) == []


def test_a_timer_that_breaks_is_sent_back_to_its_own_task(climbing: Office, operator: directory.Actor) -> None:
    incident, before = open_incidents(climbing)[0], climbing.timers()["climb"]
    mending.send_back(climbing.session, operator, incident.id, "请坐席处理", None, climbing.at)
    assert climbing.open == ["dispatch"] and climbing.timers()["climb"] > before and promises(climbing) == []
    climbing.do("dispatch", "own")
    assert open_incidents(climbing) == []


def test_retried_by_hand_the_gap_still_grows(climbing: Office, operator: directory.Actor) -> None:
    incident = open_incidents(climbing)[0]
    assert not mending.retry(climbing.session, operator, incident.id, climbing.at).is_over
    assert incident.attempts == 2 and incident.next_try_at == climbing.at + timedelta(minutes=2)


def test_a_person_acts_although_the_clock_breaks(office: Office, operator: directory.Actor) -> None:
    publish(office, LATE)
    office.report()
    office.at = office.at_office(3, 5, 9, 30)
    assert office.do("dispatch", "own") == ["handle_task"]
    assert [one.cause for one in open_incidents(office)] == ["clock"] and promises(office) == []


def test_what_is_not_due_any_more_is_over(climbing: Office) -> None:
    assert watching.settle_over(climbing.session, climbing.at) == 0
    climbing.do("dispatch", "own")
    assert watching.settle_over(climbing.session, climbing.at) == 1 and open_incidents(climbing) == []
    assert cases.lag(climbing.session, climbing.at) == timedelta(0)


def test_a_measure_that_breaks_is_passed_over(office: Office, operator: directory.Actor,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object) -> None:
        raise PlaceUncovered()

    office.report()
    with monkeypatch.context() as patch:
        patch.setattr(notifying, "tell_organisation", silent)
        patch.setattr(notifying, "tell_people", silent)
        office.wait(office.deadline("accept").warn_at)
    incident = open_incidents(office)[0]
    assert (incident.element, incident.code) == ("measure", "measure_broken")
    assert mending.skip(office.session, operator, incident.id, "不必提醒", {}, office.at).is_over
    assert office.entries("remind") == [] and office.planned("accept") == ("urge", office.deadline("accept").due_at)
    assert promises(office) == []


def test_only_the_operator_of_the_place_may(climbing: Office) -> None:
    incident = open_incidents(climbing)[0]
    elsewhere = an_operator(climbing, "330921-centre", "外县运维")
    with pytest.raises(mending.IncidentUnknown):
        mending.retry(climbing.session, elsewhere, incident.id, climbing.at)
    with pytest.raises(mending.NotOperator):
        mending.retry(climbing.session, climbing.who("seat", "330902-centre"), incident.id, climbing.at)


def test_once_it_is_over_nothing_more_is_done(climbing: Office, operator: directory.Actor) -> None:
    incident = open_incidents(climbing)[0]
    mending.skip(climbing.session, operator, incident.id, "按逾时上报", {"result": "late"}, climbing.at)
    with pytest.raises(mending.IncidentOver):
        mending.retry(climbing.session, operator, incident.id, climbing.at)


def test_a_gateway_is_not_passed_over(office: Office, operator: directory.Actor) -> None:
    publish(office, ('form["outcome"] == "supplement"', 'case["lost"] == "supplement"'))
    office.report()
    incident = refused(office, "dispatch", "own")
    assert incident.element == "way"
    with pytest.raises(mending.CannotPass):
        mending.skip(office.session, operator, incident.id, "理由", {}, office.at)


def test_an_error_that_nobody_catches_is_an_incident(office: Office) -> None:
    publish(office, ('<bpmn:endEvent id="end_left" wangge:nameEn="Leaves this level">\n'
                     '      <bpmn:incoming>flow_leave_end_left</bpmn:incoming>',
                     '<bpmn:endEvent id="end_left" wangge:nameEn="Leaves this level">\n'
                     '      <bpmn:incoming>flow_leave_end_left</bpmn:incoming><bpmn:errorEventDefinition/>'))
    office.report()
    incident = refused(office, "dispatch", "up")
    assert incident.element == "end_left" and office.open == ["dispatch"]


def test_a_person_who_left_cannot_be_repeated(leaving: Office, operator: directory.Actor) -> None:
    incident = refused(leaving, "dispatch", "up")
    seat = leaving.for_task(leaving.task("dispatch"))
    assert seat.account_id is not None
    directory.disable_account(leaving.session, seat.account_id, leaving.at)
    with pytest.raises(mending.MustActAgain), leaving.session.begin_nested():
        mending.skip(leaving.session, operator, incident.id, "理由", {"result": "up"}, leaving.at)
    assert open_incidents(leaving) == [incident] and leaving.entries("skip") == []


def test_what_was_typed_is_not_readable_in_the_row(leaving: Office) -> None:
    incident = refused(leaving, "dispatch", "up", note="王某家门口")
    assert incident.attempt is not None and "王某".encode() not in incident.attempt
    kept = troubles.wanted_in(incident, leaving.case)
    assert kept is not None and kept["values"]["note"] == "王某家门口"


# stuck ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def stuck(office: Office, operator: directory.Actor) -> Office:
    """A dispatched case that nothing moves any more: its task and timers were taken away."""
    office.report()
    office.do("dispatch", "own")
    office.session.flush()
    office.session.execute(text("UPDATE task SET closed_at = now(), outcome = 'x', closed_by = 'x' "
                                "WHERE closed_at IS NULL; DELETE FROM timer"))
    office.session.expire_all()
    return office


def test_the_watchdog_finds_what_is_stuck_once(stuck: Office) -> None:
    assert [watching.notice_stuck(stuck.session, stuck.at) for _ in range(2)] == [1, 0]
    incident = open_incidents(stuck)[0]
    assert (incident.cause, incident.process, incident.element) == ("stuck", "handle", "handle_task")


def test_what_is_stuck_is_sent_back_and_moves_again(stuck: Office, operator: directory.Actor) -> None:
    watching.notice_stuck(stuck.session, stuck.at)
    incident = open_incidents(stuck)[0]
    assert not mending.retry(stuck.session, operator, incident.id, stuck.at).is_over
    mending.send_back(stuck.session, operator, incident.id, "任务丢失", "handle#dispatch", stuck.at)
    assert stuck.open == ["dispatch"] and open_incidents(stuck) == [] and promises(stuck) == []
    assert stuck.do("dispatch", "own") == ["handle_task"]


def test_a_case_without_any_place_cannot_be_sent_back(office: Office, operator: directory.Actor) -> None:
    office.report()
    office.session.flush()
    office.session.execute(text("DELETE FROM task; DELETE FROM timer"))
    office.session.expire_all()
    watching.notice_stuck(office.session, office.at)
    with pytest.raises(NoWayBack):
        mending.send_back(office.session, operator, open_incidents(office)[0].id, "理由", None, office.at)


# nothing loops hot ---------------------------------------------------------------------------------------------
def test_many_failing_timers_are_tried_seldom_and_starve_nobody(office: Office, operator: directory.Actor) -> None:
    publish(office, LATE)
    broken = [office.report() for _ in range(15)]
    publish(office)
    sound = [office.report() for _ in range(5)]
    tries, end = 0, office.at_office(3, 6, 9)
    while (due := cases.next_due(office.session)) is not None and due <= end:
        office.at = max(office.at, due)
        while cases.advance_one(office.session, office.at) is not None:
            tries += 1
        assert tries < 15 * 16 + 100
    office.session.expire_all()
    attempts = [one.attempts for one in office.session.scalars(select(Incident))]
    assert len(attempts) == 15 and max(attempts) <= 12
    assert ({case.level for case in sound}, {case.level for case in broken}) == ({"township"}, {"community"})
