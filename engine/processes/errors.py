"""How a run fails: broken by its diagram, over its budget, or asked for what is not open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import Conflict, Unavailable, WanggeError

if TYPE_CHECKING:
    from engine.processes.values import Completed, Step


class ProcessBroken(Unavailable):
    """流程无法继续。

    `file` and `element` say where, `reason` why; nothing of the command is kept, the case becomes an incident.
    `trace` is how far the command came.
    """

    code = "process_broken"

    def __init__(self, file: str, element: str, reason: str) -> None:
        super().__init__(f"流程「{file}」在「{element}」处无法继续：{reason}", file=file, element=element,
                         reason=reason)
        self.file = file
        self.element = element
        self.reason = reason
        self.trace: tuple[Completed, ...] = ()


class OverBudget(ProcessBroken):
    """流程超出了一次操作的限度。"""

    code = "over_budget"


class StandsStill(ProcessBroken):
    """流程停住了：没有任何任务、定时或消息能让它继续。

    `step` is where it stands, a token at a join that nobody else can reach for instance.
    """

    code = "stands_still"

    def __init__(self, file: str, element: str, step: Step) -> None:
        super().__init__(file, element, "没有任何任务、定时或消息能让它继续")
        self.step = step
        self.trace = step.trace


class TaskNotOpen(Conflict):
    """这项任务已经不在待办中了。

    Somebody, or a timer, was faster; `task` is the key that is not open.
    """

    code = "task_not_open"


class DiagramUnreadable(WanggeError):
    """流程图无法读取。

    `file`, `element` and `reason` as in ProcessBroken; `problem` is the stable code of the finding.
    """

    code = "diagram_unreadable"

    def __init__(self, file: str, element: str, reason: str, problem: str = "unreadable") -> None:
        super().__init__(f"流程图「{file}」无法读取：{reason}", file=file, element=element, reason=reason)
        self.file = file
        self.element = element
        self.reason = reason
        self.problem = problem
