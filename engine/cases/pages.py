"""Everything the page of one case shows, gathered in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import worklist
from engine.attachments.models import Attachment
from engine.audit.models import Entry
from engine.cases import queries, sealing
from engine.cases.duplicates import Similar, case_duplicates
from engine.cases.lamps import Clock, clock_of
from engine.cases.models import Case, Contact, ContactRecord, Custody, EntryText, Stop
from engine.cases.reading import get_case, task_row
from engine.cases.rows import TaskRow
from engine.cases.sketches import Sketch, sketch_of
from engine.cases.stretches import LEVELS, Chart, chart_of
from engine.cases.turns import Turn, turn_of
from engine.cases.wording import Line, line_of
from engine.cases.words import Language
from engine.directory import Actor
from engine.directory.models import Division, Grid, Organisation
from engine.errors import WanggeError
from engine.matters.models import Matter
from engine.worklist.models import Measure, Task


@dataclass(frozen=True, slots=True)
class MyTask:
    """An open task that the reader may do now, with its form as JSON."""

    task: Task
    row: TaskRow


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as its page shows it; `names`: of holder, handler, community, grid, matter and others."""

    case: Case
    names: dict[str, str]
    clock: Clock
    total: Clock | None
    turn: Turn
    waiting: tuple[TaskRow, ...]
    mine: tuple[MyTask, ...]
    lines: tuple[Line, ...]
    chart: Chart
    stops: tuple[Stop, ...]
    photos: tuple[Attachment, ...]
    contact: str
    contacted: tuple[ContactRecord, ...]
    similar: tuple[Similar, ...]
    sketch: Sketch | None


def case_page(session: Session, actor: Actor, number: str, at: datetime,
              language: Language = "zh") -> CasePage:
    """The page of the case with this number; raises CaseUnknown, out of scope too."""
    case = get_case(session, number)
    waiting = tuple(task_row(row) for row in queries.open_tasks(session, [case.id]))
    stops = queries.list_stops(session, [case.id])
    open_deadlines = queries.open_deadlines(session, [case.id])
    total = next((each for each in open_deadlines if each.stage == "total"), None)
    custody = _custody(session, case)
    grid = session.get(Grid, case.grid_id) if case.grid_id else None
    names = _names(session, case, grid)
    return CasePage(
        case=case, names=names,
        clock=clock_of(next(iter(open_deadlines), None), stops, at, case.stopped_at, case.stopped_until),
        total=clock_of(total, stops, at, case.stopped_at) if total else None,
        turn=turn_of(case, waiting, names, at, language), waiting=waiting,
        mine=_mine(session, actor, waiting),
        lines=_lines(session, case, language),
        chart=chart_of(case, custody, stops, _measures(session, case), open_deadlines,
                       _levels(custody, names), at),
        stops=tuple(stops), photos=_photos(session, case), contact=_contact(session, case),
        contacted=tuple(session.scalars(select(ContactRecord).where(ContactRecord.case_id == case.id)
                                        .order_by(ContactRecord.at))),
        similar=case_duplicates(session, case) if case.closed_at is None else (),
        sketch=sketch_of(grid.area if grid else None, case.lat, case.lng))


def may_do(task: Task, actor: Actor) -> bool:
    """Whether the actor could complete this open task now."""
    try:
        worklist.require_open(task)
        worklist.require_actor(task, actor)
    except WanggeError:
        return False
    return True


def _mine(session: Session, actor: Actor, waiting: Sequence[TaskRow]) -> tuple[MyTask, ...]:
    if not waiting:
        return ()
    rows = {row.id: row for row in waiting}
    tasks = session.scalars(select(Task).where(Task.id.in_(rows)).order_by(Task.id))
    return tuple(MyTask(task, rows[task.id]) for task in tasks if may_do(task, actor))


def _lines(session: Session, case: Case, language: Language) -> tuple[Line, ...]:
    texts: dict[int, dict[str, str]] = defaultdict(dict)
    for row in session.scalars(select(EntryText).where(EntryText.case_id == case.id)):
        texts[row.seq][row.field] = row.text
    entries = session.scalars(select(Entry).where(Entry.case_id == case.id).order_by(Entry.seq.desc()))
    return tuple(line_of(entry, texts[entry.seq], language) for entry in entries)


def _custody(session: Session, case: Case) -> list[tuple[Custody, str]]:
    rows = session.execute(
        select(Custody, Organisation.name).join(Organisation, Organisation.id == Custody.organisation_id)
        .where(Custody.case_id == case.id).order_by(Custody.since, Custody.id))
    return [(custody, name) for custody, name in rows]


def _measures(session: Session, case: Case) -> list[Measure]:
    return list(session.scalars(
        select(Measure).where(Measure.case_id == case.id, Measure.done_at.is_not(None)).order_by(Measure.id)))


def _photos(session: Session, case: Case) -> tuple[Attachment, ...]:
    found = select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id)
    return tuple(session.scalars(found))


def _contact(session: Session, case: Case) -> str:
    """The resident, masked; "" where there is none to tell."""
    if not case.has_contact:
        return ""
    contact = session.get(Contact, case.id)
    return sealing.unseal(contact.sealed, case.number).masked if contact else ""


def _names(session: Session, case: Case, grid: Grid | None) -> dict[str, str]:
    """The names of everything a case points at, in one statement a table."""
    names: dict[str, str] = {}
    codes = case.path.split(".")
    for division in session.scalars(select(Division).where(Division.code.in_(codes))):
        names[division.level] = division.name
        if division.code == case.division_code:
            names["division"] = division.name
    wanted = {"holder": case.holder_id, "handler": case.handler_id, "dispatcher": case.dispatcher_id}
    for organisation in session.scalars(select(Organisation).where(or_(
            Organisation.id.in_([key for key in wanted.values() if key]),
            (Organisation.kind == "centre") & Organisation.division_code.in_(codes)))):
        names |= {role: organisation.name for role, key in wanted.items() if key == organisation.id}
        if organisation.kind == "centre" and organisation.division.level == case.attention_level:
            names["attention"] = organisation.name
    if grid is not None:
        names["grid"] = grid.name
    if case.matter_code and (matter := session.get(Matter, case.matter_code)):
        names["matter"], names["subclass"] = matter.name, matter.subclass_name
    if case.duplicate_of and (other := session.get(Case, case.duplicate_of)):
        names["other"] = other.number
    return names


def _levels(custody: Sequence[tuple[Custody, str]], names: dict[str, str]) -> list[str]:
    """The lanes of the chart: every level of the place, and any other that held the case."""
    held = {row.level for row, _ in custody}
    return [level for level in LEVELS if level in held or level in names and level != "grid"]
