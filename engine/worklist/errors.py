"""How an act on a task fails."""

from __future__ import annotations

from engine.errors import Conflict, NotAllowed, NotFound


class TaskUnknown(NotFound):
    """没有这项任务，或不在您的管辖范围内。"""

    code = "task_unknown"


class TaskTaken(Conflict):
    """这项任务已经由别人办了。

    Facts: winner (name), outcome, at (aware), entry (number in the case's record).
    """

    code = "task_taken"


class TaskClaimed(Conflict):
    """这项任务已被别人认领。

    Facts: winner (name), at.
    """

    code = "task_claimed"


class StaleVersion(Conflict):
    """打开之后这项任务变过，请看最新内容。

    Facts: version (the current one).
    """

    code = "stale_version"


class NotYourTask(NotAllowed):
    """这项任务不是派给您的岗位的。"""

    code = "not_your_task"


class OwnWork(NotAllowed):
    """自己办的事不能自己核查，请由别人核查。"""

    code = "own_work"
