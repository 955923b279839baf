"""The small city with its three administrators, and a desk at which their workbooks are handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import directory, registers
from engine.cases import sealing
from tests.builders import NOW, City, a_centre, a_city, an_actor

Rows = Mapping[str, list[dict[str, str]]]
TODAY = "2026-03-04"


@dataclass
class Counter:
    """Where workbooks are handed in: the city, its administrators, and what came of the last one."""

    session: Session
    city: City
    system: directory.Actor
    security: directory.Actor
    audit: directory.Actor

    def plan(self, **rows: list[dict[str, str]]) -> registers.Plan:
        """What a workbook of these rows would do."""
        return registers.make_plan(self.session, registers.read_workbook(registers.write(rows)), NOW)

    def faults(self, **rows: list[dict[str, str]]) -> list[tuple[str, int, str]]:
        """The faults of a workbook: sheet, line and column of each."""
        return [(one.sheet, one.line, one.column) for one in self.plan(**rows).problems]

    def does(self, **rows: list[dict[str, str]]) -> list[tuple[str, str]]:
        """What its rows would do: sheet and action of each; the workbook has no fault."""
        plan = self.plan(**rows)
        assert plan.problems == []
        return [(one.sheet, one.action) for one in plan.changes]

    def hand_in(self, content: bytes | None = None, **rows: list[dict[str, str]]) -> Any:
        """A workbook taken in and confirmed by everybody who must; what was kept of it."""
        kept = registers.submit(self.session, self.system, "名册.xlsx", content or registers.write(rows), NOW)
        for actor in (self.system, self.security):
            plan = registers.plan_of(self.session, actor, kept, NOW)[1]
            if any(actor.has(role) for role in plan.owners):
                registers.confirm(self.session, actor, kept.id, plan.digest, NOW)
            if kept.state == "applied":
                break
        return kept

    def person(self, username: str = "li", name: str = "李四", **more: str) -> dict[str, str]:
        """A row of the sheet of people."""
        return {"用户名": username, "姓名": name, **more}

    def post(self, username: str = "li", role: str = "坐席", where: str = "", **more: str) -> dict[str, str]:
        """A row of the sheet of posts: a seat in the township's centre."""
        return {"用户名": username, "角色": role, "单位编码": where or self.city.centre.code, **more}


@pytest.fixture
def counter(session: Session) -> Counter:
    """The counter of a city on a Wednesday in March."""
    sealing.use_key("s" * 40)
    city = a_city(session)
    centre = a_centre(session, city.city)
    made = {role: an_actor(session, role, centre, None, name, role)
            for role, name in (("system_admin", "周管"), ("security_admin", "吴安"), ("audit_admin", "郑审"))}
    return Counter(session, city, made["system_admin"], made["security_admin"], made["audit_admin"])
