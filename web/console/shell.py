"""What every page shows around its content: the rail with live counts, words, moments, lamps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, g, request, url_for
from flask_babel import gettext as _

from engine import clock, directory, matters, notices
from engine.cases import incidents, moments, queues, reading, words
from engine.cases.lamps import Clock
from engine.errors import WanggeError
from web import failing, identity, languages, wording
from web.db import db


@dataclass(frozen=True)
class Shelf:
    """A section of the rail: the queues of one role."""

    title: str
    queues: tuple[queues.Queue, ...]


def init_app(app: Flask) -> None:
    """Give the templates their words."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        stamp=stamp,
        due=due,
        ago=ago,
        day=day,
        brief=brief, local_date=local_date, full=full,
        word=word,
        clock_words=clock_words,
        percent=percent,
        moment=datetime.fromisoformat,
        errand_problem=errand_problem,
    )
    env.globals.update(
        shelves=shelves,
        counts=counts,
        unread=unread,
        open_incidents=open_incidents,
        now=now,
        actor=identity.find_actor,
        role_name=role_name,
        is_fragment=is_fragment,
        preference=preference, saved_url=saved_url,
        tops=_tops, dead_letters=dead_letters,
    )


def now() -> datetime:
    """One instant for the whole request."""
    if "now" not in g:
        g.now = clock.now()
    found: datetime = g.now
    return found


def language() -> words.Language:
    """The reader's language."""
    return "en" if languages.current() == "en" else "zh"


def is_fragment() -> bool:
    """Whether htmx asks for a piece of a page."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def shelves() -> tuple[Shelf, ...]:
    """The reader's queues by role, in the order of their posts."""
    actor = identity.current_actor()
    roles = dict.fromkeys(post.role for post in actor.posts)
    mine = queues.queues_of(actor)
    found = [(role, tuple(queue for queue in mine if queue.role == role)) for role in roles]
    found = [(role, held) for role, held in found if held]
    if len(found) == 1:
        return (Shelf(_("My queues"), found[0][1]),)
    return tuple(Shelf(role_name(role), held) for role, held in found)


def counts() -> dict[str, int]:
    """How many wait in each queue, and how many notices; asked once a request."""
    if "counts" not in g:
        g.counts = reading.queue_counts(db.session(), identity.current_actor(), now())
    found: dict[str, int] = g.counts
    return found


def unread() -> int:
    """Notices that the reader has not opened."""
    return counts().get(reading.UNREAD, 0) if identity.find_actor() else 0


def open_incidents() -> int:
    """Incidents that wait for the reader; asked once a request."""
    if "open_incidents" not in g:
        g.open_incidents = incidents.count_open(db.session(), identity.current_actor())
    found: int = g.open_incidents
    return found


def dead_letters() -> int:
    """Letters that were given up and wait for the reader, who is an operator."""
    return notices.count_dead(db.session(), [post.path for post in identity.current_actor().posts
                                             if post.role == "system_admin"])


def admitted() -> Sequence[Any]:
    """The matters that may enter a grid now; read once a request."""
    if "admitted" not in g:
        g.admitted = matters.list_admitted(db.session(), now())
    found: Sequence[Any] = g.admitted
    return found


def matters_by_class() -> dict[str, list[tuple[str, str]]]:
    """Code and name of the matters that may enter a grid now, under the name of their class."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for matter in admitted():
        group = groups.setdefault(languages.glossed(matter.class_name), [])
        group.append((matter.code, languages.glossed(matter.name)))
    return groups


def preference(name: str, default: Any = None) -> Any:
    """What this account has chosen."""
    return preferences().get(name, default)


def preferences() -> dict[str, Any]:
    """The choices of this account; {} for strangers."""
    actor = identity.find_actor()
    if actor is None or actor.account_id is None:
        return {}
    chosen: dict[str, Any] = g.get("preferences", identity.current_preferences())
    return chosen


def saved_url(saved: dict[str, Any]) -> str:
    """The address of a saved list."""
    filters: dict[str, Any] = dict(saved["filters"])
    if saved["key"] == "search":
        return url_for("console.search", **filters)
    return url_for("console.queue", key=saved["key"], **filters)


def prefer(**chosen: Any) -> None:
    """Remember choices of this account."""
    actor = identity.current_actor()
    if actor.account_id is not None:
        account = directory.get_account(db.session(), actor.account_id)
        account.preferences = g.preferences = {**(account.preferences or {}), **chosen}


def stamp(at: datetime | None) -> str:
    """A past moment."""
    return moments.stamp(at, now(), language()) if at else ""


def due(at: datetime | None) -> str:
    """A moment to keep, with its weekday."""
    return moments.due_stamp(at, now(), language()) if at else ""


def full(at: datetime) -> str:
    """A moment on paper: the whole date with its weekday."""
    return moments.full_stamp(at, language())


def brief(at: datetime, with_hour: bool = False) -> str:
    """A past moment in a narrow column: the hour today, the date before."""
    return moments.brief(at, now(), language(), with_hour)


def local_date(at: datetime) -> str:
    """Month and day in the office's zone."""
    return at.astimezone(moments.ZONE).strftime("%m-%d")


def ago(at: datetime | None) -> str:
    """How long ago."""
    return moments.ago(at, now(), language()) if at else ""


def day(at: datetime) -> str:
    """The day alone."""
    return moments.date_words(at, now(), language())


def word(key: str | None, kind: str) -> str:
    """The office's word for a value."""
    return words.word(kind, key, language())


def clock_words(of: Clock, with_stage: bool = False) -> str:
    """What the lamp says, after the name of the limit where asked."""
    said = of.words(language())
    if not with_stage or not of.stage or of.lamp in ("grey", "none"):
        return said
    stage = words.word("limit_stage", of.stage, language())
    return f"{stage}: {said}" if language() == "en" else f"{stage}{said}"


def told(error: WanggeError) -> str:
    """What an error says in the reader's language."""
    return failing.failure_of(error).detail


def errand_problem(problem: dict[str, Any] | None) -> str:
    """Why long work was not done, in the reader's language."""
    if problem is None:
        return ""
    return wording.english(problem["code"], problem["facts"]) if language() == "en" else str(problem["message"])


def toast(text: str, undo: str = "") -> str:
    """The header that makes the page say something in passing, with a way back where there is one."""
    said = {"text": text, **({"undo": undo, "label": _("Undo"), "reason": _("Undone at once")} if undo else {})}
    return json.dumps({"toast": said})  # ASCII: a header holds nothing else


def role_name(role: str) -> str:
    """The name of a role."""
    return directory.ROLE_NAMES[role][language() == "en"] if role in directory.ROLE_NAMES else role


def percent(fraction: float, of: float = 100) -> str:
    """A fraction as a length in an SVG."""
    return f"{fraction * of:.2f}".rstrip("0").rstrip(".")


def _tops(rows: Any, number: int) -> Any:
    return list(rows)[:number]
