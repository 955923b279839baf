"""Tasks and gateways as the diagram draws them, one step at a time: nothing is predicted, nothing refreshed."""

from __future__ import annotations

from collections import Counter
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BpmnStartTask
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway, InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.spiff.specs import defaults as spiff
from SpiffWorkflow.util.task import TaskState
from sqlalchemy.exc import SQLAlchemyError

from engine.errors import Conflict, Invalid, NotAllowed, WanggeError
from engine.processes.errors import ProcessBroken
from engine.processes.evaluation import halt, plain, weigh
from engine.processes.forms import DEFAULT_FORM, Form
from engine.processes.merging import handlers_around, meeting
from engine.processes.names import RESERVED
from engine.processes.reachability import may_still_arrive
from engine.processes.tokens import Token


class Lean:
    """Mixed into every spec: children appear when a task runs, and only its direct ones."""

    kind = "task"
    hidden = False
    tells = False
    beside = False  # whether a handler begins with it that runs beside what goes on
    dormant = False  # whether a token here keeps nothing from ending
    _outputs: list[str]
    _wf_spec: Any

    def _predict(self, my_task: Token, *args: Any, **kwargs: Any) -> None:
        """Nothing: no future is kept."""

    def test(self) -> None:
        """Nothing: what a spec needs was checked when the file was read."""

    def _predict_hook(self, my_task: Token) -> None:
        for name in self._outputs:
            my_task._add_child(self._wf_spec.task_specs[name], TaskState.FUTURE)


class StartPoint(Lean, BpmnStartTask):  # type: ignore[misc]
    """The engine's own start of a scope; not on the diagram."""

    hidden = True


class NoneTask(Lean, spiff.NoneTask):  # type: ignore[misc]
    """A plain task passes through, as BPMN says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False


class UserTask(Lean, spiff.UserTask):  # type: ignore[misc]
    """A task for a person, with its form and the attributes the cases room reads."""

    kind = "userTask"
    form: Form = DEFAULT_FORM
    props: dict[str, str] = {}


class ManualTask(UserTask):
    """A task done by hand: somebody says that it is done."""

    kind = "manualTask"


class Passable(Lean):
    """A task that no person does: when it is passed over, its scripts before and after are too."""

    def _update_hook(self, my_task: Token) -> bool:
        top = my_task.workflow.top_workflow
        if top.passed and top.passes(my_task):
            my_task._inherit_data()
            return True
        return bool(super()._update_hook(my_task))  # type: ignore[misc]

    def _on_complete_hook(self, my_task: Token) -> None:
        top = my_task.workflow.top_workflow
        if not (top.passed and top.passes(my_task)):
            super()._on_complete_hook(my_task)  # type: ignore[misc]


class ScriptTask(Passable, spiff.ScriptTask):  # type: ignore[misc]
    """Lines of `name = expression`."""

    kind = "scriptTask"


class ServiceTask(Passable, spiff.NoneTask):  # type: ignore[misc]
    """An operation that the host does."""

    kind = "serviceTask"
    operation = ""
    result_variable: str | None = None
    params: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False

    def _run_hook(self, task: Token) -> bool:
        if not self.operation:  # only in a dry run: nothing is said of what shall be done
            return True
        engine = task.workflow.script_engine
        params = {name: engine.evaluate(task, text) for name, text in self.params.items()}
        result = self._operate(task, params)
        if result is not None and self.result_variable:
            task.data[self.result_variable] = plain(result)
            weigh(task)
        return True


    def _operate(self, task: Token, params: dict[str, Any]) -> Any:
        """What the operation gives; what refuses the person, or the database, is not the diagram's fault."""
        try:
            return task.workflow.script_engine.host.operate(self.operation, params, dict(task.data))
        except (Invalid, Conflict, NotAllowed, ProcessBroken, SQLAlchemyError):
            raise
        except WanggeError as error:
            raise halt(task, f"服务「{self.operation}」没有办成：{error.message}") from error
        except Exception as error:  # whatever an operation raises, the operator must know where it was
            raise halt(task, f"服务「{self.operation}」出错：{type(error).__name__}: {error}") from error


