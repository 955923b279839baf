"""Which cases hold these words, so asked that a frequent word costs little more than a rare one.

The index of words knows no order, a list is read in order, and the planner must guess with which to begin: badly
where a word belongs to a place (a street's name is frequent in one town and absent from all others). Here nobody
guesses: a look at the newest cases says whether the words are frequent in the asker's divisions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, any_, cast, exists, false, func, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from engine.cases import scope
from engine.cases.filters import Order
from engine.cases.models import Case, CaseWords
from engine.cases.searching import search_query, within

LOOKED_AT, DENSE = 1_000, 5  # so many hits among so many cases: a list that is read in its order soon has its page
_NUMBER = re.compile(r"\d{4,12}-(\d{4}-)?\d{6,}")
_words = CaseWords.__table__.c  # the plain table: what is found here is a condition on the case, where the scope lies


def with_words(session: Session, text: str | None, order: Order = "newest") -> list[ColumnElement[bool]]:
    """The condition that cases have this number, or these words; [] without a question.

    A question without a word matches nothing. `order`: in which the cases are going to be read.
    """
    if not text:
        return []
    if _NUMBER.fullmatch(text.strip()):
        return [Case.number == text.strip()]
    query = search_query(text)
    if query is None:
        return [false()]
    reach = scope.reach(session)
    narrow = within(query, reach.paths)
    if _is_dense(session, narrow, order):
        return [has_words(query)]
    found = _found(narrow) if reach.paths else None
    return [Case.id == any_(_together(found, reach.others, query))]


def has_words(query: str) -> ColumnElement[bool]:
    """Cases whose words match a tsquery literal, one case after the other or by the index, as the planner thinks."""
    return exists().where(_words.case_id == Case.id, _match(query))


def _is_dense(session: Session, query: str, order: Order) -> bool:
    """Whether the words are frequent where a list in this order begins."""
    begin = _words.case_id if order == "oldest" else _words.case_id.desc()
    first = select(_words.search).order_by(begin).limit(LOOKED_AT).subquery()
    asked = select(func.count()).select_from(first).where(_match(query, first.c.search))
    return (session.scalar(asked) or 0) >= DENSE


def _together(found: ColumnElement[Sequence[int]] | None, others: Select[int] | None,
              query: str) -> ColumnElement[Sequence[int]]:
    """The array of what was found by place, and of those among the others that have the words."""
    if others is None:
        return found if found is not None else _array(select(_words.case_id).where(false()))
    among = select(_words.case_id).where(_words.case_id == any_(_array(others)), _match(query))
    return _array(among) if found is None else func.array_cat(found, _array(among), type_=ARRAY(BigInteger))


def _found(query: str) -> ColumnElement[Sequence[int]]:
    """The ids of all cases with these words, by the index and never by reading the table (migration 0027)."""
    return func.cases_with_words(cast(query, TSQUERY), type_=ARRAY(BigInteger))


def _array(ids: Select[int]) -> ColumnElement[Sequence[int]]:
    return func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))


def _match(query: str, search: ColumnElement[str] = _words.search) -> ColumnElement[bool]:
    return search.bool_op("@@")(cast(query, TSQUERY))
