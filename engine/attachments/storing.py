"""Where the bytes lie: object storage, a local folder unless the house is told otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from engine import clock
from engine.errors import NotFound, Unavailable

TRIED_EVERY = 5.0
_PROBE = f"probe-{os.getpid()}"
_store: ObjectStore | None = None
_tried: tuple[float, bool] | None = None


class StoreUnavailable(Unavailable):
    """照片存储暂时不可用，请稍后再试；不带照片的办理不受影响。"""

    code = "store_unavailable"


class AttachmentUnknown(NotFound):
    """没有这份材料。"""

    code = "attachment_unknown"


def use_folder(folder: Path) -> None:
    """Keep the bytes in this folder from now on."""
    folder.mkdir(parents=True, exist_ok=True)
    _use(LocalStore(str(folder)))


def use_url(url: str) -> None:
    """Keep the bytes in the object storage at this URL (s3://…) from now on."""
    _use(from_url(url))


def _use(store: ObjectStore) -> None:
    """Another store, of which nothing is known yet."""
    global _store, _tried
    _store, _tried = store, None


def _open() -> ObjectStore:
    if _store is None:
        raise StoreUnavailable()
    return _store


def put(key: str, content: bytes) -> None:
    """Store bytes under a key, whole or not at all; StoreUnavailable when that fails."""
    try:
        obstore.put(_open(), key, content)
    except (BaseError, OSError) as problem:
        raise StoreUnavailable() from problem


def is_writable() -> bool:
    """Whether bytes can be stored now; tried with one of no worth, and asked again after a few seconds only."""
    global _tried
    if _tried is None or clock.stopwatch() - _tried[0] > TRIED_EVERY:
        try:
            put(_PROBE, b"1")
            remove([_PROBE])
            _tried = clock.stopwatch(), True
        except (BaseError, OSError, StoreUnavailable):
            _tried = clock.stopwatch(), False
    return _tried[1]


def get(key: str) -> bytes:
    """The bytes of a key; AttachmentUnknown when there are none."""
    try:
        return bytes(obstore.get(_open(), key).bytes())
    except FileNotFoundError as problem:
        raise AttachmentUnknown() from problem
    except (BaseError, OSError) as problem:
        raise StoreUnavailable() from problem


def remove(keys: list[str]) -> None:
    """Remove these keys; one that is gone already is no error."""
    for key in keys:
        try:
            obstore.delete(_open(), key)
        except FileNotFoundError:
            continue


def list_keys() -> dict[str, float]:
    """Every stored key with the time (POSIX seconds) it was last written."""
    return {
        meta["path"]: meta["last_modified"].timestamp() for batch in obstore.list(_open()) for meta in batch
    }
