"""Photos: checked by content, re-encoded, their EXIF position taken out and kept apart."""

from __future__ import annotations

import hashlib
import io
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.attachments import storing
from engine.attachments.models import Attachment
from engine.db.failpoints import failpoint
from engine.db.pipelines import together
from engine.errors import Invalid

MOST_BYTES = 12 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
FORMATS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
KINDS = ("report", "before", "after", "evidence")
ORPHAN_AGE = timedelta(hours=1)


class PhotoInvalid(Invalid):
    """这不是可以使用的照片。"""

    code = "photo_invalid"


@dataclass(frozen=True, slots=True)
class _Photo:
    content: bytes
    width: int
    height: int
    lat: float | None
    lng: float | None


def add_photo(session: Session, content: bytes, *, kind: str, by: int | None, at: datetime) -> Attachment:
    """Take a photo in: JPEG, PNG or WebP up to 12 MiB and 50 million pixels; stored as JPEG under a random name.

    It belongs to no case yet (`attach` does that); raises PhotoInvalid, or StoreUnavailable with nothing kept.
    """
    if kind not in KINDS:
        raise PhotoInvalid(fields={"kind": [f"材料种类应为：{'、'.join(KINDS)}。"]})
    photo = _reencode(content)
    row = Attachment(
        key=f"{secrets.token_urlsafe(24)}.jpg",
        kind=kind,
        media_type="image/jpeg",
        size=len(photo.content),
        sha256=hashlib.sha256(photo.content).hexdigest(),
        width=photo.width,
        height=photo.height,
        lat=photo.lat,
        lng=photo.lng,
        added_at=at,
        added_by=by,
    )
    storing.put(row.key, photo.content)
    failpoint("photo.stored")
    session.add(row)
    session.flush()
    return row


def _reencode(content: bytes) -> _Photo:
    if len(content) > MOST_BYTES:
        raise PhotoInvalid(
            fields={"photo": [f"照片不能超过 12 MB，这张有 {len(content) / 1024 / 1024:.0f} MB。"]}
        )
    try:
        with Image.open(io.BytesIO(content), formats=list(FORMATS)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PhotoInvalid(fields={"photo": ["照片像素太多，请用手机原图或缩小后再传。"]})
            lat, lng = _position(image)
            upright = ImageOps.exif_transpose(image).convert("RGB")
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            out = io.BytesIO()
            upright.save(out, "JPEG", quality=85)
            return _Photo(out.getvalue(), upright.width, upright.height, lat, lng)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ) as problem:
        raise PhotoInvalid(
            fields={"photo": ["只收 JPG、PNG、WebP 照片；这个文件不是，或已损坏。"]}
        ) from problem


def _position(image: Image.Image) -> tuple[float | None, float | None]:
    """WGS-84 degrees from the EXIF block, or (None, None)."""
    gps = image.getexif().get_ifd(0x8825)
    try:
        lat = _degrees(gps[2]) * (-1 if gps.get(1) == "S" else 1)
        lng = _degrees(gps[4]) * (-1 if gps.get(3) == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, IndexError):
        return None, None
    return (lat, lng) if abs(lat) <= 90 and abs(lng) <= 180 else (None, None)


def _degrees(parts: tuple[float, float, float]) -> float:
    return float(parts[0]) + float(parts[1]) / 60 + float(parts[2]) / 3600


def attach(
    session: Session,
    case_id: int,
    keys: Iterable[str],
    kind: str,
    task_id: int | None = None,
    owner_id: int | None = None,
) -> int:
    """Bind photos that were taken in before to a case; PhotoInvalid for a key that is unknown or bound elsewhere."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return 0
    bound = _bind(session, wanted, {"case_id": case_id, "task_id": task_id, "kind": kind}, owner_id)
    if bound != len(wanted):
        raise PhotoInvalid(fields={"photos": ["有照片没有上传成功，或已用在别处，请重新上传。"]})
    return bound


_BIND = """
WITH bound AS (
  UPDATE attachment SET case_id = %(case_id)s, task_id = %(task_id)s, kind = %(kind)s
  WHERE key = ANY(%(keys)s) AND case_id IS NULL AND added_by = %(owner)s RETURNING 1)
SELECT count(*) FROM bound
"""


def _bind(session: Session, keys: list[str], values: dict[str, Any], owner_id: int | None) -> int:
    """How many of these photos were free. Without an owner the session's scope says whose they may be.

    With one no scope is wider, and to narrow an update costs SQLAlchemy more than the rest of an act.
    """
    if owner_id is not None:
        (count,) = together(session, (_BIND, {**values, "keys": keys, "owner": owner_id}))
        return int(count or 0)
    free = update(Attachment).where(Attachment.key.in_(keys), Attachment.case_id.is_(None))
    return int(session.execute(
        free.values(values).execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def list_attachments(session: Session, case_id: int) -> list[Attachment]:
    """A case's photos and papers in the order they came."""
    return list(
        session.scalars(select(Attachment).where(Attachment.case_id == case_id).order_by(Attachment.id))
    )


def get_attachment(session: Session, key: str) -> Attachment:
    """The attachment of this key within the scope of the session; AttachmentUnknown otherwise."""
    row = session.scalars(select(Attachment).where(Attachment.key == key)).first()
    if row is None:
        raise storing.AttachmentUnknown()
    return row


def sweep_orphans(session: Session, at: datetime) -> int:
    """Remove the rows of photos that no case took within an hour; how many.

    Their files are left to `sweep_strays`, once the rows are gone for good: a photo is never without its file. One
    that an act is about to take is left alone.
    """
    old = (
        select(Attachment.id)
        .where(Attachment.case_id.is_(None), Attachment.added_at < at - ORPHAN_AGE)
        .limit(1000)
        .with_for_update(skip_locked=True)
    )
    return len(session.scalars(delete(Attachment).where(Attachment.id.in_(old)).returning(Attachment.id)).all())


def sweep_strays(session: Session, at: datetime) -> int:
    """Remove files that no row knows half an hour after they came: what `sweep_orphans` freed, and what a kill
    left between file and commit; how many.

    `at` is the machine's time, for so are the times of the files.
    """
    old = [key for key, written in storing.list_keys().items() if written < (at - ORPHAN_AGE / 2).timestamp()]
    strays = sorted(set(old) - set(list_row_keys(session)))
    storing.remove(strays)
    return len(strays)


def list_row_keys(session: Session) -> list[str]:
    """The key of every photo that has a row."""
    return list(session.scalars(select(Attachment.key)))
