"""The restore drill: a backup brought into a place of its own beside this one, compared, verified, and logged into."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from engine import backups, clock, directory, verification
from engine.cases import sealing
from engine.settings import Settings
from web.place import Place, opened, prepare


@dataclass(frozen=True)
class Drilled:
    """What came out of a drill: what the backup said, how much was compared, and what is wrong."""

    manifest: backups.Manifest
    tables: int
    rows: int
    logged_in: int
    problems: list[str]


def drill(here: Settings, file: Path, tell: Callable[[str], None]) -> Drilled:
    """Restore the backup into a folder and database that end with this; raises what `restore_backup` raises.

    Its photos, rows and sums are compared by the restore itself. The present place is neither read nor changed.
    """
    with _elsewhere(here) as place:
        manifest = backups.restore_backup(place.settings, place.engine, file, tell)
        prepare(place.settings)
        tell("核对 I1–I10，试登录 …")
        with place.sessions() as session:
            found = verification.verify(session, clock.now())
            problems = [f"{name}：{example}" for name, one in found.items() for example in one.examples]
            entered = _log_in(session)
            problems += [] if entered else ["没有一个管理员能登录"]
            problems += _unreadable(session)
            session.rollback()
    counted = manifest.get("tables", {})
    return Drilled(manifest, len(counted), sum(int(rows) for rows, __ in counted.values()), entered, problems)


def note(here: Settings, file: Path) -> bool:
    """Note the drill beside the backup, where this place made it and its database is at hand."""
    if here.database_url is None and not (here.data / "postgres").exists():
        return False
    with opened(here) as place, place.sessions.begin() as session:
        return backups.note_drill(session, file.name, clock.now())


@contextmanager
def _elsewhere(here: Settings) -> Iterator[Place]:
    """An empty place with a server of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="wangge-drill-") as folder:
        data = Path(os.path.realpath(folder)) / "data"
        with opened(here.model_copy(update={"data": data, "database_url": None, "objects_url": None})) as place:
            yield place


def _log_in(session: Session) -> int:
    """How many administrators get in by a fresh log-in with a post that they hold."""
    at, entered = clock.now(), 0
    for one in directory.list_log_ins(session, at):
        if one.role.endswith("_admin"):
            account = directory.find_account_view(session, one.username, at)
            opened_one = directory.open_session(session, account.id, "browser", at) if account else None
            known = directory.find_known(session, opened_one.secret, "browser", at) if opened_one else None
            entered += bool(known and known.actor.has(one.role))
    return entered


def _unreadable(session: Session) -> list[str]:
    """Sealed contacts that the key of the backup does not open, of the first hundred."""
    rows = session.execute(sa.text(
        'SELECT "case".number, contact.sealed FROM contact JOIN "case" ON "case".id = contact.case_id LIMIT 100'))
    return [f"{number}：联系方式打不开" for number, sealed in rows if not _opens(sealed, number)]


def _opens(sealed: bytes, number: str) -> bool:
    try:
        sealing.unseal(sealed, number)
    except InvalidTag:
        return False
    return True
