"""How the people of the demo city behave: what they answer, how long they take, when they let a thing lie."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import cases, deadlines, processes
from engine.cases.models import Case
from engine.directory.models import Account, Organisation, Post
from engine.worklist.models import Task

ROUND_THE_CLOCK = ("acknowledge", "acknowledge_top", "first_report")
LET_LIE = {"dispatch": 0.05, "handle_task": 0.1, "sign": 0.04, "check": 0.04, "verify": 0.06, "rate": 0.45}
MINUTES = {"verify": (15, 120), "dispatch": (4, 150), "sign": (10, 160), "check": (20, 150), "inform": (20, 200),
           "decide_request": (15, 200), "decide_request_above": (15, 200),
           "rate": (60, 1200), "acknowledge": (1, 14), "acknowledge_top": (1, 10), "first_report": (10, 40)}


ASKS = 0.12  # of those who handle: they ask for days or for a hold beside their work
UNREACHED = 0.25  # of those who are called, nobody answers the first time
PHOTO = "a photo.jpg"  # taken when the time comes, by whoever then sends it


@dataclass(frozen=True, slots=True)
class Plan:
    """What somebody will do with a task, and when."""

    at: datetime
    task_id: int
    account_id: int
    outcome: str
    values: dict[str, Any]


class Townspeople:
    """Everybody who acts in the demo; one source of chance, so that the city is the same each time."""

    def __init__(self, session: Session, chance: random.Random, material: dict[str, Any]) -> None:
        self.session, self.chance, self.material = session, chance, material
        calendar = deadlines.load_calendars()
        self.hours = deadlines.timetable(calendar, calendar.office())

    def plan(self, task: Task, at: datetime) -> Plan | None:
        """When and how somebody will do this task; None when it is let lie."""
        case = self.session.get_one(Case, task.case_id)
        if self.chance.random() < LET_LIE.get(task.element, 0.02) and not case.emergency:
            return None
        account_id = self.account_for(task)
        if account_id is None:
            return None
        outcome, values = self.answer(task, case, at)
        return Plan(self._when(task, at), task.id, account_id, outcome, values)

    def ask(self, task: Task, at: datetime) -> Plan | None:
        """What a unit asks for while it handles (延期、挂账), and when; mostly nothing."""
        account_id = self.account_for(task) if task.element == "handle_task" and self.chance.random() < ASKS else None
        if account_id is None:
            return None
        verb = "ask_extension" if self.chance.random() < 0.8 else "ask_hold"
        wanted: dict[str, Any] = {"days": 1 + self.chance.randint(1, 5)} if verb == "ask_extension" else {
            "until": (at + timedelta(days=self.chance.randint(7, 20))).isoformat()}
        reason = self.chance.choice(self.material["extension_reasons" if verb == "ask_extension" else "hold_reasons"])
        span = timedelta(minutes=self.chance.uniform(20, 400))
        return Plan(self.hours.after(at, span), task.id, account_id, verb, {**wanted, "reason": reason})

    def _when(self, task: Task, at: datetime) -> datetime:
        if task.element in MINUTES:
            span = timedelta(minutes=self.chance.uniform(*MINUTES[task.element]))
        else:
            left = self.hours.ran(at, task.due_at) if task.due_at else timedelta(hours=8)
            span = max(left, timedelta(minutes=30)) * self.chance.choice((0.15, 0.3, 0.45, 0.6, 0.75, 0.9, 0.98, 1.2))
        if task.element in ROUND_THE_CLOCK:
            return at + span
        return self.hours.after(at, span)

    def account_for(self, task: Task) -> int | None:
        """Somebody to whom the task is offered and who may do it."""
        if task.assignee_id is not None:
            return self.session.scalars(select(Account.id).where(Account.person_id == task.assignee_id)).first()
        query = (select(Account.id, Account.person_id).join(Post, Post.person_id == Account.person_id)
                 .where(Post.organisation_id == task.organisation_id, Post.role == task.role).order_by(Account.id))
        if task.grid_id is not None:
            query = query.where(Post.grid_id == task.grid_id)
        people = [row.id for row in self.session.execute(query) if row.person_id != task.excluded_id]
        return self.chance.choice(people) if people else None

    def answer(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        """An outcome and the values of its form."""
        special = {"dispatch": self._dispatch, "rate": self._rate, "verify": self._verify, "sign": self._sign,
                   "check": self._check, "inform": self._inform, "decide_request": self._decide,
                   "decide_request_above": self._decide}.get(task.element)
        if special is not None:
            return special(task, case, at)
        form = processes.Form.from_json(task.form or {})
        outcome = "final" if any(one.id == "final" for one in form.outcomes) else form.outcomes[0].id
        return outcome, self.fill(form, outcome, case, at)

    def fill(self, form: processes.Form, outcome: str, case: Case, at: datetime) -> dict[str, Any]:
        """Something sensible in every field that is demanded."""
        return {field.id: self._value(field, case, at) for field in form.fields
                if field.required and field.applies(outcome)}

    def _value(self, field: processes.Field, case: Case, at: datetime) -> Any:
        words = self.material["results"].get(case.class_name or "") or next(iter(self.material["results"].values()))
        plain: dict[str, Callable[[], Any]] = {
            "photos": lambda: [PHOTO], "datetime": at.isoformat, "number": lambda: 3,
            "boolean": lambda: True, "date": lambda: at.date().isoformat(), "select": lambda: field.options[0].id}
        return plain.get(field.type, lambda: self.chance.choice(words))()

    # the desks ------------------------------------------------------------------------------------------------
    def _dispatch(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        suggested = cases.suggest_for(self.session, case, at)
        roll = self.chance.random()
        if roll < 0.05:
            return "answer", {"reply": self.chance.choice(self.material["answers"])}
        if roll < 0.07:
            return "refuse", {"reason": self.chance.choice(self.material["refuse_reasons"])}
        chosen = {"matter": suggested.matter_code or "SR0101", "severity": suggested.severity,
                  "urgency": suggested.urgency}
        centre = self.session.get_one(Organisation, task.organisation_id)
        if roll < 0.11 and centre.division.level in ("township", "county", "city"):
            return self._several(centre, chosen)
        if suggested.way == "department" and suggested.organisation_code:
            return "department", {**chosen, "organisation": suggested.organisation_code}
        if suggested.way == "up" or roll < 0.13:
            return ("up", chosen) if centre.division.level != "city" else ("own", chosen)
        return "own", chosen

    def _several(self, centre: Organisation, chosen: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        codes = list(self.session.scalars(select(Organisation.code).where(
            Organisation.division_code == centre.division_code, Organisation.kind != "centre").order_by(
            Organisation.id).limit(6)))
        lead, *others = self.chance.sample(codes, 3)
        return "several", {**chosen, "lead": lead, "assistants": others}

    def _rate(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        ratings = self.material["ratings"]
        rating = self.chance.choices(ratings, [one["weight"] for one in ratings])[0]
        field = "reason" if rating["rating"] in ("dissatisfied", "unreasonable") else "note"
        return rating["rating"], {field: self.chance.choice(rating["texts"])}

    def _verify(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        outcome = "confirmed" if self.chance.random() < 0.92 else "not_found"
        return outcome, {"note": self.chance.choice(self.material["verify"][outcome])}

    def _sign(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        if self.chance.random() < 0.07:
            return "return", {"reason": self.chance.choice(self.material["return_reasons"])}
        return "sign", {}

    def _check(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        if self.chance.random() < 0.08:
            return "rework", {"reason": self.chance.choice(self.material["rework_reasons"])}
        return "pass", {"note": "现场已恢复，与结果一致。"}

    def _decide(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        way = self.chance.choices(("grant", "fewer", "refuse"), (5, 2, 2))[0]
        if way == "grant":
            return way, {}
        return way, {"reason": self.material["request_decisions"][way], **({"days": 1} if way == "fewer" else {})}

    def _inform(self, task: Task, case: Case, at: datetime) -> tuple[str, dict[str, Any]]:
        if self.chance.random() < UNREACHED:
            words = self.chance.choice(self.material["callbacks"]["unreachable"])
            return "no_answer", {"method": "phone", "note": words}
        method = self.chance.choices(("phone", "face", "sms"), (8, 1, 1))[0]
        return "told", {"method": method, "note": self.chance.choice(self.material["callbacks"]["reached"])}
