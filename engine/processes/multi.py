"""Activities that run several times: loops and multi-instances, each instance a token below the body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.spiff.specs import defaults as spiff
from SpiffWorkflow.util.task import TaskState

from engine.processes.elements import Lean
from engine.processes.errors import OverBudget
from engine.processes.evaluation import halt
from engine.processes.merging import changes
from engine.processes.tokens import Token

MOST_INSTANCES = 1_000
_AT_ONCE = frozenset({"scriptTask", "serviceTask", "businessRuleTask"})


class _Body(Lean):
    """What loops and multi-instances share: making an instance and being done."""

    hidden = True
    task_spec: str
    kind = "body"

    def _instance(self, my_task: Token, data: dict[str, Any], internal: dict[str, Any]) -> None:
        child = my_task._add_child(my_task.workflow.spec.task_specs[self.task_spec], TaskState.FUTURE)
        child.triggered = True
        child.data = data
        child.internal_data = internal
        child.task_spec._update(child)

    def _begin(self, my_task: Token) -> None:
        my_task._inherit_data()
        prescript = getattr(self, "prescript", None)
        if prescript is not None:
            my_task.workflow.script_engine.execute(my_task, prescript)
        my_task._set_state(TaskState.STARTED)

    def _predict_hook(self, my_task: Token) -> None:
        if my_task._state == TaskState.READY:
            super()._predict_hook(my_task)

    def _finish(self, my_task: Token) -> None:
        for child in my_task.children:
            if child.live:
                child.cancel()
        my_task.internal_data = {}
        my_task._set_state(TaskState.READY)


class Loop(_Body, spiff.StandardLoopTask):  # type: ignore[misc]
    """Repeats while its condition holds, at most `maximum` times."""

    def _update_hook(self, my_task: Token) -> bool:
        self._begin(my_task)
        my_task.internal_data["round"] = 0
        if self.test_before and not self._goes_on(my_task):
            self._finish(my_task)
        else:
            self._instance(my_task, {}, {})
        return False

    def child_completed(self, my_task: Token, child: Token) -> None:
        """One round is over."""
        if not child.triggered:
            return
        my_task.data = dict(child.data)
        my_task.internal_data["round"] += 1
        if self._goes_on(my_task):
            self._instance(my_task, {}, {})
        else:
            self._finish(my_task)

    def _goes_on(self, my_task: Token) -> bool:
        if self.maximum is not None and my_task.internal_data["round"] >= self.maximum:
            return False
        return self.condition is None or bool(my_task.workflow.script_engine.evaluate(my_task, self.condition))


class _Many(_Body):
    """What parallel and sequential multi-instances share: the items, the results, when it is over.

    `announces`: what is thrown when the first instance has completed, or each one (`announces_each`).
    """

    cardinality: str | None
    data_input: Any
    data_output: Any
    input_item: Any
    output_item: Any
    condition: str | None
    bpmn_id: str
    sequential = False
    announces: Any = None
    announces_each = False

    def _update_hook(self, my_task: Token) -> bool:
        self._begin(my_task)
        items = self._items(my_task)
        my_task.internal_data.update(n=len(items), done=0, out=[], keyed=self._is_keyed(my_task))
        if self._goes_one_by_one(my_task):
            my_task.internal_data["left"] = items
            items = []
            self._next(my_task)
        for key, item in items:
            self._one(my_task, key, item)
        if my_task.internal_data.get("n") == 0:
            self._finish(my_task)
        return False

    def _goes_one_by_one(self, my_task: Token) -> bool:
        """In turn, as drawn; or because the instances wait for nothing, so that each sees what the others set."""
        return self.sequential or my_task.workflow.spec.task_specs[self.task_spec].kind in _AT_ONCE

    def _items(self, my_task: Token) -> list[list[Any]]:
        if self.data_input is None:
            count = my_task.workflow.script_engine.evaluate(my_task, self.cardinality)
            if isinstance(count, bool) or not isinstance(count, int) or count < 0:
                raise halt(my_task, f"多实例的个数「{self.cardinality}」不是自然数")
            if count > MOST_INSTANCES:
                raise OverBudget(my_task.workflow.bundle.file, self.bpmn_id, f"多实例超过 {MOST_INSTANCES} 个")
            return [[number, number] for number in range(count)]
        values = my_task.data.get(self.data_input.bpmn_id)
        if isinstance(values, Mapping):
            return [[key, item] for key, item in values.items()]
        if isinstance(values, list):
            return [[number, item] for number, item in enumerate(values)]
        raise halt(my_task, f"多实例的集合「{self.data_input.bpmn_id}」不是列表，也不是按键存放的数据")

    def _is_keyed(self, my_task: Token) -> bool:
        return self.data_input is not None and isinstance(my_task.data.get(self.data_input.bpmn_id), Mapping)

    def _one(self, my_task: Token, key: Any, item: Any) -> None:
        data = {} if self.input_item is None else {self.input_item.bpmn_id: item}
        internal = {"key": key}
        if not my_task.internal_data["keyed"] and isinstance(item, str):
            internal["item"] = item
        self._instance(my_task, data, internal)

    def _next(self, my_task: Token) -> None:
        left = my_task.internal_data["left"]
        if left:
            my_task.internal_data["left"] = left[1:]
            self._one(my_task, *left[0])

    def child_completed(self, my_task: Token, child: Token) -> None:
        """One instance is over: keep what it gives, and see whether all is done."""
        if not child.triggered:
            return
        internal = my_task.internal_data
        internal["done"] += 1
        self._keep(my_task, child)
        if self.announces is not None and (self.announces_each or internal["done"] == 1):
            self.announces.throw(child)
        if internal["done"] >= internal["n"] or self._is_enough(my_task, child):
            my_task.data = self._together(my_task)
            self._finish(my_task)
        elif self._goes_one_by_one(my_task):
            self._next(my_task)

    def _keep(self, my_task: Token, child: Token) -> None:
        internal = my_task.internal_data
        if self.data_output is not None and self.output_item is not None:
            name = self.output_item.bpmn_id
            if name not in child.data:
                raise halt(child, f"多实例的结果「{name}」没有值")
            internal["out"] = [*internal["out"], [child.internal_data["key"], child.data[name]]]
            if child.task_spec.kind not in _AT_ONCE:
                return
        own = [item.bpmn_id for item in (self.input_item, self.output_item) if item is not None]
        changed = changes(my_task.data, child.data, own)
        if self._goes_one_by_one(my_task):
            my_task.data = {**my_task.data, **changed}
        else:
            known = {**internal.get("changed", {}), **changed}
            internal["changed"] = {name: known[name] for name in sorted(known)}  # stored alike, however it came about

    def _is_enough(self, my_task: Token, child: Token) -> bool:
        if self.condition is None:
            return False
        internal = my_task.internal_data
        counts = {"nrOfInstances": internal["n"], "nrOfCompletedInstances": internal["done"],
                  "nrOfActiveInstances": 1 if self.sequential else internal["n"] - internal["done"]}
        named = {"numberOfInstances": counts["nrOfInstances"],  # as the standard calls them
                 "numberOfCompletedInstances": counts["nrOfCompletedInstances"],
                 "numberOfActiveInstances": counts["nrOfActiveInstances"], "numberOfTerminatedInstances": 0}
        return bool(my_task.workflow.script_engine.evaluate(child, self.condition, {**counts, **named}))

    def _together(self, my_task: Token) -> dict[str, Any]:
        data = {**my_task.data, **my_task.internal_data.get("changed", {})}
        if self.data_output is not None and self.output_item is not None:
            out = my_task.internal_data["out"]
            name = self.data_output.bpmn_id
            if my_task.internal_data["keyed"]:
                before = data.get(name)
                data[name] = {**(before if isinstance(before, dict) else {}), **dict(out)}
            else:
                data[name] = [value for _, value in sorted(out, key=lambda pair: pair[0])]
        return data


class ParallelMany(_Many, spiff.ParallelMultiInstanceTask):  # type: ignore[misc]
    """All instances at once."""


class SequentialMany(_Many, spiff.SequentialMultiInstanceTask):  # type: ignore[misc]
    """One instance after the other."""

    sequential = True
