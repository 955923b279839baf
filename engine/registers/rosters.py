"""Who is on duty (值班表): a sheet of the workbook, a page of each centre; the emergency ladder rings these people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import audit
from engine.directory import Actor, held, is_within
from engine.directory.models import Account, Division, Duty, Organisation, Person, Post
from engine.errors import Invalid, NotAllowed, NotFound
from engine.registers import known
from engine.registers.known import moment_of, text_of
from engine.registers.planning import Change, Desk, action_of, codes_of
from engine.registers.reading import Row
from engine.registers.sheets import DUTY_IDENTITY, SYSTEM, Sheet

LONGEST = timedelta(days=366)
ROLES = ("seat", "supervisor")
_A_MOMENT = timedelta(microseconds=1)


class DutyInvalid(Invalid):
    """值班的时间或人员有误。"""

    code = "duty_invalid"


class DutyUnknown(NotFound):
    """没有这条值班安排，或已经结束。"""

    code = "duty_unknown"


class RosterNotYours(NotAllowed):
    """值班表由本中心的督查员或系统管理员安排。"""

    code = "roster_not_yours"


@dataclass(frozen=True, slots=True)
class Shift:
    """A stretch of the roster."""

    id: int
    person: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Roster:
    """What a centre's page shows: who is on duty now and later, the hours that nobody has, who may be put on it."""

    organisation: Organisation
    now: tuple[Shift, ...]
    later: tuple[Shift, ...]
    gaps: tuple[tuple[datetime, datetime], ...]
    people: tuple[tuple[int, str], ...]
    is_kept: bool


def plan_duties(desk: Desk, sheet: Sheet) -> None:
    """What the sheet of duties would do. Source: E10, A3 (somebody answers at any hour)."""
    rows = desk.unique(sheet)
    places = known.organisations(desk.session, codes_of(rows, "单位编码"))
    people = known.people(desk.session, codes_of(rows, "用户名"))
    held = _held(desk.session, places, people)
    works = {(post.person_id, post.organisation_id) for post in
             known.posts(desk.session, [one.id for one in people.values()])}
    planned = {(change.cells["用户名"], change.cells["单位编码"])
               for change in desk.planned.get("posts", {}).values()}
    for row in desk.walk(rows):
        code, username = row.cells["单位编码"], row.cells["用户名"]
        one = held.get("|".join(row.cells[title] for title in DUTY_IDENTITY))
        place, person = places.get(code), people.get(username)
        is_there = (username, code) in planned or bool(place and person and (person.id, place.id) in works)
        _check(desk, sheet, row, desk.cells_after("organisations", code, places),
               desk.cells_after("people", username, people), is_there)
        differences = desk.differ(sheet, row.cells, one.cells if one else None)
        desk.keep(Change(sheet.key, row.line, action_of(one, differences, ""), f"{code} {username} {row.cells['开始']}",
                         row.cells, differences, one.id if one else None),
                  "|".join(row.cells[title] for title in DUTY_IDENTITY))


def _check(desk: Desk, sheet: Sheet, row: Row, place: Mapping[str, str] | None, person: Mapping[str, str] | None,
           is_there: bool) -> None:
    code, username = row.cells["单位编码"], row.cells["用户名"]
    if code and place is None:
        desk.fault(sheet, row, "单位编码", f"没有编码为「{code}」的单位")
    elif place is not None and place["种类"] != "中心":
        desk.fault(sheet, row, "单位编码", f"只有中心排值班，「{place['名称']}」是{place['种类']}")
    elif place is not None and place["区划代码"] in desk.divisions and not desk.is_within(place["区划代码"]):
        desk.fault(sheet, row, "单位编码", f"「{place['名称']}」不在您的管辖范围内")
    if username and person is None:
        desk.fault(sheet, row, "用户名", f"没有用户名为「{username}」的人，请先写进「人员」表")
    elif username and place is not None and not is_there:
        desk.fault(sheet, row, "用户名", f"{username} 在「{place['名称']}」没有岗位")
    since, until = row.cells["开始"], row.cells["结束"]
    if since and until and until <= since:
        desk.fault(sheet, row, "结束", f"结束（{until}）要晚于开始（{since}）")
    elif _is_long(since, until):
        desk.fault(sheet, row, "结束", "一次值班最多 366 天")


def _is_long(since: str, until: str) -> bool:
    try:
        return moment_of(until) - moment_of(since) > LONGEST
    except ValueError:
        return False


def _held(session: Session, places: Mapping[str, known.Held],
          people: Mapping[str, known.Held]) -> dict[str, known.Held]:
    codes, names = {one.id: code for code, one in places.items()}, {one.id: name for name, one in people.items()}
    asked = sa.select(Duty).where(Duty.organisation_id.in_(list(codes)), Duty.person_id.in_(list(names)))
    found = {}
    for duty in session.scalars(asked):
        cells = {"单位编码": codes[duty.organisation_id], "用户名": names[duty.person_id],
                 "开始": text_of(duty.since), "结束": text_of(duty.until)}
        found["|".join(cells[title] for title in DUTY_IDENTITY)] = known.Held(duty.id, cells)
    return found


