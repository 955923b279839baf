"""R13: random diagrams, walked at random, stored and loaded after every step, against three others.

Against what BPMN says of the same blocks (`blockmodel`), against one uninterrupted run in memory, and against
SpiffWorkflow as shipped on the constructs that it runs right.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from math import inf
from typing import Any

from engine.processes import Step, gate
from engine.processes.announcing import happen
from engine.processes.running import _listener, _step
from engine.processes.scopes import Instance
from engine.processes.shelf import bundle_of
from engine.processes.state import dump, load
from tests.engine.processes.blockmodel import World
from tests.engine.processes.blocks import STOCK_RIGHT, Block, draw, generated
from tests.engine.processes.drawing import Desk, Walk
from tests.engine.processes.stock import Stock
from tests.storms.conftest import Say
from tests.storms.sizes import sizes

MOST_ACTS = 30
ONCE_WRONG = (70705672,)  # numbers of diagrams that an earlier storm found stored in two ways
Act = tuple[str, str]


class Trial:
    """One diagram, walked once: what is stored and loaded, what stays in memory, and what ought to be."""

    def __init__(self, block: Block, chance: random.Random) -> None:
        self.block, self.chance = block, chance
        self.sources = draw(block)
        self.desk = Desk(*self.sources, facts=self.decisions())
        self.walk = Walk(self.sources[0], desk=self.desk)
        self.memory = Instance(bundle_of(self.sources[0]), self.desk)
        self.memory.ends_by = inf  # the whole walk is one command here
        self.memory.begin(self.memory, {})
        self.remembered = self.settled()
        self.world = World(block, self.desk.facts)

    def decisions(self) -> dict[str, Any]:
        """What the gateways will be told next."""
        found: dict[str, Any] = {}
        for one in self.block.all():
            if one.kind == "or":
                found |= {f"{one.name}_{number}": self.chance.randrange(2) for number in range(len(one.parts) - 1)}
            elif one.kind == "xor":
                found[one.name] = self.chance.randrange(len(one.parts))
            elif one.kind == "loop" or (one.many is not None and one.many.kind == "loop"):
                found[one.name] = int(self.chance.random() < 0.35)
        return found

    def run(self) -> int:
        """Walk until nothing waits any more or it has been enough; how many acts it was."""
        for act in range(MOST_ACTS):
            self.compare()
            possible = [(wait.kind, wait.element) for wait in self.world.live()]
            if not possible:
                return act
            tasks = [one for one in possible if one[0] == "task"]
            chosen = self.chance.choice(tasks if tasks and self.chance.random() < 0.6 else possible)
            self.desk.facts |= self.decisions()
            self.act(*chosen)
        return MOST_ACTS

    def act(self, kind: str, element: str) -> None:
        """The oldest that waits there goes on, everywhere."""
        if kind == "task":
            key = min(task.key for task in self.walk.step.open if task.element == element)
            self.walk.do(element)
            self.memory.every[key].data["form"] = {"outcome": "done"}
            self.memory.every[key].run()
        elif kind == "timer":
            key = min(timer.task for timer in self.walk.step.timers if timer.element == element)
            self.walk.fire_key(key)
            happen(self.memory.every[key])
        else:
            self.walk.tell(f"m_{element}")
            listener = _listener(self.memory, f"m_{element}", None)
            assert listener is not None
            happen(listener)
        self.remembered = self.settled()
        self.world.act(kind, element)

    def settled(self) -> Step:
        """Where the run in memory stands now."""
        self.memory.drain()
        step = _step(self.memory, dump(self.memory))
        self.memory.trace.clear()
        return step

    def compare(self) -> None:
        """What is stored is what is remembered, byte for byte, and both are what ought to be."""
        step, world = self.walk.step, self.world
        assert dump(load(bundle_of(self.sources[0]), step.state, self.desk)) == step.state
        assert (step.state, step.open, step.timers, step.messages, step.trace, step.done, step.failed, step.result) == (
            *(self.remembered.state, self.remembered.open, self.remembered.timers, self.remembered.messages),
            *(self.remembered.trace, self.remembered.done, self.remembered.failed, self.remembered.result))
        assert Counter(task.element for task in step.open) == world.waiting("task")
        assert Counter(timer.element for timer in step.timers) == world.waiting("timer")
        assert Counter(element for _, _, element in step.messages) == world.waiting("message")
        assert Counter(self.walk.trace) == world.trace
        assert (step.done, step.failed) == (world.done, None)
        if world.done and not world.lost:
            assert written(step.result) == {name for name in world.trace if name.startswith("x")}


def written(data: Mapping[str, Any]) -> set[str]:
    """The names that scripts have set."""
    return {name for name, value in data.items() if name.startswith("x") and value == 1}


@sizes(small=50, storm=2_000, full=20_000)
def test_random_diagrams_run_as_bpmn_says_and_alike_when_stored_at_every_step(size: int, seed: int, say: Say) -> None:
    acts = 0
    for number in (*ONCE_WRONG, *range(seed, seed + size)):
        block = generated(number, 8 + number % 40)
        assert [one for one in gate(draw(block)) if one.severity == "error"] == [], number
        try:
            acts += Trial(block, random.Random(number)).run()
        except BaseException as problem:
            problem.add_note(f"the diagram of number {number}")
            raise
    assert acts > size
    say(f"{size} random diagrams, {acts} acts, each stored and loaded, as BPMN says")


@sizes(small=25, storm=1_000, full=10_000)
def test_random_diagrams_run_like_stock_where_it_runs_right(size: int, seed: int, say: Say) -> None:
    acts = 0
    for number in range(seed, seed + size):
        block = generated(number, 8 + number % 20, STOCK_RIGHT)
        try:
            acts += alike(block, random.Random(number))
        except BaseException as problem:
            problem.add_note(f"the diagram of number {number}")
            raise
    assert acts > size
    say(f"{size} random diagrams, {acts} acts, like stock SpiffWorkflow in memory")


def alike(block: Block, chance: random.Random) -> int:
    """Walk with stock side by side; how many acts it was."""
    sources = draw(block)
    facts = {one.name: chance.randrange(len(one.parts)) for one in block.all() if one.kind == "xor"}
    ours = Walk(sources[0], desk=Desk(*sources, facts=facts))
    stock = Stock(*sources, data={}, facts=facts)
    races = {one.name for one in block.all() if one.kind == "race"}  # stock notes them when the first event happened
    for act in range(MOST_ACTS):
        assert (sorted(stock.open), stock.done) == (ours.open, ours.step.done)
        assert without(races, stock.trace) == without(races, ours.trace)
        possible = [("task", name) for name in ours.open] + [("message", name) for name, _, _ in ours.step.messages]
        if not possible:
            lost = written(ours.step.result) - written(stock.data)  # what was set inside what was interrupted
            assert written(stock.data) <= written(ours.step.result) and (not lost or "b" in {n[0] for n in ours.trace})
            return act
        kind, name = chance.choice(possible)
        if kind == "task":
            stock.do(name, "done")
            ours.do(name)
        else:
            stock.tell(name)
            ours.tell(name)
    return MOST_ACTS


def without(names: set[str], trace: list[str]) -> list[str]:
    """What has run, sorted, some names left out."""
    return sorted(name for name in trace if name not in names)
