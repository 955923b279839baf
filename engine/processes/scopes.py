"""A running instance and the scopes inside it: called processes and embedded sub-processes."""

from __future__ import annotations

from collections import deque
from typing import Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.util.task import TaskState

from engine import clock
from engine.errors import NotFound
from engine.expressions import ExpressionFailed, ExpressionRefused
from engine.processes.bundle import Bundle
from engine.processes.conditions import notice
from engine.processes.errors import OverBudget, ProcessBroken
from engine.processes.evaluation import Engine, halt, plain
from engine.processes.passing import Passed, passed_key
from engine.processes.tokens import Token
from engine.processes.values import Completed, Host

MOST_STEPS = 1_000
MOST_TASKS = 5_000
MOST_SECONDS = 5.0


class _Scope:
    """What an instance and a sub-scope share: no refreshing of everything at every completion."""

    completed: bool
    last_task: Any
    tasks: dict[int, Token]

    def _task_completed_notify(self, task: Token) -> None:
        self.last_task = task

    def _task_removed_notify(self, task: Token) -> None:
        task.cancel()


class SubScope(_Scope, BpmnSubWorkflow):  # type: ignore[misc]
    """The scope of one call activity or embedded sub-process."""

    def __init__(self, bundle: Bundle, spec: Any, parent_task_id: int, top_workflow: Instance) -> None:
        super().__init__(spec, parent_task_id=parent_task_id, top_workflow=top_workflow, deserializing=True)
        self.bundle = bundle

    def finish(self, data: dict[str, Any]) -> None:
        """End the scope and hand its data to the task that called it."""
        self.completed = True
        caller = self.top_workflow.every[self.parent_task_id]
        self.top_workflow.subprocesses.pop(caller.id, None)
        caller.task_spec.returned(caller, self, data)


