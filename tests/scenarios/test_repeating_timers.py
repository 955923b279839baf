"""A timer that repeats, drawn beside the handling: it keeps its beat, over a hold too."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from engine import directory, library
from tests.town import Office

PING = ('''<bpmn:boundaryEvent id="ping" attachedToRef="handle_task" cancelActivity="false">
      <bpmn:outgoing>flow_ping</bpmn:outgoing>
      <bpmn:timerEventDefinition><bpmn:timeCycle>R/PT24H</bpmn:timeCycle></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:endEvent id="pinged"><bpmn:incoming>flow_ping</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="flow_ping" sourceRef="ping" targetRef="pinged" />
    ''')
BEFORE = '<bpmn:boundaryEvent id="raise_handle"'


@pytest.fixture
def beating(office: Office) -> Office:
    """A case in the hands of its own centre since Wednesday 09:02, with a beat every 24 hours."""
    source = library.read_source(library.WORKFLOWS / "base" / "handle.bpmn")
    content = source.content.decode()
    assert content.count(BEFORE) == 1
    made = library.source_of(content.replace(BEFORE, PING + BEFORE).encode(), definition_id="handle", kind="bpmn",
                             file="handle.bpmn", pack="base")
    office.at += timedelta(minutes=1)
    library.publish(office.session, [made], by="甲", approved_by="乙", at=office.at)
    office.at += timedelta(minutes=1)
    office.report()
    office.do("dispatch", "own")
    return office


def beats(office: Office) -> list[datetime]:
    """When it beat."""
    return [datetime.fromisoformat(entry.facts["due"]) for entry in office.entries("timer")]


def held(office: Office, since: datetime, until: datetime) -> directory.Actor:
    """Time passes, and the seat puts the case on hold; who that was."""
    office.wait(since)
    seat = office.who("seat", "330902002-centre")
    office.act("hold", seat, until=until.isoformat())
    return seat


def test_it_beats_every_day_and_the_case_stays_where_it_is(beating: Office) -> None:
    beating.wait(beating.at_office(3, 7, 9, 2))
    assert beats(beating) == [beating.at_office(3, day, 9, 2) for day in (5, 6, 7)] and beating.open == ["handle_task"]
    assert beating.timers() == {"ping": beating.at_office(3, 8, 9, 2)}


def test_on_hold_it_is_silent_and_goes_on_by_the_time_that_stood(beating: Office) -> None:
    above = held(beating, beating.at_office(3, 5, 15, 2), beating.at_office(3, 10, 9, 2))
    beating.wait(beating.at_office(3, 8, 9, 2))
    assert beats(beating) == [beating.at_office(3, 5, 9, 2)]
    beating.act("resume", above)
    assert beating.timers() == {"ping": beating.at_office(3, 9, 3, 2)}


def test_after_a_hold_the_beats_are_a_whole_day_apart(beating: Office) -> None:
    held(beating, beating.at_office(3, 4, 15, 2), beating.at_office(3, 5, 3, 2))
    beating.wait(beating.at_office(3, 7, 9, 2))
    assert beats(beating) == [beating.at_office(3, day, 21, 2) for day in (5, 6)]
    assert beating.timers() == {"ping": beating.at_office(3, 7, 21, 2)}


def test_beats_that_a_late_worker_missed_are_made_up_in_their_order(beating: Office) -> None:
    beating.wait(beating.at_office(3, 8, 10))
    assert beats(beating) == [beating.at_office(3, day, 9, 2) for day in (5, 6, 7, 8)]
