"""Restoring: a whole backup into an empty place, or nothing at all."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import sqlalchemy as sa

from engine import attachments
from engine.attachments.models import Attachment
from engine.backups.archive import BackupBroken, Reader, reading
from engine.backups.making import DUMP, FORMAT, KEY, MANIFEST, OBJECTS, Manifest, key_mark
from engine.backups.tables import differing
from engine.db import dumps, migrate, tables
from engine.errors import Conflict, Invalid
from engine.settings import Settings
from engine.supervision.models import Beat

_EVERY = 500
_ONE_AT_A_TIME = 7_740_004


class PlaceNotEmpty(Conflict):
    """这里已经有数据；只能恢复到空的地方，什么都没有改动。"""

    code = "place_not_empty"


class PlaceInUse(Conflict):
    """有程序连着这个数据库；请先停下 serve 和 worker，什么都没有改动。"""

    code = "place_in_use"


class BackupTooNew(Invalid):
    """备份来自更新的程序版本；请先升级程序，什么都没有改动。"""

    code = "backup_too_new"


class OtherKey(Conflict):
    """备份要用另一把密钥才能读；请把 SECRET_KEY 设成备份时的值，什么都没有改动。"""

    code = "other_key"


def restore_backup(here: Settings, engine: sa.Engine, path: Path, tell: Callable[[str], None]) -> Manifest:
    """Bring the backup into this place and lead its database to the newest revision; what the backup says of itself.

    Raises BackupBroken, BackupTooNew, PlaceNotEmpty, PlaceInUse, OtherKey, and what the database and the store
    raise; the place is then as empty as before.
    """
    tell("检查备份文件 …")
    with reading(path) as reader, _alone(engine) as connection, ExitStack() as undo:
        manifest = _read_manifest(reader)
        _require_empty(connection)
        _require_key(here, reader, manifest)
        _bring_objects(reader, undo, tell)
        _bring_files(here, reader, manifest, undo)
        tell(f"数据库：{manifest['cases']} 件事件，{manifest['entries']} 条记录 …")
        with connection.begin():
            tables.drop(connection)
        dumps.restore(engine.url.render_as_string(hide_password=False), reader.chunks(DUMP))
        _compare(connection, manifest)
        undo.pop_all()
        _settle(connection, set(reader.names(OBJECTS)))
    migrate.upgrade(engine.url.render_as_string(hide_password=False))
    with engine.connect() as connection, connection.begin():
        connection.execute(sa.text("ANALYZE"))
    return manifest


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """The only connection to this database; raises PlaceInUse when there is another."""
    others = sa.text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                     "AND backend_type = 'client backend' AND pid <> pg_backend_pid()")
    with engine.connect() as connection:
        with connection.begin():
            held = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_ONE_AT_A_TIME)))
            if not held or connection.scalar(others):
                raise PlaceInUse
        try:
            yield connection
        finally:
            connection.invalidate()  # the lock ends with the connection


def _read_manifest(reader: Reader) -> Manifest:
    manifest: Manifest = json.loads(reader.read(MANIFEST))
    if manifest.get("format") != FORMAT or not migrate.is_known(manifest["revision"]):
        raise BackupTooNew(f"备份的版本是 {manifest['revision']}，本程序只到 {migrate.head()}；请先升级程序。")
    return manifest


def _require_empty(connection: sa.Connection) -> None:
    with connection.begin():
        filled = tables.filled(connection)
    if filled:
        raise PlaceNotEmpty(f"{(PlaceNotEmpty.__doc__ or '').strip()}（{'、'.join(filled[:5])}）")


def _require_key(here: Settings, reader: Reader, manifest: Manifest) -> None:
    """A secret of the environment must be the backup's; one in DATA is replaced by the backup's."""
    if here.secret_key is None and reader.has(KEY):
        return
    if key_mark(here) != manifest["key_mark"]:
        raise OtherKey


def _bring_objects(reader: Reader, undo: ExitStack, tell: Callable[[str], None]) -> None:
    names = reader.names(OBJECTS)
    strange = attachments.list_keys().keys() - set(names)
    if strange:
        raise PlaceNotEmpty(f"照片存储里有 {len(strange)} 个不属于这份备份的文件；什么都没有改动。")
    undo.callback(attachments.remove, names)
    for number, name in enumerate(names, 1):
        attachments.put(name, reader.read(f"{OBJECTS}/{name}"))
        if number % _EVERY == 0 or number == len(names):
            tell(f"照片和材料：{number} / {len(names)}")


def _bring_files(here: Settings, reader: Reader, manifest: Manifest, undo: ExitStack) -> None:
    """The secret before the rows that only it can read, and the clock of a demo city."""
    if here.secret_key is None and reader.has(KEY):
        _replace(here.data / KEY, reader.read(KEY), undo)
    if here.demo and manifest["clock_offset"]:
        _replace(here.clock_file, str(manifest["clock_offset"]).encode(), undo)


def _replace(place: Path, content: bytes, undo: ExitStack) -> None:
    before = place.read_bytes() if place.exists() else None
    undo.callback(_write, place, before)
    _write(place, content)


def _write(place: Path, content: bytes | None) -> None:
    """Put content there, whole or not at all, for its owner alone; None: nothing is to be there."""
    if content is None:
        place.unlink(missing_ok=True)
        return
    making = place.with_name(f"{place.name}.restoring")
    making.unlink(missing_ok=True)
    with open(os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(making, place)


def _compare(connection: sa.Connection, manifest: Manifest) -> None:
    """Every table has the rows that it had when the backup was made; otherwise none of them stays."""
    with connection.begin():
        wrong = differing(connection, manifest.get("tables", {}))
    if wrong:
        with connection.begin():
            tables.drop(connection)
        raise BackupBroken(f"恢复出来的数据与备份时不一致：{'、'.join(wrong[:5])}；什么都没有留下。")


def _settle(connection: sa.Connection, kept: set[str]) -> None:
    """Photos that no case took and that were swept while the backup was made have no row; no worker lives here yet."""
    with connection.begin():
        free = connection.scalars(sa.select(Attachment.key).where(Attachment.case_id.is_(None))).all()
        swept = [key for key in free if key not in kept]
        connection.execute(sa.delete(Attachment).where(Attachment.key.in_(swept)))
        connection.execute(sa.delete(Beat))
