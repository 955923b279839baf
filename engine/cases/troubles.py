"""A step of a case that broke: noted as an incident, and told to those who put such things right.

A person's act is rolled back first. What the person wanted is kept with the incident, sealed like a resident's
contact and forgotten with it, so that an operator can let the very same act happen again; nobody decides in the
person's place, and nothing that was typed is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import bindparam, func, select
from sqlalchemy import exc as sql
from sqlalchemy.orm import Session

from engine import directory, library, notices, processes
from engine.cases.act import Act
from engine.cases.errors import MEASURE
from engine.cases.locking import lock_case
from engine.cases.models import Case
from engine.cases.scope import unscoped
from engine.cases.sealing import open_sealed, seal_bytes
from engine.decisions import TableRefused
from engine.directory.models import Division, Organisation, Post
from engine.errors import Conflict, Invalid, NotAllowed, Unavailable, WanggeError
from engine.processes.models import Incident, Instance

REFUSALS = (Invalid, Conflict, NotAllowed)  # what a person may put right alone
PASSING = (sql.OperationalError, sql.InterfaceError, sql.TimeoutError, sql.PendingRollbackError)
OPERATOR = "system_admin"
_OPERATORS = (
    select(Post.person_id).join(Organisation, Organisation.id == Post.organisation_id)
    .join(Division, Division.code == Organisation.division_code)
    .where(Post.role == OPERATOR, directory.held(Post, bindparam("now", type_=Post.valid_from.type)),
           func.starts_with(bindparam("path"), Division.path + ".")).distinct()
)


class StepBroken(Unavailable):
    """这一步没有办成，流程走不下去。"""

    code = "step_broken"

    def __init__(self, broken: processes.Broken, at: datetime, by: str, named: str) -> None:
        super().__init__(element=_element(broken.problem))
        self.broken, self.at, self.by, self.named = broken, at, by, named
        self._say("")

    def noted_as(self, incident: Incident) -> None:
        """Tell the person under which number it is known, and programs to come back ever later."""
        self.retry_at = self.at + processes.gap_after(incident.attempts)
        self.facts["incident"] = incident.id
        self._say(f"已记为异常 #{incident.id}，运维已收到；")

    def _say(self, noted: str) -> None:
        where = f"在「{self.named}」处" if self.named else ""
        self.message = (f"这一步没有办成：流程{where}走不下去。事件还在原处，您填写的内容没有生效。"
                        f"{noted}不必反复提交，可以先办别的事件。")
        self.args = (self.message,)


@dataclass(frozen=True, slots=True)
class Repeat:
    """An act that an operator lets happen again, with what it passes over this time."""

    incident_id: int
    by: str
    passed: processes.Passed


def take_up(act: Act, repeat: Repeat | None) -> None:
    """An act that happens again says so in its entry, and passes over what was decided."""
    if repeat is not None:
        act.passed = repeat.passed
        act.notes |= {"incident": repeat.incident_id, "repeated_by": repeat.by}


def require_sound(act: Act, step: processes.Step) -> None:
    """ProcessBroken where a diagram ended as it must not: with an error nobody caught, or before its case is closed."""
    last = step.trace[-1] if step.trace else None
    file = act.source(last.process, "bpmn").file if last is not None else ""
    element = last.element if last is not None else ""
    if step.failed is not None:
        raise processes.ProcessBroken(file, element, step.failed)
    if step.done and act.case.closed_at is None:
        raise processes.ProcessBroken(file, element, "流程走完了，事件还没有结案")


@contextmanager
def watched(act: Act, instance: Instance, subject: str, wanted: Mapping[str, Any],
            task_id: int | None = None) -> Iterator[None]:
    """Turn what breaks in a person's act into StepBroken, with what the person wanted; refusals pass as they are."""
    try:
        yield
    except TableRefused as problem:
        raise _broken(act, instance, subject, wanted, task_id, problem) from problem
    except REFUSALS:
        raise
    except Exception as problem:  # whatever it is, the person must get an answer and the operator an incident
        if is_passing(problem):
            raise
        raise _broken(act, instance, subject, wanted, task_id, problem) from problem


