"""What others have reported near by, told to strangers: the kind, the place and how far it is, never their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import decisions, matters
from engine.cases.duplicates import find_similar
from engine.cases.models import Case
from engine.cases.places import table_at
from engine.cases.scope import unscoped
from engine.library import Source
from engine.matters.models import Matter
from engine.residents import knocking
from engine.residents.looking import count_followers

_HOME = re.compile(r"\d+\s*(?:号楼|栋|幢|单元|室|户|层|楼)|(?<=\D)\d{3,4}(?!\d)|[A-Za-z]?\d+\s*-\s*\d+")


@dataclass(frozen=True, slots=True)
class Nearby:
    """An open case that may be the same: what kind, where about, since when, how many have seen it."""

    number: str
    kind: str
    place: str
    stage: str
    opened_at: datetime
    seen_by: int


def list_nearby(session: Session, text: str, place: str, division: str, at: datetime, most: int = 4) -> list[Nearby]:
    """Open cases of the same community about things in the street that may be the same, likeliest first.

    How alike and how recent is the table `similar`; of what kinds strangers are told, the table `nearby`.
    """
    with unscoped(session):
        table = table_at(session, "nearby", division, at)
        guesses = matters.guess_matter(session, text, at)
        found = find_similar(session, text=text, place=place, division=division, at=at,
                             matter=guesses[0].code if guesses else None, most=most * 3)
        told = [_told(session, one.number, table, at) for one in found]
    return [one for one in told if one is not None][:most]


def look_around(session: Session, text: str, place: str, division: str, address: str, at: datetime) -> list[Nearby]:
    """The same for a stranger at this address; nothing any more for one who looks around too often."""
    try:
        knocking.enter(session, knocking.NEARBY, address, at)
    except knocking.TooOften:
        return []
    return list_nearby(session, text, place, division, at)


def _may_tell(matter: Matter, table: Source) -> bool:
    """Whether strangers may hear of a case of this kind (GB/T 35273-2020 6.2)."""
    asked = {"class_name": matter.class_name, "sensitive": matter.sensitive}
    return bool(decisions.ask(table, asked).one["tell"])


def _told(session: Session, number: str, table: Source, at: datetime) -> Nearby | None:
    """What a stranger may know of a case; None for one that is about people, or whose kind nobody knows yet."""
    case = session.scalars(select(Case).where(Case.number == number)).one()
    code = case.matter_code
    if code is None:
        guesses = matters.guess_matter(session, f"{case.title} {case.description}", at, most=1)
        code = guesses[0].code if guesses else None
    matter = session.get(Matter, code) if code else None
    if matter is None or not _may_tell(matter, table):
        return None
    followers = count_followers(session, case)
    return Nearby(case.number, matter.name, _HOME.sub("…", case.place), case.stage, case.opened_at, followers + 1)
