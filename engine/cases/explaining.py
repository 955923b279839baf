"""Why is it due then: every deadline of a case with its rule, version, article, counted days and stops."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import deadlines, directory
from engine.cases.act import Act
from engine.cases.clocks import counted_parts, extended_by
from engine.cases.file import CaseFile
from engine.cases.models import Case
from engine.cases.scope import unscoped
from engine.worklist.models import Deadline, Task

LOCAL = "本地设定，无条文"


def explain_deadlines(session: Session, case: Case, at: datetime, language: str = "zh",
                      file: CaseFile | None = None) -> list[dict[str, Any]]:
    """Every deadline of the case, open ones first, each with all that led to its due time; `file`: where it is read.

    {stage, task, element, organisation, opened_at, due_at, limit, count, table, pack, version, row, cites, article,
    days, stops, provisional, extended, capped, parts, state: open|met|late, lamp}; instants are ISO 8601.
    """
    with unscoped(session):
        act = Act(session, case, directory.CLOCK, at, file=file)
        rows = session.scalars(
            select(Deadline)
            .where(Deadline.case_id == case.id)
            .order_by(Deadline.closed_at.is_not(None), Deadline.id)
        ).all()
        tasks = {task.id: task for task in session.scalars(select(Task).where(Task.case_id == case.id))}
        names = deadlines.names_of(session, [row.office for row in rows])
        return [_explain(act, row, tasks.get(row.task_id or 0), language, names) for row in rows]


def _explain(act: Act, row: Deadline, task: Task | None, language: str, names: Mapping[str, str]) -> dict[str, Any]:
    hours = names.get(row.office, "")
    words = _words([deadlines.explain(due, language, hours) for due in counted_parts(act, row)])
    organisation = act.organisation(row.organisation_id).name if row.organisation_id else None
    return {
        **words,
        "stage": row.stage,
        "task": task.name if task else None,
        "element": task.element if task else None,
        "organisation": organisation,
        "opened_at": row.opened_at.isoformat(),
        "due_at": row.due_at.isoformat(),
        "first_due_at": row.first_due_at.isoformat(),
        "limit": row.limit,
        "count": row.count,
        "table": row.table_id,
        "pack": row.pack,
        "version": row.table_version,
        "row": row.row,
        "cites": row.cites,
        "article": article_of(row.cites),
        "provisional": row.provisional,
        "capped": row.capped,
        "extended": row.extended or [],
        "extended_by_seconds": extended_by(row).total_seconds(),
        "parts": row.parts or [],
        "state": _state(row, act.at),
        "closed_at": row.closed_at.isoformat() if row.closed_at else None,
    }


def _words(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """The account of a deadline; that of a total clock joins its parts: their days, their rules, their words."""
    first, last = parts[0], parts[-1]
    if len(parts) == 1:
        return first
    days: dict[str, dict[str, Any]] = {}
    for part in parts:
        for day in part["days"]:
            kept = days.setdefault(day["date"], dict(day))
            if day["counted"] and kept is not day:
                kept |= {"counted": True, "why": day["why"], "minutes": max(kept["minutes"], day["minutes"])}
    return {
        **last,
        "opened": first["opened"],
        "limit_words": " + ".join(part["limit_words"] for part in parts),
        "rule": "；".join(part["rule"] for part in parts),
        "days": list(days.values()),
        "counted": sum(day["counted"] for day in days.values()),
        "skipped": sum(not day["counted"] for day in days.values()),
        "provisional": any(part["provisional"] for part in parts),
    }


def article_of(cites: str) -> str:
    """The article behind a row, or that there is none: «DS 二(五)四» of «E5; DS 二(五)四»."""
    articles = [part.strip() for part in cites.split(";") if " " in part.strip()]
    return "；".join(articles) or LOCAL


def _state(row: Deadline, at: datetime) -> str:
    ended = row.closed_at or at
    if ended > row.due_at:
        return "late"
    return "met" if row.closed_at else "open"
