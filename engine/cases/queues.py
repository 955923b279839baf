"""The desks' queues: which work waits for which role, each a question with a name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, false, or_

from engine.cases.demanding import awaiting_answer
from engine.cases.filters import Order, lamp_condition
from engine.cases.models import Case, Custody
from engine.directory import Actor
from engine.worklist.models import Task

Of = Literal["tasks", "cases"]
Share = Literal["all", "own", "free"]
SHARES: tuple[Share, ...] = ("own", "free")
ZONE = ZoneInfo("Asia/Shanghai")
SIGN = ("sign", "sign_assist")
HANDLE = ("handle_task", "handle", "lead_handle", "assist_task", "conclude")
CALLBACK = ("inform", "call", "rate")
RETURNS = ("decide_return", "decide_return_above")
REQUESTS = ("decide_request", "decide_request_above")
EMERGENCY = ("acknowledge", "acknowledge_top", "first_report", "follow_report")
_NAMED = {  # what the other queues of a role show already
    "seat": ("dispatch", "check", *CALLBACK, *RETURNS, *REQUESTS, *EMERGENCY), "clerk": (*SIGN, *HANDLE)}


@dataclass(frozen=True)
class Asker:
    """Who asks for a queue, and when; `share`: of the tasks offered only their own, or only those free to take."""

    actor: Actor
    at: datetime
    share: Share = "all"

    @cached_property
    def day_end(self) -> datetime:
        """The end of the office's day."""
        return datetime.combine(self.at.astimezone(ZONE).date(), time.max, ZONE)

    def offered(self, *roles: str) -> ColumnElement[bool]:
        """Open tasks that this person may take: their own, and those for one of their posts that nobody claimed."""
        posts = [post for post in self.actor.posts if not roles or post.role in roles]
        person = self.actor.person_id
        free = and_(Task.assignee_id.is_(None), or_(false(), *(
            and_(Task.organisation_id == post.organisation_id, Task.role == post.role,
                 or_(Task.grid_id.is_(None), Task.grid_id == post.grid_id))
            for post in posts)))
        shares = {"own": Task.assignee_id == person, "free": free, "all": or_(Task.assignee_id == person, free)}
        return and_(Task.closed_at.is_(None), shares[self.share],
                    or_(Task.excluded_id.is_(None), Task.excluded_id != person))

    def held(self, role: str) -> ColumnElement[bool]:
        """Open cases that one of this person's organisations holds."""
        return and_(Case.closed_at.is_(None), Case.holder_id.in_(self.actor.organisation_ids(role)))


@dataclass(frozen=True)
class Queue:
    """A named list: for whom, of what, in which order; `hot`: its count is shown in red."""

    key: str
    role: str
    zh: str
    en: str
    of: Of
    where: Callable[[Asker], ColumnElement[bool]]
    order: Order = "due"
    hot: bool = False
    counted: bool = True
    is_shared: bool = True  # of the tasks some are one's own, the others free to take

    def label(self, language: str = "zh") -> str:
        """The queue's name in the reader's language."""
        return self.en if language == "en" else self.zh


def _offered(role: str, *elements: str) -> Callable[[Asker], ColumnElement[bool]]:
    return lambda ask: and_(ask.offered(role), Task.element.in_(elements))


def _other(role: str) -> Callable[[Asker], ColumnElement[bool]]:
    return lambda ask: and_(ask.offered(role), Task.element.not_in(_NAMED[role]))


def _held(role: str, lamp: str) -> Callable[[Asker], ColumnElement[bool]]:
    return lambda ask: and_(ask.held(role), lamp_condition(lamp, ask.at))


def _task_lamp(role: str, lamp: str) -> Callable[[Asker], ColumnElement[bool]]:
    def where(ask: Asker) -> ColumnElement[bool]:
        late = Task.due_at < ask.at if lamp == "red" else and_(Task.due_at >= ask.at, Task.warn_at <= ask.at)
        return and_(ask.offered(role), Case.stopped_at.is_(None), late)
    return where


def _unsigned(ask: Asker) -> ColumnElement[bool]:
    return and_(Task.closed_at.is_(None), Task.element.in_(SIGN), Case.closed_at.is_(None),
                Case.dispatcher_id.in_(ask.actor.organisation_ids("seat")))


def _open(ask: Asker) -> ColumnElement[bool]:
    return Case.closed_at.is_(None)


def _closed(ask: Asker) -> ColumnElement[bool]:
    return Case.closed_at.is_not(None)


def _open_and(lamp: str) -> Callable[[Asker], ColumnElement[bool]]:
    return lambda ask: and_(Case.closed_at.is_(None), lamp_condition(lamp, ask.at))


def _due_today(ask: Asker) -> ColumnElement[bool]:
    return and_(Case.closed_at.is_(None), Case.stopped_at.is_(None), Case.due_at >= ask.at,
                Case.due_at <= ask.day_end)


def _never_accepted(ask: Asker) -> ColumnElement[bool]:
    return and_(_open_and("red")(ask), Case.dispatched_at.is_(None), Case.stage.in_(("collect", "assign")))


