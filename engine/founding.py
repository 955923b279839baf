"""The first day of a place: divisions and their bodies, rules in force, the matter list, three administrators."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from yaml import YAMLError

from engine import audit, deadlines, directory, library, matters, registers
from engine.cases import gatekeeping
from engine.db import tables
from engine.directory import nation
from engine.directory.models import ADMINISTRATORS, Division, Organisation
from engine.directory.places import DivisionRow, read_divisions
from engine.directory.plan import plan_bodies, read_plan
from engine.errors import Conflict, Invalid, NotFound
from engine.library import Pack

PLACES = library.RULES / "places"
NATION = PLACES / "nation.xz"
_ONE_AT_A_TIME = 7_740_005
_LONGEST_NAME = 60


class PlaceNotEmpty(Conflict):
    """这里已经有数据，没有改动；初始化只用于空的地方。"""

    code = "place_not_empty"


class AlreadyFounded(NotFound):
    """这里已经初始化过了，请登录。初始密码只显示一次；没有记下的，请在服务器上运行 wangge password 用户名。"""

    code = "already_founded"


class PlaceUnknown(NotFound):
    """没有这个地方的区划。"""

    code = "place_unknown"


class SiteInvalid(Invalid):
    """区划表或机构底稿有错，没有载入。"""

    code = "site_invalid"


class NamesNeeded(Invalid):
    """绘制人和审批人、三位管理员，都要写明姓名，且不得是同一人。"""

    code = "names_needed"


@dataclass(frozen=True, slots=True)
class Administrator:
    """One of the three, with a password that is told once."""

    role: str
    name: str
    username: str
    password: str


@dataclass(frozen=True, slots=True)
class Founded:
    """What the place was given."""

    divisions: int
    organisations: int
    packs: tuple[Pack, ...]
    definitions: int
    matters: int
    administrators: tuple[Administrator, ...]


@dataclass(frozen=True, slots=True)
class Site:
    """The divisions of a place and the plan of its bodies."""

    divisions: Sequence[DivisionRow]
    plan: Mapping[str, Any]


def known_places() -> list[str]:
    """The places whose divisions come with the house."""
    return sorted(path.stem for path in PLACES.glob("*.csv"))


def read_site(place: str | None, divisions: Path | None, organisations: Path | None) -> Site:
    """A place of the house, or the divisions of a file; without a plan of its own it gets its centres only.

    Raises PlaceUnknown, PlacesInvalid, SiteInvalid.
    """
    if place is not None and place not in known_places():
        raise PlaceUnknown(f"没有「{place}」的区划，现有：{'、'.join(known_places())}", place=place)
    own = PLACES / f"{place}-organisations.yaml"
    plan = organisations or (own if place and own.exists() else PLACES / "organisations.yaml")
    try:
        rows = read_divisions(divisions or PLACES / f"{place}.csv")
    except UnicodeDecodeError as problem:
        raise SiteInvalid("文件不是 UTF-8 编码；用表格软件另存为「CSV UTF-8」。") from problem
    return _site(rows, plan)


def _site(divisions: Sequence[DivisionRow], plan: Path) -> Site:
    try:
        site = Site(divisions, read_plan(plan))
        bodies = plan_bodies(site.plan, site.divisions)
    except UnicodeDecodeError as problem:
        raise SiteInvalid("文件不是 UTF-8 编码。") from problem
    except (YAMLError, KeyError, TypeError, AttributeError) as problem:
        raise SiteInvalid(f"{plan.name} 不是机构底稿，写法见 rules/places：{problem}") from problem
    if not bodies:
        raise SiteInvalid("区划表里一行都没有。")
    return site


def list_prefectures() -> list[nation.Prefecture]:
    """Every prefecture of the nation, with its province."""
    return nation.list_prefectures(NATION)


def list_counties(prefecture: str) -> list[tuple[str, str]]:
    """Code and name of a prefecture's counties; raises PlacesInvalid."""
    return nation.list_counties(NATION, prefecture)


def site_of(prefecture: str, counties: Collection[str] = (), organisations: Path | None = None) -> Site:
    """Any prefecture of the nation, or some of its counties below it; a centre everywhere unless a plan says more.

    Raises PlacesInvalid, SiteInvalid.
    """
    return _site(nation.cut(NATION, prefecture, counties), organisations or PLACES / "organisations.yaml")


