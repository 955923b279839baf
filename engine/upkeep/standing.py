"""The parts of the machine at this moment: database, disks, workers' jobs, backups."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import backups
from engine.supervision.beats import list_beats
from engine.supervision.health import SILENT_AFTER

MISSED = 5
"""So many of its times a job may miss, and never less than a minute, before it counts as late."""
LEAST = timedelta(minutes=1)
SHOWN = 14


@dataclass(frozen=True, slots=True)
class DatabaseNow:
    """Bytes, open connections of how many, how long the oldest transaction stands; free bytes of an embedded one."""

    size: int
    connections: int
    most: int
    oldest: timedelta | None
    free: int | None


@dataclass(frozen=True, slots=True)
class JobNow:
    """A recurring job: how often, when it last ended on a living worker, what broke since when; late or not."""

    name: str
    every: timedelta
    last: datetime | None
    problem: str
    since: datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class BackupsNow:
    """The backups: planned or not, the newest ones, the last good one, the failure since, what waits, room left."""

    plan: backups.Plan
    rows: Sequence[backups.Backup]
    last: backups.Backup | None
    failed: backups.Backup | None
    is_waiting: bool
    next_at: datetime | None
    free: int | None


def read_database(session: Session) -> DatabaseNow:
    """What the server tells about this database."""
    row = session.execute(sa.text(
        "SELECT pg_database_size(current_database()) AS size, count(*) AS connections,"
        " current_setting('max_connections')::int AS most,"
        " clock_timestamp() - min(xact_start) FILTER (WHERE pid <> pg_backend_pid()) AS oldest"
        " FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'")).one()
    cluster = Path(str(session.get_bind().engine.url.query.get("host", "")))
    embedded = (cluster / "PG_VERSION").exists()
    return DatabaseNow(row.size, row.connections, row.most, row.oldest, _free(cluster) if embedded else None)


def read_jobs(session: Session, jobs: Mapping[str, timedelta], at: datetime) -> tuple[list[JobNow], int]:
    """Each job as the living workers last did it, and how many workers live."""
    alive = [beat for beat in list_beats(session) if abs(beat.at - at) <= SILENT_AFTER]
    return [_job(name, every, [beat.jobs[name] for beat in alive if name in beat.jobs], at)
            for name, every in jobs.items()], len(alive)


def read_backups(session: Session, at: datetime) -> BackupsNow:
    """The backups of this place."""
    plan, rows = backups.plan(), backups.list_backups(session, SHOWN)
    ended = sorted((one for one in rows if one.ended_at is not None), key=lambda one: one.ended_at or at, reverse=True)
    last = next((one for one in ended if one.state == "made"), None)
    if last is None and rows:
        last = backups.find_last(session)
    failed = ended[0] if ended and ended[0].state == "failed" else None
    return BackupsNow(plan, rows, last, failed, any(one.state == "waiting" for one in rows),
                      backups.hour_before(at) + timedelta(days=1) if plan.folder else None,
                      _free(plan.folder) if plan.folder and plan.folder.exists() else None)


def _job(name: str, every: timedelta, noted: list[dict[str, str]], at: datetime) -> JobNow:
    """A job is well as long as one worker does it well."""
    good = [one for one in noted if not one["problem"]]
    last = max((datetime.fromisoformat(one["at"]) for one in good or noted), default=None)
    broken = noted[0] if noted and not good else None
    return JobNow(name, every, last, broken["problem"] if broken else "",
                  datetime.fromisoformat(broken["since"]) if broken else None,
                  last is not None and at - last > max(every * MISSED, LEAST) and broken is None)


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free
