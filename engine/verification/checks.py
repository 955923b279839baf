"""The ten invariants of reliability, each a function from a session to what was checked and what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from engine import attachments, audit, cases, clock, processes
from engine.attachments.models import Attachment
from engine.audit.models import Entry
from engine.cases.models import Answered, Case
from engine.cases.recording import snapshot
from engine.notices.models import Inbox, Outbox
from engine.processes.models import Instance, Timer
from engine.supervision.models import Beat
from engine.supervision.stuck import list_stuck

ORPHAN_AGE = timedelta(hours=1)
ALIVE = timedelta(seconds=30)
LATENESS = timedelta(minutes=2)
MOST_EXAMPLES = 5
BATCH = 500


@dataclass(slots=True)
class Finding:
    """How many were checked and how many are wrong, with the first few named."""

    checked: int = 0
    violations: int = 0
    examples: list[str] = field(default_factory=list)

    def wrong(self, what: str) -> None:
        """Note a violation."""
        self.violations += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(what)

    def as_json(self) -> dict[str, Any]:
        """{"checked", "violations", "examples"}."""
        return {"checked": self.checked, "violations": self.violations, "examples": self.examples}


def verify(session: Session, at: datetime) -> dict[str, Finding]:
    """All invariants by name, «I1» to «I10»; I7 only while a worker lives."""
    found = {}
    for name, check in CHECKS.items():
        finding = Finding()
        check(session, at, finding)
        found[name] = finding
    return found


def _cases(session: Session) -> Iterator[Case]:
    return iter(session.scalars(select(Case).order_by(Case.id).execution_options(yield_per=BATCH)))


def _acknowledged(session: Session, at: datetime, finding: Finding) -> None:
    """I1: an acknowledged act has exactly one entry; an entry answers one act only, and stands under one act id."""
    answers = select(Answered.key, Answered.case_id, Answered.seq).where(
        Answered.status < 300, Answered.case_id.is_not(None))
    finding.checked += session.scalar(select(func.count()).select_from(Entry)) or 0
    finding.checked += session.scalar(select(func.count()).select_from(answers.subquery())) or 0
    there = (Entry.case_id == Answered.case_id) & (Entry.seq == Answered.seq)
    for row in session.execute(answers.outerjoin(Entry, there).where(Entry.case_id.is_(None))):
        finding.wrong(f"answer {row.key}: case {row.case_id} has no entry {row.seq}")
    shared = answers.with_only_columns(Answered.case_id, Answered.seq).group_by(Answered.case_id, Answered.seq)
    for case_id, seq in session.execute(shared.having(func.count() > 1)):
        finding.wrong(f"case {case_id}: entry {seq} answers several acts")
    doubled = select(Entry.act_id).where(Entry.act_id.is_not(None)).group_by(Entry.act_id).having(func.count() > 1)
    for act_id in session.scalars(doubled):
        finding.wrong(f"act {act_id} has several entries")


def _contiguous(session: Session, at: datetime, finding: Finding) -> None:
    """I2: entry numbers of a case are 1..n, and the case row knows n."""
    counted = (
        select(
            Entry.case_id,
            func.min(Entry.seq).label("low"),
            func.max(Entry.seq).label("high"),
            func.count().label("n"),
        )
        .group_by(Entry.case_id)
        .subquery()
    )
    rows = session.execute(
        select(Case.id, Case.number, Case.entries, counted.c.low, counted.c.high, counted.c.n).outerjoin(
            counted, counted.c.case_id == Case.id
        )
    )
    for row in rows:
        finding.checked += 1
        if row.low != 1 or row.high != row.n or row.n != row.entries:
            finding.wrong(f"{row.number}: entries {row.low}..{row.high}, {row.n} of {row.entries}")


def _folded(session: Session, at: datetime, finding: Finding) -> None:
    """I3: the case row is the fold of its entries."""
    for case in _cases(session):
        finding.checked += 1
        fold: dict[str, Any] = {}
        for entry in audit.list_entries(session, case.id):
            fold |= entry.facts.get("set", {})
        differing = [key for key, value in snapshot(case).items() if fold.get(key) != value]
        if differing:
            finding.wrong(f"{case.number}: {', '.join(differing)} differ from the entries")


def _states(session: Session, at: datetime, finding: Finding) -> None:
    """I4: every engine state comes back byte for byte."""
    for case, instance in _instances(session):
        finding.checked += 1
        problem = processes.roundtrip_problem(cases.host_for(session, case, at), instance)
        if problem:
            finding.wrong(f"{case.number}: {problem}")


def _timers(session: Session, at: datetime, finding: Finding) -> None:
    """I5: the timer rows are those that the engine states wait for, and no open case waits for nothing."""
    for number in list_stuck(session):
        finding.wrong(f"{number}: open, and neither a task nor a timer nor an incident moves it")
    rows: dict[int, set[tuple[int, str]]] = {}
    for timer in session.scalars(select(Timer)):
        rows.setdefault(timer.instance_id, set()).add((timer.task, timer.element))
    for case, instance in _instances(session):
        expected = processes.timers_waiting(cases.host_for(session, case, at), instance)
        if expected is None:
            continue  # I4 says that the state cannot be read
        finding.checked += 1
        if expected != rows.get(instance.id, set()):
            finding.wrong(
                f"{case.number}: rows {sorted(rows.get(instance.id, set()))}, state {sorted(expected)}"
            )


def _instances(session: Session) -> Iterator[tuple[Case, Instance]]:
    rows = session.execute(
        select(Case, Instance)
        .join(Instance, Instance.case_id == Case.id)
        .order_by(Case.id)
        .execution_options(yield_per=BATCH)
    )
    yield from ((row[0], row[1]) for row in rows)


def _outbox(session: Session, at: datetime, finding: Finding) -> None:
    """I6: a message is delivered, waits for its next try, or is a dead letter; what is delivered is there."""
    rows = session.execute(
        select(
            Outbox.id, Outbox.channel, Outbox.delivered_at, Outbox.dead_at, Outbox.attempts, Inbox.message_id
        ).outerjoin(Inbox, Inbox.message_id == Outbox.id)
    )
    for row in rows:
        finding.checked += 1
        if row.delivered_at is not None and row.dead_at is not None:
            finding.wrong(f"message {row.id} is delivered and dead")
        elif row.delivered_at is not None and (
            row.attempts < 1 or (row.channel == "inapp" and not row.message_id)
        ):
            finding.wrong(f"message {row.id} counts as delivered and is not there")


def _late(session: Session, at: datetime, finding: Finding) -> None:
    """I7: while a worker lives nothing is past due beyond its next try."""
    alive = session.scalars(select(func.count()).select_from(Beat).where(Beat.at > at - ALIVE)).one()
    if not alive:
        return
    finding.checked += 1
    waited = cases.lag(session, at)
    if waited > LATENESS:
        finding.wrong(f"the oldest timer or measure has waited {waited}")


def _indexes(session: Session, at: datetime, finding: Finding) -> None:
    """I8: every B-tree of the database is sound (amcheck)."""
    if not session.scalar(text("SELECT count(*) FROM pg_extension WHERE extname = 'amcheck'")):
        return  # nothing checked counts as a failure: the report says so
    names = session.scalars(
        text(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_am a ON a.oid = c.relam "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'i' AND a.amname = 'btree' AND n.nspname = 'public'"
        )
    ).all()
    for name in names:
        finding.checked += 1
        with session.begin_nested() as attempt:
            try:
                session.execute(text("SELECT bt_index_check(CAST(:name AS regclass), true)"), {"name": name})
            except Exception as problem:  # amcheck reports damage as an error of many kinds
                attempt.rollback()
                finding.wrong(f"{name}: {problem}")


def _chains(session: Session, at: datetime, finding: Finding) -> None:
    """I9: every entry carries its seal, the case row its head, and the anchors still give the anchored heads."""
    for case in _cases(session):
        finding.checked += 1
        entries = audit.list_entries(session, case.id)
        for problem in audit.broken_links(entries):
            finding.wrong(problem)
        if (entries[-1].hash if entries else "") != case.head_hash:
            finding.wrong(f"{case.number}: the head of the chain is not the one that the case row knows")
    known = select(Case.id)
    for orphan in session.scalars(select(Entry.case_id).where(Entry.case_id.not_in(known)).distinct()):
        finding.wrong(f"entries of case {orphan}, which is gone")
    checked, problems = audit.broken_anchors(session)
    finding.checked += checked
    for problem in problems:
        finding.wrong(problem)


def _files(session: Session, at: datetime, finding: Finding) -> None:
    """I10: attachment rows and files match one to one, byte for byte; no orphan older than an hour."""
    stored = attachments.list_keys()
    rows = session.execute(select(Attachment.key, Attachment.sha256)).all()
    for key, digest in rows:
        finding.checked += 1
        if key not in stored:
            finding.wrong(f"{key}: the file is gone")
        elif hashlib.sha256(attachments.get(key)).hexdigest() != digest:
            finding.wrong(f"{key}: the file is not the one that was stored")
    known = {row.key for row in rows}
    for key, written in stored.items():
        if key not in known and written < (at - clock.offset() - ORPHAN_AGE).timestamp():  # files know machine time
            finding.wrong(f"{key}: a file that no row knows")


CHECKS: dict[str, Callable[[Session, datetime, Finding], None]] = {
    "I1": _acknowledged,
    "I2": _contiguous,
    "I3": _folded,
    "I4": _states,
    "I5": _timers,
    "I6": _outbox,
    "I7": _late,
    "I8": _indexes,
    "I9": _chains,
    "I10": _files,
}
