"""The table of recurring work: what one step leaves, the next one takes up."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from engine import attachments, clock
from engine.jobs import forget_what_is_over
from tests.town import a_photo


def test_the_file_of_a_forgotten_photo_outlives_its_row_by_a_step(session: Session, tmp_path: Path) -> None:
    attachments.use_folder(tmp_path)
    at = clock.now()
    key = attachments.add_photo(session, a_photo(), kind="report", by=None, at=at - timedelta(hours=2)).key
    os.utime(tmp_path / key, ((at - timedelta(hours=2)).timestamp(),) * 2)
    assert forget_what_is_over(session, at) == 1 and attachments.get(key)
    assert forget_what_is_over(session, at) == 0
    with pytest.raises(attachments.AttachmentUnknown):
        attachments.get(key)
