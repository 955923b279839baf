"""A house in which answering a report breaks: the diagram asks for a fact that no case has."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engine import library
from engine.cases.models import Case
from engine.processes.models import Incident
from engine.worklist.models import Task
from tests.builders import BEFORE, an_actor
from tests.web.conftest import House

SOUND, BROKEN = 'result = ends[form["outcome"]]', 'result = ends[case["lost"]]'


def break_rules(house: House) -> None:
    """Publish the broken diagram, and give the county and another city an operator each."""
    source = library.read_source(library.WORKFLOWS / "base" / "handle.bpmn")
    assert source.content.decode().count(SOUND) == 1
    content = source.content.decode().replace(SOUND, BROKEN).encode()
    made = library.source_of(content, definition_id="handle", kind="bpmn", file="handle.bpmn", pack="base")
    library.publish(house.session, [made], by="甲", approved_by="乙", at=BEFORE + timedelta(hours=1))
    an_actor(house.session, "system_admin", house.city.county_centre, name="周管", username="operator")
    an_actor(house.session, "system_admin", house.city.other_centre, name="外管", username="elsewhere")
    house.session.commit()


def task_of(house: House, number: str) -> Task:
    """The open task of a case."""
    house.session.rollback()
    return house.session.scalars(select(Task).join(Case, Case.id == Task.case_id).where(
        Case.number == number, Task.closed_at.is_(None))).one()


def incidents_of(house: House, number: str) -> list[Incident]:
    """The incidents of a case, the oldest first."""
    house.session.rollback()
    house.session.expire_all()
    return list(house.session.scalars(select(Incident).join(Case, Case.id == Incident.case_id).where(
        Case.number == number).order_by(Incident.id)))
