"""The daily backup: made by whichever worker comes first, read back, noted; the oldest goes."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.audit.models import HouseEntry
from engine.backups.archive import reading, sweep
from engine.backups.making import make_backup
from engine.backups.models import Backup
from engine.clock import ZONE
from engine.errors import Conflict, Unavailable, WanggeError
from engine.settings import Settings

AGAIN_AFTER = timedelta(hours=1)  # what failed is tried again then
SPARE = 1.2  # of the size of the last one must be free
_ONE_AT_A_TIME = 7_740_009
_ONE_ASKS = 7_740_014


class NoBackupFolder(Conflict):
    """这里没有设定备份文件夹（BACKUPS）；演示城市默认不备份。"""

    code = "no_backup_folder"


class BackupWanted(Conflict):
    """已经有一份备份在等着做。"""

    code = "backup_wanted"


class NoRoomForBackup(Unavailable):
    """备份文件夹所在的磁盘空间不够。"""

    code = "no_room_for_backup"


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where this place is backed up; `folder` None: never by itself."""

    folder: Path | None
    at: time
    kept: int


_here: Settings | None = None


def use_place(here: Settings) -> None:
    """Back up this place from now on, as its settings say."""
    global _here
    _here = here


def plan() -> Plan:
    """When and where the place of this process is backed up."""
    if _here is None:
        return Plan(None, time(2), 14)
    return Plan(_here.backups_folder, time.fromisoformat(_here.backup_at), _here.backups_kept)


def list_backups(session: Session, most: int = 30) -> Sequence[Backup]:
    """The newest first, failed and removed ones too."""
    return session.scalars(sa.select(Backup).order_by(Backup.id.desc()).limit(most)).all()


def find_last(session: Session, *states: str) -> Backup | None:
    """The backup that ended last in one of these states."""
    return session.scalars(sa.select(Backup).where(Backup.state.in_(states or ("made",)))
                           .order_by(Backup.ended_at.desc()).limit(1)).first()


def ask_for_one(session: Session, by: str, at: datetime) -> Backup:
    """A backup that a worker makes at once. Raises NoBackupFolder, BackupWanted."""
    if plan().folder is None:
        raise NoBackupFolder
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_ASKS)))  # the one being made holds the table
    if session.scalar(sa.select(Backup.id).where(Backup.state == "waiting").limit(1)) is not None:
        raise BackupWanted
    made = Backup(asked_at=at, asked_by=by, state="waiting", missing=0)
    session.add(made)
    session.flush()
    return made


def keep(session: Session, at: datetime) -> int:
    """Make the backup that is due or asked for; how many. What fails is noted and tried again in an hour."""
    folder = plan().folder
    if _here is None or folder is None:
        return 0
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_ONE_AT_A_TIME))):
        return 0
    row = session.scalars(sa.select(Backup).where(Backup.state == "waiting").order_by(Backup.id).limit(1)).first()
    if row is None and is_due(session, at):
        row = Backup(asked_at=at, asked_by=None, state="waiting", missing=0)
        session.add(row)
    if row is None:
        return 0
    row.begun_at = at
    try:
        _make(session, _here, folder, row, at)
    except (WanggeError, OSError) as problem:
        said = problem.message if isinstance(problem, WanggeError) else type(problem).__name__
        row.state, row.ended_at, row.problem = "failed", at, said
    session.flush()
    _remove_old(session, folder, at)
    return 1


def is_due(session: Session, at: datetime) -> bool:
    """Whether the hour of the daily backup has come since the last one, or since the place was founded."""
    last = find_last(session, "made", "failed")
    if last is not None and last.state == "failed" and last.ended_at is not None:
        return at >= last.ended_at + AGAIN_AFTER
    begun = last.begun_at if last is not None else session.scalar(sa.select(sa.func.min(HouseEntry.at)))
    return begun is not None and begun < hour_before(at)


def hour_before(at: datetime) -> datetime:
    """The last hour of a daily backup that has come."""
    local = at.astimezone(ZONE)
    today = local.replace(hour=plan().at.hour, minute=plan().at.minute, second=0, microsecond=0)
    return today if today <= local else today - timedelta(days=1)


def note_drill(session: Session, file: str, at: datetime) -> bool:
    """This backup was restored elsewhere and found equal and whole; whether it is one of ours."""
    noted = sa.update(Backup).where(Backup.file == file, Backup.state == "made").values(drilled_at=at)
    return bool(session.scalars(noted.returning(Backup.id)).all())


def _make(session: Session, here: Settings, folder: Path, row: Backup, at: datetime) -> None:
    """Make it, read every byte back, and note both."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(folder)
    last = find_last(session)
    if last is not None and shutil.disk_usage(folder).free < (last.size or 0) * SPARE:
        raise NoRoomForBackup
    path = folder / f"wangge-{at.astimezone(ZONE):%Y%m%d-%H%M%S}.backup"
    made = make_backup(here, session.get_bind().engine, path, at, lambda words: None)
    row.file, row.size, row.cases, row.missing = path.name, made.size, made.manifest["cases"], len(made.missing)
    with reading(path):
        row.checked_at = at
    row.state, row.ended_at = "made", at


def _remove_old(session: Session, folder: Path, at: datetime) -> None:
    kept = sa.select(Backup).where(Backup.state == "made", Backup.removed_at.is_(None)).order_by(Backup.id.desc())
    for old in session.scalars(kept.offset(plan().kept)).all():
        with suppress(OSError):
            (folder / str(old.file)).unlink(missing_ok=True)
            old.removed_at = at
    session.flush()
