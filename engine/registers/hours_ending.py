"""Office hours get another name, or end: who keeps them goes on to others, and no deadline is left without hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import audit, deadlines, directory
from engine.clock import ZONE
from engine.deadlines import HoursInvalid
from engine.deadlines.models import KeptOffice
from engine.directory import Actor
from engine.directory.models import Organisation
from engine.errors import Conflict
from engine.registers.hours import choices_after, keepers, keeps
from engine.registers.hours_changing import is_over, let_follow, move_bodies, read_name, to_change

_NAMED = 3


class HoursStay(Conflict):
    """这套办公时间没有定停用日期，或者已经停用，没有可以撤回的。"""

    code = "hours_stay"


def rename_hours(session: Session, actor: Actor, number: int, typed: Mapping[str, str], at: datetime) -> KeptOffice:
    """Another `name` for an office's hours, nothing else; bodies and deadlines keep what they have.

    Raises HoursInvalid, HoursNotYours. The caller commits.
    """
    row, problems = to_change(session, actor, number), dict[str, list[str]]()
    before = row.name
    if typed.get("name", "").strip() == before:
        return row
    name = read_name(session, typed, problems)
    if problems:
        raise HoursInvalid(fields=problems)
    row.name = name
    facts = {"changed": {"名称": [before, name]}}
    audit.note(session, actor.label, [audit.Deed("changed", "hours", before, facts)], at)
    return row


def end_hours(session: Session, actor: Actor, number: int, typed: Mapping[str, str], at: datetime) -> KeptOffice:
    """Let an office's hours end with the day `until`, today or later; who keeps them goes on to the hours `then`.

    What is counted across that day from now on is counted by both; deadlines that run keep theirs until they are
    counted anew. Without `then` only hours end that nobody keeps. Raises HoursInvalid, HoursNotYours.
    """
    row, problems = to_change(session, actor, number), dict[str, list[str]]()
    last = deadlines.read_day(typed.get("until", ""), "until", problems, at.astimezone(ZONE).date())
    if row.ends_on is not None:
        problems["until"] = [f"已定用到 {row.ends_on} 为止，要改请先撤回"]
    elif last is None:
        problems.setdefault("until", ["不能为空"])
    then, choices = typed.get("then", "").strip(), choices_after(session, row)
    if then and then not in choices:
        problems["then"] = ["请从列出的办公时间里选"]
    elif not then and (who := _who_keeps(session, row, at)):
        problems["then"] = [who]
    if problems or last is None:
        raise HoursInvalid(fields=problems)
    key = deadlines.current_of(session, then) if then else None
    deadlines.end_office(session, row, last, key, actor.label, at)
    facts = {"last_day": str(last), "then": choices.get(then, ""), "bodies": let_follow(session, row, actor.label, at)}
    audit.note(session, actor.label, [audit.Deed("ended", "hours", row.name, facts)], at)
    return row


def keep_hours(session: Session, actor: Actor, number: int, at: datetime) -> KeptOffice:
    """Take back the end of hours whose last day is not over; raises HoursStay, HoursNotYours."""
    row = to_change(session, actor, number)
    if row.ends_on is None or is_over(row, at):
        raise HoursStay
    last = str(row.ends_on)
    deadlines.keep_office(session, row, actor.label, at)
    facts = {"last_day": last, "bodies": let_follow(session, row, actor.label, at)}
    audit.note(session, actor.label, [audit.Deed("called_back", "hours", row.name, facts)], at)
    return row


def go_on(session: Session, at: datetime) -> int:
    """Bodies whose hours have ended keep those that follow, whatever these have become; how many bodies."""
    today = at.astimezone(ZONE).date()
    kept = sa.exists().where(Organisation.office.like(sa.func.concat("o", KeptOffice.id, "@%")))
    over = sa.select(KeptOffice.id).where(KeptOffice.ends_on < today, KeptOffice.followed_by.is_not(None), kept)
    if not (ended := session.scalars(over).all()):
        return 0
    moved, rows = 0, deadlines.list_offices(session, to_change=True)
    for row in (one for one in rows if one.id in ended):
        key = _after(session, row, at)
        bodies = move_bodies(session, keeps(row.id), key)
        if not bodies:  # another worker was here first
            continue
        facts = {"last_day": str(row.ends_on), "then": deadlines.names_of(session, [key])[key], "bodies": bodies}
        audit.note(session, directory.CLOCK.label, [audit.Deed("ended", "hours", row.name, facts)], at)
        moved += bodies
    return moved


def _after(session: Session, row: KeptOffice, at: datetime) -> str:
    """The key of the hours that follow these; where they have ended too, of those that follow them."""
    assert row.followed_by is not None, "only hours that are followed by others are asked"
    key = deadlines.current_of(session, row.followed_by)
    number = deadlines.id_of(key)
    following = deadlines.get_office(session, number) if number is not None else None
    if following is not None and following.followed_by is not None and is_over(following, at):
        return _after(session, following, at)
    return key


def _who_keeps(session: Session, row: KeptOffice, at: datetime) -> str:
    """Why hours cannot end without others that follow; empty when nobody keeps them."""
    names, total = keepers(session, keeps(row.id), _NAMED)
    if total:
        more = "等" if total > len(names) else ""
        return f"还有 {total} 个单位在用（{'、'.join(names)}{more}），请选它们接着用哪套"
    leading = _leading(session, row, at)
    return f"「{leading[0]}」停用后要接着用这套，请选接着用哪套" if leading else ""


def _leading(session: Session, row: KeptOffice, at: datetime) -> list[str]:
    """The hours still to end that lead to these, also by way of others that are over."""
    before = [one for one in deadlines.list_offices(session) if one.followed_by == deadlines.kept_as(row.current)]
    return [name for one in before for name in (_leading(session, one, at) if is_over(one, at) else [one.name])]
