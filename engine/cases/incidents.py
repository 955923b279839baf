"""Incidents as pages and programs read them: those of an operator's place, or those of one case.

Operators see where and why a case does not go on, never whose it is or what was said: they read no case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from engine import directory, library, processes
from engine.cases.hosting import Host
from engine.cases.mending import IncidentUnknown, NotOperator
from engine.cases.models import Case
from engine.cases.passable import outputs_of, passable
from engine.cases.scope import unscoped
from engine.cases.troubles import OPERATOR, names_in
from engine.cases.ways import ways
from engine.directory.models import Division, Organisation, Person, Post
from engine.processes.models import Incident
from engine.worklist.models import Task

State = Literal["open", "over", "all"]
STATES: tuple[State, ...] = ("open", "over", "all")
CAUSES = ("clock", "act", "stuck")
COUNT_UP_TO = 1_000


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident as a list shows it; `element_name` is what the diagram calls the element, `_en` in English."""

    id: int
    case: str
    division: str
    cause: str
    process: str
    process_name: str
    element: str
    element_name: str
    element_name_en: str
    code: str
    reason: str
    attempts: int
    at: datetime
    last_at: datetime
    next_try_at: datetime | None
    resolved_at: datetime | None
    resolution: str | None
    resolved_by: str | None

    @property
    def is_open(self) -> bool:
        """Whether somebody must still put it right."""
        return self.resolved_at is None


@dataclass(frozen=True, slots=True)
class IncidentPage:
    """One incident with what may be done about it. `wanted`: values that a skip asks for; `ways_en`: names by key."""

    row: IncidentRow
    history: tuple[dict[str, Any], ...]
    may_retry: bool
    may_skip: bool
    wanted: tuple[str, ...]
    ways: tuple[processes.Place, ...]
    ways_en: dict[str, str]
    standing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseTrouble:
    """An open incident as those see it who work on the case, and who deals with it."""

    id: int
    cause: str
    element_name: str
    element_name_en: str
    at: datetime
    attempts: int
    next_try_at: datetime | None
    operators: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a list, and where the next part begins; None at its end."""

    items: list[IncidentRow]
    next: str | None = None


def list_incidents(session: Session, actor: directory.Actor, state: State = "open", cause: str | None = None,
                   cursor: int | None = None, limit: int = 50) -> Slice:
    """The incidents of the operator's place, the newest first; raises NotOperator."""
    where = [_of_place(actor), *_in_state(state)]
    where += [Incident.cause == cause] if cause else []
    where += [Incident.id < cursor] if cursor is not None else []
    with unscoped(session):
        rows = session.execute(_rows().where(*where).order_by(Incident.id.desc()).limit(limit + 1)).all()
        items = [_row(session, row) for row in rows[:limit]]
    return Slice(items, str(items[-1].id) if len(rows) > limit else None)


def count_open(session: Session, actor: directory.Actor) -> int:
    """How many incidents wait for this operator, counted no further than a thousand; 0 for everybody else."""
    if not actor.has(OPERATOR):
        return 0
    with unscoped(session):
        found = select(Incident.id).join(Case, Case.id == Incident.case_id).where(
            _of_place(actor), *_in_state("open")).limit(COUNT_UP_TO)
        return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def count_everywhere(session: Session) -> int:
    """How many incidents wait in the whole house, counted no further than a thousand."""
    found = select(Incident.id).where(*_in_state("open")).limit(COUNT_UP_TO)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def get_incident(session: Session, actor: directory.Actor, incident_id: int, at: datetime) -> IncidentPage:
    """One incident of the operator's place; raises IncidentUnknown, NotOperator."""
    with unscoped(session), session.no_autoflush:
        incident, case, row = _found(session, actor, incident_id)
        act = Host(session, case, actor, at)
        is_open = incident.resolved_at is None
        found = _ways(act, incident) if is_open else ()
        return IncidentPage(
            row, tuple(incident.history), may_retry=is_open, may_skip=is_open and passable(act, incident),
            wanted=outputs_of(act, incident) if is_open else (), ways=found,
            ways_en={way.key: names_in(act.pins, way.process, way.element)[1] for way in found},
            standing=_standing(act))


