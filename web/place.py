"""The place we run in: its settings applied, its database at hand; what the edges share before they start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from engine import attachments, backups, clock, notices, settings
from engine.cases import sealing
from engine.db import server
from engine.db.session import create_engine, session_factory
from engine.settings import Settings


@dataclass(frozen=True)
class Place:
    """A deployment with its database open."""

    settings: Settings
    url: str
    engine: sa.Engine
    sessions: sessionmaker[Session]


def prepare(here: Settings) -> None:
    """Tell the rooms what only the place knows: its clock, its keys, its store of photos, its backups, its channels."""
    clock.follow(here.clock_file if here.demo else None)
    notices.configure(here)
    sealing.use_key(here.key_for("contacts").hex())
    backups.use_place(here)
    if here.objects_url:
        attachments.use_url(here.objects_url)
    else:
        attachments.use_folder(here.data / "objects")


@contextmanager
def database_url(here: Settings) -> Iterator[str]:
    """The address of the place's database; the embedded server runs as long as the block does."""
    if here.database_url:
        yield here.database_url
        return
    with server.attached(here.data) as url:
        yield url


@contextmanager
def opened(here: Settings | None = None) -> Iterator[Place]:
    """The place with its database, for a command; raises SettingsRefused and what the server raises."""
    here = here or settings.load()
    prepare(here)
    with database_url(here) as url:
        engine = create_engine(url, hide_parameters=True)
        try:
            yield Place(here, url, engine, session_factory(engine))
        finally:
            engine.dispose()
