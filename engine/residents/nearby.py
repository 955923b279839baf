"""What others have reported near by, told to strangers: the kind, the place and how far it is, never their words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import matters
from engine.cases.duplicates import find_similar
from engine.cases.models import Case
from engine.cases.scope import unscoped
from engine.matters.models import Matter
from engine.residents import knocking
from engine.residents.looking import count_followers

PRIVATE = frozenset({"矛盾纠纷", "特殊人群", "社会心理服务", "社情民意", "治安隐患", "突发事件", "代办服务",
                     "基础信息采集", "交办事项", "政策宣传与平安创建"})
"""Classes in which a case is about people: nobody learns of another's from us (D14, GB/T 35273-2020 6.2)."""
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
    """Open cases of the same community, of a week, about things in the street that may be the same, likeliest first."""
    with unscoped(session):
        guesses = matters.guess_matter(session, text, at)
        found = find_similar(session, text=text, place=place, division=division, at=at,
                             matter=guesses[0].code if guesses else None, most=most * 3)
        told = [_told(session, one.number, at) for one in found]
    return [one for one in told if one is not None][:most]


def look_around(session: Session, text: str, place: str, division: str, address: str, at: datetime) -> list[Nearby]:
    """The same for a stranger at this address; nothing any more for one who looks around too often."""
    try:
        knocking.enter(session, knocking.NEARBY, address, at)
    except knocking.TooOften:
        return []
    return list_nearby(session, text, place, division, at)


def _told(session: Session, number: str, at: datetime) -> Nearby | None:
    """What a stranger may know of a case; None for one that is about people, or whose kind nobody knows yet."""
    case = session.scalars(select(Case).where(Case.number == number)).one()
    code = case.matter_code
    if code is None:
        guesses = matters.guess_matter(session, f"{case.title} {case.description}", at, most=1)
        code = guesses[0].code if guesses else None
    matter = session.get(Matter, code) if code else None
    if matter is None or matter.sensitive or matter.class_name in PRIVATE:
        return None
    followers = count_followers(session, case)
    return Nearby(case.number, matter.name, _HOME.sub("…", case.place), case.stage, case.opened_at, followers + 1)