def diagram_of(session: Session, actor: directory.Actor, incident_id: int) -> bytes:
    """The diagram in which it broke, in the version that the case is pinned to; raises IncidentUnknown."""
    with unscoped(session):
        incident, case, _ = _found(session, actor, incident_id)
        source = library.pinned(session, case.release_id).get(("bpmn", incident.process))
    if source is None:
        raise IncidentUnknown()
    return source.content


def of_case(session: Session, case_id: int, at: datetime) -> tuple[CaseTrouble, ...]:
    """The open incidents of a case; one of an act that was done since is over already."""
    with unscoped(session):
        asked = _rows().where(Incident.case_id == case_id, *_in_state("open"))
        rows = session.execute(asked.order_by(Incident.id)).all()
        if not rows:
            return ()
        names = _operators(session, rows[0].path, at)
        return tuple(CaseTrouble(one.id, one.cause, one.element_name, one.element_name_en, one.at, one.attempts,
                                 one.next_try_at, names) for one in (_row(session, row) for row in rows))


def _operators(session: Session, path: str, at: datetime) -> tuple[str, ...]:
    """Who deals with it: the nearest centre's people first."""
    found = session.execute(
        select(Person.name, Organisation.name).join(Post, Post.person_id == Person.id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Division, Division.code == Organisation.division_code)
        .where(Post.role == OPERATOR, directory.held(Post, at),
               func.starts_with(f"{path}.", Division.path + "."))
        .order_by(func.length(Division.path).desc(), Person.id)).all()
    return tuple(f"{person}（{organisation}）" for person, organisation in found)


def _found(session: Session, actor: directory.Actor, incident_id: int) -> tuple[Incident, Case, IncidentRow]:
    place = _of_place(actor)
    row = session.execute(_rows().where(Incident.id == incident_id, place)).first()
    if row is None:
        raise IncidentUnknown()
    return row.Incident, session.get_one(Case, row.Incident.case_id), _row(session, row)


def _rows() -> Select[*tuple[Any, ...]]:
    return (select(Incident, Case.number, Case.release_id, Case.path, Division.name.label("division"))
            .join(Case, Case.id == Incident.case_id).join(Division, Division.code == Case.division_code))


def _of_place(actor: directory.Actor) -> ColumnElement[bool]:
    places = [post.path for post in actor.posts if post.role == OPERATOR]
    if not places:
        raise NotOperator()
    return or_(*(directory.is_within(Case.path, path) for path in places))


def _in_state(state: State) -> Sequence[ColumnElement[bool]]:
    done = exists().where(Task.id == Incident.task_id, Task.closed_at.is_not(None))
    if state == "open":
        return Incident.resolved_at.is_(None), ~and_(Incident.cause == "act", done)
    return (Incident.resolved_at.is_not(None),) if state == "over" else ()


def _row(session: Session, row: Row[*tuple[Any, ...]]) -> IncidentRow:
    incident = row.Incident
    pins = library.pinned(session, row.release_id)
    source = pins.get(("bpmn", incident.process))
    return IncidentRow(
        incident.id, row.number, row.division, incident.cause, incident.process,
        processes.describe(source).name if source is not None else "", incident.element,
        *names_in(pins, incident.process, incident.element), incident.code, incident.reason, incident.attempts,
        incident.at, incident.last_at, incident.next_try_at, incident.resolved_at, incident.resolution,
        incident.resolved_by)


def _ways(act: Host, incident: Incident) -> tuple[processes.Place, ...]:
    try:
        return ways(act, incident)
    except Exception:  # a state that cannot be read leads nowhere; the page must open all the same
        return ()


def _standing(act: Host) -> tuple[str, ...]:
    instance = act.file.instance
    try:
        return processes.describe_state(act.source(instance.definition_id, "bpmn"), instance.state, act).standing
    except Exception:  # as above
        return ()
