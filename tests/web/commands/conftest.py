"""A place of one's own for a command, in a folder and a database that end with the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from engine import clock
from engine.db.session import create_engine
from engine.errors import WanggeError
from web.cli import group


@dataclass(frozen=True)
class Desk:
    """Where an operator types commands; DEMO=0."""

    data: Path
    url: str

    def type(self, *words: str) -> Result:
        """One command, as `wangge WORD…`."""
        environment = {"DATA": str(self.data), "DATABASE_URL": self.url, "DEMO": "0", "SECRET_KEY": None}
        return CliRunner().invoke(group, words, env=environment)

    def answer(self, *words: str) -> Any:
        """What a command that ends well says as JSON."""
        result = self.type(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refused(self, *words: str) -> WanggeError:
        """The error in plain words with which a command ends."""
        error = self.type(*words).exception
        assert isinstance(error, WanggeError)
        return error

    def ask(self, question: str) -> Any:
        """One value of the database."""
        engine = create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return connection.scalar(sa.text(question))


@pytest.fixture
def make_desk(
    make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Desk]]:
    """Desks at empty places, not even migrated."""
    yield lambda: Desk(tmp_path_factory.mktemp("desk"), make_database(empty=True))
    clock.follow(None)


@pytest.fixture
def desk(make_desk: Callable[[], Desk]) -> Desk:
    """A desk at an empty place."""
    return make_desk()


@pytest.fixture
def divisions(tmp_path: Path) -> str:
    """A list of divisions as an operator writes it."""
    file = tmp_path / "divisions.csv"
    file.write_text("code,name,level,parent\n3309,舟山市,city,\n330921,岱山县,county,3309\n", encoding="utf-8")
    return str(file)
