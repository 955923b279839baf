"""Where it is, chosen from lists: the townships by county, then the communities of one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.directory.models import Division

Named = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Spot:
    """A community and the way to it: code and name, and those of its township."""

    code: str
    name: str
    township: str
    township_name: str


def list_townships(session: Session) -> list[tuple[str, list[Named]]]:
    """Every county's name with code and name of its townships."""
    rows = session.scalars(
        select(Division).where(Division.level.in_(("county", "township"))).order_by(Division.path)).all()
    counties = {row.code: (row.name, list[Named]()) for row in rows if row.level == "county"}
    for row in rows:
        if row.level == "township" and row.parent_code in counties:
            counties[row.parent_code][1].append((row.code, row.name))
    return [(name, below) for name, below in counties.values() if below]


def list_communities(session: Session, township: str) -> list[Named]:
    """Code and name of the communities of a township."""
    asked = select(Division.code, Division.name).where(
        Division.parent_code == township, Division.level == "community").order_by(Division.code)
    return [(code, name) for code, name in session.execute(asked)]


def find_community(session: Session, code: str) -> Spot | None:
    """The community with this code."""
    found = session.scalars(select(Division).where(Division.code == code, Division.level == "community")).first()
    above = session.get(Division, found.parent_code) if found is not None and found.parent_code else None
    return Spot(found.code, found.name, above.code, above.name) if found is not None and above is not None else None


def name_of_township(session: Session, code: str) -> str:
    """What a township is called; "" for a code that is none."""
    found = session.get(Division, code)
    return found.name if found is not None and found.level == "township" else ""
