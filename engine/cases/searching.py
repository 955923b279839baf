"""Finding cases by their words: overlapping Chinese bigrams kept as a tsvector, asked as phrases.

Two characters in a row are one lexeme, so any probe of two characters or more is found through the index. The
last character of a run stands alone too, so that one character is found as the beginning of some lexeme. The
divisions above a case («@330921100») and the month in which it came («@2026-11») are lexemes too, which no text can
hold: a word that is frequent elsewhere or was long ago is then not looked for there, by the same index.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import datetime

from engine.clock import ZONE

_RUN = re.compile(r"[㐀-䶿一-鿿豈-﫿]+|[0-9a-z]+")
_INDEXED = 6_000  # characters of a case that are searched
_ASKED = 80  # characters of a question
_PLACES = 200  # positions kept of one lexeme; PostgreSQL takes 255
_LONGEST = 60


def search_vector(*texts: str | None, path: str = "", opened_at: datetime | None = None) -> str:
    """The tsvector literal of these texts, the dotted path of the case and its month: the column `CaseWords.search`."""
    places: dict[str, list[int]] = {}
    whole = "\n".join(text for text in texts if text)[:_INDEXED]
    for place, lexeme in enumerate(_lexemes(whole), start=1):
        kept = places.setdefault(lexeme, [])
        if len(kept) < _PLACES:
            kept.append(min(place, 16_383))
    words = [f"'{lexeme}':{','.join(map(str, kept))}" for lexeme, kept in places.items()]
    marks = path.split(".")[1:] + ([f"{opened_at.astimezone(ZONE):%Y-%m}"] if opened_at else [])
    return " ".join([*words, *map(_mark, marks)])


def search_query(text: str) -> str | None:
    """The tsquery literal that finds every word of a question; None when nothing in it can be searched."""
    asked = [_phrase(run) for run in _runs(text[:_ASKED])]
    return " & ".join(asked) or None


def within(query: str, paths: Collection[str]) -> str:
    """The tsquery literal, kept to what lies in one of these divisions; a root path is no bound, for all lies in it."""
    codes = [path.rpartition(".")[2] for path in paths if "." in path]
    if not codes or len(codes) < len(paths):
        return query
    return f"({query}) & ({' | '.join(map(_mark, sorted(codes)))})"


def in_months(query: str, until: datetime, count: int) -> str:
    """The tsquery literal, kept to what came in so many months, the one of `until` being the last."""
    first = month_begin(until, count)
    months = [f"{first.year + (first.month - 1 + n) // 12}-{(first.month - 1 + n) % 12 + 1:02}" for n in range(count)]
    return f"({query}) & ({' | '.join(map(_mark, months))})"


def month_begin(until: datetime, count: int) -> datetime:
    """When the first of so many months begins, the one of `until` being the last."""
    here = until.astimezone(ZONE)
    months = here.year * 12 + here.month - count
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=ZONE)


def any_query(text: str) -> str | None:
    """The tsquery literal that finds cases sharing at least one bigram with the text; None without any."""
    pairs = sorted(bigrams(text))
    return " | ".join(f"'{pair}'" for pair in pairs[:_ASKED]) or None


def bigrams(text: str) -> frozenset[str]:
    """The pairs of neighbouring characters and the whole Latin words of a text, as a set to compare."""
    return frozenset(lexeme for lexeme in _lexemes(text[:_INDEXED]) if len(lexeme) > 1)


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter text is in the other, from 0 to 1."""
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def _mark(name: str) -> str:
    return f"'@{name}'"


def _runs(text: str) -> list[str]:
    return _RUN.findall(text.lower())


def _lexemes(text: str) -> Iterator[str]:
    for run in _runs(text):
        if run[0].isascii():
            yield run[:_LONGEST]
            continue
        yield from (run[place:place + 2] for place in range(len(run)))


def _phrase(run: str) -> str:
    """A Latin word as a beginning, Chinese characters as bigrams that follow one another."""
    if run[0].isascii():
        return f"'{run[:_LONGEST]}':*"
    if len(run) == 1:
        return f"'{run}':*"
    return "(" + " <-> ".join(f"'{run[place:place + 2]}'" for place in range(len(run) - 1)) + ")"
