"""A small city in which cases travel, and an `Office` that acts in it.

One county is ruled by the base pack, one by Daishan's.
Every centre has two seats and a supervisor, every department two clerks, every grid its worker.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import attachments, cases, directory, library, matters, processes
from engine.audit.models import Entry
from engine.cases import gatekeeping
from engine.cases.models import Case, Custody
from engine.clock import ZONE
from engine.db.session import create_engine
from engine.directory.models import Account, Division, Duty, Grid, Organisation, Post
from engine.processes.models import Timer
from engine.worklist.models import Deadline, Task
from tests import builders

BASE, DAISHAN = "330902002001001", "330921100001001"  # the grids of the two counties
TOWNSHIP, COUNTY, CITY = "330902002", "330902", "3309"
WEDNESDAY = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # 09:00 in the office
PLACES = (
    ("3309", "舟山市", "city", None), ("330902", "定海区", "county", "3309"), ("330921", "岱山县", "county", "3309"),
    ("330902002", "环南街道", "township", "330902"), ("330921100", "高亭镇", "township", "330921"),
    ("330902002001", "蟠洋社区", "community", "330902002"), ("330921100001", "竹屿社区", "community", "330921100"),
)
DEPARTMENTS = {"county": ("urban_management", "housing", "police", "enforcement"), "township": ("housing",),
               "city": ("housing", "enforcement")}
PLATFORMS = ("enforcement", "zongzhi", "market", "service")
CENTRE_STAFF = ("seat", "seat", "supervisor")


def settle(url: str) -> None:
    """Build the city in the empty database of this address, and leave nobody connected."""
    engine = create_engine(url)
    with Session(engine) as session, session.begin():
        build_town(session)
    engine.dispose()


def build_town(session: Session) -> None:
    """The city with its people, matters and published rules, in an empty database."""
    gatekeeping.publish(session, library.working_copies(), by="绘制人", approved_by="审批人", at=builders.BEFORE)
    matters.load_list(session, matters.load_catalogue(library.RULES / "base" / "matters.csv"))
    for code, name, level, parent in PLACES:
        division = builders.a_division(session, code, name, level, session.get(Division, parent) if parent else None)
        _body(session, division, "centre", "centre", CENTRE_STAFF)
        for kind in DEPARTMENTS.get(level, ()):
            _body(session, division, "department", kind, ("clerk", "clerk"))
        for kind in PLATFORMS if level == "township" else ():
            _body(session, division, "platform", kind, ("clerk", "clerk"))
        if level == "community":
            grid = builders.a_grid(session, division, f"{code}001")
            _hire(session, "grid_worker", builders.a_centre(session, division), 1, grid)


def _body(session: Session, division: Division, kind: str, owner: str, staff: tuple[str, ...]) -> None:
    made = Organisation(code=f"{division.code}-{owner}", name=f"{division.name}{owner}", kind=kind, owner_kind=owner,
                        division_code=division.code)
    session.add(made)
    session.flush()
    session.refresh(made)
    for number, role in enumerate(staff, start=1):
        _hire(session, role, made, number)


def _hire(session: Session, role: str, organisation: Organisation, number: int, grid: Grid | None = None) -> None:
    builders.an_actor(session, role, organisation, grid, f"{organisation.name}{role}{number}",
                      f"{role}.{organisation.code}.{number}")


def a_photo() -> bytes:
    """A small PNG."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


