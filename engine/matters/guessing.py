"""Which matter the words of a report speak of: a suggestion with its reasons, never a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol


class Worded(Protocol):
    """Anything that carries a matter's code, name and keywords: a row of the file or of the table."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def keywords(self) -> str: ...


class Guess(NamedTuple):
    """A matter that the words point at.

    `score` lies between 0 and 1 and compares guesses for one text; `why` are the keywords found, best first.
    """

    code: str
    score: float
    why: tuple[str, ...]


Term = tuple[str, tuple[str, ...]]  # a keyword as written, and the parts that must all occur


@lru_cache(maxsize=4096)
def _terms(name: str, keywords: str) -> tuple[Term, ...]:
    """The keywords of a matter, its name among them."""
    words = {word.strip(): None for word in (name, *keywords.split("|")) if word.strip()}
    return tuple((word, tuple(part.casefold() for part in word.split("+") if part)) for word in words)


def _strength(parts: Sequence[str]) -> float:
    """How much a keyword says: long words are rarer, and two parts together say more than one."""
    return sum(len(part) for part in parts) - 1 + 0.5 * (len(parts) - 1)


def guess(text: str, matters: Iterable[Worded], most: int = 5) -> list[Guess]:
    """At most `most` matters whose keywords occur in the text, the likeliest first; none: an empty list.

    A keyword «电梯+困» asks for both parts anywhere in the text. One that several matters share counts less,
    and one that lies inside a longer one that was found (井盖 in 雨水井盖) counts half.
    """
    folded = text.casefold()
    found: dict[str, list[Term]] = {}
    for matter in matters:
        hits = [term for term in _terms(matter.name, matter.keywords) if all(p in folded for p in term[1])]
        if hits:
            found[matter.code] = hits
    every = [term for hits in found.values() for term in hits]
    shared = Counter(word for word, _ in every)
    whole = {parts[0] for _, parts in every if len(parts) == 1}
    guesses = [_weigh(code, hits, shared, whole) for code, hits in found.items()]
    return sorted(guesses, key=lambda one: (-one.score, one.code))[:most]


def _weigh(code: str, hits: list[Term], shared: Counter[str], whole: set[str]) -> Guess:
    weights: dict[str, float] = {}
    for word, parts in hits:
        inside = len(parts) == 1 and any(parts[0] != other and parts[0] in other for other in whole)
        weights[word] = _strength(parts) / shared[word] * (0.5 if inside else 1)
    total = sum(weights.values())
    why = tuple(sorted(weights, key=lambda word: (-weights[word], word)))
    return Guess(code, round(total / (total + 3), 2), why)
