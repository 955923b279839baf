"""A sample workbook: Daishan county with its bodies, grids, people, posts and matters; all names and phones made up."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from engine import library, matters
from engine.clock import ZONE
from engine.directory import nation
from engine.directory.places import DivisionRow
from engine.directory.plan import Body, plan_bodies, read_plan
from engine.registers.known import word_of
from engine.registers.sheets import ORGANISATION_KINDS, owner_words, roles
from engine.registers.writing import write

CITY, COUNTY = "3309", "330921"
PLACES = library.RULES / "places"
_SEED = 330921
Rows = dict[str, list[Mapping[str, str]]]


def sample(at: datetime) -> bytes:
    """The workbook of Daishan (岱山县): it fits a place founded with Zhoushan's divisions, or with this county's."""
    return _written(at.astimezone(ZONE).year)


@lru_cache(maxsize=1)
def _written(year: int) -> bytes:
    return write(sample_rows(year))


def sample_rows(year: int) -> Rows:
    """The rows of every sheet by its key; within a year the same every time. Posts and grids begin with the year."""
    divisions = nation.cut(PLACES / "nation.xz", CITY, [COUNTY])
    plan = read_plan(PLACES / "zhoushan-organisations.yaml")
    bodies = [body for body in plan_bodies(plan, divisions) if body.division != CITY]
    crew = _Crew(_material(PLACES / "zhoushan-demo.yaml"), _first_day(year))
    rows: Rows = {"organisations": [_organisation(body) for body in bodies], "grids": [], "people": crew.people,
                  "posts": crew.posts, "duties": [], "matters": []}
    for body in bodies:
        for role, count in body.posts.items():
            label = body.division if body.kind == "centre" else f"{body.division}.{body.owner_kind}"
            crew.hire(role, label, body.code, count)
            if role == "seat":
                rows["duties"] += [{"单位编码": body.code, "用户名": f"{role}.{label}.1", **stretch}
                                   for stretch in _stretches(year)]
    for row in divisions:
        if row.level == "community":
            rows["grids"].append(_grid(row, crew, plan["grids"]["households"]))
            crew.hire("grid_worker", row.code, f"{row.code}-centre", 1, grid=f"{row.code}001")
    catalogue = matters.load_catalogue(library.RULES / "base" / "matters.csv")
    rows["matters"] = [matters.cells_of(row) for row in catalogue]
    return rows


class _Crew:
    """People and their posts, one after the other."""

    def __init__(self, names: dict[str, Any], begin: str) -> None:
        self.chance, self.names, self.begin = random.Random(_SEED), names, begin
        self.phones = iter(self.chance.sample(range(10_000), 5_000))
        self.people: list[Mapping[str, str]] = []
        self.posts: list[Mapping[str, str]] = []

    def hire(self, role: str, label: str, organisation: str, count: int, grid: str = "") -> None:
        """So many people in this role, named after it and their place: seat.330921100.1."""
        for number in range(1, count + 1):
            username = f"{role}.{label}.{number}"
            name = self.chance.choice(self.names["family"]) + self.chance.choice(self.names["given"])
            phone = f"{self.names['phone_prefix']}{next(self.phones):04d}"
            self.people.append({"用户名": username, "姓名": name, "手机": phone})
            self.posts.append({"用户名": username, "角色": word_of(roles(), role), "单位编码": organisation,
                               "网格编码": grid, "到岗日期": self.begin})


def _first_day(year: int) -> str:
    return f"{year}-01-01"


def _stretches(year: int) -> list[dict[str, str]]:
    """Somebody answers from the first hour on, and when the year turns."""
    days = [_first_day(one) for one in (year, year + 1, year + 2)]
    return [{"开始": f"{since} 00:00", "结束": f"{until} 00:00"} for since, until in pairwise(days)]


def _organisation(body: Body) -> Mapping[str, str]:
    return {"编码": body.code, "名称": body.name, "种类": word_of(ORGANISATION_KINDS, body.kind),
            "承办类别": word_of(owner_words(body.kind), body.owner_kind), "区划代码": body.division}


def _grid(row: DivisionRow, crew: _Crew, households: list[int]) -> Mapping[str, str]:
    return {"编码": f"{row.code}001", "名称": f"{row.short_name} 01 网格", "区划代码": row.code, "类型": "综合网格",
            "层级": "1", "户数": str(crew.chance.randint(*households)), "启用日期": crew.begin}


def _material(path: Path) -> dict[str, Any]:
    people: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))["people"]
    return people
