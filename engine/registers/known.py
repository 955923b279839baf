"""What the registers hold now, as the cells of a sheet would say it: what a workbook is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import deadlines
from engine.clock import ZONE
from engine.directory.models import Account, Division, Grid, Organisation, Person, Post
from engine.registers.sheets import GRID_KINDS, OFFICE, ORGANISATION_KINDS, owner_words, roles

Cells = Mapping[str, str]


@dataclass(frozen=True)
class Held:
    """A row that is there: its number in the table, and its cells."""

    id: int
    cells: Cells


def first_day(at: datetime | None) -> str:
    """The day on which something began, in the office's zone."""
    return at.astimezone(ZONE).date().isoformat() if at else ""


def last_day(until: datetime | None) -> str:
    """The last day that still counts before this end."""
    return (until.astimezone(ZONE) - timedelta(microseconds=1)).date().isoformat() if until else ""


def moment_of(text: str) -> datetime:
    """The instant of «2026-01-31 08:30» in the office's zone; raises ValueError."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


def text_of(at: datetime) -> str:
    """An instant as a cell says it."""
    return f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}"


def word_of(words: Mapping[str, str], value: str | None) -> str:
    """The word that stands for an id; the id itself where no word is known."""
    return next((word for word, one in words.items() if one == value), value or "")


def divisions(session: Session) -> dict[str, Division]:
    """Every division by its code."""
    return {one.code: one for one in session.scalars(sa.select(Division))}


def organisations(session: Session, codes: Iterable[str]) -> dict[str, Held]:
    """The organisations with these codes."""
    found = session.scalars(sa.select(Organisation).where(Organisation.code.in_(list(codes))))
    offices = offices_by_key(session)
    return {one.code: Held(one.id, organisation_cells(one, offices)) for one in found}


def offices_by_key(session: Session) -> dict[str, str]:
    """What the hours that bodies keep are called: key → name."""
    return {key: name for name, key in deadlines.office_names(session).items()}


def organisation_cells(one: Organisation, offices: Mapping[str, str]) -> Cells:
    """An organisation as its row; `offices` are the names of hours by key."""
    return {"编码": one.code, "名称": one.name, "种类": word_of(ORGANISATION_KINDS, one.kind),
            "承办类别": word_of(owner_words(one.kind), one.owner_kind), "区划代码": one.division_code,
            OFFICE: offices.get(one.office, one.office), "启用日期": first_day(one.valid_from),
            "停用日期": last_day(one.valid_to)}


def centres(session: Session) -> dict[str, str]:
    """Code of the centre of each division."""
    asked = sa.select(Organisation.division_code, Organisation.code).where(Organisation.kind == "centre")
    return {division: code for division, code in session.execute(asked)}


def grids(session: Session, codes: Iterable[str]) -> dict[str, Held]:
    """The grids with these codes."""
    found = session.scalars(sa.select(Grid).where(Grid.code.in_(list(codes))))
    return {one.code: Held(one.id, grid_cells(one)) for one in found}


def grid_cells(one: Grid) -> Cells:
    """A grid as its row."""
    return {"编码": one.code, "名称": one.name, "区划代码": one.division_code, "类型": word_of(GRID_KINDS, one.kind),
            "层级": str(one.tier), "户数": str(one.households) if one.households is not None else "",
            "启用日期": first_day(one.valid_from), "停用日期": last_day(one.valid_to)}


def people(session: Session, usernames: Iterable[str]) -> dict[str, Held]:
    """The people who log in under these names."""
    asked = sa.select(Account).where(Account.username.in_(list(usernames)))
    return {one.username: Held(one.person_id, person_cells(one.person, one.username)) for one in session.scalars(asked)}


def person_cells(one: Person, username: str) -> Cells:
    """A person as their row."""
    return {"用户名": username, "姓名": one.name, "手机": one.phone or "", "邮箱": one.email or "",
            "离任日期": last_day(one.left_at)}


def phones(session: Session, numbers: Iterable[str]) -> dict[str, str]:
    """Whose these phones are: phone → user name, of people who have not left."""
    asked = (sa.select(Person.phone, Account.username).join(Account, Account.person_id == Person.id)
             .where(Person.phone.in_(list(numbers)), Person.left_at.is_(None)))
    return {phone: username for phone, username in session.execute(asked) if phone}


def posts(session: Session, person_ids: Iterable[int]) -> Sequence[Post]:
    """Every post that these people hold or held, the oldest first."""
    asked = sa.select(Post).where(Post.person_id.in_(list(person_ids))).order_by(Post.valid_from, Post.id)
    return session.scalars(asked).all()


def post_cells(one: Post, username: str) -> Cells:
    """A post as its row."""
    return {"用户名": username, "角色": word_of(roles(), one.role), "单位编码": one.organisation.code,
            "网格编码": one.grid.code if one.grid else "", "到岗日期": first_day(one.valid_from),
            "离岗日期": last_day(one.valid_to)}
