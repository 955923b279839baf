"""Human tasks: offer, claim, release, complete; their deadlines and measures."""

from engine.worklist.errors import NotYourTask, OwnWork, StaleVersion, TaskClaimed, TaskTaken, TaskUnknown
from engine.worklist.tasks import (
    Offer,
    claim,
    close,
    get_task,
    is_offered,
    list_open,
    open_task,
    release,
    require_actor,
    require_open,
    require_version,
)

__all__ = [
    "NotYourTask",
    "Offer",
    "OwnWork",
    "StaleVersion",
    "TaskClaimed",
    "TaskTaken",
    "TaskUnknown",
    "claim",
    "close",
    "get_task",
    "is_offered",
    "list_open",
    "open_task",
    "release",
    "require_actor",
    "require_open",
    "require_version",
]
