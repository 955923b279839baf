"""Urging (催办) and supervising (督办) by people: what is demanded of whom until when, answered, and taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy import case as sql_case
from sqlalchemy.orm import Session

from engine import deadlines, directory, notices
from engine.audit.models import Entry
from engine.cases import notifying
from engine.cases.acting import Acted, require_running
from engine.cases.clockwork import catch_up
from engine.cases.errors import ActInvalid, ActUnavailable, CaseUnknown
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.cases.locking import lock_case
from engine.cases.models import Case, Demand
from engine.cases.scope import unscoped
from engine.cases.terms import terms_of
from engine.deadlines import Limit
from engine.directory.models import Organisation

KINDS = ("urge", "supervise")
OPEN = (Demand.kind == "supervise", Demand.replied_at.is_(None), Demand.withdrawn_at.is_(None))
_HANDLERS = ("assign", "handle")  # the stages in which a case is its handler's once it has one
SUBJECTS = {"urge": "催办", "supervise": "批示督办"}
_COUNTERS = {"urge": "urged", "supervise": "supervised"}


@dataclass(frozen=True, slots=True)
class Demanded:
    """A demand as pages show it, with its words."""

    id: int
    kind: str
    by: str
    organisation: str
    at: datetime
    reply_by: datetime | None
    replied_at: datetime | None
    replied_by: str | None
    reason: str
    reply: str

    def is_overdue(self, at: datetime) -> bool:
        """Whether the answer did not come by the moment it was wanted."""
        return self.reply_by is not None and (self.replied_at or at) > self.reply_by


def accountable_id(case: Case) -> int:
    """Who answers for the case now: its handler while it is to be signed for and handled, else who holds it."""
    return case.handler_id if case.stage in _HANDLERS and case.handler_id is not None else case.holder_id


def accountable() -> ColumnElement[int]:
    """The same as a column."""
    handled = and_(Case.stage.in_(_HANDLERS), Case.handler_id.is_not(None))
    return sql_case((handled, Case.handler_id), else_=Case.holder_id)


# demanding ------------------------------------------------------------------------------------------------------
def urge(act: Host) -> None:
    """催办: whoever holds and handles the case hears of it."""
    _demand(act, "urge", None)


def supervise(act: Host, reply_by: datetime | None) -> None:
    """督办: the same, and an answer is wanted by a moment; the office's own span when none is said."""
    if reply_by is None:
        reply_by = reply_due(act.session, act.holder.office, terms_of(act.case.pack).reply, act.at)
    if reply_by <= act.at:
        raise ActInvalid(fields={"reply_by": ["回复的时间应在将来。"]})
    _demand(act, "supervise", reply_by)


def reply_due(session: Session, hours: str, terms: Limit, at: datetime) -> datetime:
    """By when a supervision of now is to be answered where nobody says, by the hours of the centre with the case."""
    return deadlines.due_by(session, hours, at, terms, "next_day").at


def _demand(act: Host, kind: str, reply_by: datetime | None) -> None:
    case, counter = act.case, _COUNTERS[kind]
    setattr(case, counter, getattr(case, counter) + 1)
    told = sorted({case.holder_id, case.handler_id} - {None})  # type: ignore[type-var]
    act.session.add(Demand(
        case_id=case.id, seq=case.entries + 1, kind=kind, by_id=act.actor.person_id, by=act.actor.label,
        organisation_id=accountable_id(case), told=told, at=act.at, reply_by=reply_by))
    for organisation_id in told:
        notifying.tell_organisation(act, organisation_id, kind, SUBJECTS[kind])  # type: ignore[arg-type]


# answering ------------------------------------------------------------------------------------------------------
def to_answer(act: Host) -> list[Demand]:
    """The supervision that this person's organisations are asked to answer, the latest first."""
    mine = act.actor.organisation_ids()
    return [one for one in act.demands if one.kind == "supervise" and one.replied_at is None
            and one.organisation_id in mine]


def reply(act: Host) -> None:
    """回复督办: everything that waited for this organisation's answer is answered; whoever supervised hears of it."""
    answered = to_answer(act)
    for one in answered:
        one.replied_at, one.replied_by, one.reply_seq = act.at, act.actor.label, act.case.entries + 1
    people = [one.by_id for one in answered if one.by_id is not None]
    notifying.tell_people(act, people, "replied", "督办已回复")


