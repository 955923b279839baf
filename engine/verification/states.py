"""I4 and I5 of a stretch of cases: the state of each diagram is loaded, written again, and asked for its timers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cases, processes
from engine.cases.models import Case
from engine.processes.models import Instance, Timer
from engine.verification.findings import Finding, Findings

Key = tuple[int, str]


def check_states(session: Session, at: datetime, first: int, last: int) -> Findings:
    """The cases with row ids from `first` to `last`: I4, states come back byte for byte; I5, their timers are rows.

    A host is made for the first case of a release: what a state needs to be read hangs on the release alone.
    """
    sound, timed = Finding(), Finding()
    armed, hosts = _armed(session, first, last), dict[int, processes.Host]()
    known: dict[tuple[int, str, bytes], tuple[str | None, set[Key] | None]] = {}  # many stand at the same state
    rows = session.execute(select(Case.id, Case.number, Case.release_id, Instance).join(
        Instance, Instance.case_id == Case.id).where(Case.id.between(first, last)).order_by(Case.id))
    for case_id, number, release_id, instance in rows:
        if release_id not in hosts:
            hosts[release_id] = cases.host_for(session, session.get_one(Case, case_id), at)
        bound = release_id, instance.definition_sha256, instance.state
        if bound not in known:
            known[bound] = (processes.roundtrip_problem(hosts[release_id], instance),
                            processes.timers_waiting(hosts[release_id], instance))
        problem, expected = known[bound]
        sound.checked += 1
        if problem is not None:
            sound.wrong(f"{number}: {problem}")
        if expected is None:
            continue  # I4 says that the state cannot be read
        timed.checked += 1
        if expected != (there := armed.get(instance.id, set())):
            timed.wrong(f"{number}: rows {sorted(there)}, state {sorted(expected)}")
    return {"I4": sound, "I5": timed}


def _armed(session: Session, first: int, last: int) -> dict[int, set[Key]]:
    found: dict[int, set[Key]] = {}
    for instance_id, task, element in session.execute(
            select(Timer.instance_id, Timer.task, Timer.element).join(Instance, Instance.id == Timer.instance_id)
            .where(Instance.case_id.between(first, last))):
        found.setdefault(instance_id, set()).add((task, element))
    return found
