"""The reasons of the engine in the reader's language: limits, days that did not count, suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from markupsafe import Markup, escape

from engine import deadlines
from engine.cases.rows import TaskRow
from engine.cases.words import WORDS
from web import languages
from web.console import shell

_MENTIONS = "内容提到："


def init_app(app: Flask) -> None:
    """Give the templates these words."""
    app.jinja_env.filters.update(article=article, limit_words=limit_words, why_now=why_now, weekday=weekday,
                                 rule=rule, why_matter=why_matter, task_name=task_name)


def article(cites: str) -> str:
    """The article behind a row of a table, or that it is a local setting."""
    found = [part.strip() for part in (cites or "").split(";") if " " in part.strip()]
    return "; ".join(found) or _("local setting, no article")


def limit_words(limit: str) -> str:
    """A limit such as «2 work_day» for people."""
    return deadlines.Limit.parse(limit).words(shell.language())


def why_now(explained: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """The explanation of the deadline that the lamp shows: the earliest one still open."""
    running = [one for one in explained if one["closed_at"] is None]
    return min(running, key=lambda one: str(one["due_at"]), default=None)


def rule(one: dict[str, Any]) -> str:
    """How a limit is counted, in one sentence."""
    if shell.language() == "zh":
        return str(one["rule"])
    limit = limit_words(one["limit"])
    if one["count"] == "next_day":
        return str(_("%(limit)s, counted from the next day, ends when the office closes", limit=limit))
    return str(_("%(limit)s from the minute", limit=limit))


def weekday(day: str) -> str:
    """The weekday of an ISO date."""
    return deadlines.weekday(date.fromisoformat(day), shell.language())


def why_matter(why: str) -> str:
    """Why this matter is suggested."""
    if why.startswith(_MENTIONS):
        return Markup(escape(_("the text mentions %(words)s"))) % {
            "words": languages.typed(why.removeprefix(_MENTIONS))}
    known = {"上报时已选": _("chosen when it was reported"), "您选定的事项": _("the matter you chose")}
    return str(known.get(why, why))


def task_name(row: TaskRow) -> str:
    """What a task is called: as drawn, or in English where the table knows it."""
    return WORDS["task"][row.element][1] if shell.language() == "en" and row.element in WORDS["task"] else row.name
