"""How often strangers may come: counted in rows, so that it holds for every process and outlives a restart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.cases import sealing
from engine.errors import Unavailable
from engine.residents.models import Knock

KEPT = timedelta(days=2)


class TooOften(Unavailable):
    """来得太频繁了，请过一会儿再试；您写的内容没有丢。"""

    code = "too_often"


@dataclass(frozen=True, slots=True)
class Door:
    """What is counted, and how often within how long; the phones of one carrier may share an address."""

    name: str
    most: int
    within: timedelta


REPORT = Door("report", 20, timedelta(minutes=10))
REPORT_A_DAY = Door("report-day", 200, timedelta(days=1))
PHOTO = Door("photo", 120, timedelta(minutes=10))
FOLLOW = Door("follow", 20, timedelta(minutes=10))
NEARBY = Door("nearby", 60, timedelta(minutes=10))
WRONG_FROM = Door("wrong-from", 10, timedelta(minutes=15))
WRONG_FOR = Door("wrong-for", 5, timedelta(minutes=15))


def refuse_if_often(session: Session, door: Door, who: str, at: datetime) -> None:
    """Raises TooOften, with the moment when coming again makes sense, once the door's measure is full."""
    asked = sa.select(sa.func.count(), sa.func.min(Knock.at)).where(
        Knock.door == door.name, Knock.key == _key(who), Knock.at > at - door.within)
    count, first = session.execute(asked).one()
    if count >= door.most:
        raise TooOften(retry_at=first + door.within)


def knock(session: Session, door: Door, who: str, at: datetime) -> None:
    """Count one visit."""
    session.add(Knock(door=door.name, key=_key(who), at=at))
    session.flush()


def enter(session: Session, door: Door, who: str, at: datetime) -> None:
    """Count one visit, unless there were too many: then raises TooOften and counts nothing."""
    refuse_if_often(session, door, who, at)
    knock(session, door, who, at)


def bring_photo(session: Session, address: str, at: datetime) -> None:
    """Count a photo that a stranger hands in; raises TooOften before it is taken."""
    enter(session, PHOTO, address, at)


def forget_knocks(session: Session, at: datetime) -> int:
    """Delete the visits that no measure looks at any more, and say how many."""
    old = sa.delete(Knock).where(Knock.at < at - KEPT).returning(Knock.id)
    return len(session.scalars(old).all())


def _key(who: str) -> str:
    """An address is personal: a keyed hash of it is enough to count."""
    return sealing.keyed(f"knock|{who}").hex()