def _to_answer(role: str) -> Callable[[Asker], ColumnElement[bool]]:
    return lambda ask: awaiting_answer(ask.actor.organisation_ids(role))


def _done_by_us(ask: Asker) -> ColumnElement[bool]:
    mine = Custody.organisation_id.in_(ask.actor.organisation_ids("clerk"))
    return exists().where(Custody.case_id == Case.id, mine, Custody.capacity.in_(("handler", "assistant")),
                          Custody.until.is_not(None)).correlate(Case)


def _with_us(ask: Asker) -> ColumnElement[bool]:
    """Open cases that one of this person's organisations handles, helps with or had in its hands before."""
    mine = Custody.organisation_id.in_(ask.actor.organisation_ids("clerk"))
    return and_(Case.closed_at.is_(None), exists().where(Custody.case_id == Case.id, mine).correlate(Case))


def _reported(ask: Asker) -> ColumnElement[bool]:
    return Case.reporter_id == ask.actor.person_id


def _in_my_grids(ask: Asker) -> ColumnElement[bool]:
    grids = [post.grid_id for post in ask.actor.posts if post.role == "grid_worker" and post.grid_id]
    return and_(Case.closed_at.is_(None), Case.grid_id.in_(grids))


QUEUES: tuple[Queue, ...] = (
    Queue("emergency", "seat", "应急值守", "Emergencies", "tasks",
          _offered("seat", *EMERGENCY), hot=True),
    Queue("dispatch", "seat", "待分流", "To dispatch", "tasks", _offered("seat", "dispatch")),
    Queue("unsigned", "seat", "待签收", "Awaiting signature", "tasks", _unsigned, is_shared=False),
    Queue("near", "seat", "临期", "Near due", "cases", _held("seat", "yellow")),
    Queue("late", "seat", "超期", "Overdue", "cases", _held("seat", "red"), hot=True),
    Queue("returned", "seat", "退回待定", "Returned", "tasks", _offered("seat", *RETURNS)),
    Queue("requests", "seat", "申请待批", "Requests to decide", "tasks", _offered("seat", *REQUESTS)),
    Queue("check", "seat", "待核查", "To check", "tasks", _offered("seat", "check")),
    Queue("feedback", "seat", "待告知回访", "To tell and call back", "tasks",
          _offered("seat", *CALLBACK)),
    Queue("held", "seat", "挂账", "On hold", "cases", _held("seat", "grey")),
    Queue("to-answer", "seat", "督办待回复", "To answer", "cases", _to_answer("seat"), hot=True),
    Queue("more", "seat", "待我办理", "For us to handle", "tasks", _other("seat")),
    Queue("open", "seat", "全部在办", "All open", "cases", _open),
    Queue("closed", "seat", "已结", "Closed", "cases", _closed, "newest", counted=False),
    Queue("sign", "clerk", "待签收", "To sign for", "tasks", _offered("clerk", *SIGN)),
    Queue("handle", "clerk", "办理中", "In hand", "tasks", _offered("clerk", *HANDLE)),
    Queue("due-soon", "clerk", "临期", "Near due", "tasks", _task_lamp("clerk", "yellow")),
    Queue("past-due", "clerk", "超期", "Overdue", "tasks", _task_lamp("clerk", "red"), hot=True),
    Queue("clerk-to-answer", "clerk", "督办待回复", "To answer", "cases", _to_answer("clerk"), hot=True),
    Queue("clerk-more", "clerk", "其他待办", "Other tasks", "tasks", _other("clerk")),
    Queue("with-us", "clerk", "我单位经手", "With our unit", "cases", _with_us, counted=False),
    Queue("done", "clerk", "已办", "Done by us", "cases", _done_by_us, "newest", counted=False),
    Queue("verify", "grid_worker", "待核实", "To verify", "tasks", lambda ask: ask.offered("grid_worker")),
    Queue("reported", "grid_worker", "我上报的", "Reported by me", "cases", _reported, "newest",
          counted=False),
    Queue("my-grid", "grid_worker", "本网格在办", "Open in my grid", "cases", _in_my_grids),
    Queue("overdue", "supervisor", "超期", "Overdue", "cases", _open_and("red"), hot=True),
    Queue("today", "supervisor", "今天将超期", "Due today", "cases", _due_today),
    Queue("unaccepted", "supervisor", "从未受理", "Never accepted", "cases", _never_accepted, hot=True),
    Queue("on-hold", "supervisor", "挂账", "On hold", "cases", _open_and("grey")),
    Queue("supervised", "supervisor", "其他待办", "Other tasks", "tasks",
          lambda ask: ask.offered("supervisor")),
    Queue("all", "supervisor", "全部在办", "All open", "cases", _open),
)
BY_KEY = {queue.key: queue for queue in QUEUES}


def queues_of(actor: Actor) -> tuple[Queue, ...]:
    """The queues of every role that this person holds now, in the order of a desk."""
    return tuple(queue for queue in QUEUES if actor.has(queue.role))


def find_queue(actor: Actor, key: str) -> Queue | None:
    """The queue of this name, if one of the actor's roles has it."""
    queue = BY_KEY.get(key)
    return queue if queue is not None and actor.has(queue.role) else None
