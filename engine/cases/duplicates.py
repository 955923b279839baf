"""Cases that may be the same: open, nearby, recent, and alike in matter or in words (table `similar`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

from sqlalchemy.orm import Session

from engine import decisions, library
from engine.cases import queries
from engine.cases.finding import has_words
from engine.cases.models import Case
from engine.cases.places import table_at
from engine.cases.searching import any_query, bigrams, overlap
from engine.library import Source

TABLE = "similar"
_METRES_A_DEGREE = 111_320.0


@dataclass(frozen=True, slots=True)
class Similar:
    """A case that may be the same; `score` from 0 to 1, `metres` where both places are known."""

    number: str
    title: str
    place: str
    stage: str
    opened_at: datetime
    score: float
    metres: int | None


def case_duplicates(session: Session, case: Case, most: int = 5) -> tuple[Similar, ...]:
    """Open cases of the same community that may be the same matter, by the table `similar`; likeliest first."""
    pinned = library.pinned(session, case.release_id).get(("dmn", TABLE))
    return find_similar(
        session, table=pinned or library.shipped_table(TABLE), text=f"{case.title} {case.description}",
        place=case.place, division=case.division_code,
        at=case.opened_at, matter=case.matter_code, class_name=case.class_name,
        spot=(case.lat, case.lng) if case.lat is not None and case.lng is not None else None,
        but=case.id, most=most)


def find_similar(session: Session, *, text: str, place: str, division: str, at: datetime,
                 matter: str | None = None, class_name: str | None = None,
                 spot: tuple[float, float] | None = None, but: int | None = None,
                 table: Source | None = None, most: int = 5) -> tuple[Similar, ...]:
    """The same for words that are not a case yet: what the report page shows while somebody writes.

    `table`: the version of `similar` to go by; else the one in force in the division.
    """
    rules = decisions.ask(table or table_at(session, TABLE, division, at), {"class_name": class_name}).one
    words = any_query(f"{text} {place}")
    condition = has_words(words) if words else None
    since = at - timedelta(days=int(rules["days"]))
    found = queries.list_similar(session, division=division, since=since, matter=matter, class_name=class_name,
                                 words=condition, but=but)
    said, where = bigrams(text), bigrams(place)
    rated = [_rated(row, said, where, matter, spot, float(rules["metres"])) for row in found]
    enough = rules["alike_percent"] / 100
    likely = sorted((one for one in rated if one.score >= enough), key=lambda one: -one.score)
    return tuple(likely[:most])


def _rated(row: queries.Found, said: frozenset[str], where: frozenset[str], matter: str | None,
           spot: tuple[float, float] | None, near: float) -> Similar:
    words = overlap(said, bigrams(f"{row.title} {row.description}"))
    places = overlap(where, bigrams(row.place))
    metres = None if spot is None or row.lat is None or row.lng is None else _metres(spot, (row.lat, row.lng))
    close = 1.0 if metres is not None and metres <= near else places
    alike = 0.25 if matter is not None and row.matter_code == matter else 0.0
    score = min(1.0, 0.45 * words + 0.35 * close + alike)
    return Similar(row.number, row.title, row.place, row.stage, row.opened_at, round(score, 2),
                   None if metres is None else round(metres))


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance between two points of a town, flat earth."""
    north = (one[0] - other[0]) * _METRES_A_DEGREE
    east = (one[1] - other[1]) * _METRES_A_DEGREE * cos(radians(one[0]))
    return hypot(north, east)
