"""May a unit ask for more days or a hold now, and who decides: the table `requests` says so, in its own words.

Source: requirements part 3 «Asking»; local settings, no article.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine import library
from engine.cases.act import Act
from engine.cases.clocks import list_open
from engine.cases.errors import ActNotAllowed, ActUnavailable
from engine.worklist.models import Deadline

TABLE = "requests"
Capacity = Literal["handler", "centre", "assistant"]


@dataclass(frozen=True, slots=True)
class Asker:
    """As what somebody asks, and for which organisation."""

    capacity: Capacity
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Ruling:
    """Who decides: the centre that dispatched, the level above, or nobody; then why nobody may ask."""

    decided_by: str
    refusal: str

    @property
    def is_refused(self) -> bool:
        """Whether it may not be asked for at all."""
        return self.decided_by == "nobody"

    @property
    def is_above(self) -> bool:
        """Whether the level above decides."""
        return self.decided_by == "above"

    def require(self) -> None:
        """ActUnavailable in the words of the table where it may not be asked for."""
        if self.is_refused:
            raise ActUnavailable(self.refusal or None, english=library.find_english(self.refusal))


def find_asker(act: Act) -> Asker | None:
    """The actor's part in the work: of the unit that handles the case, of a co-handler at work, or none.

    A clerk works in a department, a seat does a clerk's work in a centre.
    """
    own = {post.organisation_id for post in act.actor.posts
           if post.role == ("seat" if post.organisation_kind == "centre" else "clerk")}
    handler = act.case.handler_id
    if handler in own:
        return Asker(capacity_of(act), handler)
    at_work = {task.organisation_id for task in act.file.tasks}
    helping = (row.organisation_id for row in act.file.custody if row.capacity == "assistant")
    found = next((one for one in helping if one in own & at_work), None)
    return None if found is None else Asker("assistant", found)


def get_asker(act: Act) -> Asker:
    """The same; raises ActNotAllowed."""
    found = find_asker(act)
    if found is None:
        raise ActNotAllowed()
    return found


def capacity_of(act: Act) -> Capacity:
    """As what the unit that has the case in hand stands there: a centre with its own work, or a handler."""
    return "centre" if act.case.handler_id in (None, act.case.holder_id) else "handler"


def deadline_of_work(act: Act, organisation_id: int | None) -> Deadline | None:
    """The open deadline of the work that this unit has in hand; None while none is."""
    own = [one for one in list_open(act) if one.task is not None and one.task.stage == "handle"
           and one.task.organisation_id == organisation_id]
    return min(own, key=lambda one: one.due_at, default=None)


def rule(act: Act, kind: str, capacity: Capacity, deadline: Deadline | None, granted: int) -> Ruling:
    """What the table says of an extension or a hold; `granted`: how many the case has had before."""
    answer = act.ask(TABLE, {
        "kind": kind, "asker": capacity, "urgency": act.case.urgency, "granted": granted,
        "overdue": deadline is not None and act.at > deadline.due_at}).one
    return Ruling(str(answer["decided_by"]), answer["refusal"] or "")
