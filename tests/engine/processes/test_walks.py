"""Random walks: reloading at every act changes nothing, and where stock runs right we run alike."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.library import Source
from engine.processes import Step
from engine.processes.announcing import happen
from engine.processes.running import _listener, _step
from engine.processes.scopes import Instance
from engine.processes.shelf import bundle_of
from engine.processes.state import dump, load
from tests.engine.processes.drawing import Desk, Walk
from tests.engine.processes.models import CALLED, DATA, OURS, STOCK_RIGHT
from tests.engine.processes.stock import Stock

WALKS = 20
MOST_ACTS = 25


class InMemory:
    """Our engine without the stored bytes: one instance for the whole walk."""

    def __init__(self, source: Source, desk: Desk) -> None:
        self.instance = Instance(bundle_of(source), desk)
        self.instance.begin(self.instance, dict(DATA))
        self.step = self._settled()

    def act(self, act: tuple[str, Any]) -> None:
        """Do what the other walker did, by the same keys."""
        kind, what = act
        if kind == "task":
            token = self.instance.every[what]
            token.data["form"] = act_form(act)
            token.run()
        elif kind == "timer":
            happen(self.instance.every[what])
        else:
            token = _listener(self.instance, what, None) or self.instance.task_tree
            happen(token)
        self.step = self._settled()

    def _settled(self) -> Step:
        self.instance.drain()
        step = _step(self.instance, dump(self.instance))
        self.instance.trace.clear()
        return step


def act_form(act: tuple[Any, ...]) -> dict[str, Any]:
    """The form of an act."""
    return {"outcome": FORMS[act]} if act in FORMS else {"outcome": "done"}


FORMS: dict[tuple[Any, ...], str] = {}


def choices(step: Step) -> list[tuple[str, Any]]:
    """Everything that may happen now."""
    found: list[tuple[str, Any]] = [("task", task.key) for task in step.open] * 3
    found += [("timer", timer.task) for timer in step.timers]
    return found + [("message", name) for name, _, _ in step.messages]


def seen(step: Step) -> Any:
    """What two walkers must agree on."""
    return ([(task.key, task.element, task.item) for task in step.open],
            [(timer.task, timer.element, timer.due) for timer in step.timers], step.messages,
            [(done.key, done.element) for done in step.trace], step.done, step.failed, step.result)


@pytest.mark.parametrize("source", OURS, ids=[source.definition_id for source in OURS])
def test_a_walk_through_the_stored_bytes_equals_one_in_memory(source: Source) -> None:
    for seed in range(WALKS):
        chance = random.Random(seed)
        stored, desk = Walk(source, *CALLED, **DATA), Desk(*CALLED)
        memory = InMemory(source, desk)
        assert seen(memory.step) == seen(stored.step)
        for _ in range(MOST_ACTS):
            assert dump(load(bundle_of(source), stored.step.state, desk)) == stored.step.state
            if not (possible := choices(stored.step)):
                break
            act = chance.choice(possible)
            FORMS[act] = chance.choice(["done", "done", "again", "up"])
            walk(stored, act)
            memory.act(act)
            assert seen(memory.step) == seen(stored.step), (seed, act)
            assert memory.step.state == stored.step.state


def walk(stored: Walk, act: tuple[str, Any]) -> None:
    """One act through the stored bytes."""
    kind, what = act
    if kind == "task":
        task = next(task for task in stored.step.open if task.key == what)
        stored.complete(task, act_form(act))
    elif kind == "timer":
        stored.fire_key(what)
    else:
        stored.tell(what)


@pytest.mark.parametrize("source", STOCK_RIGHT, ids=[source.definition_id for source in STOCK_RIGHT])
def test_where_stock_runs_right_we_run_alike(source: Source) -> None:
    for seed in range(WALKS):
        chance = random.Random(seed)
        ours, stock = Walk(source, *CALLED, **DATA), Stock(source, *CALLED, data=DATA)
        for _ in range(12):
            assert sorted(stock.open) == ours.open, seed
            assert stock.done == ours.step.done
            messages = sorted({name for name, _, _ in ours.step.messages})
            possible = [("task", name) for name in ours.open] + [("message", name) for name in messages]
            if not possible:
                break
            kind, name = chance.choice(possible)
            outcome = chance.choice(["done", "again"])
            if kind == "task":
                stock.do(name, outcome)
                ours.do(name, outcome)
            else:
                stock.tell(name)
                ours.tell(name)
        assert sorted(stock.trace) == sorted(ours.trace), seed
        if ours.step.done:
            assert {name: value for name, value in stock.data.items() if name != "form"} == {
                name: value for name, value in ours.step.result.items() if name != "form"}
