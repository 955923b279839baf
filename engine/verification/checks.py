"""The ten invariants of reliability, each a function from a session to what was checked and what is wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session

from engine import attachments, audit, cases, clock
from engine.attachments.models import Attachment
from engine.audit.models import Entry
from engine.cases.models import Answered, Case
from engine.notices.models import Inbox, Outbox
from engine.supervision import tallies
from engine.supervision.models import Beat
from engine.supervision.stuck import list_stuck
from engine.verification.findings import Finding, Findings
from engine.verification.records import check_records
from engine.verification.spreading import Check, Progress, over_cases, silent
from engine.verification.states import check_states

ORPHAN_AGE = timedelta(hours=1)
ALIVE = timedelta(seconds=30)
LATENESS = timedelta(minutes=2)


def verify(session: Session, at: datetime, url: str | None = None, tell: Progress = silent) -> Findings:
    """All invariants by name, «I1» to «I10»; I7 only while a worker lives.

    With `url` the records of many cases are read by several processes at once, each in a view of its own; `tell`
    hears how far it is.
    """
    found = {}
    for place, (name, check) in enumerate(CHECKS.items()):
        tell(name, place, len(CHECKS))
        found[name] = Finding()
        check(session, at, found[name])
    for name, of_cases in OF_CASES.items():
        for part in over_cases(session, at, of_cases, name, url, tell):
            for promise, finding in part.items():
                found[promise].add(finding)
    return found


def check_one(promise: str, session: Session, at: datetime) -> Finding:
    """One invariant by its name."""
    finding = Finding()
    CHECKS[promise](session, at, finding)
    for of_cases in OF_CASES.values():
        for part in over_cases(session, at, of_cases, promise, None, silent):
            finding.add(part.get(promise, Finding()))
    return finding


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
    counted = select(Entry.case_id, func.min(Entry.seq).label("low"), func.max(Entry.seq).label("high"),
                     func.count().label("n")).group_by(Entry.case_id).subquery()
    finding.checked += session.scalar(select(func.count()).select_from(Case)) or 0
    column = counted.c
    right = and_(column.low == 1, column.high == column.n, column.n == Case.entries)
    rows = session.execute(
        select(Case.number, Case.entries, column.low, column.high, column.n)
        .outerjoin(counted, column.case_id == Case.id).where(right.is_not(True)).order_by(Case.id))
    finding.all_wrong(f"{row.number}: entries {row.low}..{row.high}, {row.n} of {row.entries}" for row in rows)


def _tallied(session: Session, at: datetime, finding: Finding) -> None:
    """I3: what is kept counted for the boards is what one would count; the rest of it is told case by case."""
    checked, problems = tallies.wrong_tallies(session)
    finding.checked += checked
    finding.all_wrong(problems)


def _moved(session: Session, at: datetime, finding: Finding) -> None:
    """I5: no open case waits for nothing, and no timer waits for an instance that is not there."""
    finding.all_wrong(f"{number}: open, and neither a task nor a timer nor an incident moves it"
                      for number in list_stuck(session))


def _nothing(session: Session, at: datetime, finding: Finding) -> None:
    """Told case by case."""


def _outbox(session: Session, at: datetime, finding: Finding) -> None:
    """I6: a message is delivered, waits for its next try, or is a dead letter; what is delivered is there."""
    finding.checked += session.scalar(select(func.count()).select_from(Outbox)) or 0
    delivered = Outbox.delivered_at.is_not(None)
    both = select(Outbox.id).where(delivered, Outbox.dead_at.is_not(None))
    finding.all_wrong(f"message {one} is delivered and dead" for one in session.scalars(both))
    there = select(Inbox.message_id).where(Inbox.message_id == Outbox.id).exists()
    gone = select(Outbox.id).where(delivered, Outbox.dead_at.is_(None), or_(
        Outbox.attempts < 1, and_(Outbox.channel == "inapp", ~there)))
    finding.all_wrong(f"message {one} counts as delivered and is not there" for one in session.scalars(gone))


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


def _anchored(session: Session, at: datetime, finding: Finding) -> None:
    """I9: the anchors give the anchored heads, every entry has its case, the house's own record is whole.

    Seals of cases are told case by case.
    """
    gone = select(Entry.case_id).where(~select(Case.id).where(Case.id == Entry.case_id).exists()).distinct()
    finding.all_wrong(f"entries of case {orphan}, which is gone" for orphan in session.scalars(gone))
    for checked, problems in (audit.broken_anchors(session), audit.check_house(session)):
        finding.checked += checked
        finding.all_wrong(problems)

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
    "I3": _tallied,
    "I4": _nothing,
    "I5": _moved,
    "I6": _outbox,
    "I7": _late,
    "I8": _indexes,
    "I9": _anchored,
    "I10": _files,
}
OF_CASES: dict[str, Check] = {"I3 I9": check_records, "I4 I5": check_states}
"""What is read of each case once, for the promises named."""