def get_roster(session: Session, actor: Actor, organisation_id: int, at: datetime, days: int = 14) -> Roster:
    """The roster of a centre for the coming days; raises RosterNotYours for who has nothing to do there."""
    organisation = _centre(session, actor, organisation_id)
    until = at + timedelta(days=days)
    asked = (sa.select(Duty, Person.name).join(Person, Person.id == Duty.person_id)
             .where(Duty.organisation_id == organisation_id, Duty.until > at, Duty.since < until)
             .order_by(Duty.since, Duty.id))
    shifts = tuple(Shift(duty.id, name, duty.since, duty.until) for duty, name in session.execute(asked))
    return Roster(organisation, tuple(one for one in shifts if one.since <= at),
                  tuple(one for one in shifts if one.since > at), tuple(_gaps(shifts, at, at + timedelta(days=7))),
                  _people(session, organisation_id, at), may_keep(actor, organisation))


def may_keep(actor: Actor, organisation: Organisation) -> bool:
    """Whether this actor says who is on duty there."""
    path = organisation.division.path
    return actor.is_above(path, SYSTEM) or any(
        post.role == "supervisor" and post.organisation_id == organisation.id for post in actor.posts)


def add_duty(session: Session, actor: Actor, organisation_id: int, person_id: int, since: datetime, until: datetime,
             at: datetime) -> Duty:
    """Put somebody of a centre on its roster, once however often it is sent; raises RosterNotYours, DutyInvalid."""
    organisation = _kept(session, actor, organisation_id)
    names = dict(_people(session, organisation_id, at))
    if person_id not in names:
        raise DutyInvalid(fields={"person": ["值班人要在本中心有岗位。"]})
    if until <= max(since, at):
        raise DutyInvalid(fields={"until": ["结束要晚于开始，也晚于现在。"]})
    if until - since > LONGEST:
        raise DutyInvalid(fields={"until": ["一次值班最多 366 天。"]})
    same = {"organisation_id": organisation_id, "person_id": person_id, "since": since, "until": until}
    if (known := session.scalars(sa.select(Duty).filter_by(**same)).first()) is not None:
        return known
    duty = Duty(**same)
    session.add(duty)
    session.flush()
    _note(session, actor, "added", organisation, names[person_id], duty, at)
    return duty


def end_duty(session: Session, actor: Actor, duty_id: int, at: datetime) -> Duty:
    """Take somebody off the roster: from now on, or altogether before it began. Raises DutyUnknown, RosterNotYours."""
    duty = session.get(Duty, duty_id, with_for_update=True)
    if duty is None or duty.until <= at:
        raise DutyUnknown
    organisation = _kept(session, actor, duty.organisation_id)
    _note(session, actor, "ended", organisation, session.get_one(Person, duty.person_id).name, duty, at)
    if duty.since < at:
        duty.until = at
    else:
        session.delete(duty)
    session.flush()
    return duty


def list_centres(session: Session, actor: Actor) -> Sequence[Organisation]:
    """The centres whose roster this actor sees: one's own, and for a system administrator those below."""
    mine = [post.organisation_id for post in actor.posts if post.organisation_kind == "centre"]
    below = [is_within(Division.path, post.path) for post in actor.posts if post.role == SYSTEM]
    asked = (sa.select(Organisation).join(Division, Division.code == Organisation.division_code)
             .where(Organisation.kind == "centre", sa.or_(Organisation.id.in_(mine), *below))
             .order_by(Division.path).limit(500))
    return session.scalars(asked).all()


def _centre(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    found = session.get(Organisation, organisation_id)
    if found is None or found.kind != "centre":
        raise DutyUnknown
    if organisation_id not in actor.organisation_ids() and not may_keep(actor, found):
        raise RosterNotYours
    return found


def _kept(session: Session, actor: Actor, organisation_id: int) -> Organisation:
    found = _centre(session, actor, organisation_id)
    if not may_keep(actor, found):
        raise RosterNotYours
    return found


def _people(session: Session, organisation_id: int, at: datetime) -> tuple[tuple[int, str], ...]:
    asked = (sa.select(Person.id, Person.name).join(Post, Post.person_id == Person.id)
             .join(Account, Account.person_id == Person.id)
             .where(Post.organisation_id == organisation_id, Post.role.in_(ROLES), Account.is_enabled,
                    held(Post, at)).distinct().order_by(Person.name, Person.id))
    return tuple((row.id, row.name) for row in session.execute(asked))


def _gaps(shifts: Iterable[Shift], since: datetime, until: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The stretches in which nobody is on duty."""
    covered = since
    for one in shifts:
        if one.since > covered:
            yield covered, min(one.since, until)
        covered = max(covered, one.until)
        if covered >= until:
            return
    yield covered, until


def _note(session: Session, actor: Actor, verb: str, organisation: Organisation, name: str, duty: Duty,
          at: datetime) -> None:
    facts = {"changed": {"开始": ["", text_of(duty.since)], "结束": ["", text_of(duty.until)]}}
    audit.note(session, actor.label, [audit.Deed(verb, "duties", f"{organisation.code} {name}", facts)], at)
