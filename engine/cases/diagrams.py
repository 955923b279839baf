"""The diagrams that a case runs on, in the versions it is pinned to, and where its tokens stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import library, processes
from engine.cases.models import Case
from engine.library import DefinitionUnknown, Source
from engine.worklist.models import Task


@dataclass(frozen=True, slots=True)
class Drawing:
    """A diagram of the case: the elements with a token now, those whose task is late, those done before."""

    process: str
    name: str
    pack: str
    version: int
    live: tuple[str, ...]
    standing: tuple[processes.ElementInfo, ...]  # what is live, as the diagram describes it
    late: tuple[str, ...]
    done: tuple[str, ...]


def diagram_of(session: Session, case: Case, process: str) -> bytes:
    """The bytes of a diagram that the case is pinned to; raises DefinitionUnknown."""
    source = library.pinned(session, case.release_id).get(("bpmn", process))
    if source is None:
        raise DefinitionUnknown(definition=process)
    return source.content


def drawings_of(session: Session, case: Case, at: datetime) -> tuple[Drawing, ...]:
    """The diagrams that the case has run through, the one with the innermost token first."""
    pins = library.pinned(session, case.release_id)
    sources = {name: source for (kind, name), source in pins.items() if kind == "bpmn"}
    tasks = list(session.scalars(select(Task).where(Task.case_id == case.id).order_by(Task.id)))
    named = ["case", *dict.fromkeys(task.process for task in tasks)]
    known = [name for name in dict.fromkeys(named) if name in sources]
    live = {task.process for task in tasks if task.closed_at is None}
    drawings = [_drawing(sources[name], tasks, _inside(sources, live), at) for name in known]
    return tuple(sorted(drawings, key=lambda one: (one.process not in live, known.index(one.process))))


def _inside(sources: dict[str, Source], live: set[str]) -> set[str]:
    """The processes with a token in them or in something they call."""
    found, known = set(live), 0
    while len(found) != known:
        known = len(found)
        for name, source in sources.items():
            if any(element.calls in found for element in processes.describe(source).elements):
                found.add(name)
    return found


def _drawing(source: Source, tasks: list[Task], inside: set[str], at: datetime) -> Drawing:
    info = processes.describe(source)
    own = [task for task in tasks if task.process == info.id]
    waiting = [task for task in own if task.closed_at is None]
    calling = [element.id for element in info.elements if element.type == "callActivity" and element.calls in inside]
    live = tuple(dict.fromkeys([*(task.element for task in waiting), *calling]))
    return Drawing(
        info.id, info.name, source.pack, source.version, live=live,
        standing=tuple(element for element in map(info.element, live) if element is not None),
        late=tuple(task.element for task in waiting if task.due_at is not None and task.due_at < at),
        done=tuple(dict.fromkeys(task.element for task in own if task.closed_at is not None)))
