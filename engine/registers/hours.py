"""Office hours as administrators find them: what is typed above and below, who keeps it, what a week would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import deadlines, errands
from engine.cases import recounting
from engine.deadlines import Change, Office, Week
from engine.deadlines.models import KeptOffice, OfficeChange
from engine.directory import Actor, is_within
from engine.directory.models import Division, Organisation
from engine.errands import Errand
from engine.registers.keeping import top_of
from engine.registers.sheets import SYSTEM

RECOUNT = "recount hours"
TRIAL_LIMIT = "4 work_hour"


@dataclass(frozen=True, slots=True)
class HoursView:
    """An office's hours in a list: as they are and are called now, whether a page typed them, and how many bodies
    keep them until when."""

    office: Office
    name: str
    number: int | None
    bodies: int
    may_change: bool
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class HoursPage:
    """Everything about one office of rows; `choices` are the hours that may follow these: what says so → their name."""

    office: Office
    name: str
    number: int
    changes: tuple[OfficeChange, ...]
    bodies: tuple[str, ...]
    more_bodies: int
    outdated: int
    may_change: bool
    recount: Errand | None
    ends_on: date | None
    followed_by: str | None
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """Typed hours before they are kept: the office as it would be, and when work accepted now would be due."""

    office: Office
    due: deadlines.Due
    due_before: deadlines.Due | None


# looking ------------------------------------------------------------------------------------------------------------
def list_hours(session: Session, actor: Actor) -> list[HoursView]:
    """The hours of the files, then what was typed above or below; `bodies` are those below."""
    kept = sa.func.coalesce(sa.func.substring(Organisation.office, r"^o\d+"), Organisation.office)
    counted = {key: number for key, number in session.execute(
        sa.select(kept, sa.func.count()).where(_below(actor)).group_by(sa.text("1")))}
    found = [HoursView(office, office.name, None, counted.get(office.id, 0), False)
             for office in deadlines.load_calendars().offices.values()]
    for row in list_known(session, actor):
        office = deadlines.office_of(session, row.current)
        found.append(HoursView(office, row.name, row.id, counted.get(f"o{row.id}", 0), may_change(actor, row),
                               row.ends_on))
    return found


def get_hours(session: Session, actor: Actor, number: int, at: datetime) -> HoursPage:
    """One office of rows that lies above or below; raises OfficeUnknown."""
    row = known(actor, deadlines.get_office(session, number))
    here = sa.and_(keeps(number), _below(actor))
    names, total = keepers(session, here, 20)
    then = row.followed_by and deadlines.current_of(session, row.followed_by)
    return HoursPage(
        deadlines.office_of(session, row.current), row.name, row.id, tuple(deadlines.list_changes(session, number)),
        tuple(names), total - len(names), recounting.count_outdated(session, number, row.current, at),
        may_change(actor, row), errands.find_like(session, RECOUNT, {"office": number}), row.ends_on,
        deadlines.names_of(session, [then]).get(then) if then else None, choices_after(session, row))


def keepers(session: Session, here: sa.ColumnElement[bool], most: int) -> tuple[Sequence[str], int]:
    """The first of these bodies by name, and how many they are."""
    asked = sa.select(Organisation.name).where(here).order_by(Organisation.division_code, Organisation.id)
    total = session.scalar(sa.select(sa.func.count()).select_from(Organisation).where(here)) or 0
    return session.scalars(asked.limit(most)).all(), total


def choices_after(session: Session, row: KeptOffice) -> dict[str, str]:
    """The hours to which every body that keeps these may go, none that end themselves: what says so → their name."""
    names = deadlines.office_names(session, row.path, to_choose=True)
    return {deadlines.kept_as(key): name for name, key in names.items() if deadlines.id_of(key) != row.id}


def list_known(session: Session, actor: Actor) -> list[KeptOffice]:
    """The offices of rows that lie above or below the actor's divisions."""
    return [row for row in deadlines.list_offices(session) if _concerns(actor, row)]


def try_week(session: Session, actor: Actor, number: int | None, week: Week, since: date | None, limit: str,
             at: datetime) -> Trial:
    """What a typed week would give, by the engine of every due time. Raises LimitInvalid, OfficeUnknown."""
    span = deadlines.Limit.parse(limit)
    calendar, changes, before = deadlines.load_calendars(), [], None
    if number is not None:
        row = known(actor, deadlines.get_office(session, number))
        changes = [Change.of(one.kind, one.since, one.until, one.hours) for one in
                   deadlines.list_changes(session, number)]
        before = deadlines.due_at(at, span, None, calendar, deadlines.office_of(session, row.current))
    office = deadlines.office_with("typed", "", [*changes, Change("week", since if changes else None, week=week)])
    return Trial(office, deadlines.due_at(at, span, None, calendar, office), before)


# whose -------------------------------------------------------------------------------------------------------------
def may_change(actor: Actor, row: KeptOffice) -> bool:
    """Whether these hours were set in the actor's own division or below."""
    top = top_of(actor)
    return actor.has(SYSTEM) and f"{row.path}.".startswith(f"{top}.")


def known(actor: Actor, row: KeptOffice) -> KeptOffice:
    """The row, where it lies above or below the actor; raises OfficeUnknown."""
    if not _concerns(actor, row):
        raise deadlines.OfficeUnknown
    return row


def _concerns(actor: Actor, row: KeptOffice) -> bool:
    """Whether an office lies on the way down to, or below, a division in which the actor sits."""
    return any(f"{row.path}.".startswith(f"{post.path}.") or f"{post.path}.".startswith(f"{row.path}.")
               for post in actor.posts)


def _below(actor: Actor) -> sa.ColumnElement[bool]:
    within = (is_within(Division.path, post.path) for post in actor.posts)
    return Organisation.division_code.in_(sa.select(Division.code).where(sa.or_(sa.false(), *within)))


def keeps(number: int) -> sa.ColumnElement[bool]:
    """Bodies that keep this office's hours."""
    return Organisation.office.like(f"o{number}@%")
