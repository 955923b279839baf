"""One command on one instance: load, let one thing happen, run until everything waits again, dump."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from engine.errors import WanggeError
from engine.expressions import SAFE_FUNCTIONS, ExpressionFailed, ExpressionRefused, problem_of_name
from engine.library import Source
from engine.processes.announcing import Announcement, attached_to, happen, waiting_events
from engine.processes.errors import ProcessBroken, StandsStill, TaskNotOpen
from engine.processes.evaluation import plain, weigh
from engine.processes.names import FORM, FUNCTIONS, RESERVED
from engine.processes.passing import Passed
from engine.processes.scopes import Instance
from engine.processes.shelf import bundle_of
from engine.processes.state import dump, load
from engine.processes.timers import HostTimer
from engine.processes.tokens import Token
from engine.processes.values import Host, Step
from engine.processes.waiting import armed_timers, open_tasks, standing, waiting_messages


def start(source: Source, host: Host, data: dict[str, Any]) -> Step:
    """Begin an instance and run it to its first wait; raises ProcessBroken, DiagramUnreadable."""
    instance = Instance(bundle_of(source), host)
    return run(instance, lambda: instance.begin(instance, plain(data)))


def complete(source: Source, state: bytes, task: int, form: dict[str, Any], host: Host, *, aside: bool = False,
             named: Mapping[str, Any] | None = None, passed: Passed | None = None) -> Step:
    """Complete an open task with its form; raises TaskNotOpen when it is not open, ProcessBroken.

    `named`: values that become data under their own names too, as diagrams that draw no forms expect.
    `aside`: what was said is for the record alone («领导批示», a task without a form of its own); what follows
    sees the form that was submitted before it. `passed`: elements that are passed over.
    """
    instance = load(bundle_of(source), state, host)
    instance.passed = passed or {}
    token = instance.every.get(task)
    if token is None or token._state != TaskState.READY or not token.task_spec.manual:
        raise TaskNotOpen(task=task)

    def act() -> None:
        if aside:
            token.data.setdefault(FORM, plain(form))
        else:
            token.data[FORM] = plain(form)
        if named:
            token.data.update(_fit_to_be_data(plain(named)))
        weigh(token)
        token.run()
    return run(instance, act)


def _fit_to_be_data(values: dict[str, Any]) -> dict[str, Any]:
    """What may stand in the data under its own name: nothing that a diagram or the house has a use for."""
    taken = FUNCTIONS | SAFE_FUNCTIONS.keys()
    return {name: value for name, value in values.items()
            if name not in RESERVED and problem_of_name(name, taken) is None}


def fire(source: Source, state: bytes, timers: Sequence[tuple[int, str]], host: Host, *,
         due: datetime | None = None, passed: Passed | None = None) -> Step:
    """Fire timers (task, element) in this order; one that is no longer armed is left out. Raises ProcessBroken.

    `due`: the instant at which they were due, where it has moved since they were armed; one that repeats goes on
    from there.
    """
    instance = load(bundle_of(source), state, host)
    instance.passed = passed or {}

    def act() -> None:
        for key, element in timers:
            token = instance.event_manager.tasks.get(key)
            if token is not None and token.task_spec.bpmn_id == element and _is_timer(token):
                if due is not None:
                    token.internal_data["due"] = due.astimezone(UTC).isoformat()
                happen(token)
                instance.drain()
    return run(instance, act)


def deliver(source: Source, state: bytes, message: str, task: int | None, host: Host,
            form: dict[str, Any] | None = None, *, passed: Passed | None = None) -> Step:
    """Give a message to the event that waits for it; with `task`, only to one that hangs on this task.

    `form` becomes the form that the following expressions see. Raises TaskNotOpen when nobody waits for it.
    """
    instance = load(bundle_of(source), state, host)
    instance.passed = passed or {}
    token = _listener(instance, message, task)
    if token is None:
        raise TaskNotOpen(task=task, waiting_for=message)

    def act() -> None:
        happen(token, form=None if form is None else plain(form))
    return run(instance, act)


def describe_state(source: Source, state: bytes, host: Host) -> Step:
    """What waits in a stored state, without changing anything."""
    instance = load(bundle_of(source), state, host)
    return _step(instance, state)


def timers_anew(source: Source, state: bytes, host: Host) -> dict[tuple[int, str], datetime]:
    """When the timers of a stored instance that follow a limit would fire if armed now, by (task, element)."""
    instance, found = load(bundle_of(source), state, host), {}
    for token in waiting_events(instance):
        if isinstance(token.task_spec.event_definition, HostTimer) and token.task_spec.event_definition.asks_due:
            main = attached_to(token)
            due = token.task_spec.event_definition.ask(token, main.id if main is not None else token.id)[0]
            found[token.id, token.task_spec.bpmn_id] = due
    return found


def messages_waiting(source: Source, state: bytes, host: Host) -> frozenset[str]:
    """The names of the messages that a stored instance would hear now."""
    return frozenset(name for name, _, _ in waiting_messages(load(bundle_of(source), state, host)))


def _listener(instance: Instance, message: str, task: int | None) -> Token | None:
    for token in waiting_events(instance):
        wanted = token.task_spec.event_definition
        if isinstance(wanted, Announcement) and wanted.kind == "message" and wanted.name == message:
            main = attached_to(token)
            if task is None or task in (token.id, main.id if main is not None else None):
                return token
    return None


def _is_timer(token: Token) -> bool:
    return isinstance(token.task_spec.event_definition, HostTimer)


def run(instance: Instance, act: Callable[[], None]) -> Step:
    """Let `act` happen to a loaded instance and run it to its next wait; raises ProcessBroken, StandsStill."""
    try:
        act()
        instance.drain()
        step = _step(instance, dump(instance))
    except (ExpressionFailed, ExpressionRefused, SpiffWorkflowException, TypeError, RecursionError) as error:
        broken = instance.broken(error)
        broken.trace = tuple(instance.trace)
        raise broken from error
    except ProcessBroken as broken:
        broken.trace = tuple(instance.trace)
        raise
    except WanggeError as error:  # what an operation refuses: the operator must know where
        error.facts.setdefault("element", instance.where(instance.current)[1])
        raise
    if not (step.done or step.failed or step.open or step.timers or instance.event_manager.tasks):
        raise StandsStill(instance.bundle.file, "、".join(step.standing), step)
    return step


def _step(instance: Instance, state: bytes) -> Step:
    return Step(state=state, open=open_tasks(instance), timers=armed_timers(instance),
                messages=waiting_messages(instance), trace=tuple(instance.trace),
                done=instance.completed and instance.failed is None, failed=instance.failed,
                result=dict(instance.result), standing=standing(instance))