class Instance(_Scope, BpmnWorkflow):  # type: ignore[misc]
    """One run of a diagram in memory, for the length of one command."""

    def __init__(self, bundle: Bundle, host: Host) -> None:
        self.every: dict[int, Token] = {}
        self.ready: deque[Token] = deque()
        self.throwing: deque[Token] = deque()
        self.watching: dict[int, Token] = {}
        self.thrown: deque[tuple[Any, Token, Any, frozenset[int]]] = deque()
        self.trace: list[Completed] = []
        self.counter = 0
        self.steps = 0
        self.ends_by = clock.effort() + MOST_SECONDS
        self.looks_at = clock.stopwatch() + MOST_SECONDS
        self.current: Token | None = None
        self.failed: str | None = None
        self.result: dict[str, Any] = {}
        self.passed: Passed = {}
        self.bundle = bundle
        self.host = host
        super().__init__(bundle.spec, {}, script_engine=Engine(host), deserializing=True)

    def next_id(self) -> int:
        """The next integer for a task."""
        self.counter += 1
        if len(self.every) > MOST_TASKS:
            raise OverBudget(*self.where(self.current), f"一次操作产生了 {MOST_TASKS} 个以上的任务")
        return self.counter

    def where(self, task: Token | None) -> tuple[str, str]:
        """File and element of a task, for people."""
        if task is None:
            return self.bundle.file, ""
        return task.workflow.bundle.file, task.task_spec.bpmn_id or task.task_spec.name

    def get_task_from_id(self, task_id: int) -> Token:
        """The task, in whichever scope."""
        return self.every[task_id]

    def create_subprocess(self, my_task: Token, spec_name: str) -> SubScope:
        """A scope for this task; called processes are looked up from the caller's definition through the host."""
        bundle = my_task.workflow.bundle
        if getattr(my_task.task_spec, "calls", False):
            bundle = self._called(my_task, spec_name)
            spec = bundle.spec
        else:
            spec = bundle.embedded[spec_name]
        scope = SubScope(bundle, spec, my_task.id, self)
        self.subprocesses[my_task.id] = scope
        return scope

    def _called(self, my_task: Token, name: str) -> Bundle:
        try:
            return self.bundle.library(self.host.source(name, "bpmn"))
        except NotFound as error:
            raise halt(my_task, f"被调用的流程「{name}」不存在") from error

    def finish(self, data: dict[str, Any]) -> None:
        """End the instance."""
        self.completed = True
        self.result = data

    def passes(self, task: Token) -> bool:
        """Whether this element is passed over in this command; the values given for it become its data."""
        values = self.passed.get(passed_key(task.workflow.bundle.definition_id, task.task_spec.bpmn_id or ""))
        if values is None:
            return False
        task.data.update(plain(values))
        return True

    def fail(self, reason: str) -> None:
        """Fail the instance: an error that nothing caught."""
        self.failed = reason
        self.completed = True
        self.task_tree.cancel()

    def record(self, task: Token) -> None:
        """Note a completed flow node in the trace; helper tasks of the engine are not on the diagram."""
        spec = task.task_spec
        if spec.bpmn_id is not None and not getattr(spec, "hidden", False):
            bundle = task.workflow.bundle
            self.trace.append(Completed(task.id, spec.bpmn_id, spec.kind, bundle.definition_id,
                                        spec.bpmn_name or ""))

    def begin(self, scope: Any, data: dict[str, Any]) -> None:
        """Put a token on the start of a scope."""
        scope.task_tree = Token(scope, scope.spec.start, state=TaskState.FUTURE)
        scope.task_tree.data = data
        scope.task_tree._set_state(TaskState.READY)

    def drain(self) -> None:
        """Run until everything waits for the world: events first, then ready tasks, then joins that may go on.

        A condition that comes true is an event, whatever step has made it true.

        Who tells others (a message, a signal) comes after all who may still get to where they listen.
        """
        while not self.completed:
            if self.watching and notice(self.watching):
                continue
            if self.thrown:
                self._deliver(*self.thrown.popleft())
            elif self.ready:
                self.run_now(self.ready.popleft())
            elif self.throwing:
                self.run_now(self.throwing.popleft())
            elif not self._settle():
                break

    def run_now(self, task: Token) -> None:
        """Run a ready task of the engine before whatever else is ready."""
        if task._state != TaskState.READY or task.task_spec.manual:
            return
        self.step(task)
        task.run()

    def step(self, task: Token) -> None:
        """Count one engine step; raises OverBudget."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise OverBudget(*self.where(task), f"连续自动执行了 {MOST_STEPS} 步，可能是没有出口的循环")
        self.check_time(task)

    def check_time(self, task: Token) -> None:
        """Stop a command that has worked too long; asked at every step and every evaluation. Raises OverBudget.

        Waiting does not count: a machine that stops for a while must not undo what somebody did.
        """
        if clock.stopwatch() < self.looks_at:  # the processor's clock is dear; less time than passed it cannot tell
            return
        left = self.ends_by - clock.effort()
        self.looks_at = clock.stopwatch() + left
        if left < 0:
            raise OverBudget(*self.where(task), f"一次操作超过 {MOST_SECONDS:.0f} 秒")

    def _deliver(self, definition: Any, thrower: Token, payload: Any, listening: frozenset[int]) -> None:
        definition.deliver(self, thrower, payload, listening)

    def _settle(self) -> bool:
        """Let one inclusive join fire, or one scope end; False when nothing can move."""
        scopes = [*sorted(self.subprocesses.values(), key=lambda scope: -scope.depth), self]
        for scope in scopes:
            waiting = [task for task in scope.tasks.values() if task._state == TaskState.WAITING
                       and getattr(task.task_spec, "settles", False)]
            for task in sorted(waiting, key=lambda task: task.id):
                self.check_time(task)
                if task._state == TaskState.WAITING and task.task_spec.settle(task):
                    return True
        return False

    def broken(self, error: BaseException) -> ProcessBroken:
        """The error of a command as ProcessBroken, naming the element that was being worked on."""
        expressed = isinstance(error, (ExpressionFailed, ExpressionRefused))
        task = self.script_engine.task if expressed else self.current
        return ProcessBroken(*self.where(task), getattr(error, "message", None) or str(error))
