"""What BPMN says of a block, played by hand: who waits, what has run, what is over. No engine, no XML, no bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.engine.processes.blocks import CYCLES, Block, Edge, Many

Then = Callable[[], None]
Heard = dict[str, Callable[[], bool]]


class Region:
    """What dies together. A region in a dead one is dead."""

    def __init__(self, around: Region | None = None) -> None:
        self.around = around
        self.cancelled = False

    @property
    def dead(self) -> bool:
        """Whether it, or what is around it, was cancelled."""
        return self.cancelled or (self.around is not None and self.around.dead)


class Scope(Region):
    """A process or sub-process: over when its last token has ended. `heard`: what is caught on its edge, and how."""

    def __init__(self, block: Block, around: Region | None, outer: Scope | None, over: Then, heard: Heard) -> None:
        super().__init__(around)
        self.block = block
        self.outer = outer
        self.over = over
        self.heard = heard
        self.tokens = 0

    def ended(self) -> None:
        """One token has ended."""
        self.tokens -= 1
        if not self.tokens and not self.dead:
            self.over()


@dataclass(slots=True)
class Wait:
    """Somebody or something is waited for: a task, a timer or a message, of this element."""

    kind: str
    element: str
    region: Region
    then: Then


class World:
    """One run of a block; `facts` decide at the gateways."""

    def __init__(self, block: Block, facts: dict[str, int]) -> None:
        self.facts = facts
        self.waits: list[Wait] = []
        self.trace: Counter[str] = Counter()
        self.done = False
        self.lost = False  # whether data may have been lost with what was cancelled
        scope = Scope(block, None, None, self._over, {})
        self.top = scope
        self._enter(block, scope, "start", "end")

    def _over(self) -> None:
        self.done = True
        self.top.cancelled = True

    def waiting(self, kind: str) -> Counter[str]:
        """The elements that are waited for."""
        return Counter(wait.element for wait in self.live() if wait.kind == kind)

    def live(self) -> list[Wait]:
        """All that is waited for, oldest first."""
        self.waits = [wait for wait in self.waits if not wait.region.dead]
        return self.waits

    def act(self, kind: str, element: str) -> None:
        """What was waited for happens, to the oldest that waits."""
        wait = next(wait for wait in self.live() if (wait.kind, wait.element) == (kind, element))
        self.waits.remove(wait)
        wait.then()

    def _wait(self, kind: str, element: str, region: Region, then: Then) -> None:
        self.waits.append(Wait(kind, element, region, then))

    def _enter(self, block: Block, scope: Scope, start: str, end: str) -> None:
        scope.tokens += 1
        self.trace[start] += 1

        def ended() -> None:
            self.trace[end] += 1
            scope.ended()
        self._run(block, scope, scope, ended)

    def _run(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        """Let a token through a block; `then` when it comes out, unless its region is dead by that time."""
        def out() -> None:
            if not region.dead:
                then()
        getattr(self, f"_{block.kind}")(block, region, scope, out)

    def _seq(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        def after(number: int) -> None:
            if number == len(block.parts):
                then()
            else:
                self._run(block.parts[number], region, scope, lambda: after(number + 1))
        after(0)

    def _script(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        self.trace[block.name] += 1
        then()

    def _xor(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        self.trace[block.name] += 1
        last = len(block.parts) - 1
        self._run(block.parts[min(self.facts.get(block.name, 0), last)], region, scope, self._joined(block, then))

    def _and(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        self._fork(block, list(block.parts), region, scope, then)

    def _or(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        chosen = [part for number, part in enumerate(block.parts[:-1]) if self.facts.get(f"{block.name}_{number}") == 1]
        self._fork(block, chosen or [block.parts[-1]], region, scope, then)

    def _fork(self, block: Block, chosen: list[Block], region: Region, scope: Scope, then: Then) -> None:
        self.trace[block.name] += 1
        missing = len(chosen)

        def arrived() -> None:
            nonlocal missing
            missing -= 1
            if not missing:
                self._joined(block, then)()
        for part in chosen:
            self._run(part, region, scope, arrived)

    def _joined(self, block: Block, then: Then) -> Then:
        return self._noted(f"{block.name}j", then)

    def _noted(self, name: str, then: Then) -> Then:
        """Another node on the way before what follows."""
        def passed() -> None:
            self.trace[name] += 1
            then()
        return passed

    def _loop(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        def turn() -> None:
            self.trace[f"{block.name}m"] += 1
            self._run(block.parts[0], region, scope, decide)

        def decide() -> None:
            self.trace[block.name] += 1
            if self.facts.get(block.name) == 1:
                turn()
            else:
                self._joined(block, then)()
        turn()

    def _race(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        self.trace[block.name] += 1
        waiting = Region(region)

        def happens(name: str, part: Block) -> Then:
            def happened() -> None:
                waiting.cancelled = True
                self.trace[name] += 1
                self._run(part, region, scope, self._joined(block, then))
            return happened
        for (name, is_timer), part in zip(block.events, block.parts, strict=True):
            self._wait("timer" if is_timer else "message", name, waiting, happens(name, part))

    def _throw(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        self.trace[block.name] += 1
        self._raise("escalation", scope)
        if not region.dead:
            then()

    def _bang(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        self.trace[block.name] += 1
        self._raise("error", scope)

    def _raise(self, trigger: str, scope: Scope) -> None:
        around: Scope | None = scope
        while around is not None:
            if trigger in around.heard and around.heard[trigger]():
                return
            around = around.outer

    def _stop(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        self.trace[block.name] += 1
        self._cancel(scope, scope.block)
        scope.over()

    def _cancel(self, region: Region, block: Block) -> None:
        """Data that was set inside lives on, but for that of called processes and of single instances."""
        region.cancelled = True
        self.lost = self.lost or any(one.kind == "call" or one.many is not None for one in block.all())

    def _task(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        def one(inside: Region, heard: Heard, over: Then) -> None:
            self._wait("task", block.name, inside, over)
        self._activity(block, region, scope, then, one)

    def _sub(self, block: Block, region: Region, scope: Scope, then: Then) -> None:
        def one(inside: Region, heard: Heard, over: Then) -> None:
            inner = Scope(block.parts[0], inside, scope, over, heard)
            self._enter(block.parts[0], inner, f"{block.name}s", f"{block.name}z")
        self._activity(block, region, scope, then, one)

    _call = _sub

    def _activity(self, block: Block, region: Region, scope: Scope, then: Then,
                  one: Callable[[Region, Heard, Then], None]) -> None:
        """An activity with the events on its edge, as often as it is marked."""
        inside, events = Region(region), Region(region)
        heard: Heard = {}

        def over() -> None:
            events.cancelled = True
            if any(edge.interrupting for edge in block.edges):
                self.trace[f"{block.name}k"] += 1
            then()

        def interrupted(edge: Edge) -> None:
            events.cancelled = True
            self._cancel(inside, block)
            self._run(edge.handler, region, scope, self._noted(f"{block.name}k", then))
        for edge in block.edges:
            self._arm(edge, events, scope, heard, interrupted)
        self._often(block, block.many, inside, lambda again: one(inside, heard, again), over)

    def _arm(self, edge: Edge, events: Region, scope: Scope, heard: Heard, interrupted: Callable[[Edge], None]) -> None:
        left = CYCLES if edge.trigger == "cycle" else 1 if edge.trigger == "timer" else None

        def happened() -> bool:
            nonlocal left
            if events.dead:
                return False
            self.trace[edge.name] += 1
            left = None if left is None else left - 1
            if edge.interrupting:
                interrupted(edge)
                return True
            if left != 0:
                expect()
            scope.tokens += 1
            self._run(edge.handler, scope, scope, self._noted(f"{edge.name}z", scope.ended))
            return True

        def expect() -> None:
            if edge.trigger in ("escalation", "error"):
                heard[edge.trigger] = happened
            else:
                kind = "message" if edge.trigger == "message" else "timer"
                self._wait(kind, edge.name, events, lambda: (happened(), None)[1])
        expect()

    def _often(self, block: Block, many: Many | None, inside: Region, one: Callable[[Then], None], over: Then) -> None:
        """Let the instances of an activity run, side by side or in turn, until there were enough."""
        done = 0

        def finished() -> None:
            nonlocal done
            if inside.dead:
                return
            self.trace[block.name] += 1
            done += 1
            if self._is_over(block, many, done):
                self.lost = self.lost or (many is not None and many.kind == "parallel" and done < many.count)
                inside.cancelled = True
                over()
            elif many is not None and many.kind != "parallel":
                one(finished)
        if self._is_none(block, many):
            over()
        else:
            for _ in range(many.count if many is not None and many.kind == "parallel" else 1):
                one(finished)

    def _is_none(self, block: Block, many: Many | None) -> bool:
        if many is None:
            return False
        return many.before and self.facts.get(block.name) != 1 if many.kind == "loop" else not many.count

    def _is_over(self, block: Block, many: Many | None, done: int) -> bool:
        if many is None:
            return True
        if many.kind == "loop":
            return done >= many.count or self.facts.get(block.name) != 1
        return done >= many.count or (many.enough is not None and done >= many.enough)
