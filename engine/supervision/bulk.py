"""Urge or supervise many cases at once: planned, put into rows, worked off one case a transaction, taken back.

A row changes its state in the transaction of its act (`working`), so that a worker that is killed neither loses one
nor does one twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from engine import deadlines, library
from engine.cases import demanding
from engine.cases.demanding import accountable
from engine.cases.errors import ActInvalid
from engine.cases.models import Case
from engine.cases.terms import Terms, terms_of
from engine.directory import Actor, is_within
from engine.directory.models import Division, Organisation
from engine.errors import Conflict, NotFound
from engine.supervision.filters import Filters, conditions, organisations_of
from engine.supervision.models import Bulk, BulkRow

VERBS = demanding.KINDS
MOST_AT_ONCE = 20_000
NAMED = 20  # cases left out that a plan names
Chosen = Filters | Sequence[str]  # a figure of the board, or the numbers of cases ticked by hand


class BulkUnknown(NotFound):
    """没有这次成批办理，或不是您办的。"""

    code = "bulk_unknown"


class NothingChosen(Conflict):
    """选中的事件里没有可以办的。"""

    code = "nothing_chosen"


@dataclass(frozen=True, slots=True)
class Plan:
    """What an act on many would do: how many of whom, and how many not and why.

    Why not: `closed`, `feedback` (its result is being told), `recent` (demanded lately), `above` (held by a level
    that one does not supervise), `gone` (ticked, and not in one's jurisdiction any more); `named`: the first of them,
    (number, title, why). `is_capped`: there are more than can be done at once, and the most urgent ones come first.
    `hours`: the office hours by which answers are due, those of the centres that hold the cases.
    """

    verb: str
    told: tuple[tuple[str, int], ...]
    left_out: dict[str, int]
    named: tuple[tuple[str, str, str], ...]
    is_capped: bool
    terms: tuple[Terms, ...]
    hours: frozenset[str]

    @property
    def total(self) -> int:
        """How many would be done."""
        return sum(number for _, number in self.told)

    @property
    def reply(self) -> deadlines.Limit | None:
        """How soon an answer is wanted where nobody says; None where the places of the cases differ in it."""
        found = {terms.reply for terms in self.terms}
        return found.pop() if len(found) == 1 else None

    @property
    def undo(self) -> timedelta:
        """How long all of them can be taken back."""
        return min((terms.undo for terms in self.terms), default=timedelta(0))


@dataclass(frozen=True, slots=True)
class Standing:
    """How far an act on many is."""

    bulk: Bulk
    states: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """Every row."""
        return self.states.total()

    @property
    def open(self) -> int:
        """Rows that the worker has yet to do or to take back."""
        return self.states["waiting"] + self.states["taking_back"]

    @property
    def is_cancellable(self) -> bool:
        """Whether something still waits to be done."""
        return self.states["waiting"] > 0


@dataclass(frozen=True, slots=True)
class RowView:
    """One case of an act on many; number and title are empty where it has left the reader's jurisdiction."""

    case_id: int
    number: str
    title: str
    unit: str
    state: str
    at: datetime | None
    problem: dict[str, str] | None


# before ---------------------------------------------------------------------------------------------------------
def plan(session: Session, actor: Actor, verb: str, chosen: Chosen, at: datetime) -> Plan:
    """What would be done, without doing it; the session is the actor's."""
    found, holder = _classified(session, actor, verb, chosen, at).subquery(), aliased(Organisation)
    rows = session.execute(
        select(Organisation.name, found.c.why, found.c.number, found.c.title, found.c.pack, holder.office)
        .join(Organisation, Organisation.id == found.c.who).join(holder, holder.id == found.c.holder)
        .order_by(found.c.place)).all()
    told, left_out = Counter[str](), Counter[str]()
    for unit, why, *_ in rows:
        (left_out if why else told)[why or unit] += 1
    named = tuple((number, title, why) for _, why, number, title, *_ in rows if why)[:NAMED]
    seen = told.total() + left_out.total()
    if not isinstance(chosen, Filters) and len(chosen) > seen:
        left_out["gone"] += len(chosen) - seen
    chosen_rows = [row for row in rows if not row.why]
    terms = dict.fromkeys(terms_of(pack) for pack in sorted({row.pack for row in chosen_rows}))
    return Plan(verb, tuple(told.most_common()), dict(left_out), named, seen >= MOST_AT_ONCE, tuple(terms),
                frozenset(row.office for row in chosen_rows))


def start(session: Session, actor: Actor, key: str, verb: str, reason: str, reply_by: datetime | None, chosen: Chosen,
          at: datetime) -> Bulk:
    """Put the cases into rows for the worker; the same key gives the same act again. NothingChosen, ActInvalid."""
    if known := _known(session, actor, key):
        return known
    if not reason.strip():
        raise ActInvalid(fields={"reason": ["请填写原因。"]})
    if reply_by is not None and reply_by <= at:
        raise ActInvalid(fields={"reply_by": ["回复的时间应在将来。"]})
    found = _classified(session, actor, verb, chosen, at).subquery()
    ids = list(session.scalars(select(found.c.id).where(found.c.why.is_(None)).order_by(found.c.place)))
    if not ids:
        raise NothingChosen()
    made = insert(Bulk).values(
        key=key, account_id=actor.account_id, verb=verb, reason=reason.strip(), reply_by=reply_by, made_at=at,
        filters=dict(chosen.query) if isinstance(chosen, Filters) else {})
    fresh = session.scalar(made.on_conflict_do_nothing(index_elements=[Bulk.key]).returning(Bulk.id))
    if fresh is None:  # the same form came at the same instant, and has been committed by now; or it is another's key
        if (same := _known(session, actor, key)) is None:
            raise BulkUnknown()
        return same
    session.execute(_PUT, {"bulk": fresh, "ids": ids})
    return session.get_one(Bulk, fresh)


def _known(session: Session, actor: Actor, key: str) -> Bulk | None:
    return session.scalars(select(Bulk).where(Bulk.key == key, Bulk.account_id == actor.account_id)).first()


_PUT = text("INSERT INTO bulk_row (bulk_id, case_id, position, state) SELECT :bulk, chosen.id, chosen.place, 'waiting' "
            "FROM unnest(CAST(:ids AS bigint[])) WITH ORDINALITY AS chosen(id, place)")


def _classified(session: Session, actor: Actor, verb: str, chosen: Chosen, at: datetime) -> Any:
    """(id, who answers for it, why it is left out, its place, who holds it) of what was chosen, most urgent first."""
    if isinstance(chosen, Filters):
        where = conditions(session, actor, chosen, at, organisations_of(session, actor, chosen))
    else:
        where = [Case.number.in_(chosen)]
    why: list[tuple[ColumnElement[bool], str]] = [
        (Case.closed_at.is_not(None), "closed"), (Case.stage == "feedback", "feedback"),
        (demanding.was_demanded(verb, _quiet_since(at)), "recent")]
    if verb == "supervise":
        why.append((Case.holder_id.not_in(_below(actor)), "above"))
    place = func.row_number().over(order_by=(Case.due_at.asc().nulls_last(), Case.id)).label("place")
    answer = case(*why, else_=literal(None)).label("why")
    return select(Case.id, Case.number, Case.title, Case.pack, accountable().label("who"), answer, place,
                  Case.holder_id.label("holder")).where(
        *where).order_by(place).limit(MOST_AT_ONCE)


def _below(actor: Actor) -> Any:
    """The organisations that this person supervises, as the act itself asks it."""
    posts = [post for post in actor.posts if post.role in ("supervisor", "seat")]
    within = [is_within(Division.path, post.path) for post in posts if post.organisation_kind == "centre"]
    return select(Organisation.id).join(Division, Division.code == Organisation.division_code).where(
        or_(Organisation.id.in_([post.organisation_id for post in posts]), *within))


def _quiet_since(at: datetime) -> datetime | ColumnElement[datetime]:
    """Since when nothing is demanded again, by the times of each case's own place."""
    packs: dict[timedelta, list[str]] = {}
    for pack in library.packs():
        packs.setdefault(terms_of(pack).quiet, []).append(pack)
    base = at - terms_of("base").quiet
    if len(packs) == 1:
        return base
    return case(*((Case.pack.in_(names), literal(at - quiet)) for quiet, names in packs.items()), else_=literal(base))


def default_reply(session: Session, of: Plan, at: datetime) -> datetime | None:
    """The moment by which an answer is wanted where none is said, as each act alone would count it; None where the
    terms of the cases' places, or the hours of their centres, give different ones."""
    if of.reply is None:
        return None
    found = {demanding.reply_due(session, hours, of.reply, at) for hours in of.hours}
    return found.pop() if len(found) == 1 else None


# while and after ------------------------------------------------------------------------------------------------
def get_standing(session: Session, actor: Actor, bulk_id: int) -> Standing:
    """How far one of one's own is; raises BulkUnknown."""
    found = session.scalars(select(Bulk).where(Bulk.id == bulk_id, Bulk.account_id == actor.account_id)).first()
    if found is None:
        raise BulkUnknown()
    return _standings(session, [found])[0]


def list_standings(session: Session, actor: Actor, most: int = 20) -> list[Standing]:
    """One's own, the latest first."""
    own = select(Bulk).where(Bulk.account_id == actor.account_id).order_by(Bulk.id.desc()).limit(most)
    return _standings(session, session.scalars(own).all())


def _standings(session: Session, bulks: Sequence[Bulk]) -> list[Standing]:
    states: dict[int, Counter[str]] = {bulk.id: Counter() for bulk in bulks}
    counted = select(BulkRow.bulk_id, BulkRow.state, func.count()).where(BulkRow.bulk_id.in_(states))
    for bulk_id, state, number in session.execute(counted.group_by(BulkRow.bulk_id, BulkRow.state)):
        states[bulk_id][state] = number
    return [Standing(bulk, states[bulk.id]) for bulk in bulks]


def list_rows(session: Session, standing: Standing, after: int = 0, most: int = 50) -> list[RowView]:
    """The rows behind a place, in order, with what the reader may see of their cases."""
    rows = session.execute(
        select(BulkRow, Case.number, Case.title, Organisation.name)
        .outerjoin(Case, Case.id == BulkRow.case_id).outerjoin(Organisation, Organisation.id == accountable())
        .where(BulkRow.bulk_id == standing.bulk.id, BulkRow.position > after)
        .order_by(BulkRow.position).limit(most))
    return [RowView(row.case_id, number or "", title or "", unit or "", row.state, row.at, row.problem)
            for row, number, title, unit in rows]


def cancel(session: Session, actor: Actor, bulk_id: int, at: datetime) -> None:
    """Let what waits be; what is done stays done."""
    found = get_standing(session, actor, bulk_id).bulk
    found.cancelled_at = found.cancelled_at or at
    _turn(session, bulk_id, "waiting", "cancelled")


def take_all_back(session: Session, actor: Actor, bulk_id: int, at: datetime) -> None:
    """Let the worker take back everything that can be, and do no more of it."""
    cancel(session, actor, bulk_id, at)
    get_standing(session, actor, bulk_id).bulk.taking_back_at = at
    _turn(session, bulk_id, "done", "taking_back")


def take_back(session: Session, actor: Actor, bulk_id: int, case_id: int, at: datetime) -> None:
    """Take one row back now; raises what `withdraw_demand` does, nothing where it is taken back already."""
    get_standing(session, actor, bulk_id)
    row = session.scalars(select(BulkRow).where(BulkRow.bulk_id == bulk_id, BulkRow.case_id == case_id)
                          .with_for_update()).first()
    if row is None:
        raise BulkUnknown()
    if row.state == "done" and row.demand_id is not None:
        demanding.withdraw_demand(session, actor, row.demand_id, at)
        row.state, row.problem = "taken_back", None


def undo_until(session: Session, standing: Standing) -> datetime:
    """Until when what was done first can be taken back, as long as nobody has acted."""
    times = {terms_of(pack).undo for pack in library.packs()}
    if len(times) > 1:  # the times of the places where its cases lie
        own = select(Case.pack).join(BulkRow, BulkRow.case_id == Case.id).where(BulkRow.bulk_id == standing.bulk.id)
        times = {terms_of(pack).undo for pack in session.scalars(own.distinct())} or times
    return standing.bulk.made_at + max(times)


def can_take_back(standing: Standing, until: datetime, at: datetime) -> bool:
    """Whether something is done that may still be taken back."""
    return standing.states["done"] > 0 and at <= until


def _turn(session: Session, bulk_id: int, state: str, into: str) -> None:
    session.execute(update(BulkRow).where(BulkRow.bulk_id == bulk_id, BulkRow.state == state).values(state=into))
