"""What the columns of a case and the facts of an entry are called, and their values in the office's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases.moments import ZONE
from engine.cases.words import WORDS, Language
from engine.directory.models import Grid, Organisation, Person

_NAMES: dict[str, tuple[str, str]] = {
    "number": ("编号", "Number"), "title": ("标题", "Title"), "description": ("情况", "Description"),
    "place": ("地点", "Place"), "stage": ("阶段", "Stage"), "origin": ("来源", "Origin"),
    "channel": ("渠道", "Channel"),
    "urgency": ("紧急程度", "Urgency"), "severity": ("严重程度", "Severity"), "level": ("层级", "Level"),
    "attention_level": ("关注层级", "Attention"), "division_code": ("区划", "Division"), "path": ("区划路径", "Path"),
    "grid_id": ("网格", "Grid"), "holder_id": ("承接中心", "Holder"), "handler_id": ("承办单位", "Handler"),
    "reporter_id": ("上报人", "Reporter"), "dispatcher_id": ("分流人", "Dispatcher"),
    "handled_by_id": ("办理人", "Handled by"), "due_at": ("到期", "Due"), "warn_at": ("临期", "Near due"),
    "total_due_at": ("总时限到期", "Total due"), "opened_at": ("建档时间", "Opened"),
    "closed_at": ("结案时间", "Closed"),
    "dispatched_at": ("分流时间", "Dispatched"), "told_at": ("告知时间", "Told"),
    "stopped_at": ("停钟", "Clock stopped"),
    "stopped_until": ("停钟至", "Stopped until"), "outcome": ("结果", "Outcome"), "rating": ("评价", "Rating"),
    "verified": ("核实", "Verified"), "matter_code": ("事项", "Matter"), "class_name": ("大类", "Class"),
    "list_version": ("清单版本", "Version of the list"), "release_id": ("规则版本组", "Release"),
    "pack": ("规则包", "Pack"), "urged": ("催办次数", "Urged"), "supervised": ("督办次数", "Supervised"),
    "returns": ("退回次数", "Returned"), "reworks": ("返工次数", "Reworked"), "reopened": ("重办次数", "Reopened"),
    "emergency": ("突发", "Emergency"), "has_contact": ("留有联系方式", "Has a contact"), "photos": ("照片", "Photos"),
    "result_text": ("办理结果", "Result"), "settled_text": ("当场处置", "Settled"),
    "first_handling": ("先期处置", "First handling"), "duplicate_of": ("重复于", "Duplicate of"),
    "task": ("任务", "Task"), "reason": ("原因", "Reason"), "handler_name": ("承办单位", "Handler"),
    "late": ("迟到方", "Late"), "organisation": ("单位", "Organisation"), "row": ("规则行", "Row"),
    "cites": ("依据", "Cites"), "lat": ("纬度", "Latitude"), "lng": ("经度", "Longitude"), "text": ("文字", "Words"),
    "due": ("应于", "Due"), "element": ("环节", "Element"), "incident": ("异常", "Incident")}
_KINDS = {"stage": "stage", "origin": "origin", "channel": "channel", "urgency": "urgency", "severity": "severity",
          "level": "level", "attention_level": "level", "outcome": "outcome", "rating": "rating",
          "verified": "verified"}
_BODIES, _PEOPLE = ("holder_id", "handler_id"), ("reporter_id", "dispatcher_id", "handled_by_id")


def name_of(key: str, language: Language) -> str:
    """What a column or fact is called; its own name where the table has none."""
    pair = _NAMES.get(key)
    return pair[language == "en"] if pair else key


def value_of(session: Session, key: str, value: str, language: Language) -> str:
    """A value in words: what it stands for, a body's or person's name, a moment by the office's clock."""
    pair = WORDS[_KINDS[key]].get(value) if key in _KINDS else None
    if pair is not None:
        return pair[language == "en"]
    if value in ("True", "False"):
        return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value == "True"]
    named = _by_id(session, key)
    if named is not None and value.isdigit():
        return named(int(value)) or value
    return _moment(value) if key.endswith(("_at", "_until")) or key == "due" else value


def _by_id(session: Session, key: str) -> Callable[[int], str] | None:
    if key not in (*_BODIES, *_PEOPLE, "grid_id"):
        return None
    model = Organisation if key in _BODIES else Person if key in _PEOPLE else Grid
    return lambda row_id: str(getattr(session.get(model, row_id), "name", ""))


def _moment(value: str) -> str:
    try:
        return datetime.fromisoformat(value).astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return value
