"""The one place where text from a diagram is evaluated: every site of SpiffWorkflow leads to the guarded language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.script_engine import BasePythonScriptEngineEnvironment, PythonScriptEngine

from engine.expressions import compile_assignments, compile_expression
from engine.processes.errors import OverBudget, ProcessBroken
from engine.processes.names import FACTS, FORM, FUNCTIONS, RESERVED

if TYPE_CHECKING:
    from engine.processes.tokens import Token
    from engine.processes.values import Host

MOST_DATA = 256 * 1024


class Filled(dict[str, Any]):
    """A form as expressions see it: a field that was not filled in is None."""

    def __missing__(self, name: str) -> None:
        return None


class _Guarded(BasePythonScriptEngineEnvironment):  # type: ignore[misc]
    """The environment behind the engine; correlation and the like call it without a task."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self.host = host
        self.functions: dict[str, Callable[..., Any]] = {}

    def names(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Everything an expression may mention: the data, the facts of the case and the last form."""
        return {**context, FORM: Filled(context.get(FORM) or ()), FACTS: self.host.facts}

    def evaluate(self, expression: str, context: Mapping[str, Any],
                 external_context: Mapping[str, Any] | None = None) -> Any:
        """The value of one expression; raises ExpressionRefused or ExpressionFailed."""
        names = self.names(context)
        if external_context:
            names.update(external_context)
        return compile_expression(expression, FUNCTIONS).evaluate(names, self.functions)

    def execute(self, script: str, context: dict[str, Any],
                external_context: Mapping[str, Any] | None = None) -> bool:
        """Run the lines `name = expression` of a script and keep what they give in the data."""
        program = compile_assignments(script, FUNCTIONS, reserved=RESERVED)
        context.update(plain(program.run(self.names(context), self.functions)))
        return True

    def call_service(self, context: Any, **kwargs: Any) -> Any:
        """Never used: service tasks ask the host themselves."""
        raise NotImplementedError


class Engine(PythonScriptEngine):  # type: ignore[misc]
    """The script engine of one command; it knows the task it evaluates for."""

    def __init__(self, host: Host) -> None:
        super().__init__(_Guarded(host))
        self.host = host
        self.task: Token | None = None
        self.on = 0
        self.environment.functions = {"due": self._due}

    def evaluate(self, task: Token, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression in the data of a task; raises OverBudget when the command's time is up."""
        self.task = task
        task.workflow.top_workflow.check_time(task)
        return self.environment.evaluate(expression, task.data, external_context)

    def execute(self, task: Token, script: str, external_context: Mapping[str, Any] | None = None) -> Any:
        """Run a script in the data of a task and check that the data stays small; raises OverBudget."""
        self.task = task
        task.workflow.top_workflow.check_time(task)
        done = self.environment.execute(script, task.data, external_context)
        weigh(task)
        return done

    def instant(self, task: Token, expression: str, on: int) -> Any:
        """The value of a timer's expression; `due` inside it is asked for the task the timer hangs on."""
        self.on = on
        return self.evaluate(task, expression)

    def _due(self, stage: str) -> datetime:
        task = self.task
        if task is None:
            raise ValueError("due() 只能用在流程图的元素上")
        return self.host.due(stage, task.task_spec.bpmn_id or "", self.on or task.id)


def plain(value: Any) -> Any:
    """The value as the state stores it: text, numbers, lists and mappings; instants become ISO text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"数据里不能有 {type(value).__name__}")


def weigh(task: Token) -> None:
    """Check that a task's data stays within the budget; raises OverBudget, also for values that repeat themselves."""
    left = MOST_DATA
    stack: list[Any] = [task.data]
    while stack:
        value = stack.pop()
        left -= 2
        if isinstance(value, str):
            left -= len(value) * 3 if not value.isascii() else len(value)
        elif isinstance(value, Mapping):
            left -= sum(len(str(key)) + 4 for key in value)
            stack.extend(value.values())
        elif isinstance(value, (list, tuple)):
            stack.extend(value)
        else:
            left -= 6
        if left < 0:
            raise OverBudget(task.workflow.bundle.file, task.task_spec.bpmn_id or "",
                             f"数据超过 {MOST_DATA // 1024} KB")


def halt(task: Token, reason: str) -> ProcessBroken:
    """The error that stops a command at this task."""
    return ProcessBroken(task.workflow.bundle.file, task.task_spec.bpmn_id or task.task_spec.name, reason)
