"""A small town at work, and empty places elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from engine import attachments, backups, deadlines, verification
from engine.cases import sealing
from engine.db import tables
from engine.db.session import create_engine
from engine.directory.models import Organisation
from engine.settings import Settings
from tests import town
from tests.town import WEDNESDAY


@dataclass(frozen=True)
class Site:
    """A place with its database; what is done there is done by name."""

    here: Settings
    engine: sa.Engine

    @property
    def objects(self) -> Path:
        return self.here.data / "objects"

    def sessions(self) -> sessionmaker[Session]:
        """Sessions of this place, whose photos lie here from now on."""
        attachments.use_folder(self.objects)
        sealing.use_key(self.here.key_for("contacts").hex())
        return sessionmaker(self.engine, expire_on_commit=False)

    def back_up(self, file: Path, force: bool = False) -> backups.Made:
        self.sessions()
        return backups.make_backup(self.here, self.engine, file, WEDNESDAY, lambda words: None, force)

    def restore(self, file: Path) -> backups.Manifest:
        attachments.use_folder(self.objects)
        try:
            return backups.restore_backup(self.here, self.engine, file, lambda words: None)
        finally:
            self.engine.dispose()

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table as PostgreSQL writes it."""
        with self.engine.connect() as connection:
            return {name: list(connection.scalars(sa.text(f'SELECT t::text FROM "{name}" t ORDER BY 1')))
                    for name in sorted(tables.metadata().tables) if name != "beat"}

    def photos(self) -> dict[str, bytes]:
        return {file.name: file.read_bytes() for file in self.objects.iterdir()}

    def problems(self) -> list[str]:
        """What `verify` finds wrong."""
        with self.sessions()() as session:
            found = verification.verify(session, WEDNESDAY)
        return [example for one in found.values() for example in one.examples]


@pytest.fixture
def make_site(make_database: Callable[..., str], tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes empty places; their secret lies in DATA unless one is given."""
    made: list[Site] = []

    def make(empty: bool = True, secret_key: str | None = None) -> Site:
        data = tmp_path / f"place{len(made)}"
        here = Settings(data=data, database_url=None, secret_key=secret_key, demo=False)
        made.append(Site(here, create_engine(make_database(empty=empty))))
        return made[-1]

    yield make
    for one in made:
        one.engine.dispose()


@pytest.fixture
def busy(make_site: Callable[..., Site]) -> Site:
    """A town with one case on its way and one photo of it."""
    return work_begun(make_site(empty=False))


def work_begun(site: Site) -> Site:
    """The town with its first case."""
    with site.sessions().begin() as session:
        town.build_town(session)
        week = deadlines.read_week({f"d{place}": "08:00-12:00" for place in range(8)}).week
        hours = deadlines.add_office(
            session, "渔区作息", "3309", [deadlines.Change("week", None, week=week)], "系统管理员", town.WEDNESDAY)
        session.execute(sa.update(Organisation).values(office=hours.current))
        office = town.Office(session)
        photo = office.photo(office.worker())
        office.report(photos=(photo,), contact={"name": "陈某", "phone": "13800001111"})
    return site
