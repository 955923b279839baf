"""What storms may ask for: a house with a server and workers, sizes, and a place to say what was survived."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator

import pytest

from engine import clock
from tests import town
from tests.storms.crowd import Crowd, Ledger
from tests.storms.house import House

Say = Callable[[str], None]
BREEZE = 2026


@pytest.fixture(scope="package")
def settled_town(make_database: Callable[..., str]) -> str:
    """A database with the small city in it, to which nobody is connected: houses are copied from it."""
    url = make_database()
    town.settle(url)
    return url


@pytest.fixture(scope="package")
def lasting_house(settled_town: str, make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
                  ) -> Iterator[House]:
    """A running house with two workers, on a database of its own, with a photo in it."""
    made = House(tmp_path_factory.mktemp("house"), make_database(copy_of=settled_town), workers=2)
    try:
        made.open()
        Crowd(made, Ledger(), 0).photo(f"grid_worker.{town.BASE[:12]}-centre.1")
        yield made
    finally:
        made.close()


@pytest.fixture
def make_watch(settled_town: str, make_database: Callable[..., str], tmp_path_factory: pytest.TempPathFactory
               ) -> Iterator[Callable[..., House]]:
    """Makes houses in which only workers run; the test starts them. What `told` says goes into their environment."""
    made: list[House] = []

    def make(**told: str) -> House:
        data = tmp_path_factory.mktemp("watch")
        made.append(House(data, make_database(copy_of=settled_town), 0, serves=False, told=told))
        return made[-1]

    yield make
    for house in made:
        house.close()


@pytest.fixture
def house(lasting_house: House) -> Iterator[House]:
    """The house in which storms follow one another, all of it at work; its time is nobody else's."""
    lasting_house.enter()
    lasting_house.disarm()
    lasting_house.open()
    yield lasting_house
    clock.follow(None)


@pytest.fixture
def given_seed(request: pytest.FixtureRequest) -> int:
    """What STORM_SEED says; else one number in `make test`, and chance in `make storm`, which looks for new weather.

    The same number makes the same storm again, as far as processes and threads let it.
    """
    if given := os.environ.get("STORM_SEED"):
        return int(given)
    return random.SystemRandom().randrange(10**6) if request.node.get_closest_marker("storm") else BREEZE


@pytest.fixture
def seed(given_seed: int, request: pytest.FixtureRequest) -> int:
    """The seed of this storm: of two storms in one house each has its own keys."""
    return random.Random(f"{given_seed} {request.node.name}").randrange(10**9)


@pytest.fixture
def say(record_property: Callable[[str, object], None], given_seed: int, request: pytest.FixtureRequest) -> Say:
    """Says what was survived; the run prints it at its end."""
    return lambda line: record_property("survived", f"{request.node.name}: {line} (STORM_SEED={given_seed})")


