"""Somebody is away (请假) or hands the shift over (交接班): noted, and what they hold changes hands when it begins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine import audit, cases, directory
from engine.directory import CLOCK, Actor
from engine.directory.models import Absence
from engine.errors import NotAllowed
from engine.registers import known
from engine.registers.sheets import SYSTEM

_HEADS = (SYSTEM, "supervisor")


class NotYoursToSend(NotAllowed):
    """请假由本人、所在中心或上级中心的督查员、系统管理员登记。"""

    code = "not_yours_to_send"


def may_note(session: Session, actor: Actor, person_id: int, at: datetime) -> bool:
    """Whether this actor notes the absences of that person: oneself, a supervisor or system administrator above.

    Who left is for those above the last posts; who never had one is for any system administrator.
    """
    if person_id == actor.person_id:
        return True
    ever = known.posts(session, [person_id]) if actor.has(*_HEADS) else ()
    posts = [post for post in ever if post.valid_to is None or post.valid_to > at] or ever
    if not posts:
        return actor.has(SYSTEM)
    return any(actor.is_above(post.organisation.division.path, *_HEADS) for post in posts)


def note_absence(session: Session, actor: Actor, person_id: int, since: datetime, until: datetime | None,
                 deputy_id: int | None, reason: str, at: datetime) -> Absence:
    """Note that somebody is away; where it begins now, their work changes hands at once.

    Raises NotYoursToSend, AbsenceInvalid.
    """
    if not may_note(session, actor, person_id, at):
        raise NotYoursToSend
    absence = directory.note_absence(session, person_id, since, until, deputy_id, reason, actor.label)
    _tell(session, actor, "absent", absence, at)
    if since <= at:
        _hand_over(session, absence, actor, at)
    return absence


def end_absence(session: Session, actor: Actor, absence_id: int, person_id: int, at: datetime) -> Absence:
    """Somebody is back. Raises NotYoursToSend, AbsenceUnknown."""
    if not may_note(session, actor, person_id, at):
        raise NotYoursToSend
    absence = directory.end_absence(session, absence_id, person_id, at)
    _tell(session, actor, "back", absence, at)
    return absence


def release_all(session: Session, actor: Actor, person_id: int, at: datetime) -> cases.HandedOver:
    """Everything somebody holds goes back to the queue, such as when they left. Raises NotYoursToSend."""
    if not may_note(session, actor, person_id, at):
        raise NotYoursToSend
    done = cases.hand_over(session, person_id, None, actor, at)
    audit.note(session, actor.label, [audit.Deed("released", "people", _name(session, person_id),
                                                 {"tasks": done.to_queue})], at)
    return done


def start_absences(session: Session, at: datetime) -> int:
    """Hand over the work of one absence that has begun; 0 when none is left."""
    absence = directory.next_to_hand_over(session, at)
    if absence is None:
        return 0
    _hand_over(session, absence, CLOCK, at)
    return 1


def _hand_over(session: Session, absence: Absence, by: Actor, at: datetime) -> None:
    deputy = directory.find_actor_of(session, absence.deputy_id, at) if absence.deputy_id else None
    done = cases.hand_over(session, absence.person_id, deputy, by, at)
    absence.handed_over_at, absence.handed_over = at, done.to_deputy + done.to_queue
    session.flush()


def _tell(session: Session, actor: Actor, verb: str, absence: Absence, at: datetime) -> None:
    facts = {"since": absence.since.isoformat(), "until": absence.until.isoformat() if absence.until else None,
             "deputy": _name(session, absence.deputy_id) if absence.deputy_id else ""}
    audit.note(session, actor.label, [audit.Deed(verb, "people", _name(session, absence.person_id), facts)], at)


def _name(session: Session, person_id: int) -> str:
    person = directory.find_person(session, person_id)
    return person.name if person else str(person_id)
