"""A plan carried out: rows added, changed and ended in one transaction, each act noted in the house's record."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import audit, deadlines, directory, matters
from engine.clock import ZONE
from engine.directory.models import Account, Duty, Grid, Organisation, Person, Post
from engine.registers.known import moment_of
from engine.registers.planning import Change, Plan, Tell, say_nothing
from engine.registers.sheets import GRID_KINDS, OFFICE, ORGANISATION_KINDS, owner_words, roles

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another when read aloud
_HIDDEN = ("手机", "邮箱")  # the record says that they changed, not to what
_MOMENTS = {"启用日期": "valid_from", "到岗日期": "valid_from", "停用日期": "valid_to", "离岗日期": "valid_to"}
VERBS = {"add": "added", "change": "changed", "end": "ended"}


class FirstPassword(NamedTuple):
    """What somebody new needs to log in for the first time."""

    username: str
    name: str
    password: str


@dataclass
class _Work:
    """What applying shares: ids of rows by code, those just made included."""

    session: Session
    at: datetime
    by: str
    matters_from: datetime | None
    passwords: list[FirstPassword]
    tell: Tell
    total: int
    done: int = 0

    def walk(self, changes: Iterable[Change]) -> Iterator[Change]:
        """The changes one after the other, while it is told how far it is."""
        for change in changes:
            yield change
            self.done += 1
            self.tell(self.done, self.total)


def apply(session: Session, plan: Plan, by: str, at: datetime, matters_from: datetime | None = None,
          tell: Tell = say_nothing) -> list[FirstPassword]:
    """Carry out a plan without problems; the first passwords of those who are new. The caller commits."""
    assert not plan.problems, "a plan with faults is never carried out"
    work = _Work(session, at, by, matters_from, [], tell, plan.moving)
    for key, carry_out in _DOERS.items():
        changes = [change for change in plan.changes if change.sheet == key and change.action != "same"]
        if changes:
            carry_out(work, changes)
            session.flush()
    _keep_list(work, plan)
    audit.note(session, by, [_deed(change) for change in plan.changes if change.action != "same"], at)
    return work.passwords


def first_password() -> str:
    """80 bits in four groups, easy to read aloud."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def begins(day: str) -> datetime:
    """The first moment of a day in the office's zone."""
    return datetime.combine(date.fromisoformat(day), time(), ZONE)


def ends(day: str) -> datetime | None:
    """The moment after the last day that counts; None without one."""
    return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), ZONE) if day else None


def _deed(change: Change) -> audit.Deed:
    said = {one.title: ["", ""] if one.title in _HIDDEN else [one.before, one.after] for one in change.differences}
    return audit.Deed(VERBS[change.action], change.sheet, change.subject, {"changed": said})


def _organisations(work: _Work, changes: Sequence[Change]) -> None:
    offices = deadlines.office_names(work.session, to_use=True)
    open_to_all = deadlines.office_names(work.session, to_choose=True)
    for change in work.walk(changes):
        cells = change.cells
        if cells[OFFICE] not in offices:  # called otherwise since it was chosen
            raise deadlines.OfficeUnknown
        if cells[OFFICE] not in open_to_all and _chooses(change):
            raise deadlines.OfficeEnding
        kind = ORGANISATION_KINDS[cells["种类"]]
        values = {
            "name": cells["名称"], "kind": kind, "owner_kind": owner_words(kind)[cells["承办类别"]],
            "division_code": cells["区划代码"], "office": offices[cells[OFFICE]],
            "valid_from": begins(cells["启用日期"]) if cells["启用日期"] else None, "valid_to": ends(cells["停用日期"])}
        _put(work, Organisation, change, {"code": cells["编码"], **values})


def _chooses(change: Change) -> bool:
    """Whether a row gives a body other hours than it keeps."""
    return change.id is None or OFFICE in (one.title for one in change.differences)