def _broken(act: Act, instance: Instance, subject: str, wanted: Mapping[str, Any], task_id: int | None,
            problem: Exception) -> StepBroken:
    kept = orjson.dumps({**wanted, "account": act.actor.account_id}, default=str)
    process = process_of(act, problem)
    broken = processes.Broken(
        act.case.id, instance.id, problem, "act", subject[:80], task_id, process,
        attempt=seal_bytes(kept, f"incident {act.case.number}"), passed=dict(act.passed))
    return StepBroken(broken, act.at, act.actor.label, name_of(act.session, act.case, process, _element(problem)))


def _element(problem: Exception) -> str:
    return str(problem.facts.get("element") or "") if isinstance(problem, WanggeError) else ""


def is_passing(problem: BaseException) -> bool:
    """Whether the loss of the database is behind it: nobody's fault, and over by itself."""
    behind: BaseException | None = problem
    while behind is not None:
        if isinstance(behind, PASSING) or (isinstance(behind, sql.DBAPIError) and behind.connection_invalidated):
            return True
        behind = behind.__cause__
    return False


def is_operator_of(actor: directory.Actor, path: str) -> bool:
    """Whether the actor puts right what breaks at this place."""
    return any(post.role == OPERATOR and f"{path}.".startswith(f"{post.path}.") for post in actor.posts)


def process_of(act: Act, problem: Exception) -> str:
    """The diagram in which a step broke, "" when it says none."""
    file = problem.facts.get("file") if isinstance(problem, WanggeError) else None
    return next((name for (kind, name), source in act.pins.items() if kind == "bpmn" and source.file == file), "")


def name_of(session: Session, case: Case, process: str, element: str) -> str:
    """What the diagram calls an element, in one line; its id where no diagram of the case has it."""
    return names_of(session, case, process, element)[0]


def names_of(session: Session, case: Case, process: str, element: str) -> tuple[str, str]:
    """The same in both languages."""
    return names_in(library.pinned(session, case.release_id), process, element)


def names_in(pins: library.Pins, process: str, element: str) -> tuple[str, str]:
    """The same, of diagrams that are at hand."""
    source = pins.get(("bpmn", process))
    info = processes.describe(source).element(element) if source is not None else None
    if info is None:
        return element, element
    name = " ".join(info.name.split())
    return name, " ".join(info.props.get("nameEn", name).split())


def wanted_in(incident: Incident, case: Case) -> dict[str, Any] | None:
    """What the person had wanted; None when nothing is kept."""
    if incident.attempt is None:
        return None
    found: dict[str, Any] = orjson.loads(open_sealed(incident.attempt, f"incident {case.number}"))
    return found


def note_broken(session: Session, problem: StepBroken) -> Incident:
    """Write down that a person's act broke, after it was rolled back; the error then says the incident's number."""
    with unscoped(session):
        case = lock_case(session, problem.broken.case_id)
        incident = note(session, case, problem.broken, problem.at, problem.by)
    problem.noted_as(incident)
    return incident


def note(session: Session, case: Case, broken: processes.Broken, at: datetime, by: str = "") -> Incident:
    """Write down that a command of a locked case broke; the operators of its place hear of a new one."""
    incident = processes.note_incident(session, broken, at, by)
    if incident.attempts == 1:
        operators = session.scalars(_OPERATORS, {"now": at, "path": f"{case.path}."}).all()
        notices.put(session, recipients=operators, kind="incident", case_id=case.id, at=at,
                    subject=_said(session, case, incident))
    return incident


def _said(session: Session, case: Case, incident: Incident) -> notices.Said:
    """What the operators hear: the case, the incident, and the element where the diagram has it."""
    about: dict[str, str | int] = {"number": case.number, "incident": incident.id}
    name, english = names_of(session, case, incident.process, incident.element)
    if not name or name == MEASURE:
        return notices.Said("{number} 异常 #{incident}：不能自行继续", about)
    return notices.Said("{number} 异常 #{incident}：「{element}」走不下去",
                        {**about, "element": name, "element_en": english})


def note_clocks(act: Act, instance_id: int, problem: Exception, passed: Mapping[str, Any] | None = None) -> Incident:
    """Write down that the clock could not go on with a locked case."""
    broken = processes.Broken(act.case.id, instance_id, problem, process=process_of(act, problem),
                              passed=dict(passed or {}))
    return note(act.session, act.case, broken, act.at, directory.CLOCK.name)
