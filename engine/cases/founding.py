"""The first day of a place: its divisions and bodies, the matters and rules in force, and who administers it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import directory, library, matters
from engine.cases import gatekeeping
from engine.directory.models import Account, Division, Organisation
from engine.directory.places import read_divisions
from engine.directory.plan import plan_bodies, read_plan
from engine.errors import Conflict, Invalid

PLACES = library.RULES / "places"
PEOPLE_HEADER = ("name", "role", "organisation", "grid", "username", "password")
_FOUNDING = 7_740_004
_SUPPLIER = "随软件交付"


class AlreadyFounded(Conflict):
    """这里已经建好了，不能再做首次设置。"""

    code = "already_founded"


class FoundingInvalid(Invalid):
    """首次设置的内容有误。"""

    code = "founding_invalid"


@dataclass(frozen=True, slots=True)
class Founder:
    """The first system administrator."""

    name: str
    username: str
    password: str


def is_founded(session: Session) -> bool:
    """Whether somebody can log in here."""
    return bool(session.scalar(sa.select(sa.exists().select_from(Account))))


def list_places() -> list[str]:
    """The places that the house brings a list of divisions and bodies for."""
    return sorted(file.stem for file in PLACES.glob("*.csv") if _plan_of(file.stem).exists())


def found_place(session: Session, place: str, founder: Founder, at: datetime) -> None:
    """Set up an empty place; the founder becomes its system administrator, at the topmost centre.

    Raises AlreadyFounded, FoundingInvalid for an unknown place or no name, and what an account's name or
    password is refused for.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_FOUNDING)))
    if is_founded(session):
        raise AlreadyFounded
    if place not in list_places():
        raise FoundingInvalid(fields={"place": [f"请从所列的选项中选择：{'、'.join(list_places())}"]})
    if not founder.name.strip():
        raise FoundingInvalid(fields={"name": ["请填写这一项"]})
    _add_divisions(session, place)
    matters.load_list(session, matters.load_catalogue(library.RULES / "base" / "matters.csv"))
    gatekeeping.publish(session, library.working_copies(), by=_SUPPLIER, approved_by=founder.name.strip()[:60], at=at)
    top = session.scalars(
        sa.select(Organisation)
        .join(Division, Division.code == Organisation.division_code)
        .where(Division.parent_code.is_(None), Organisation.kind == "centre")
    ).first()
    if top is None:
        raise FoundingInvalid(fields={"place": ["没有市级中心。"]})
    person = directory.add_person(session, founder.name.strip()[:60])
    directory.add_post(session, person.id, "system_admin", top.id, at)
    directory.add_account(session, person.id, founder.username, founder.password)


def take_on(session: Session, file: Path, at: datetime) -> int:
    """Take on everybody of a CSV file (name, role, organisation, grid, username, password); how many they were.

    Organisation and grid are codes. Raises FoundingInvalid naming the line, all or none.
    """
    taken = 0
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if tuple(rows.fieldnames or ()) != PEOPLE_HEADER:
            raise FoundingInvalid(f"表头应为 {','.join(PEOPLE_HEADER)}")
        for row in rows:
            _take_on_one(session, row, rows.line_num, at)
            taken += 1
    return taken


def _take_on_one(session: Session, row: dict[str, str], line: int, at: datetime) -> None:
    organisation = directory.find_organisation_coded(session, row["organisation"])
    grid = directory.find_grid(session, row["grid"]) if row["grid"] else None
    if organisation is None or (row["grid"] and grid is None):
        raise FoundingInvalid(f"第 {line} 行：没有这个单位或网格", line=line)
    person = directory.add_person(session, row["name"])
    directory.add_post(session, person.id, row["role"], organisation.id, at, grid.id if grid else None)
    directory.add_account(session, person.id, row["username"], row["password"])


def _add_divisions(session: Session, place: str) -> None:
    rows = read_divisions(PLACES / f"{place}.csv")
    session.add_all(
        Division(code=row.code, name=row.name, level=row.level, parent_code=row.parent, path=row.path) for row in rows
    )
    session.flush()
    session.add_all(
        Organisation(
            code=body.code,
            name=body.name,
            kind=body.kind,
            owner_kind=body.owner_kind,
            division_code=body.division,
            office="default",
        )
        for body in plan_bodies(read_plan(_plan_of(place)), rows)
    )
    session.flush()


def _plan_of(place: str) -> Path:
    return PLACES / f"{place}-organisations.yaml"