class Office:
    """Everybody who works on one case; `at` is the time on the wall, moved only by `wait`."""

    def __init__(self, session: Session, at: datetime = WEDNESDAY) -> None:
        self.session, self.at = session, at
        self.case: Case
        self.acted: cases.Acted

    # people -----------------------------------------------------------------------------------------------------
    def who(self, role: str, organisation: str, number: int = 0) -> directory.Actor:
        """Somebody in this role at the organisation with this code, «330902002-centre»."""
        account = self.session.scalars(
            select(Account.id).join(Post, Post.person_id == Account.person_id)
            .join(Organisation, Organisation.id == Post.organisation_id)
            .where(Organisation.code == organisation, Post.role == role).order_by(Account.id).offset(number)).first()
        assert account is not None, f"no {role} at {organisation}"
        return directory.get_actor(self.session, account, self.at)

    def worker(self, grid: str = BASE) -> directory.Actor:
        """The worker of a grid."""
        return self.who("grid_worker", f"{grid[:12]}-centre")

    def for_task(self, task: Task) -> directory.Actor:
        """Somebody who may do this task."""
        if task.assignee_id is not None:
            chosen = select(Account.id).where(Account.person_id == task.assignee_id)
        else:
            chosen = select(Account.id).join(Post, Post.person_id == Account.person_id).where(
                Post.organisation_id == task.organisation_id, Post.role == task.role,
                Post.person_id.is_distinct_from(task.excluded_id))
        return directory.get_actor(self.session, self.session.scalars(chosen.order_by(Account.id)).all()[0], self.at)

    def on_duty(self, organisation: str, number: int = 0) -> directory.Actor:
        """A seat that is put on the duty roster of its centre for a year."""
        seat = self.who("seat", organisation, number)
        self.session.add(Duty(organisation_id=seat.posts[0].organisation_id, person_id=seat.person_id,
                              since=builders.BEFORE, until=datetime(2027, 12, 31, tzinfo=UTC)))
        self.session.flush()
        return seat

    # acts -------------------------------------------------------------------------------------------------------
    def report(self, by: directory.Actor | None = None, **changed: Any) -> Case:
        """A report by the grid worker unless somebody else is named; any field of `Report` may be given."""
        values = {"description": "楼道里堆满了垃圾。", "place": "3 号楼", "grid": BASE, **changed}
        by = by or self.worker(str(values["grid"]))
        self.case = cases.report_case(self.session, by, cases.Report(**values), self.at)
        return self.case

    def resident(self, **changed: Any) -> Case:
        """A resident's report, verified on the spot by the worker."""
        self.report(**{"origin": "resident", "channel": "phone", "contact": {"name": "陈某", "phone": "13800001111"},
                       **changed})
        self.do("verify", "confirmed")
        return self.case

    def do(self, element: str, outcome: str, by: directory.Actor | None = None, **values: Any) -> list[str]:
        """Complete the first open task of an element with what its form demands; what waits then."""
        return self.complete(self.task(element), outcome, by, **values)

    def complete(self, task: Task, outcome: str, by: directory.Actor | None = None, **values: Any) -> list[str]:
        """Complete this task with what its form demands; what waits then."""
        by = by or self.for_task(task)
        form = processes.Form.from_json(task.form) if task.form else processes.DEFAULT_FORM
        needed = {field.id: self._something(field, by) for field in form.fields
                  if field.required and field.applies(outcome) and field.id not in values}
        given = {**needed, **values}
        self.acted = cases.complete_task(self.session, by, task.id, outcome, given, task.version, self.at)
        return self.open

    def walk(self, *acts: tuple[str, str]) -> list[str]:
        """Complete one task after the other; what waits then."""
        for element, outcome in acts:
            self.do(element, outcome)
        return self.open

    def act(self, verb: str, by: directory.Actor, **values: Any) -> list[str]:
        """An act without a task; what waits then."""
        cases.act_on(self.session, by, self.case.number, verb, {"reason": "按规定", **values}, self.at)
        return self.open

    def photo(self, by: directory.Actor | None = None) -> str:
        """A photo taken in; its key."""
        person = by.person_id if by else None
        return attachments.add_photo(self.session, a_photo(), kind="evidence", by=person, at=self.at).key

    def _something(self, field: processes.Field, by: directory.Actor) -> Any:
        plain: dict[str, Callable[[], Any]] = {
            "photos": lambda: [self.photo(by)], "datetime": lambda: self.at.isoformat(), "number": lambda: 3,
            "matter": lambda: "SR0107", "organisation": self.unit, "organisations": lambda: [self.unit("enforcement")],
            "select": lambda: field.options[0].id}
        return plain.get(field.type, lambda: "情况属实，已处理。")()

    def unit(self, owner: str = "housing") -> str:
        """The code of the nearest unit of this kind that the holder may dispatch to."""
        path = self.session.get_one(Organisation, self.case.holder_id).division.path.split(".")
        known = set(self.session.scalars(select(Organisation.code)))
        return next(code for code in (f"{place}-{owner}" for place in reversed(path)) if code in known)

    # time -------------------------------------------------------------------------------------------------------
    def wait(self, until: datetime) -> list[str]:
        """Let the clock do everything that falls due until then; what waits then."""
        while cases.advance_one(self.session, until) is not None:
            pass
        self.at = until
        self.session.expire_all()
        return self.open

    def at_office(self, month: int, day: int, hour: int, minute: int = 0) -> datetime:
        """An instant of 2026 by the office's clock."""
        return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)

    # what is to be seen -----------------------------------------------------------------------------------------
    @property
    def open(self) -> list[str]:
        """The elements of the tasks that wait."""
        return sorted(self.session.scalars(
            select(Task.element).where(Task.case_id == self.case.id, Task.closed_at.is_(None))))

    def task(self, element: str) -> Task:
        """The first open task of this element."""
        found = self.tasks(element)
        assert found, f"{element} is not open: {self.open}"
        return found[0]

    def tasks(self, element: str) -> list[Task]:
        """The open tasks of this element, oldest first."""
        return list(self.session.scalars(select(Task).where(
            Task.case_id == self.case.id, Task.element == element, Task.closed_at.is_(None)).order_by(Task.id)))

    def offered_to(self, element: str) -> str:
        """The code of the organisation to which an open task is offered."""
        return self.session.get_one(Organisation, self.task(element).organisation_id).code

    def deadline(self, stage: str) -> Deadline:
        """The newest deadline of this stage."""
        return self.session.scalars(select(Deadline).where(
            Deadline.case_id == self.case.id, Deadline.stage == stage).order_by(Deadline.id.desc())).all()[0]

    def entries(self, *verbs: str) -> list[Entry]:
        """The entries of the case, of these verbs only when some are named."""
        query = select(Entry).where(Entry.case_id == self.case.id).order_by(Entry.seq)
        return [entry for entry in self.session.scalars(query) if not verbs or entry.verb in verbs]

    def custody(self) -> list[tuple[str, str, str | None]]:
        """(level, capacity, how it ended) of every stretch, oldest first."""
        rows = self.session.scalars(select(Custody).where(Custody.case_id == self.case.id).order_by(Custody.id))
        return [(row.level, row.capacity, row.outcome) for row in rows]

    def planned(self, stage: str) -> tuple[str, datetime] | None:
        """The measure that comes next around the open deadline of a stage."""
        deadline = self.deadline(stage)
        return (deadline.next_measure["kind"], deadline.next_at) if deadline.next_measure and deadline.next_at else None

    def timers(self) -> dict[str, datetime]:
        """When the drawn timers of the case fire."""
        instance = processes.get_instance(self.session, self.case.id)
        rows = self.session.scalars(select(Timer).where(Timer.instance_id == instance.id))
        return {row.element: row.due_at for row in rows}
