"""Where the tokens of open cases stand, by the version of the diagram that they run on, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import library, processes
from engine.cases.models import Case
from engine.cases.scope import unscoped
from engine.library import Source
from engine.library.models import ReleasePin
from engine.worklist.models import Task


def standing_in(session: Session, definition: int) -> dict[str, int]:
    """How many open tasks wait at each element of this very version; at a call, the cases inside what it calls."""
    row = library.get_definition(session, definition)
    if row.kind != "bpmn":
        return {}
    pinned = select(ReleasePin.release_id).where(ReleasePin.definition == definition)
    open_tasks = (
        select(Task.process, Task.element, func.count())
        .join(Case, Case.id == Task.case_id)
        .where(Task.closed_at.is_(None), Case.closed_at.is_(None), Case.release_id.in_(pinned)))
    with unscoped(session):
        found = session.execute(open_tasks.group_by(Task.process, Task.element)).all()
        source = library.source_from(row)
        called = calls_inside(source, _sources(session, definition))
        counts = {element: tasks for process, element, tasks in found if process == source.definition_id}
        for element, inside in called.items():
            cases = select(func.count(Task.case_id.distinct())).join(Case, Case.id == Task.case_id).where(
                Task.closed_at.is_(None), Case.closed_at.is_(None), Case.release_id.in_(pinned),
                Task.process.in_(inside))
            counts[element] = session.scalar(cases) or 0
    return {element: count for element, count in counts.items() if count}


def calls_inside(source: Source, others: Sequence[Source]) -> dict[str, set[str]]:
    """For each call of a diagram, the processes that run inside it, however deep."""
    known: Mapping[str, Source] = {one.definition_id: one for one in others if one.kind == "bpmn"}
    return {element.id: _within(element.calls, known) for element in processes.describe(source).elements
            if element.type == "callActivity" and element.calls}


def _within(process: str, known: Mapping[str, Source]) -> set[str]:
    found, waiting = set[str](), [process]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            elements = processes.describe(known[name]).elements if name in known else ()
            waiting += [one.calls for one in elements if one.type == "callActivity" and one.calls]
    return found


def _sources(session: Session, definition: int) -> list[Source]:
    """The diagrams of the newest release that uses this version; [] while no case has used it."""
    newest = session.scalar(select(func.max(ReleasePin.release_id)).where(ReleasePin.definition == definition))
    return [] if newest is None else list(library.pinned(session, newest).values())
