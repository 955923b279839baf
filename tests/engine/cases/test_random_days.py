"""Whatever people do in whatever order: nothing breaks but by a clear word, and every promise is kept at the end."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import cases, directory, processes
from engine.cases.models import Case
from engine.directory.models import Organisation
from engine.errors import Conflict, Invalid, NotAllowed, Unavailable
from engine.processes.models import Incident
from engine.verification import verify
from engine.worklist.models import Task
from tests.town import BASE, DAISHAN, Office

STEPS = 40
REPORTS: tuple[dict[str, Any], ...] = (
    {}, {"grid": DAISHAN}, {"severity": "major"}, {"settled": "已解决"}, {"origin": "superior"},
    {"origin": "resident", "channel": "phone", "contact": {"name": "陈某", "phone": "13800001111"}},
    {"origin": "resident", "channel": "visit", "contact": {"phone": "13800001111"}, "grid": DAISHAN},
    {"matter": "SR0101", "urgency": "urgent", "first_handling": "先围上了"},
)


class Day:
    """An office in which chance decides what happens next."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.chance, self.happened = office, random.Random(seed), 0

    def step(self) -> None:
        """One thing happens; what is refused with a clear word leaves nothing behind."""
        what = self.chance.choices((self.report, self.task, self.verb, self.pass_time), (2, 8, 3, 3))[0]
        try:
            with self.office.session.begin_nested():
                what()
                self.happened += 1
        except (Conflict, Invalid, NotAllowed, Unavailable) as problem:
            assert problem.message
        self.office.session.expire_all()

    def report(self) -> None:
        """Somebody reports something."""
        self.office.report(**self.chance.choice(REPORTS))

    def task(self) -> None:
        """Somebody finishes one of the open tasks in one of its ways."""
        open_tasks = self.office.session.scalars(select(Task).where(Task.closed_at.is_(None)).order_by(Task.id)).all()
        if not open_tasks:
            return
        task = self.chance.choice(open_tasks)
        self.office.case = self.office.session.get_one(Case, task.case_id)
        form = processes.Form.from_json(task.form or {})
        is_grave = task.element == "dispatch" and self.chance.random() < 0.1
        extra: dict[str, Any] = {"severity": "extreme"} if is_grave else {}
        self.office.do(task.element, self.chance.choice(form.outcomes).id, **extra)

    def verb(self) -> None:
        """A seat, a supervisor or the unit that handles does one of the acts that are offered."""
        found = self.office.session.scalars(select(Case).order_by(Case.id)).all()
        if not found:
            return
        case = self.office.case = self.chance.choice(found)
        actor = self.somebody(case)
        offers = cases.available_acts(self.office.session, actor, case, self.office.at)
        if offers:
            until = self.office.at + timedelta(days=self.chance.randint(1, 9))
            offer = self.chance.choice(offers)
            known = {"until": until.isoformat(), "days": self.chance.randint(1, 4)}
            given = {field.id: known.get(field.id, "按规定") for field in offer.form.fields}
            cases.act_on(self.office.session, actor, case.number, offer.verb, given, self.office.at)

    def somebody(self, case: Case) -> directory.Actor:
        """A clerk of the unit that handles, or somebody at one of the centres."""
        unit = self.office.session.get(Organisation, case.handler_id or 0)
        if unit is not None and unit.kind != "centre" and self.chance.random() < 0.5:
            return self.office.who("clerk", unit.code)
        codes = [f"{code}-centre" for code in ("3309", BASE[:6], BASE[:9], BASE[:12], "330921", "330921100")]
        return self.office.who(self.chance.choice(("seat", "supervisor")), self.chance.choice(codes))

    def pass_time(self) -> None:
        """Hours or days pass; sometimes the worker sleeps."""
        until = self.office.at + timedelta(hours=self.chance.choice((1, 3, 8, 30, 100)))
        if self.chance.random() < 0.3:
            self.office.at = until
        else:
            self.office.wait(until)


@pytest.mark.parametrize("seed", range(4))
def test_every_promise_is_kept(office: Office, seed: int) -> None:
    day = Day(office, seed)
    day.report()
    for _ in range(STEPS):
        day.step()
    office.wait(office.at + timedelta(days=1))
    assert day.happened > STEPS / 3 and office.session.scalars(select(Incident)).all() == []
    found = verify(office.session, office.at)
    assert {name: finding.examples for name, finding in found.items() if finding.violations} == {}
