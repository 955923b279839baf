"""Making a backup: rows and photos of one and the same moment, while people go on working."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NotRequired, TypedDict

import sqlalchemy as sa

from engine import attachments, clock
from engine.attachments.models import Attachment
from engine.audit.models import Entry
from engine.backups.archive import Writer, writing
from engine.backups.tables import Sum, sums_of
from engine.cases.models import Case
from engine.db import dumps, migrate
from engine.errors import Conflict
from engine.settings import Settings

FORMAT = 1
MANIFEST, DUMP, KEY, OBJECTS = "manifest.json", "database.dump", "secret.key", "objects"
_EVERY = 500


class NothingToKeep(Conflict):
    """这里还没有数据库表，没有什么可备份。"""

    code = "nothing_to_keep"


class Manifest(TypedDict):
    """What a backup says about itself; `key_mark` recognises the secret without telling it.

    `tables` holds for each table how many rows it has and a sum over them, at the moment of the backup.
    """

    format: int
    made_at: str
    revision: str
    cases: int
    entries: int
    objects: int
    missing: list[str]
    key: str
    key_mark: str
    clock_offset: float
    tables: NotRequired[dict[str, Sum]]


@dataclass(frozen=True, slots=True)
class Made:
    """The backup that was made; `missing` are photos that rows name and the store did not have."""

    file: Path
    size: int
    manifest: Manifest

    @property
    def missing(self) -> list[str]:
        """Photos of cases that the store had lost already."""
        return self.manifest["missing"]


def make_backup(here: Settings, engine: sa.Engine, path: Path, at: datetime, tell: Callable[[str], None],
                force: bool = False) -> Made:
    """Keep the whole place in one file: database, photos, and the secret where it lies in DATA.

    Raises FileExists, BackupRunning, NothingToKeep, and what the database and the store raise; the file is
    there only when it is whole.
    """
    with writing(path, int(at.timestamp()), force) as writer, _snapshot(engine) as (connection, name):
        manifest = _describe(here, connection, at)
        tell(f"数据库：{manifest['cases']} 件事件，{manifest['entries']} 条记录 …")
        url = engine.url.render_as_string(hide_password=False)
        writer.add(DUMP, dumps.dump(url, name))
        kept, lost = _add_objects(writer, connection, tell)
        manifest["objects"], manifest["missing"] = kept, lost
        if here.secret_key is None:
            writer.add(KEY, [(here.data / KEY).read_bytes()])
        writer.add(MANIFEST, [json.dumps(manifest, ensure_ascii=False, indent=1).encode()])
    return Made(path, path.stat().st_size, manifest)


def key_mark(here: Settings) -> str:
    """By which a place recognises a backup that its own secret can read."""
    return here.key_for("backups")[:8].hex()


@contextmanager
def _snapshot(engine: sa.Engine) -> Iterator[tuple[sa.Connection, str]]:
    """A connection that sees one moment, and the name by which pg_dump sees the same one."""
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection, connection.scalars(sa.text("SELECT pg_export_snapshot()")).one()


def _describe(here: Settings, connection: sa.Connection, at: datetime) -> Manifest:
    revision = migrate.current(connection)
    if revision is None:
        raise NothingToKeep
    count: Callable[[Any], int] = lambda of: connection.scalars(  # noqa: E731
        sa.select(sa.func.count()).select_from(of)).one()
    return {
        "format": FORMAT, "made_at": at.isoformat(), "revision": revision, "cases": count(Case),
        "entries": count(Entry), "objects": 0, "missing": [], "key": "outside" if here.secret_key else "inside",
        "key_mark": key_mark(here), "clock_offset": clock.offset().total_seconds(), "tables": sums_of(connection),
    }


def _add_objects(writer: Writer, connection: sa.Connection, tell: Callable[[str], None]) -> tuple[int, list[str]]:
    """Every photo that a row names; a photo without a case may be swept meanwhile, then its row goes too."""
    rows = connection.execute(sa.select(Attachment.key, Attachment.case_id).order_by(Attachment.id)).all()
    kept, lost = 0, []
    for number, row in enumerate(rows, 1):
        try:
            content = attachments.get(row.key)
        except attachments.AttachmentUnknown:
            if row.case_id is not None:
                lost.append(row.key)
            continue
        writer.add(f"{OBJECTS}/{row.key}", [content])
        kept += 1
        if number % _EVERY == 0 or number == len(rows):
            tell(f"照片和材料：{number} / {len(rows)}")
    return kept, lost
