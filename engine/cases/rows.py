"""One line of a list: the case, its clock, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.cases.lamps import Clock


@dataclass(frozen=True, slots=True)
class TaskRow:
    """An open task as a list names it: what, whose, until when, and who has claimed it."""

    id: int
    case_id: int
    element: str
    name: str
    stage: str
    role: str
    organisation_id: int
    organisation: str
    assignee_id: int | None
    assignee: str | None
    opened_at: datetime
    due_at: datetime | None
    version: int


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as a list shows it; `task` is the one the list is about, `waiting` every open one.

    `answer_by`: until when the earliest supervision without an answer wants one; of a closed case nobody need answer.
    """

    id: int
    number: str
    title: str
    class_name: str | None
    matter: str | None
    place: str
    community: str
    grid: str | None
    origin: str
    channel: str
    urgency: str
    severity: str
    emergency: bool
    stage: str
    outcome: str | None
    holder_id: int
    holder: str
    handler: str | None
    opened_at: datetime
    closed_at: datetime | None
    dispatched_at: datetime | None
    due_at: datetime | None
    returns: int
    reworks: int
    reopened: int
    urged: int
    supervised: int
    answer_by: datetime | None
    clock: Clock
    task: TaskRow | None = None
    waiting: tuple[TaskRow, ...] = ()
