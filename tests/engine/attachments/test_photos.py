"""Photos: judged by their content, drawn anew, their position kept apart."""

from __future__ import annotations

import io
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from engine import attachments
from engine.attachments import PhotoInvalid
from engine.attachments.models import Attachment
from tests.builders import NOW

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(autouse=True)
def store(tmp_path: Path) -> Path:
    """An empty store."""
    attachments.use_folder(tmp_path)
    return tmp_path


def drawn(form: str = "JPEG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    """A plain picture."""
    out = io.BytesIO()
    Image.new("RGB", size, "green").save(out, form, **options)
    return out.getvalue()


def located() -> bytes:
    """A JPEG that says where it was taken: 30°15'36" N, 122°12' E."""
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    exif.get_ifd(0x8825).update({1: "N", 2: (30.0, 15.0, 36.0), 3: "E", 4: (122.0, 12.0, 0.0)})
    return drawn(exif=exif)


def add(session: Session, content: bytes) -> Attachment:
    """Take a photo in."""
    return attachments.add_photo(session, content, kind="report", by=None, at=NOW)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_stored_as_jpeg_under_a_random_name(session: Session, form: str) -> None:
    row = add(session, drawn(form))
    assert (row.media_type, row.width, row.height) == ("image/jpeg", 40, 30)
    assert attachments.get(row.key).startswith(b"\xff\xd8") and add(session, drawn(form)).key != row.key


@pytest.mark.parametrize("content", [
    SVG, b"", b"%PDF-1.4", b"GIF89a" + bytes(20), b"\xff\xd8\xff" + bytes(50), drawn()[:200], b"<html>" + drawn(),
    drawn("BMP"), drawn("TIFF"),
])
def test_what_is_no_photo_is_refused_and_nothing_is_kept(session: Session, store: Path, content: bytes) -> None:
    with pytest.raises(PhotoInvalid) as refused:
        add(session, content)
    assert set(refused.value.fields) == {"photo"} and os.listdir(store) == []


def test_thirty_megabytes_are_too_many(session: Session) -> None:
    with pytest.raises(PhotoInvalid) as refused:
        add(session, drawn() + bytes(30 * 1024 * 1024))
    assert "30 MB" in refused.value.fields["photo"][0]


def test_a_flood_of_pixels_is_refused_before_it_is_opened(session: Session) -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    with pytest.raises(PhotoInvalid):
        add(session, out.getvalue())


def test_the_position_is_kept_in_the_row_and_leaves_the_photo(session: Session) -> None:
    row = add(session, located())
    assert [row.lat, row.lng] == pytest.approx([30.26, 122.2])
    with Image.open(io.BytesIO(attachments.get(row.key))) as stored:
        assert dict(stored.getexif()) == {} and "exif" not in stored.info


def test_a_script_behind_the_picture_is_gone(session: Session) -> None:
    row = add(session, drawn() + b"<script>alert(1)</script>")
    assert b"<script>" not in attachments.get(row.key)


def test_a_large_photo_is_made_smaller_and_turned_upright(session: Session) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    row = add(session, drawn(size=(3000, 1000), exif=exif))
    assert (row.width, row.height) == (667, 2000)


def test_a_photo_belongs_to_one_case_only(session: Session) -> None:
    row = add(session, drawn())
    assert attachments.attach(session, 1, [row.key, row.key], "report") == 1
    with pytest.raises(PhotoInvalid):
        attachments.attach(session, 2, [row.key], "report")


def test_nobody_takes_another_persons_photo(session: Session) -> None:
    row = add(session, drawn())
    with pytest.raises(PhotoInvalid):
        attachments.attach(session, 1, [row.key], "report", owner_id=7)


def test_a_photo_that_no_case_took_goes_after_an_hour(session: Session, store: Path) -> None:
    key = add(session, drawn()).key
    os.utime(store / key, (NOW.timestamp(), NOW.timestamp()))
    assert attachments.sweep_orphans(session, NOW + timedelta(minutes=59)) == 0
    assert attachments.sweep_orphans(session, NOW + timedelta(minutes=61)) == 1 and os.listdir(store) == [key]
    assert attachments.sweep_strays(session, NOW + timedelta(minutes=61)) == 1 and os.listdir(store) == []


def test_a_store_that_does_not_answer_says_so_and_keeps_no_row(session: Session, store: Path) -> None:
    store.chmod(0o500)
    if os.access(store, os.W_OK):  # root may write everywhere
        os.rmdir(store)
        store.write_bytes(b"")
    with pytest.raises(attachments.StoreUnavailable):
        add(session, drawn())
    assert session.query(Attachment).count() == 0
