"""The desk: a queue, the case under the eye and the act beside it; one key does it and opens the next."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from flask import Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine.cases import callbacks, incidents, pages, queues, reading
from engine.cases.filters import ORDERS, Filters, Order, Page
from engine.cases.queues import Queue
from engine.cases.rows import CaseRow
from engine.cases.words import WORDS
from web import identity, languages
from web.console import acting, shell
from web.console.blueprint import blueprint
from web.db import db

Answer = Any


@dataclass(frozen=True)
class Desk:
    """The list side of a desk: a queue, or a search over everything in scope."""

    key: str
    title: str
    queue: Queue | None
    page: Page[CaseRow]
    filters: Filters
    order: Order
    tried: dict[int, callbacks.Tried] = field(default_factory=dict)

    @property
    def is_ticked(self) -> bool:
        """Whether rows are ticked for what is done to many: a grid worker's lists have nothing of that kind."""
        return self.queue is None or self.queue.role != "grid_worker"

    def url(self, **changed: Any) -> str:
        """The address of this list with something changed; None removes a parameter."""
        given: dict[str, Any] = {**self.filters.active, **changed}
        kept: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if self.queue is None:
            return url_for("console.search", **kept)
        return url_for("console.queue", key=self.key, **kept)

    def plain_url(self) -> str:
        """The address of this list without any filter."""
        return url_for("console.search") if self.queue is None else url_for("console.queue", key=self.key)

    def news_url(self) -> str:
        """The address that says what came into this list from now on."""
        kept: dict[str, Any] = dict(self.filters.active)
        return url_for("console.news", key=self.key, since=shell.now().isoformat(), **kept)

    def pane_url(self, row: CaseRow) -> str:
        """The address of the fragment that shows this row's case."""
        return url_for("console.pane", number=row.number, desk=self.key)


@blueprint.get("/")
def home() -> Answer:
    """My first queue; the phone's page for a worker on a phone; people without a queue are told where their work is."""
    actor = identity.current_actor()
    if actor.has("grid_worker") and identity.is_phone():
        return redirect(url_for("phone.capture"))
    mine = queues.queues_of(actor)
    if not mine and actor.has("designer"):
        return redirect(url_for("console.rules"))
    if not mine:
        return render_template("no_queue.html")
    waiting = shell.counts()
    first = next((queue for queue in mine if waiting.get(queue.key)), mine[0])
    return redirect(url_for("console.queue", key=first.key))


@blueprint.get("/queues/<key>")
def queue(key: str) -> Answer:
    """A queue with the case that the address names, or its first one."""
    return _desk(read_desk(key))


@blueprint.get("/cases")
def search() -> Answer:
    """Everything in scope that the filters let through."""
    return _desk(read_desk("search"))


@blueprint.get("/pane/<number>")
def pane(number: str) -> Answer:
    """The case and its act as a fragment for the desk."""
    return render_pane(number, request.args.get("desk", ""))


@blueprint.get("/counts")
def counts() -> Answer:
    """The rail with fresh counts; polled."""
    return _polled(lambda: render_template("_rail.html", here=request.args.get("here", "")))


@blueprint.get("/queues/<key>/news")
def news(key: str) -> Answer:
    """How many rows came since the list was made; polled, the list itself never moves."""
    try:
        since = datetime.fromisoformat(request.args.get("since", ""))
    except ValueError:
        abort(422)
    if since.tzinfo is None:
        abort(422)
    filters = Filters.of(request.args)

    def fresh() -> str:
        number = reading.count_new(db.session(), identity.current_actor(), key, since, shell.now(), filters)
        kept: dict[str, Any] = dict(filters.active)
        return render_template("_news.html", number=number, url=url_for("console.queue", key=key, **kept))

    return _polled(fresh)


def _polled(fresh: Callable[[], str]) -> Answer:
    """A fragment that a page asks for again and again: 304 while nobody has acted, for a minute at most."""
    actor, at = identity.current_actor(), shell.now()
    seen = (*reading.pulse(db.session(), actor.person_id), actor, at.replace(second=0, microsecond=0), shell.language(),
            shell.preferences(), request.full_path)
    answer = Response(headers={"Cache-Control": "private, no-cache", "Vary": "Cookie"})
    answer.set_etag(hashlib.sha256(repr(seen).encode()).hexdigest()[:32])
    if request.if_none_match.contains(answer.get_etag()[0] or ""):
        answer.status_code = 304
    else:
        answer.set_data(fresh())
    return answer