def _grids(work: _Work, changes: Sequence[Change]) -> None:
    paths = directory.paths_of(work.session, {change.cells["区划代码"] for change in changes})
    for change in work.walk(changes):
        cells = change.cells
        _put(work, Grid, change, {
            "code": cells["编码"], "name": cells["名称"], "kind": GRID_KINDS[cells["类型"]], "tier": int(cells["层级"]),
            "division_code": cells["区划代码"], "path": paths[cells["区划代码"]],
            "households": int(cells["户数"]) if cells["户数"] else None,
            "valid_from": begins(cells["启用日期"]), "valid_to": ends(cells["停用日期"])})


def _people(work: _Work, changes: Sequence[Change]) -> None:
    for change in work.walk(changes):
        cells, left = change.cells, ends(change.cells["离任日期"])
        values = {
            "name": cells["姓名"], "phone": cells["手机"] or None, "email": cells["邮箱"] or None, "left_at": left}
        if change.id is None:
            password = first_password()
            person = Person(**values)
            work.session.add(Account(username=cells["用户名"], person=person, must_change=True, language="zh",
                                     password_hash=directory.hash_random(password)))
            work.passwords.append(FirstPassword(cells["用户名"], cells["姓名"], password))
            continue
        work.session.execute(sa.update(Person).where(Person.id == change.id).values(**values))
        if left is not None:
            running = sa.and_(Post.person_id == change.id, sa.or_(Post.valid_to.is_(None), Post.valid_to > left))
            barely = sa.func.greatest(Post.valid_from + timedelta(microseconds=1), left)
            work.session.execute(sa.update(Post).where(running).values(valid_to=barely))


def _posts(work: _Work, changes: Sequence[Change]) -> None:
    names = _ids(work, Account.username, Account.person_id, {change.cells["用户名"] for change in changes})
    places = _ids(work, Organisation.code, Organisation.id, {change.cells["单位编码"] for change in changes})
    grids = _ids(work, Grid.code, Grid.id, {change.cells["网格编码"] for change in changes})
    for change in work.walk(changes):
        cells = change.cells
        _put(work, Post, change, {
            "person_id": names[cells["用户名"]], "role": roles()[cells["角色"]],
            "organisation_id": places[cells["单位编码"]],
            "grid_id": grids.get(cells["网格编码"]), "valid_from": begins(cells["到岗日期"]),
            "valid_to": ends(cells["离岗日期"])})


def _duties(work: _Work, changes: Sequence[Change]) -> None:
    names = _ids(work, Account.username, Account.person_id, {change.cells["用户名"] for change in changes})
    places = _ids(work, Organisation.code, Organisation.id, {change.cells["单位编码"] for change in changes})
    for change in work.walk(changes):
        cells = change.cells
        _put(work, Duty, change, {
            "organisation_id": places[cells["单位编码"]], "person_id": names[cells["用户名"]],
            "since": moment_of(cells["开始"]), "until": moment_of(cells["结束"])})


def _keep_list(work: _Work, plan: Plan) -> None:
    """A new version of the list of matters is kept whole, and in force once its day has come."""
    changes = [change for change in plan.changes if change.sheet == "matters"]
    if any(change.action != "same" for change in changes):
        rows = [change.cells for change in changes if change.line > 1]
        matters.keep_version(work.session, rows, work.by, work.matters_from or work.at, work.at)
        matters.apply_due(work.session, work.at)


def _ids(work: _Work, code: Any, number: Any, wanted: set[str]) -> Mapping[str, int]:
    return {one: found for one, found in work.session.execute(sa.select(code, number).where(code.in_(wanted)))}


def _put(work: _Work, model: type[Any], change: Change, values: dict[str, Any]) -> None:
    """Add the row, or change it; the moments of a beginning and an end move only where their day changes."""
    if change.id is None:
        work.session.add(model(**values))
        return
    moved = {_MOMENTS[one.title] for one in change.differences if one.title in _MOMENTS}
    kept = {name: value for name, value in values.items() if name not in _MOMENTS.values() or name in moved}
    work.session.execute(sa.update(model).where(model.id == change.id).values(**kept))


_DOERS: dict[str, Callable[[_Work, Sequence[Change]], None]] = {
    "organisations": _organisations, "grids": _grids, "people": _people, "posts": _posts,
    "duties": _duties}
