"""How the house is doing, part by part: what the page of health turns red for."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import attachments
from engine.supervision.models import Beat

LEAST_FREE = 32 * 1024 * 1024  # bytes on the volume of the database: two segments of its journal
SILENT_AFTER = timedelta(seconds=30)


def troubles(session: Session, at: datetime) -> dict[str, str]:
    """What does not work, by part (storage, photos, worker) in a word; empty when all is well."""
    found = {}
    if is_full(session):
        found["storage"] = "full"
    if not attachments.is_writable():
        found["photos"] = "not writable"
    if not has_worker(session, at):
        found["worker"] = "silent"
    return found


def is_full(session: Session) -> bool:
    """Whether the volume of an embedded database has no room left; one elsewhere is watched where it lies."""
    cluster = Path(str(session.get_bind().engine.url.query.get("host", "")))
    return (cluster / "PG_VERSION").exists() and shutil.disk_usage(cluster).free < LEAST_FREE


def has_worker(session: Session, at: datetime) -> bool:
    """Whether some worker has shown life a moment ago; a sign from the future is of a clock that was set back."""
    alive = Beat.at.between(at - SILENT_AFTER, at + SILENT_AFTER)
    return bool(session.scalar(sa.select(sa.exists().where(alive))))
