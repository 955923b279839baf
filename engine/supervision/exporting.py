"""Lists out as workbooks: a queue, a search or a cell of the board, exactly what its reader sees, on the record."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import audit, errands
from engine.cases import reading, sheets
from engine.cases.filters import ORDERS, Filters, Order
from engine.cases.moments import ZONE
from engine.cases.queues import BY_KEY
from engine.cases.reading import Whole
from engine.cases.words import WORDS, Language, word
from engine.directory import Actor
from engine.errors import Invalid, NotAllowed
from engine.supervision import filters as figures
from engine.supervision import units

KIND = "export"
MOST = 50_000
AT_ONCE = 500  # rows that are written while the reader waits
MAY = ("seat", "clerk", "supervisor")
SEARCH, BOARD = "search", "supervision"
_FILTERS = {"matter": ("大类", "Class"), "division": ("社区", "Community"), "urgency": ("紧急程度", "Urgency"),
            "severity": ("严重程度", "Severity"), "origin": ("来源", "Origin"), "lamp": ("时限状态", "Lamp"),
            "stage": ("环节", "Stage"), "holder": ("负责单位", "Held by"), "handler": ("承办单位", "Handled by"),
            "grid": ("网格", "Grid"), "text": ("内容", "Words"), "unit": ("单位", "Unit"),
            "but": ("除去的大类", "Classes left out"), "week": ("周", "Week of")}
_STATES = {
    "late": ("超期", "Overdue"), "near": ("临期", "Near due"), "unaccepted": ("从未受理", "Never accepted"),
    "today": ("今晚前到期", "Due by tonight"), "waiting": ("等人办", "Waiting for somebody"),
    "stopped": ("停钟", "Clock stopped"), "returned": ("反复退回", "Returned again"),
    "missed": ("超期环节", "Missed deadlines"), "settled": ("办结", "Closed"), "arrived": ("收件", "Came in")}
_TITLES = {SEARCH: ("全部事件", "All cases"), BOARD: ("督查", "Supervision")}


class ExportNotAllowed(NotAllowed):
    """您的岗位不能导出清单。"""

    code = "export_not_allowed"


class ExportTooLarge(Invalid):
    """这个列表太长，请先筛选，分几次导出。"""

    code = "export_too_large"


class ExportStale(Invalid):
    """这个列表已经没有了，请回到列表重新导出。"""

    code = "export_stale"


@dataclass(frozen=True, slots=True)
class Asked:
    """A list to be exported: the key of a queue, SEARCH or BOARD, with what narrows it and the order of its rows."""

    key: str
    filters: dict[str, str] = field(default_factory=dict)
    order: str | None = None
    language: Language = "zh"

    def name(self, language: Language) -> str:
        """What the list is called."""
        if self.key in _TITLES:
            return _TITLES[self.key][language == "en"]
        return BY_KEY[self.key].label(language)


def begin(session: Session, actor: Actor, asked: Asked, at: datetime) -> int:
    """How many rows the list has: what is checked before anything is promised.

    Raises ExportNotAllowed, ExportTooLarge, ExportStale, QueueUnknown.
    """
    if not actor.has(*MAY):
        raise ExportNotAllowed
    rows = reading.count_whole(session, _whole(session, actor, asked, at), MOST + 1)
    if rows > MOST:
        raise ExportTooLarge(f"这个列表超过 {MOST:,} 件，一次最多导出 {MOST:,} 件；请先筛选，分几次导出。", most=MOST)
    return rows


def export(session: Session, actor: Actor, asked: Asked, at: datetime,
           tell: Callable[[int], None] = lambda done: None) -> tuple[str, bytes, int]:
    """Name, bytes and rows of the workbook; that it was taken out stands in the house's record.

    Raises what `begin` raises.
    """
    begin(session, actor, asked, at)
    whole = _whole(session, actor, asked, at)
    about = _about(session, actor, asked, at)
    content, rows = sheets.write_list(reading.list_whole(session, whole, at, MOST), about, asked.language, tell)
    facts = {"rows": rows, "filters": {**asked.filters}, "sha256": hashlib.sha256(content).hexdigest()}
    audit.note(session, actor.label, [audit.Deed("exported", "lists", asked.name("zh"), facts)], at)
    return f"{asked.name(asked.language)}-{at.astimezone(ZONE):%Y%m%d-%H%M}.xlsx", content, rows


def ask(session: Session, actor: Actor, asked: Asked, at: datetime) -> errands.Errand:
    """Let a worker write it; raises what `begin` raises, and TooManyErrands."""
    rows = begin(session, actor, asked, at)
    return errands.ask(session, actor, KIND, asdict(asked), at, total=rows)


def step(work: errands.Work) -> bool:
    """The whole workbook in one go: what it shows is one moment."""
    errand = work.errand
    asked, total = Asked(**errand.payload), errand.total
    name, content, rows = export(work.session, work.actor, asked, work.at, lambda done: work.tell(done, total))
    errand.file_name, errand.file, errand.done, errand.total, errand.result = name, content, rows, rows, {"rows": rows}
    return True


def _whole(session: Session, actor: Actor, asked: Asked, at: datetime) -> Whole:
    if asked.key == BOARD:
        return Whole("cases", _cell(session, actor, asked, at), figures.Filters.of(asked.filters).order)
    filters, order = Filters.of(asked.filters), _order(asked)
    if asked.key == SEARCH:
        return reading.whole_search(session, at, filters, order or "newest")
    return reading.whole_queue(session, actor, asked.key, at, filters, order)


def _order(asked: Asked) -> Order | None:
    return next((order for order in ORDERS if order == asked.order), None)


def _cell(session: Session, actor: Actor, asked: Asked, at: datetime) -> list[Any]:
    chosen = figures.Filters.of(asked.filters)
    organisations = figures.organisations_of(session, actor, chosen)
    if organisations == []:
        raise ExportStale
    return figures.conditions(session, actor, chosen, at, organisations)


def _about(session: Session, actor: Actor, asked: Asked, at: datetime) -> dict[str, sheets.Value]:
    """The second sheet: the list, what narrowed it, who took it out and when."""
    en = asked.language == "en"
    lines: dict[str, sheets.Value] = {"List" if en else "清单": asked.name(asked.language)}
    state = asked.filters.get("state")
    if asked.key == BOARD:
        lines["State" if en else "状态"] = _STATES.get(state or "late", _STATES["late"])[en]
    for name, value in asked.filters.items():
        if name in _FILTERS and (value or name == "matter"):
            lines[_FILTERS[name][en]] = _said(session, actor, name, value, asked.language, at)
    if asked.key != BOARD and not Filters.of(asked.filters).active:
        lines["Filters" if en else "筛选"] = "none" if en else "无"
    return {**lines, "Taken out by" if en else "导出人": actor.label, "At" if en else "导出时间": at,
            "Zone" if en else "时区": "Asia/Shanghai",
            "Note" if en else "提示": "For the work of the office only; the export is on the record." if en
            else "仅供工作使用，不得外传；本次导出已记录在案。"}


def _said(session: Session, actor: Actor, name: str, value: str, language: Language, at: datetime) -> str:
    """A filter's value as people call it."""
    if name in WORDS:
        return word(name, value, language)
    if name == "unit":
        unit = units.list_units(session, units.post_of(actor)).get(value)
        return unit.name if unit else value
    if name in ("division", "holder", "handler", "grid"):
        return reading.name_of(session, name, value)
    return value or ("Not classified" if language == "en" else "未分类")
