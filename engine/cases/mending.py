"""What an operator does about an incident: let it happen again, pass over what broke, or send the case back.

Every decision is an entry of the case with its reason, written before what follows from it. `retry` and `skip` do the
very command again that broke: what is due for the clock, or the act that a person wanted, in that person's name and
marked as repeated; what breaks anew changes nothing and counts on the same incident. `send_back` asks nothing of the
broken element: the token goes to a human task, and a person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine import directory, processes
from engine.cases import custody
from engine.cases.acting import complete_task
from engine.cases.acts import act_on
from engine.cases.clocks import pass_over_measures
from engine.cases.clockwork import go_on
from engine.cases.errors import MEASURE, ActInvalid, ActUnavailable
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.cases.locking import lock_case
from engine.cases.models import Case
from engine.cases.passable import outputs_of, passable
from engine.cases.projection import project
from engine.cases.redirecting import redirect_demands
from engine.cases.scope import unscoped
from engine.cases.troubles import REFUSALS, Repeat, StepBroken, is_operator_of, note, wanted_in
from engine.cases.watching import is_stuck
from engine.cases.ways import HANDLERS, been_through, frees_the_unit, trouble_of, ways
from engine.errors import Conflict, NotAllowed, NotFound
from engine.processes.models import Incident

LONGEST_REASON = 2_000


class IncidentUnknown(NotFound):
    """没有这个异常，或不在您的管辖范围内。"""

    code = "incident_unknown"


class IncidentOver(Conflict):
    """这个异常已经处理过了。"""

    code = "incident_over"


class NotOperator(NotAllowed):
    """异常由系统管理员处理。"""

    code = "not_operator"


class CannotPass(Conflict):
    """这个环节不能跳过，可以送回由人决定。"""

    code = "cannot_pass"


class MustActAgain(Conflict):
    """这一步要由本人重新办理。"""

    code = "must_act_again"


@dataclass(frozen=True, slots=True)
class Mended:
    """What a decision came to: the incident as it is now, and whether it is over."""

    incident: Incident
    number: str

    @property
    def is_over(self) -> bool:
        """Whether the case went on."""
        return self.incident.resolved_at is not None


def retry(session: Session, actor: directory.Actor, incident_id: int, at: datetime) -> Mended:
    """Do again what broke. Raises IncidentUnknown, IncidentOver, NotOperator, MustActAgain."""
    with unscoped(session), session.no_autoflush:
        file, incident = _taken_up(session, actor, incident_id)
        _decide(file, actor, incident, "retry", at)
        return _again(file, actor, incident, "retried", at)


def skip(session: Session, actor: directory.Actor, incident_id: int, reason: str, values: Mapping[str, Any],
         at: datetime) -> Mended:
    """Do again what broke and pass over the element that cannot run, with the values that it would have given.

    Raises ActInvalid without a reason or a value that is needed, CannotPass for an element that a person must
    decide about, and what `retry` raises.
    """
    with unscoped(session), session.no_autoflush:
        file, incident = _taken_up(session, actor, incident_id)
        act = Host(session, file.case, actor, at, file=file)
        if not passable(act, incident):
            raise CannotPass()
        given = _values(values, outputs_of(act, incident))
        _require_reason(reason)
        key = processes.passed_key(incident.process, incident.element)
        _decide(file, actor, incident, "skip", at, reason, given=given)
        if incident.element == MEASURE:
            pass_over_measures(act, at)
        else:
            incident.passed = {**incident.passed, key: given}
        return _again(file, actor, incident, "skipped", at)


def send_back(session: Session, actor: directory.Actor, incident_id: int, reason: str, to: str | None,
              at: datetime) -> Mended:
    """Put the token back to a human task that the case has passed, the nearest unless `to` names one of `ways`.

    Raises ActInvalid without a reason, NoWayBack, ActUnavailable where the way back breaks too, and what `retry`
    raises.
    """
    with unscoped(session), session.no_autoflush:
        file, incident = _taken_up(session, actor, incident_id)
        _require_reason(reason)
        act = Host(session, file.case, actor, at, file=file)
        places = ways(act, incident)
        if not places:
            raise processes.NoWayBack()
        trouble, been = trouble_of(file, incident), been_through(session, file.case.id)
        source = act.source(file.instance.definition_id, "bpmn")
        try:
            step, place = processes.send_back(
                source, file.instance.state, act, been, trouble, to or places[0].key)
        except processes.ProcessBroken as broken:
            raise ActUnavailable(f"送不回去：{broken.message}") from broken
        _run_again(file)
        if frees_the_unit(act, step):
            custody.end(act, HANDLERS, "sent_back")
            act.case.handler_id, act.case.dispatched_at = None, None
            redirect_demands(act)
        project(act, file.instance, step)
        act.texts["reason"] = reason.strip()
        act.record("send_back", element=place.element, incident=incident.id, place=place.name)
        processes.resolve(incident, "sent_back", actor.label, at)
        session.flush()
        return Mended(incident, file.case.number)


def _taken_up(session: Session, actor: directory.Actor, incident_id: int) -> tuple[CaseFile, Incident]:
    """The open incident and the file of its case, whose row is locked now."""
    found = session.get(Incident, incident_id)
    case = session.get(Case, found.case_id) if found is not None else None
    if not actor.has("system_admin"):
        raise NotOperator()
    if found is None or case is None or not is_operator_of(actor, case.path):
        raise IncidentUnknown()
    locked = lock_case(session, case.id)
    session.refresh(found)
    if found.resolved_at is not None:
        raise IncidentOver(winner=found.resolved_by, at=found.resolved_at)
    return CaseFile(session, locked, asked_for=found.task_id), found


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise ActInvalid(fields={"reason": ["请填写「理由」。"]})
    if len(reason) > LONGEST_REASON:
        raise ActInvalid(fields={"reason": [f"最多 {LONGEST_REASON} 个字。"]})


def _values(given: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """What the element would have given; a text that is JSON becomes what it says."""
    missing = {f"value.{name}": [f"请填写「{name}」。"] for name in wanted if given.get(name) in (None, "")}
    if missing:
        raise ActInvalid(fields=missing)
    return {name: _read(given[name]) for name in wanted}


def _read(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _decide(file: CaseFile, actor: directory.Actor, incident: Incident, verb: str, at: datetime,
            reason: str = "", **facts: Any) -> None:
    """Write the operator's decision into the record, before what follows from it."""
    act = Host(file.session, file.case, actor, at, file=file)
    if reason:
        act.texts["reason"] = reason.strip()
    act.record(verb, element=incident.element or None, incident=incident.id, **facts)
    processes.tell_history(incident, verb, actor.label, at, reason)


