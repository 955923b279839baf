"""The registers as pages read them: searched, fifty at a time, each row with what one needs to know about it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import cases, directory
from engine.directory import held
from engine.directory.models import Absence, Account, Division, Grid, Organisation, Person, Post
from engine.errors import NotFound
from engine.registers import known

PAGE = 50
T = TypeVar("T")


class RowUnknown(NotFound):
    """没有这一条登记。"""

    code = "row_unknown"


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows, where the next page begins, and how many there are in all."""

    items: Sequence[T]
    next: str
    total: int


@dataclass(frozen=True)
class Listed:
    """A person in the list: their posts now, and whether they are away, locked out or gone."""

    account: Account
    posts: Sequence[Post]
    absence: Absence | None

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.account.person


def list_people(session: Session, top: str, at: datetime, text: str = "", role: str = "", state: str = "",
                after: str = "") -> Page[Listed]:
    """People with a log-in by user name, found by name, user name or phone, in this role, «here» or «left»."""
    where = []
    if text:
        like = [column.contains(text, autoescape=True) for column in (Person.name, Account.username, Person.phone)]
        where.append(sa.or_(*like))
    gone = sa.and_(Person.left_at.is_not(None), Person.left_at <= at)
    where += [gone] if state == "left" else [~gone] if state != "all" else []
    if state == "absent":
        where.append(sa.exists().where(Absence.person_id == Person.id, Absence.since <= at,
                                       sa.or_(Absence.until.is_(None), Absence.until > at)))
    if role or top:
        where.append(_has_post(role, top, at))
    asked = sa.select(Account).join(Person, Person.id == Account.person_id).where(*where)
    page = _page(session, asked, Account.username, after)
    ids = [account.person_id for account in page.items]
    posts = defaultdict(list)
    for post in known.posts(session, ids):
        if post.valid_from <= at and (post.valid_to is None or post.valid_to > at):
            posts[post.person_id].append(post)
    away = directory.absent_among(session, ids, at)
    items = [Listed(one, posts[one.person_id], away.get(one.person_id)) for one in page.items]
    return Page(items, page.next, page.total)


def _has_post(role: str, top: str, at: datetime) -> sa.ColumnElement[bool]:
    """A post of this role below this division, now; without a role whoever has no post at all counts too."""
    posts = sa.select(Post.id).join(Organisation, Organisation.id == Post.organisation_id).join(
        Division, Division.code == Organisation.division_code).where(
        Post.person_id == Person.id, directory.is_within(Division.path, top) if top else sa.true())
    if role:
        return posts.where(Post.role == role, held(Post, at)).exists()
    return sa.or_(posts.exists(), ~sa.exists().where(Post.person_id == Person.id))


def list_organisations(session: Session, top: str, at: datetime, text: str = "", kind: str = "", state: str = "",
                       after: str = "") -> Page[Organisation]:
    """Organisations by code, found by name or code."""
    where: list[Any] = [directory.is_within(Division.path, top)] if top else []
    if text:
        where.append(sa.or_(Organisation.name.contains(text, autoescape=True),
                            Organisation.code.contains(text, autoescape=True)))
    where += [Organisation.kind == kind] if kind else []
    where += _state(Organisation.valid_to, state, at)
    asked = sa.select(Organisation).join(Division, Division.code == Organisation.division_code).where(*where)
    return _page(session, asked, Organisation.code, after)


def list_grids(session: Session, top: str, at: datetime, text: str = "", state: str = "",
               after: str = "") -> Page[tuple[Grid, Sequence[str]]]:
    """Grids by code with the names of those who hold them now; «vacant» for those that nobody holds (A10)."""
    where: list[Any] = [directory.is_within(Grid.path, top)] if top else []
    if text:
        where.append(sa.or_(Grid.name.contains(text, autoescape=True), Grid.code.contains(text, autoescape=True)))
    running = sa.and_(Post.role == "grid_worker", held(Post, at))
    if state == "vacant":
        where.append(~sa.exists().where(Post.grid_id == Grid.id, running))
    where += _state(Grid.valid_to, state, at)
    page = _page(session, sa.select(Grid).where(*where), Grid.code, after)
    names: dict[int, list[str]] = defaultdict(list)
    for post in session.scalars(sa.select(Post).where(Post.grid_id.in_([one.id for one in page.items]), running)):
        names[post.grid_id or 0].append(post.person.name)
    return Page([(one, names[one.id]) for one in page.items], page.next, page.total)


def list_codes(session: Session, top: str) -> Sequence[tuple[str, str]]:
    """Code and name of every organisation in force below a division, for choosing one."""
    asked = sa.select(Organisation.code, Organisation.name).join(Division).where(
        Organisation.valid_to.is_(None), directory.is_within(Division.path, top) if top else sa.true())
    return [(code, name) for code, name in session.execute(asked.order_by(Division.path, Organisation.id))]


def list_places(session: Session) -> Sequence[tuple[str, str]]:
    """Code and name of every division, for choosing one."""
    return [(code, name) for code, name in session.execute(
        sa.select(Division.code, Division.name).order_by(Division.path))]


def get_cells(session: Session, key: str, code: str) -> Mapping[str, str]:
    """A row of the registers as the cells of its sheet; raises RowUnknown."""
    asked = {"organisations": known.organisations, "grids": known.grids, "people": known.people}[key]
    found = asked(session, [code])
    if code not in found:
        raise RowUnknown(code=code)
    return found[code].cells


@dataclass(frozen=True)
class PersonPage:
    """Everything about one person: the account, every post with its dates, absences."""

    account: Account
    posts: Sequence[Post]
    absences: Sequence[Absence]
    absence: Absence | None
    claimed: int

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.account.person


def get_person(session: Session, username: str, at: datetime) -> PersonPage:
    """The person who logs in under this name; raises RowUnknown."""
    account = session.scalar(sa.select(Account).where(Account.username == username))
    if account is None:
        raise RowUnknown(code=username)
    person = account.person_id
    return PersonPage(account, known.posts(session, [person])[::-1], directory.list_absences(session, person),
                      directory.absent_among(session, [person], at).get(person),
                      cases.count_claimed(session, [person]).get(person, 0))


def _state(until: Any, state: str, at: datetime) -> list[Any]:
    over = sa.and_(until.is_not(None), until <= at)
    return [over] if state == "ended" else [] if state == "all" else [~over]


def _page(session: Session, asked: sa.Select[Any], key: Any, after: str) -> Page[Any]:
    total = session.scalar(sa.select(sa.func.count()).select_from(asked.order_by(None).subquery())) or 0
    if after:
        asked = asked.where(key > after)
    rows = session.scalars(asked.order_by(key).limit(PAGE + 1)).all()
    more = len(rows) > PAGE
    return Page(rows[:PAGE], getattr(rows[PAGE - 1], key.key) if more else "", total)
