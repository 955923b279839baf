"""Everything the page of one case shows, gathered in a constant number of statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import library, worklist
from engine.attachments.models import Attachment
from engine.cases import callbacks, contacts, sealing, unmasking
from engine.cases.act import Act
from engine.cases.contents import Within, read_within
from engine.cases.demanding import Demanded, list_demanded
from engine.cases.duplicates import Similar, case_duplicates
from engine.cases.file import CaseFile
from engine.cases.helping import Helper, helpers_of, hides, is_only_helper, own_photos
from engine.cases.lamps import Clock, clock_of
from engine.cases.models import Case, ContactRecord, Custody, Rating, Request, Stop
from engine.cases.queues import CALLBACK
from engine.cases.reading import get_case
from engine.cases.rows import TaskRow
from engine.cases.sketches import Sketch, sketch_of
from engine.cases.stretches import LEVELS, Chart, chart_of
from engine.cases.turns import Turn, turn_of
from engine.cases.wording import Line, line_of
from engine.cases.words import Language
from engine.directory import Actor
from engine.directory.models import Organisation
from engine.errors import WanggeError
from engine.worklist.models import Task


@dataclass(frozen=True, slots=True)
class MyTask:
    """An open task that the reader may do now, with its form as JSON."""

    task: Task
    row: TaskRow


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt to tell the reporter, with what was noted of it for those who call back."""

    row: ContactRecord
    words: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case as its page shows it; `names`: of holder, handler, community, grid, matter and others.

    `file`: what its acts and suggestions ask; for the reader only what is shown of it. `unmask_refusal`: why the
    reader may not look at the resident's name and phone, None where they may.
    """

    case: Case
    file: CaseFile
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
    contacted: tuple[Attempted, ...]
    tried: callbacks.Tried | None
    ratings: tuple[Rating, ...]
    similar: tuple[Similar, ...]
    sketch: Sketch | None
    requests: tuple[Request, ...]
    helpers: tuple[Helper, ...]
    unmask_refusal: str | None
    demanded: tuple[Demanded, ...]

    @property
    def extended(self) -> list[dict[str, Any]]:
        """The extensions of what is due now that nobody had asked for: {at, from, to, by, reason}."""
        steps = [step for one in self.file.deadlines for step in one.extended or []]
        return [step for step in steps if "asked_by" not in step]

    @property
    def outstanding(self) -> tuple[Helper, ...]:
        """The co-handlers whom the lead still waits for."""
        return tuple(one for one in self.helpers if one.is_outstanding)

    def is_unanswered(self, at: datetime) -> bool:
        """Whether a supervision still waits for its answer past the moment it wanted one by; none of a closed case."""
        waiting = () if self.case.closed_at is not None else self.demanded
        return any(one.replied_at is None and one.is_overdue(at) for one in waiting)


def case_page(session: Session, actor: Actor, number: str, at: datetime,
              language: Language = "zh") -> CasePage:
    """The page of the case with this number; raises CaseUnknown, out of scope too."""
    case = get_case(session, number)
    session.flush()
    file, within = CaseFile(session, case, only_read=True), read_within(session, case)
    stops = sorted(file.stops, key=lambda one: one.since)
    open_deadlines = sorted(file.deadlines, key=lambda one: (one.due_at, one.id))
    total = next((each for each in open_deadlines if each.stage == "total"), None)
    names, waiting, grid = _names(file, within), within.waiting, within.grid
    helpers = helpers_of(within.custody, within.parts, within.entries, within.texts)
    helps = is_only_helper(actor, [row for row, _ in within.custody])
    refused = unmasking.refusal(Act(session, case, actor, at, file=file), helps)
    if helps:
        within = _for_helper(within, actor, refused is None)
        helpers = tuple(one for one in helpers if one.organisation_id in actor.organisation_ids())
    demanded = () if helps else list_demanded(session, case, within.texts)
    return CasePage(
        case=case, file=file, names=names,
        clock=clock_of(session, next(iter(open_deadlines), None), stops, at, case.stopped_at, case.stopped_until),
        total=clock_of(session, total, stops, at, case.stopped_at) if total else None,
        turn=turn_of(case, waiting, names, at, language), waiting=waiting,
        mine=_mine(file, actor, waiting),
        lines=tuple(line_of(entry, within.texts[entry.seq], language) for entry in within.entries),
        chart=chart_of(case, within.custody, stops, within.measures, open_deadlines,
                       _levels(within.custody, names), at, _supervised(file, within, demanded)),
        stops=tuple(stops), photos=within.photos, contact=_contact(case, within),
        contacted=_contacted(case, actor, within),
        tried=_tried(session, case, within, at), ratings=within.ratings,
        similar=case_duplicates(session, case) if case.closed_at is None else (),
        sketch=sketch_of(grid.area if grid else None, case.lat, case.lng),
        requests=within.requests, helpers=helpers, unmask_refusal=refused,
        demanded=demanded)


def _for_helper(within: Within, actor: Actor, may_unmask: bool) -> Within:
    """What a co-handler needs: the case and their own part, not the requests or the others' results.

    Nor the resident, unless the table `unmask` says otherwise.
    """
    return replace(within, contact=within.contact if may_unmask else None, contacted=(), requests=(),
                   entries=[entry for entry in within.entries if not hides(actor, entry)],
                   photos=own_photos(actor, within.photos, within.parts))


def _supervised(file: CaseFile, within: Within, demanded: Sequence[Demanded]) -> list[tuple[datetime, str]]:
    """When people of which level supervised the case, as far as it was not taken back."""
    levels = {one.id: one.division.level for one in file.organisations}
    stands = {one.at for one in demanded}
    return [(entry.at, levels[entry.organisation_id]) for entry in within.entries
            if entry.verb == "supervise" and entry.organisation_id in levels and entry.at in stands]


def may_do(task: Task, actor: Actor) -> bool:
    """Whether the actor could complete this open task now."""
    try:
        worklist.require_open(task)
        worklist.require_actor(task, actor)
    except WanggeError:
        return False
    return True


def _mine(file: CaseFile, actor: Actor, waiting: Sequence[TaskRow]) -> tuple[MyTask, ...]:
    rows = {row.id: row for row in waiting}
    return tuple(MyTask(task, rows[task.id]) for task in file.tasks if may_do(task, actor))


def _contact(case: Case, within: Within) -> str:
    """The resident, masked; "" where there is none to tell."""
    if not case.has_contact or within.contact is None:
        return ""
    return sealing.unseal(within.contact.sealed, case.number).masked


def _contacted(case: Case, actor: Actor, within: Within) -> tuple[Attempted, ...]:
    """Every attempt; the words are for those who call back, not for the unit that handled it."""
    reads = actor.has("seat", "supervisor")
    return tuple(Attempted(row, contacts.words_of(row, case.number) if reads else "") for row in within.contacted)


def _tried(session: Session, case: Case, within: Within, at: datetime) -> callbacks.Tried | None:
    """How far calling back has come; None where nobody calls back now."""
    pins = library.pinned(session, case.release_id)
    if not callbacks.has_tables(pins) or not any(task.element in CALLBACK for task in within.waiting):
        return None
    made = [row for row in within.contacted if row.round == case.reopened]
    return callbacks.tried(made, pins, case.urgency, at, callbacks.down_for(session, case.id, made, pins, at))


def _names(file: CaseFile, within: Within) -> dict[str, str]:
    """The names of everything a case points at."""
    case, names = file.case, {}
    for division in within.divisions:
        names[division.level] = division.name
        if division.code == case.division_code:
            names["division"] = division.name
    wanted = {"holder": case.holder_id, "handler": case.handler_id}
    for organisation in file.organisations:
        names |= {role: organisation.name for role, key in wanted.items() if key == organisation.id}
        if _is_attending(organisation, case):
            names["attention"] = organisation.name
    others = {"dispatcher": within.dispatcher, "grid": within.grid and within.grid.name, "other": within.other}
    names |= {role: name for role, name in others.items() if name}
    for matter in file.matters:
        names["matter"], names["subclass"] = matter.name, matter.subclass_name
    return names


def _is_attending(organisation: Organisation, case: Case) -> bool:
    """Whether attention has risen to this centre: it lies on the way from the city down to the place."""
    division = organisation.division
    return (organisation.kind == "centre" and division.level == case.attention_level
            and f"{case.path}.".startswith(f"{division.path}."))


def _levels(custody: Sequence[tuple[Custody, str]], names: dict[str, str]) -> list[str]:
    """The lanes of the chart: every level of the place, and any other that held the case."""
    held = {row.level for row, _ in custody}
    return [level for level in LEVELS if level in held or level in names and level != "grid"]
