"""The state of an instance as bytes: live tokens only, so that an old case is as small as a new one.

Kept are the live tokens, the parent of each, the root of each scope, the nodes where kept branches part, and the
events beside which handlers began. What has data (the live ones, the partings and such events) stores what differs
from the nearest one above it.
`dump(load(b)) == b`.
"""

from __future__ import annotations

from typing import Any

import orjson
from SpiffWorkflow.util.task import TaskState

from engine.processes.announcing import is_boundary
from engine.processes.bundle import Bundle
from engine.processes.conditions import Condition
from engine.processes.errors import OverBudget, ProcessBroken
from engine.processes.evaluation import MOST_DATA
from engine.processes.merging import UNSTORED, differs, is_known_what_it_found
from engine.processes.scopes import Instance
from engine.processes.tokens import LIVE, Token
from engine.processes.values import Host

FORMAT = 1


def dump(instance: Instance) -> bytes:
    """The state; raises OverBudget when the data has grown too large."""
    scopes = [[0, _rows(instance)]]
    scopes += [[key, _rows(scope)] for key, scope in sorted(instance.subprocesses.items())]
    try:
        state = orjson.dumps([FORMAT, instance.counter, scopes])
    except TypeError as error:
        raise ProcessBroken(instance.bundle.file, "", f"数据无法保存：{error}") from error
    if len(state) > MOST_DATA:
        raise OverBudget(*instance.where(instance.current), f"数据超过 {MOST_DATA // 1024} KB")
    return state


def load(bundle: Bundle, state: bytes, host: Host) -> Instance:
    """The instance in memory; raises ProcessBroken when the state does not fit the diagram."""
    form, counter, scopes = orjson.loads(state)
    if form != FORMAT:
        raise ProcessBroken(bundle.file, "", f"不认识的状态格式 {form}")
    instance = Instance(bundle, host)
    for key, rows in scopes:
        scope = instance.create_subprocess(instance.every[key], instance.every[key].task_spec.spec) if key else instance
        _restore(scope, rows)
    instance.counter = counter
    return instance


def _rows(scope: Any) -> list[list[Any]]:
    kept, partings = _kept(scope)
    index = {key: place for place, key in enumerate(kept)}
    return [_row(scope.tasks[key], index, partings) for key in kept]


def _kept(scope: Any) -> tuple[list[int], set[int]]:
    """The ids to keep, ascending (a parent is older than its children), and those where branches part."""
    wanted = {scope.task_tree.id}
    for task in scope.tasks.values():
        if task.live:
            wanted.add(task.id)
            if task._parent is not None:
                wanted.add(task._parent)
    branches: dict[int, int] = {}
    for key in sorted(scope.tasks, reverse=True):
        if key in wanted or branches.get(key, 0) > 1:
            reaches = 1
        else:
            reaches = branches.get(key, 0)
        parent = scope.tasks[key]._parent
        if reaches and parent is not None:
            branches[parent] = branches.get(parent, 0) + 1
    partings = {key for key, count in branches.items() if count > 1 or is_known_what_it_found(scope.tasks[key])}
    return sorted(wanted | partings), partings


def _row(task: Token, index: dict[int, int], partings: set[int]) -> list[Any]:
    parent = _kept_above(task, index)
    row: list[Any] = [task.id, task.task_spec.name, task._state, -1 if parent is None else index[parent.id]]
    if task.live or task.id in partings:
        while parent is not None and not (parent.live or parent.id in partings):
            parent = _kept_above(parent, index)
        row.append(_difference({} if parent is None else parent.data, task.data))
        internal = task.internal_data
        if internal or task.triggered:
            row.append(internal)
        if task.triggered:
            row.append(1)
    return row


def _kept_above(task: Token, index: dict[int, int]) -> Token | None:
    above: Token | None = task.parent
    while above is not None and above.id not in index:
        above = above.parent
    return above


def _difference(before: dict[str, Any], after: dict[str, Any]) -> Any:
    changed = {name: after[name] for name in sorted(after) if differs(before, name, after[name])}
    gone = sorted(name for name in before if name not in after)
    return [changed, gone] if gone else changed


def _restore(scope: Any, rows: list[list[Any]]) -> None:
    specs = scope.spec.task_specs
    tasks: list[Token] = []
    known: list[dict[str, Any] | None] = []
    for row in rows:
        key, name, state, place = row[:4]
        parent = tasks[place] if place >= 0 else None
        spec = specs.get(name) if tasks else scope.spec.start
        if spec is None:
            raise ProcessBroken(scope.bundle.file, name, "流程图里已经没有这个元素")
        _check_shape(scope, spec, state, parent)
        task = Token(scope, spec, parent, state=state, id=key)
        above = known[place] if place >= 0 else None
        if len(row) > 4:
            _fill(task, row, above or {})
            above = task.data
        elif spec.beside:
            task.internal_data[UNSTORED] = True
        tasks.append(task)
        known.append(above)
        if state == TaskState.WAITING and getattr(spec, "event_definition", None) is not None:
            _expect(task)
    scope.task_tree = tasks[0]


def _expect(task: Token) -> None:
    """Note what a restored token waits for: an event, or on an edge that a condition comes true."""
    top = task.workflow.top_workflow
    is_watching = isinstance(task.task_spec.event_definition, Condition) and is_boundary(task)
    (top.watching if is_watching else top.event_manager.tasks)[task.id] = task


def _check_shape(scope: Any, spec: Any, state: int, parent: Token | None) -> None:
    """Refuse a newer diagram that hangs the first boundary event on a task that stands: it would not be armed."""
    split = f"{spec.name}.BoundaryEventSplit"
    if state & LIVE and parent is not None and split in scope.spec.task_specs and parent.task_spec.name != split:
        raise ProcessBroken(scope.bundle.file, spec.bpmn_id, "新图给正在办的任务加了第一个边界事件，请等它办完再换图")


def _fill(task: Token, row: list[Any], above: dict[str, Any]) -> None:
    difference = row[4]
    changed, gone = difference if isinstance(difference, list) else (difference, ())
    task.data = {name: value for name, value in above.items() if name not in gone} | changed
    if len(row) > 5:
        task.internal_data = row[5]
    task.triggered = len(row) > 6