@blueprint.post("/queues/<key>/order")
def order(key: str) -> Answer:
    """Remember in which order this account reads a queue."""
    chosen = request.form.get("order", "")
    if chosen not in ORDERS or key not in queues.BY_KEY:
        abort(422)
    shell.prefer(orders={**(shell.preference("orders") or {}), key: chosen})
    kept: dict[str, Any] = dict(Filters.of(request.form).active)
    return redirect(url_for("console.queue", key=key, **kept))


def read_desk(key: str) -> Desk:
    """The list of this key with the filters, order and place of the request."""
    session, actor, at = db.session(), identity.current_actor(), shell.now()
    filters, cursor = Filters.of(request.values), request.args.get("cursor")
    if key == "search":
        page = reading.list_cases(session, filters, at, cursor)
        return Desk(key, _("All cases"), None, page, filters, "newest")
    found = reading.get_queue(actor, key)
    wanted = (shell.preference("orders") or {}).get(key, found.order)
    chosen: Order = wanted if wanted in ORDERS else found.order
    counted = shell.counts().get(key) if not filters.active else None
    page = reading.queue(session, actor, key, at, filters, cursor, chosen, total=counted)
    tried = callbacks.read_tried(session, [row.id for row in page.items], at) if key == "feedback" else {}
    if chosen == "due" and tried:
        page = _in_order(page, tried)
    return Desk(key, found.label(shell.language()), found, page, filters, chosen, tried)


def _in_order(page: Page[CaseRow], tried: dict[int, callbacks.Tried]) -> Page[CaseRow]:
    """Calls: who must be told and may be tried now, who later, who has been told; then by due."""
    return replace(page, items=tuple(sorted(page.items, key=lambda row: _place(row, tried.get(row.id)))))


def _place(row: CaseRow, tried: callbacks.Tried | None) -> tuple[bool, bool, datetime, int]:
    is_told = row.task is not None and row.task.element == "rate"
    waits = tried is not None and tried.not_before is not None and tried.not_before > shell.now()
    due = row.task.due_at if row.task is not None and row.task.due_at else row.opened_at
    return is_told, waits, due, row.id


def _desk(desk: Desk) -> Answer:
    wanted = request.args.get("case")
    rows = desk.page.items
    number = wanted or (rows[0].number if rows else None)
    shown = case_view(number) if number else None
    return render_template(
        "desk.html", desk=desk, number=number, wanted=bool(wanted), here=desk.key, options=options(),
        summary=summary(rows), **(shown or {}))


def render_pane(number: str, desk: str, attempt: acting.Attempt | None = None, status: int = 200) -> Answer:
    """The pane of a case, after a refused act with what was typed."""
    return render_template("_pane.html", desk_key=desk, **case_view(number, attempt)), status


def case_view(number: str, attempt: acting.Attempt | None = None) -> dict[str, Any]:
    """What the templates of a case need."""
    page = pages.case_page(db.session(), identity.current_actor(), number, shell.now(), shell.language())
    acts, refusals = acting.act_views(page, attempt)
    return {"page": page, "case": page.case, "tasks": acting.task_views(page, attempt),
            "acts": acts, "refusals": refusals,
            "troubles": incidents.of_case(db.session(), page.case.id, shell.now())}


def options() -> dict[str, Sequence[tuple[str, str]]]:
    """What the filters of a list offer."""
    session, actor = db.session(), identity.current_actor()
    classes = dict.fromkeys(matter.class_name for matter in shell.admitted())
    tops = [post.path for post in actor.posts if post.role in ("seat", "supervisor")]
    places = reading.list_places(session, tops[0]) if tops else []
    said = {kind: [(key, shell.word(key, kind)) for key in WORDS[kind] if key != "none"]
            for kind in ("urgency", "origin", "lamp")}
    return {"matter": [(name, languages.glossed(name)) for name in classes], "division": places, **said}


def summary(rows: Sequence[CaseRow]) -> str:
    """What is most pressing on this page, in half a sentence."""
    late = sum(row.clock.lamp == "red" for row in rows)
    near = sum(row.clock.lamp == "yellow" for row in rows)
    said = [_("%(n)d overdue", n=late)] if late else []
    said += [_("%(n)d near due", n=near)] if near else []
    return " · ".join(said)
