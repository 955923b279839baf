"""Which cases hold these words, so asked that a frequent word costs little more than a rare one.

The index of words knows no order, a list is read in order, and the planner must guess with which to begin: badly
where a word belongs to a place (a street's name is frequent in one town and absent from all others) or to a season.
Here nobody guesses: a look at the newest cases says whether the words are frequent in the asker's divisions. Where
they are not, the index is asked for the latest months, then for the year, then for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, and_, any_, cast, exists, false, func, literal, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from engine.cases import scope
from engine.cases.filters import Order
from engine.cases.models import Case, CaseWords
from engine.cases.scope import Reach
from engine.cases.searching import in_months, month_begin, search_query, within

LOOKED_AT, DENSE = 1_000, 5  # so many hits among so many cases: a list that is read in its order soon has its page
MONTHS, ENOUGH = (2, 12), 200  # how far back to look first, and how many hits let us hope for a page
_NUMBER = re.compile(r"\d{4,12}-(\d{4}-)?\d{6,}")
_cases, _words = Case.__table__.c, CaseWords.__table__.c  # plain: the scope lies on the case that a list selects


def with_words(session: Session, text: str, order: Order = "due",
               until: datetime | None = None) -> Iterator[ColumnElement[bool]]:
    """Conditions that cases have this number, or these words, each wider than the one before; the last leaves none out.

    `order`: in which the cases are going to be read. `until`: none that came later is asked for; then a page of the
    newest that one of the conditions fills is the right one. A question without a word matches nothing.
    """
    if _NUMBER.fullmatch(text.strip()):
        yield Case.number == text.strip()
        return
    query = search_query(text)
    if query is None:
        yield false()
        return
    reach = scope.reach(session)
    if _is_dense(session, within(query, reach.paths), order):
        yield has_words(query)
        return
    if order == "newest" and until:
        yield from _lately(session, query, reach, until)
    yield _is_among(_find(session, query, reach))


def _lately(session: Session, query: str, reach: Reach, until: datetime) -> Iterator[ColumnElement[bool]]:
    for count in MONTHS:
        found = _find(session, in_months(query, until, count), reach)
        if len(found) >= ENOUGH:
            yield and_(Case.opened_at >= month_begin(until, count), _is_among(found))


def has_words(query: str) -> ColumnElement[bool]:
    """Cases whose words match a tsquery literal, one case after the other or by the index, as the planner thinks."""
    return exists().where(_words.case_id == Case.id, _match(query))


def _is_dense(session: Session, query: str, order: Order) -> bool:
    """Whether the words are frequent where a list in this order begins."""
    begin = _cases.opened_at if order == "oldest" else _cases.opened_at.desc()
    first = select(_cases.id).order_by(begin).limit(LOOKED_AT).subquery()
    asked = select(func.count()).where(_words.case_id == first.c.id, _match(query))
    return (session.scalar(asked) or 0) >= DENSE


def _find(session: Session, query: str, reach: Reach) -> Sequence[int]:
    """The ids of all cases with these words within reach, and perhaps of some beyond: the scope itself still holds."""
    found: Sequence[int] = []
    if reach.paths:  # by the index and never by reading the table (migration 0027)
        by_index = func.cases_with_words(cast(within(query, reach.paths), TSQUERY), type_=ARRAY(BigInteger))
        found = session.scalar(select(by_index)) or []
    return [*found, *session.scalars(_among(reach.others, query))] if reach.others is not None else found


def _among(others: Select[int], query: str) -> Select[int]:
    ids: ColumnElement[Sequence[int]] = func.array(others.scalar_subquery(), type_=ARRAY(BigInteger))
    return select(_words.case_id).where(_words.case_id == any_(ids), _match(query))


def _is_among(ids: Sequence[int]) -> ColumnElement[bool]:
    return Case.id == any_(literal(ids, ARRAY(BigInteger)))


def _match(query: str) -> ColumnElement[bool]:
    return _words.search.bool_op("@@")(cast(query, TSQUERY))