# taking back ----------------------------------------------------------------------------------------------------
def to_withdraw(act: Host) -> list[Demand]:
    """What this person has demanded and can still take back, the latest first."""
    since = act.at - terms_of(act.case.pack).undo
    own = [one for one in act.demands if one.by_id is not None and one.by_id == act.actor.person_id
           and one.at >= since and one.replied_at is None]
    return [one for one in own if not _has_acted(act.session, one)]


def _has_acted(session: Session, demand: Demand) -> bool:
    """Whether somebody of those who were told has done anything on the case since."""
    later = exists().where(Entry.case_id == demand.case_id, Entry.seq > demand.seq,
                           Entry.organisation_id.in_(demand.told), Entry.verb.not_in(("withdraw", *KINDS)))
    return bool(session.scalar(select(later)))


def withdraw(act: Host, demand: Demand) -> None:
    """收回: the demand is undone by an entry of its own; unread notices go, whoever read theirs hears of it."""
    counter = _COUNTERS[demand.kind]
    setattr(act.case, counter, max(0, getattr(act.case, counter) - 1))
    demand.withdrawn_at = act.at
    act.notes |= {"demand": demand.kind, "entry": demand.seq}
    read = notices.take_back(act.session, demand.case_id, demand.kind, demand.at)
    if read:
        notifying.tell_people(act, read, "withdrawn", f"{SUBJECTS[demand.kind]}已收回")


def withdraw_demand(session: Session, actor: directory.Actor, demand_id: int, at: datetime) -> Acted:
    """Take one's own demand back; raises CaseUnknown, CaseClosed, ActUnavailable where it is too late.

    Too late is when the office's own time is over, or when somebody of those who were told has acted.
    """
    found = session.scalars(select(Demand).where(Demand.id == demand_id)).first()
    if found is None:
        raise CaseUnknown()
    case = lock_case(session, found.case_id)
    with unscoped(session), session.no_autoflush:
        require_running(case)
        file = CaseFile(session, case)
        catch_up(file, at)
        act = Host(session, case, actor, at, file=file)
        chosen = next((one for one in to_withdraw(act) if one.id == demand_id), None)
        if chosen is None:
            raise ActUnavailable("对方已经动作，或已过可以收回的时间。", verb="withdraw")
        withdraw(act, chosen)
        return Acted(case, act.record("withdraw"))


# reading --------------------------------------------------------------------------------------------------------
def was_demanded(kind: str, since: datetime | ColumnElement[datetime]) -> ColumnElement[bool]:
    """Cases in which the same has been demanded since then, and not taken back."""
    return exists().where(Demand.case_id == Case.id, Demand.kind == kind, Demand.at > since,
                          Demand.withdrawn_at.is_(None)).correlate(Case)


def awaiting_answer(organisations: Sequence[int]) -> ColumnElement[bool]:
    """Open cases with a supervision that one of these organisations has not answered."""
    few = select(Demand.case_id).where(*OPEN, Demand.organisation_id.in_(organisations))
    return and_(Case.closed_at.is_(None), Case.id == func.any(func.array(few.scalar_subquery())))


def list_demanded(session: Session, case: Case, texts: Mapping[int, Mapping[str, str]]) -> tuple[Demanded, ...]:
    """The supervision of a case as its page shows it, the latest first; `texts`: the words of its entries."""
    if not case.supervised:
        return ()
    asked = select(Demand, Organisation.name).join(Organisation, Organisation.id == Demand.organisation_id).where(
        Demand.case_id == case.id, Demand.kind == "supervise", Demand.withdrawn_at.is_(None))
    return tuple(demanded(one, name, texts.get(one.seq, {}).get("reason", ""),
                          texts.get(one.reply_seq or 0, {}).get("text", ""))
                 for one, name in session.execute(asked.order_by(Demand.at.desc(), Demand.id.desc())))


def demanded(row: Any, organisation: str, reason: str, reply_text: str) -> Demanded:
    """A demand with its words."""
    return Demanded(row.id, row.kind, row.by, organisation, row.at, row.reply_by, row.replied_at, row.replied_by,
                    reason, reply_text)