def matching_packs(divisions: Iterable[DivisionRow], without: Iterable[str] = ()) -> tuple[Pack, ...]:
    """Base, the packs that name one of these divisions, and their parents; raises PackUnknown."""
    return packs_for({row.code for row in divisions}, without)


def packs_for(codes: Collection[str], without: Iterable[str] = ()) -> tuple[Pack, ...]:
    """The same for the codes of divisions; raises PackUnknown."""
    left_out = {library.get_pack(name).id for name in without}
    local = [pack for pack in library.packs().values() if set(codes).intersection(pack.divisions)]
    found = {pack.id: pack for one in local for pack in reversed(library.lineage(one.id))}
    return tuple(pack for pack in ({"base": library.get_pack("base")} | found).values() if pack.id not in left_out)


def found_place(session: Session, site: Site, packs: Sequence[Pack], *, by: str, approved_by: str,
                administrators: Mapping[str, str], at: datetime, office: str = deadlines.DEFAULT,
                hours: Mapping[str, str] | None = None) -> Founded:
    """Make an empty place ready for work; the caller commits.

    `administrators` gives the name of each of the three roles, `office` the hours of every body, unless `hours` has
    them as typed (`deadlines.read_week`). Raises PlaceNotEmpty, NamesNeeded, OfficeUnknown, HoursInvalid, Refused.
    """
    start = deadlines.load_calendars().office(office)
    changes = read_hours(hours, start, at) if hours else []
    _require_names([by, approved_by])
    _require_names([administrators[role] for role in ADMINISTRATORS])
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    if tables.filled(session.connection()):
        raise PlaceNotEmpty
    sources = [source for pack in packs for source in library.working_copies(pack.id)]
    published, _ = gatekeeping.publish(session, sources, by=by, approved_by=approved_by, at=at)
    listed = matters.found_list(
        session, matters.load_catalogue(library.RULES / "base" / "matters.csv"), f"{by}、{approved_by}", at)
    root = next(row for row in site.divisions if row.parent is None)
    if changes:
        office = deadlines.add_office(session, f"{root.name[:38]}作息", root.path, changes, by, at).current
    bodies = _add_bodies(session, site, office)
    centre = bodies[f"{root.code}-centre"]
    hired = tuple(_hire(session, role, administrators[role], centre, at) for role in ADMINISTRATORS)
    audit.note(session, f"{by}、{approved_by}", [
        audit.Deed("founded", "place", f"{root.code} {root.name}", {
            "divisions": len(site.divisions), "hours": [one.as_json() for one in changes] or office}),
        *(audit.Deed("added", "posts", f"{one.username} {one.role}") for one in hired)], at)
    return Founded(len(site.divisions), len(bodies), tuple(packs), len(published), listed, hired)


def read_hours(typed: Mapping[str, str], start: deadlines.Office, at: datetime) -> list[deadlines.Change]:
    """The first hours of a place as they were typed; raises HoursInvalid with the fields that are wrong."""
    changes, problems = registers.read_new(typed, start, at)
    if problems:
        raise deadlines.HoursInvalid(fields=problems)
    return changes


def _require_names(names: Sequence[str]) -> None:
    if not all(name.strip() and len(name) <= _LONGEST_NAME for name in names) or len(set(names)) < len(names):
        raise NamesNeeded


def _add_bodies(session: Session, site: Site, office: str) -> dict[str, Organisation]:
    session.add_all(Division(code=row.code, name=row.name, level=row.level, parent_code=row.parent, path=row.path)
                    for row in site.divisions)
    session.flush()
    bodies = {body.code: Organisation(code=body.code, name=body.name, kind=body.kind, owner_kind=body.owner_kind,
                                      division_code=body.division, office=office)
              for body in plan_bodies(site.plan, site.divisions)}
    session.add_all(bodies.values())
    session.flush()
    return bodies


def _hire(session: Session, role: str, name: str, centre: Organisation, at: datetime) -> Administrator:
    person = directory.add_person(session, name)
    directory.add_post(session, person.id, role, centre.id, at)
    made = Administrator(role, name, role.replace("_", "."), registers.first_password())
    directory.add_account(session, person.id, made.username, made.password, must_change=True)
    return made
