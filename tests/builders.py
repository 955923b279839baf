"""Makes what tests need: a small city, its cases, and the same four people.

One reports (李网格, grid worker), one dispatches (张坐席, seat of a township centre), one handles (王承办,
clerk of a department), one must not get in (赵外人, seat of another city).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import directory
from engine.cases.models import Case, CaseWords, Custody, Uncounted
from engine.cases.searching import search_vector
from engine.db import tables
from engine.directory.models import Account, Division, Grid, Organisation, Person
from engine.library.models import Release

NOW = datetime(2026, 3, 4, 1, 0, tzinfo=UTC)  # a Wednesday, 09:00 in the office
BEFORE = NOW - timedelta(days=400)
PASSWORD = "wangge-2026"
_numbers = count(1)
tables.metadata()
directory.use_hashing(time_cost=1, memory_kib=8)


def a_division(
    session: Session, code: str, name: str, level: str, parent: Division | None = None
) -> Division:
    """A division, found again when it was made before."""
    found = session.get(Division, code)
    if found is None:
        path = f"{parent.path}.{code}" if parent else code
        found = Division(
            code=code, name=name, level=level, path=path, parent_code=parent.code if parent else None
        )
        session.add(found)
        session.flush()
    return found


def an_organisation(
    session: Session,
    division: Division,
    name: str,
    kind: str = "department",
    owner_kind: str = "urban_management",
) -> Organisation:
    """A department, unless another kind is named."""
    made = Organisation(
        code=f"{division.code}-{kind}-{next(_numbers)}",
        name=name,
        kind=kind,
        owner_kind=owner_kind,
        division_code=division.code,
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def a_centre(session: Session, division: Division) -> Organisation:
    """The centre of a division."""
    found = directory.find_centre(session, division.code)
    return found or an_organisation(session, division, f"{division.name}综合信息指挥室", "centre", "centre")


def a_grid(session: Session, division: Division, code: str = "") -> Grid:
    """A grid of this community."""
    code = code or f"{division.code}{next(_numbers):03d}"
    made = Grid(
        code=code,
        name=f"{division.name}第一网格",
        division_code=division.code,
        path=division.path,
        valid_from=BEFORE,
    )
    session.add(made)
    session.flush()
    return made


def a_person(session: Session, name: str = "张三") -> Person:
    """Somebody without a post."""
    return directory.add_person(session, name, phone="13800000000")


def an_account(session: Session, person: Person, username: str = "", password: str = PASSWORD) -> Account:
    """A log-in; its password is PASSWORD."""
    username = username or f"user{next(_numbers)}"
    hashed = directory.hash_password(password)
    return directory.add_account(session, person.id, username, password_hash=hashed)


def an_actor(
    session: Session,
    role: str,
    organisation: Organisation,
    grid: Grid | None = None,
    name: str = "张三",
    username: str = "",
    at: datetime = NOW,
) -> directory.Actor:
    """A person with an account in this role at this organisation."""
    person = a_person(session, name)
    directory.add_post(session, person.id, role, organisation.id, BEFORE, grid.id if grid else None)
    account = an_account(session, person, username)
    return directory.get_actor(session, account.id, at)


def a_case(session: Session, division: Division, holder: Organisation, **changed: Any) -> Case:
    """A case row with its custody, without a running diagram; any column may be given, and the `words` to search by."""
    release = session.scalars(select(Release)).first() or Release(
        pack="base", sha256="0" * 64, made_at=BEFORE
    )
    session.add(release)
    session.flush()
    number = f"{division.code}-{next(_numbers):06d}"
    values: dict[str, Any] = {
        "number": number,
        "title": "垃圾堆放",
        "description": "楼道里堆了垃圾",
        "place": "竹屿社区 3 号楼",
        "division_code": division.code,
        "path": division.path,
        "origin": "grid_worker",
        "channel": "app",
        "holder_id": holder.id,
        "level": holder.division.level,
        "attention_level": holder.division.level,
        "opened_at": NOW,
        "pack": "base",
        "release_id": release.id,
        "salt": "00",
    }
    words = changed.pop("words", "")
    made = Case(**{**values, **changed})
    session.add(made)
    session.flush()
    vector = search_vector(words, path=made.path, opened_at=made.opened_at)
    session.add(CaseWords(case_id=made.id, search=vector))
    moved = {"arrived": made.opened_at, "settled": made.closed_at}
    session.add_all(Uncounted(case_id=made.id, kind=kind, at=at) for kind, at in moved.items() if at is not None)
    a_custody(session, made, holder, until=made.closed_at)
    return made


def a_custody(
    session: Session,
    case: Case,
    organisation: Organisation,
    capacity: str = "holder",
    until: datetime | None = None,
) -> Custody:
    """A stretch in which the organisation held or handled the case."""
    made = Custody(
        case_id=case.id,
        organisation_id=organisation.id,
        capacity=capacity,
        level=organisation.division.level,
        since=case.opened_at,
        until=until,
    )
    session.add(made)
    session.flush()
    return made


@dataclass(frozen=True)
class City:
    """A city of two counties and, beside it, another one; the four people stand in `community` and above."""

    city: Division
    county: Division
    township: Division
    community: Division
    sibling: Division
    other: Division
    grid: Grid
    county_centre: Organisation
    centre: Organisation
    community_centre: Organisation
    sibling_centre: Organisation
    other_centre: Organisation
    department: Organisation
    reporter: directory.Actor
    dispatcher: directory.Actor
    handler: directory.Actor
    intruder: directory.Actor


def a_city(session: Session, prefix: str = "") -> City:
    """The small city with its four people; user names are reporter, dispatcher, handler, intruder."""
    city = a_division(session, "3309", "舟山市", "city")
    county = a_division(session, "330921", "岱山县", "county", city)
    township = a_division(session, "330921100", "高亭镇", "township", county)
    community = a_division(session, "330921100001", "竹屿社区", "community", township)
    sibling = a_division(session, "330921101", "衢山镇", "township", county)
    other = a_division(session, "4206", "襄阳市", "city")
    a_centre(session, city)
    centre, other_centre = a_centre(session, township), a_centre(session, other)
    department = an_organisation(session, county, "岱山县综合行政执法局")
    grid = a_grid(session, community)
    return City(
        city,
        county,
        township,
        community,
        sibling,
        other,
        grid,
        a_centre(session, county),
        centre,
        a_centre(session, community),
        a_centre(session, sibling),
        other_centre,
        department,
        reporter=an_actor(
            session, "grid_worker", a_centre(session, community), grid, "李网格", f"{prefix}reporter"
        ),
        dispatcher=an_actor(session, "seat", centre, None, "张坐席", f"{prefix}dispatcher"),
        handler=an_actor(session, "clerk", department, None, "王承办", f"{prefix}handler"),
        intruder=an_actor(session, "seat", other_centre, None, "赵外人", f"{prefix}intruder"),
    )
