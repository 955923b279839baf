"""Zhoushan as it could be on the first day: its divisions, centres, departments, grids, people and matters."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import yaml
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import directory, library, matters
from engine.clock import ZONE
from engine.directory.models import Account, Division, Duty, Grid, Organisation, Person, Post
from engine.directory.places import DivisionRow, read_divisions
from engine.directory.plan import Body, plan_bodies, read_plan

PLACE = "zhoushan"
PASSWORD = "Wangge-demo-2026"
SEED = 3309
CENTRE = (30.0, 122.2)  # degrees; the areas of the grids are drawn around it for the demo
FOUNDED = datetime(2026, 1, 1, tzinfo=ZONE)
DUTY_DAYS = 400


def is_empty(session: Session) -> bool:
    """True when no division has been loaded yet."""
    return session.scalar(select(func.count()).select_from(Division)) == 0


def publish_working_copies(session: Session, at: datetime) -> int:
    """Publish every diagram and table of the house; how many versions are in force afterwards."""
    made = library.publish(session, library.working_copies(), by="演示绘制人", approved_by="演示审批人", at=at,
                           in_force_from=FOUNDED)
    return len(made)


def build_city(session: Session, at: datetime) -> None:
    """Load the whole city into an empty database; the caller commits."""
    chance = random.Random(SEED)
    material = demo_material()
    divisions = read_divisions(library.RULES / "places" / f"{PLACE}.csv")
    plan = read_plan(library.RULES / "places" / f"{PLACE}-organisations.yaml")
    publish_working_copies(session, at)
    matters.found_list(session, matters.load_catalogue(library.RULES / "base" / "matters.csv"), "演示", FOUNDED)
    session.add_all(Division(code=row.code, name=row.name, level=row.level, parent_code=row.parent, path=row.path)
                    for row in divisions)
    session.flush()
    people = _Staff(session, chance, material["people"])
    centres = _add_bodies(session, people, plan_bodies(plan, divisions))
    _add_grids(session, people, plan["grids"], divisions, centres, chance)
    people.flush()


def demo_material() -> dict[str, Any]:
    """Names, report texts and remarks made up for the demo."""
    path = library.RULES / "places" / f"{PLACE}-demo.yaml"
    material: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return material


class _Staff:
    """People with posts and accounts, made one after the other and written together."""

    def __init__(self, session: Session, chance: random.Random, names: dict[str, Any]) -> None:
        self.session, self.chance, self.names = session, chance, names
        self.password = directory.hash_password(PASSWORD)
        self.numbers: dict[str, Iterator[int]] = {}

    def hire(self, role: str, organisation: Organisation, label: str, grid: Grid | None = None) -> Person:
        """A person in a post, with an account named after role and place: seat.330921100.1."""
        name = self.chance.choice(self.names["family"]) + self.chance.choice(self.names["given"])
        number = next(self.numbers.setdefault(f"{role}.{label}", itertools.count(1)))
        person = Person(name=name, phone=f"{self.names['phone_prefix']}{self.chance.randrange(10000):04d}")
        self.session.add_all([
            Post(person=person, role=role, organisation=organisation, grid=grid, valid_from=FOUNDED),
            Account(username=f"{role}.{label}.{number}", password_hash=self.password, person=person, language="zh",
                    preferences={})])
        return person

    def flush(self) -> None:
        """Write what is pending."""
        self.session.flush()


def _add_bodies(session: Session, staff: _Staff, bodies: list[Body]) -> dict[str, Organisation]:
    """Every organisation with its people; the centres by division code."""
    centres, on_duty = {}, list[tuple[Organisation, Person]]()
    for body in bodies:
        organisation = Organisation(code=body.code, name=body.name, kind=body.kind, owner_kind=body.owner_kind,
                                    division_code=body.division, office="default")
        session.add(organisation)
        label = body.division if body.kind == "centre" else f"{body.division}.{body.owner_kind}"
        hired = [staff.hire(role, organisation, label) for role, count in body.posts.items() for _ in range(count)
                 if role in ("seat", "clerk", "supervisor") or count]
        if body.kind == "centre":
            centres[body.division] = organisation
            on_duty += [(organisation, person) for person in hired[:1]]
    session.flush()
    until = FOUNDED + timedelta(days=DUTY_DAYS)
    session.add_all(Duty(organisation_id=centre.id, person_id=person.id, since=FOUNDED, until=until)
                    for centre, person in on_duty)
    return centres


def _add_grids(session: Session, staff: _Staff, plan: dict[str, Any], divisions: list[DivisionRow],
               centres: dict[str, Organisation], chance: random.Random) -> None:
    boats = set(plan["boats"]["communities"])
    communities = [row for row in divisions if row.level == "community"]
    for place, row in enumerate(communities):
        for number in range(1, 2 + (row.code in boats)):
            is_boat = number == 2
            grid = Grid(
                code=f"{row.code}{number:03d}", division_code=row.code, path=row.path, tier=1,
                name=f"{row.short_name}{plan['boats']['name'] if is_boat else f'{number:02d} 网格'}",
                kind="boats" if is_boat else "general", area=None if is_boat else _square(place, len(communities)),
                demo_area=not is_boat, households=chance.randint(*plan["households"]), valid_from=FOUNDED)
            session.add(grid)
            staff.hire("grid_worker", centres[row.code], row.code, grid)


def _square(place: int, count: int) -> dict[str, Any]:
    """A square of about 300 m in a spiral around the middle of the city: drawn for the demo, said so on the map."""
    turn, far = place * 2.399963, 0.02 + 0.35 * math.sqrt(place / count)
    lat, lng = CENTRE[0] + far * math.sin(turn) * 0.6, CENTRE[1] + far * math.cos(turn)
    half = 0.0025
    ring = [[lng - half, lat - half], [lng + half, lat - half], [lng + half, lat + half], [lng - half, lat + half],
            [lng - half, lat - half]]
    return {"type": "Polygon", "coordinates": [[[round(x, 5), round(y, 5)] for x, y in ring]]}
