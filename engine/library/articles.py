"""The five regulations article by article, and what a citation may name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from engine.errors import NotFound
from engine.library.packs import RULES, lineage

LOCAL = "本地设定，无条文"

_REQUIREMENT = re.compile(r"[A-G]\d{1,2}b?")
_LOCAL_WORDS = ("本地设定", "无条文")
_LONGEST_RANGE = 60


class ArticleUnknown(NotFound):
    """条文索引里没有这一条。"""

    code = "article_unknown"


@dataclass(frozen=True, slots=True)
class Regulation:
    """One of the texts: where it holds and since when; a missing date is one that the text does not state."""

    id: str
    title: str
    number: str
    place: str
    file: str
    in_force: date | None
    until: date | None
    note: str

    def is_expired(self, on: date) -> bool:
        """Shown as 「已到期」 from the day after its last."""
        return self.until is not None and on > self.until

    def text(self) -> str:
        """The whole text as kept, with its heading."""
        return (RULES / "regulations" / self.file).read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Article:
    """One article under its citation, such as `GB 6.4a` or `DS 二(五)四`."""

    citation: str
    regulation: Regulation
    text: str


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the regulations demand, under an id that never changes; `missing` names what is not there yet."""

    id: str
    zh: str
    en: str
    articles: tuple[str, ...]
    missing: str = ""


class Cite(NamedTuple):
    """One thing cited: a requirement («E5», no regulation) or an article («DS 二(五)四»)."""

    name: str
    regulation: str | None


class CiteProblem(NamedTuple):
    """Why a citation does not hold; `code` is stable."""

    code: str
    message: str


@lru_cache(maxsize=1)
def regulations() -> Mapping[str, Regulation]:
    """The five texts by their short name."""
    found = _index()["regulations"]
    return {name: Regulation(name, *(entry[key] for key in _HEADING)) for name, entry in found.items()}


@lru_cache(maxsize=1)
def articles() -> Mapping[str, Article]:
    """Every article by its citation, in the order of the texts."""
    texts = regulations()
    return {key: Article(key, texts[key.split(" ")[0]], text) for key, text in _index()["articles"].items()}


@lru_cache(maxsize=1)
def requirements() -> Mapping[str, Requirement]:
    """Every requirement by its id."""
    path = RULES / "requirements.yaml"
    found = yaml.safe_load(path.read_text(encoding="utf-8"))["requirements"]
    return {name: Requirement(name, entry["zh"], entry["en"], tuple(entry["articles"]),
                              entry.get("missing", "")) for name, entry in found.items()}


def find_article(citation: str) -> Article | None:
    """The article that this citation names, however it is spaced; None when there is no such article."""
    known = articles()
    if citation in known:
        return known[citation]
    return next((known[cite.name] for cite in cites_in(citation) if cite.name in known), None)


def get_article(citation: str) -> Article:
    """The article that this citation names; raises ArticleUnknown."""
    found = find_article(citation)
    if found is None:
        raise ArticleUnknown(f"条文索引里没有「{citation}」。", citation=citation)
    return found


@lru_cache(maxsize=4096)
def cites_in(text: str) -> tuple[Cite, ...]:
    """What a text of citations names: «E5; DS 二(五)四», «YC 13–14, 16»; ranges are spelled out."""
    found: list[Cite] = []
    for group in re.split(r"[;；\n]", text):
        regulation = None
        for piece in (part.strip() for part in re.split(r"[,，、]", group)):
            if not piece or piece in _LOCAL_WORDS:
                continue
            if _REQUIREMENT.fullmatch(piece):
                found.append(Cite(piece, None))
                continue
            named = re.match(r"([A-Z]{2})(?![A-Za-z])\s*(.*)", piece)
            regulation, key = (named.group(1), named.group(2)) if named else (regulation, piece)
            found += [Cite(f"{regulation or '?'} {one}", regulation or "?") for one in _spelled_out(key)]
    return tuple(found)


def check_cites(text: str, pack: str) -> list[CiteProblem]:
    """What is wrong with the citations of an element or a row of this pack; raises PackUnknown.

    A pack cites only its own text and its ancestors'; an empty text is a local setting and fine.
    """
    return problems_of(text, {name for ancestor in lineage(pack) for name in ancestor.cites}, pack)


def problems_of(text: str, allowed: Collection[str], pack: str) -> list[CiteProblem]:
    """The same, for a pack that may cite these regulations."""
    return [problem for cite in cites_in(text) if (problem := _problem(cite, allowed, pack))]


def _problem(cite: Cite, allowed: Collection[str], pack: str) -> CiteProblem | None:
    if cite.regulation is None:
        if cite.name in requirements():
            return None
        return CiteProblem("requirement_unknown", f"要求清单里没有「{cite.name}」")
    if cite.name not in articles():
        return CiteProblem("cite_unknown", f"条文索引里没有「{cite.name.removeprefix('? ')}」")
    if cite.regulation not in allowed:
        return CiteProblem("cite_foreign", f"规则包 {pack} 只能引用本地和上级的文本，不能引用「{cite.name}」")
    return None


def _spelled_out(key: str) -> Iterator[str]:
    """The keys of a range such as 13–14, 11.2.1–11.2.4, 10(1)–(9) or 二4(1–4); a single key as itself."""
    key = re.sub(r"\s|^第|[条條]$", "", key.replace("（", "(").replace("）", ")").removeprefix("art."))
    found = re.fullmatch(r"(.*?)(\d+|[a-z])(\)?)[–—~～-](.*?)(\d+|[a-z])(\)?)", key)
    if found is None:
        yield key
        return
    before, first, closing, again, last, end = found.groups()
    if again not in ("", "(", before) or closing not in ("", end):
        yield key
        return
    yield from (f"{before}{step}{end}" for step in _steps(first, last))


def _steps(first: str, last: str) -> Iterator[str]:
    if first.isdigit() and last.isdigit():
        yield from map(str, range(int(first), min(int(last), int(first) + _LONGEST_RANGE) + 1))
    elif first.isalpha() and last.isalpha():
        yield from map(chr, range(ord(first), ord(last) + 1))


@lru_cache(maxsize=1)
def _index() -> dict[str, Any]:
    path = RULES / "regulations" / "index.yaml"
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    return loaded


_HEADING = ("title", "number", "place", "file", "in_force", "until", "note")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
