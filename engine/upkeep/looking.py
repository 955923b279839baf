"""One look at everything that may stick: what is wrong, since when, the worst first; nothing when all is well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import notices
from engine.audit.models import Anchor
from engine.cases import incidents
from engine.cases.scope import unscoped
from engine.supervision import health
from engine.supervision.stuck import list_stuck
from engine.upkeep.overdue import Overdue, count_overdue, list_overdue
from engine.upkeep.standing import BackupsNow, DatabaseNow, JobNow, read_backups, read_database, read_jobs

LITTLE_ROOM = 1024**3
LONG_TRANSACTION = timedelta(minutes=5)
BACKUP_OLD = timedelta(hours=26)
ANCHOR_OLD = timedelta(hours=3)
NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that somebody should look at; `key` names it, `facts` fill its sentence, `is_bad`: people notice."""

    key: str
    is_bad: bool
    since: datetime | None = None
    facts: dict[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """Everything about the house at one moment."""

    at: datetime
    concerns: tuple[Concern, ...]
    workers: int
    jobs: list[JobNow]
    late: int
    overdue: list[Overdue]
    open_incidents: int
    stuck: list[str]
    channels: tuple[notices.ChannelHealth, ...]
    database: DatabaseNow
    backups: BackupsNow


def look(session: Session, jobs: Mapping[str, timedelta], tops: Sequence[str], at: datetime) -> House:
    """The house now; the cases of what is late are named for the divisions below `tops` alone."""
    with unscoped(session):
        done, workers = read_jobs(session, jobs, at)
        late, first = count_overdue(session, at)
        found = House(
            at, (), workers, done, late, list_overdue(session, at, tops) if late else [],
            incidents.count_everywhere(session), list_stuck(session), notices.channel_health(session, at),
            read_database(session), read_backups(session, at))
        broken = health.troubles(session, at)
        anchored = session.scalar(sa.select(sa.func.max(Anchor.at)))
    concerns = [*_machine(found, broken), *_jobs(found, broken), *_work(found, first), *_kept(found, anchored)]
    return replace(found, concerns=tuple(sorted(concerns, key=lambda one: not one.is_bad)))


def _machine(found: House, broken: Mapping[str, str]) -> Iterator[Concern]:
    """Database, disks, photos."""
    base = found.database
    if "storage" in broken:
        yield Concern("disk_full", True)
    elif base.free is not None and base.free < LITTLE_ROOM:
        yield Concern("disk_low", False, facts={"bytes": base.free})
    if "photos" in broken:
        yield Concern("photos", True)
    if base.connections > base.most * NEARLY_ALL:
        yield Concern("connections", True, facts={"n": base.connections, "most": base.most})
    if base.oldest is not None and base.oldest > LONG_TRANSACTION:
        yield Concern("transaction", False, found.at - base.oldest)


def _jobs(found: House, broken: Mapping[str, str]) -> Iterator[Concern]:
    """The workers and what they do again and again."""
    if "worker" in broken:
        yield Concern("no_worker", True)
    for job in found.jobs:
        if job.problem:
            yield Concern("job_broken", True, job.since, {"job": job.name, "problem": job.problem})
        elif job.is_late:
            yield Concern("job_late", False, job.last, {"job": job.name})


def _work(found: House, first: datetime | None) -> Iterator[Concern]:
    """Cases, timers, messages."""
    if found.late:
        yield Concern("late", True, first, {"n": found.late})
    if found.stuck:
        yield Concern("stuck", True, facts={"n": len(found.stuck)})
    if found.open_incidents:
        yield Concern("incidents", False, facts={"n": found.open_incidents})
    for channel in found.channels:
        if channel.is_down:
            yield Concern("channel", True, channel.oldest, {"channel": channel.channel, "n": channel.waiting})
        if channel.dead_in_24h:
            yield Concern("dead", False, facts={"channel": channel.channel, "n": channel.dead_in_24h})


def _kept(found: House, anchored: datetime | None) -> Iterator[Concern]:
    """Backups, and the anchors over the record."""
    kept = found.backups
    if kept.failed is not None:
        yield Concern("backup_failed", True, kept.failed.ended_at, {"problem": kept.failed.problem or ""})
    elif kept.plan.folder is not None and kept.last is not None and kept.last.ended_at is not None \
            and found.at - kept.last.ended_at > BACKUP_OLD:
        yield Concern("backup_old", False, kept.last.ended_at)
    if kept.last is not None and kept.last.missing:
        yield Concern("backup_missing", True, kept.last.ended_at, {"n": kept.last.missing})
    if anchored is not None and found.workers and found.at - anchored > ANCHOR_OLD:
        yield Concern("anchor", False, anchored)