def _again(file: CaseFile, actor: directory.Actor, incident: Incident, how: str, at: datetime) -> Mended:
    number = file.case.number
    if incident.cause == "clock":
        went = go_on(file, at, broke_before=False, passed=incident.passed)
    elif incident.cause == "act":
        went = _act_again(file, actor, incident, at)
    else:
        went = not is_stuck(file.session, file.case.id)
    if went:
        processes.resolve(incident, how, actor.label, at)
    file.session.flush()
    return Mended(incident, number)


def _act_again(file: CaseFile, operator: directory.Actor, incident: Incident, at: datetime) -> bool:
    """Let the act happen that a person wanted, in their name; False when it breaks again."""
    session, case = file.session, file.case
    wanted = wanted_in(incident, case)
    if wanted is None or wanted["account"] is None:
        raise MustActAgain()
    repeat = Repeat(incident.id, operator.label, incident.passed)
    try:
        person = directory.get_actor(session, wanted["account"], at)
        with session.begin_nested():
            if "task" in wanted:
                complete_task(session, person, wanted["task"], wanted["outcome"], wanted["values"], None, at, repeat)
            else:
                act_on(session, person, case.number, wanted["verb"], wanted["values"], at, repeat)
    except StepBroken as again:
        note(session, case, again.broken, at, operator.label)
        return False
    except (*REFUSALS, NotFound) as refused:
        raise MustActAgain(f"这一步要由本人重新办理：{refused.message}") from refused
    return True


def _run_again(file: CaseFile) -> None:
    """An instance that had ended too early runs again."""
    instance = file.instance
    if instance.status != "running":
        instance.status, instance.ended_at, instance.failure = "running", None, None