class BusinessRuleTask(Passable, spiff.NoneTask):  # type: ignore[misc]
    """A question to a decision table; its outputs become data."""

    kind = "businessRuleTask"

    result: str | None = None
    shape = ""

    def __init__(self, *args: Any, decision: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.manual = False
        self.decision = decision

    def _run_hook(self, task: Token) -> bool:
        engine = task.workflow.script_engine
        try:
            answer = engine.host.decide(self.decision, engine.environment.names(task.data))
            if self.result is not None:
                answer = {self.result: shaped(answer, self.shape)}
        except WanggeError as error:
            raise halt(task, f"决策表「{self.decision}」没有答复：{error.message}") from error
        if RESERVED & answer.keys():
            raise halt(task, f"决策表「{self.decision}」的输出不能叫「{'、'.join(sorted(RESERVED & answer.keys()))}」")
        task.data.update(plain(answer))
        weigh(task)
        return True


def shaped(answer: dict[str, Any], shape: str) -> Any:
    """A table's answer in the shape that another vendor's diagram asks for under one name.

    entry, row: of one row its only output, or all; entries, rows: the same of every row, as a list; feel: what
    fits the table, an only output without its name.
    """
    several = any(isinstance(value, list) for value in answer.values())
    rows = [dict(zip(answer, values, strict=True)) for values in zip(*answer.values(), strict=True)] if several \
        else [answer]
    if shape == "rows":
        return rows
    if shape in ("entries", "entry") or (shape == "feel" and len(answer) == 1):
        if len(answer) != 1:
            raise Invalid("决策表有几个输出列，取不出唯一的答案")
        found = [next(iter(row.values())) for row in rows]
    else:
        found = list(rows)
    if shape == "entries" or (shape == "feel" and several):
        return found
    if len(found) != 1:
        raise Invalid("决策表给出了几行，取不出唯一的答案")
    return found[0]


class Exclusive(Lean, ExclusiveGateway):  # type: ignore[misc]
    """The first flow whose condition holds, in the order of the file; else the default flow."""

    kind = "exclusiveGateway"

    def _predict_hook(self, my_task: Token) -> None:
        """Nothing: the way is chosen when the gateway runs."""

    def _run_hook(self, my_task: Token) -> bool:
        chosen = self.default_task_spec
        for condition, name in self.cond_task_specs:
            if condition is not None and condition._matches(my_task):
                chosen = name
                break
        if chosen is None:
            raise halt(my_task, "没有一条出口的条件成立，也没有画默认出口")
        my_task._add_child(self._wf_spec.task_specs[chosen], TaskState.FUTURE)
        return True


class _Joining(Lean):
    """What parallel and inclusive gateways share: tokens wait at the gateway, one a flow is consumed.

    `quantity`: a hidden one before an activity that wants so many tokens, whichever way they come.
    """

    name: str
    _inputs: list[str]
    quantity: int | None = None
    is_cut_off = False  # whether a flow leads in that no token can take

    def _update_hook(self, my_task: Token) -> bool:
        my_task._inherit_data()
        if len(self._inputs) < 2 and self.quantity is None and not self.is_cut_off:
            return True
        my_task._set_state(TaskState.WAITING)
        return self._arrived(my_task)

    def _arrived(self, my_task: Token) -> bool:
        raise NotImplementedError

    def _waiting(self, scope: Any) -> dict[str, list[Token]]:
        """The tokens that wait here, oldest first, by the node they came from."""
        found: dict[str, list[Token]] = {}
        for task in sorted(scope.tasks.values(), key=lambda task: task.id):
            if task._state == TaskState.WAITING and task.task_spec is self:
                found.setdefault(task.parent.task_spec.name, []).append(task)
        return found

    def _consume(self, chosen: list[Token]) -> Token:
        """The one token that several arrivals become: the last of them that is in no handler, with the data of all."""
        chosen.sort(key=lambda task: task.id)
        left = max(chosen, key=lambda task: (-handlers_around(task), task.id))
        left.data = meeting(chosen)
        for task in chosen:
            if task is not left:
                task._set_state(TaskState.CANCELLED)
        return left


class Parallel(_Joining, ParallelGateway):  # type: ignore[misc]
    """Waits for one token on every incoming flow; further tokens wait for the next round."""

    kind = "parallelGateway"

    def _arrived(self, my_task: Token) -> bool:
        if self.is_cut_off:
            return False
        waiting = self._waiting(my_task.workflow)
        if self.quantity is not None:
            tokens = sorted((task for tasks in waiting.values() for task in tasks), key=lambda task: task.id)
            return len(tokens) >= self.quantity and self._goes_on(my_task, tokens[:self.quantity])
        needed = Counter(self._inputs)
        if any(len(waiting.get(flow, [])) < count for flow, count in needed.items()):
            return False
        return self._goes_on(my_task, [task for flow, count in needed.items() for task in waiting[flow][:count]])

    def _goes_on(self, my_task: Token, chosen: list[Token]) -> bool:
        """Whether the last arrival is the token that goes on; another one is made ready here."""
        left = self._consume(chosen)
        if left is not my_task:
            left._ready()
        return left is my_task

    def _run_hook(self, my_task: Token) -> bool:
        return True


class Inclusive(_Joining, InclusiveGateway):  # type: ignore[misc]
    """Waits until no token elsewhere can still reach a flow that has none; every true condition gets a token."""

    kind = "inclusiveGateway"
    settles = True

    def _arrived(self, my_task: Token) -> bool:
        return False

    def settle(self, my_task: Token) -> bool:
        """Fire when nobody else can still arrive; True when it fired."""
        waiting = self._waiting(my_task.workflow)
        if may_still_arrive(self, my_task.workflow, set(waiting)):
            return False
        flows = Counter(self._inputs)
        self._consume([task for flow, tasks in waiting.items() for task in tasks[:flows[flow]]])._ready()
        return True

    def _predict_hook(self, my_task: Token) -> None:
        """Nothing: the ways are chosen when the gateway runs."""

    def _run_hook(self, my_task: Token) -> bool:
        matches = [name for condition, name in self.cond_task_specs
                   if condition is not None and condition._matches(my_task)]
        chosen = matches or [name for condition, name in self.cond_task_specs if condition is None]
        if not chosen:
            raise halt(my_task, "没有一条出口的条件成立，也没有画默认出口")
        for name in chosen:
            my_task._add_child(self._wf_spec.task_specs[name], TaskState.FUTURE)
        return True


class EventGateway(Lean, BpmnSpecMixin):  # type: ignore[misc]
    """All events behind it wait; the first one to happen ends the waiting of the others."""

    kind = "eventBasedGateway"

    def child_completed(self, my_task: Token, child: Token) -> None:
        """One event happened: the others are no longer expected."""
        for other in my_task.children:
            if other is not child and other._state == TaskState.WAITING:
                other.cancel()
