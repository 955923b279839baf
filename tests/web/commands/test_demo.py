"""The demo city is whole or made anew, and nothing else is ever taken for half of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import attachments, demo
from engine.db.session import create_engine
from engine.directory.models import Division
from tests.builders import a_division
from tests.town import a_photo
from web.commands import demo as command


class Kill(BaseException):
    """The process ends here."""


@pytest.fixture
def place(make_database: Callable[..., str], tmp_path: Path) -> Iterator[sa.Engine]:
    attachments.use_folder(tmp_path)
    engine = create_engine(make_database())
    yield engine
    engine.dispose()


def load(engine: sa.Engine) -> bool:
    return command.load_if_empty(engine.url.render_as_string(hide_password=False))


def codes(engine: sa.Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(sa.select(Division.code)))


def kill_half_way(engine: sa.Engine, until: datetime, count: int) -> None:
    with Session(engine) as session, session.begin():
        a_division(session, "3309", "舟山市", "city")
        attachments.add_photo(session, a_photo(), kind="report", by=None, at=until)
    raise Kill


def make_all(engine: sa.Engine, until: datetime, count: int) -> None:
    with Session(engine) as session, session.begin():
        a_division(session, "3310", "台州市", "city")


def test_half_a_city_is_made_anew_without_its_photos(place: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_load", kill_half_way)
    with pytest.raises(Kill):
        load(place)
    monkeypatch.setattr(command, "_load", make_all)
    assert load(place) is True and codes(place) == ["3310"] and attachments.list_keys() == {}


def test_a_whole_one_stays(place: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_load", make_all)
    assert load(place) is True and load(place) is False and codes(place) == ["3310"]


def test_what_somebody_put_here_is_never_cleared(place: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    make_all(place, datetime(2026, 1, 1), 0)  # noqa: DTZ001 - looked at by nobody
    assert load(place) is False and codes(place) == ["3310"]


def test_a_place_that_is_initialised_loses_the_mark(place: sa.Engine) -> None:
    with place.begin() as connection:
        demo.mark(connection)
        assert demo.is_half_made(connection)
        demo.unmark(connection)
        assert not demo.is_half_made(connection)
