"""The small city, and the supervisor of its county."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from engine.directory import Actor
from tests.builders import City, a_city, an_actor


@pytest.fixture
def city(session: Session) -> City:
    """A city of the test's own."""
    return a_city(session)


@pytest.fixture
def supervisor(session: Session, city: City) -> Actor:
    """Who supervises the county."""
    return an_actor(session, "supervisor", city.county_centre, name="杜督查")
