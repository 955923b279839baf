"""Random block-structured diagrams: blocks within blocks, drawn as BPMN; the same number draws the same diagram.

Every gateway asks the facts of the case under its own name, so whoever walks decides: `case["g3"]` is the branch
taken, `case["g3_1"]` whether an inclusive branch is, 1 repeats a loop. Scripts leave a trace in the data: `x7 = 1`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.library import Source
from tests.engine.processes.drawing import drawn, escaped

Kind = Literal["task", "script", "seq", "xor", "and", "or", "loop", "sub", "call", "race", "throw", "bang", "stop"]
Trigger = Literal["timer", "cycle", "message", "escalation", "error"]
EVERYTHING: frozenset[str] = frozenset({
    "script", "xor", "and", "or", "loop", "sub", "call", "race", "throw", "bang", "stop",
    "timer", "cycle", "message", "escalation", "error", "beside", "many"})
STOCK_RIGHT = frozenset({"script", "xor", "and", "sub", "call", "race", "message"})
CYCLES = 2


@dataclass(frozen=True, slots=True)
class Edge:
    """An event on the edge of an activity, and what is done then."""

    name: str
    trigger: Trigger
    interrupting: bool
    handler: Block


@dataclass(frozen=True, slots=True)
class Many:
    """How often an activity runs: `count` instances, of which `enough` are enough, or rounds of a loop."""

    kind: Literal["parallel", "sequential", "loop"]
    count: int
    enough: int | None = None
    before: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `events` are the catch events of a race: name and whether a timer."""

    kind: Kind
    name: str = ""
    parts: tuple[Block, ...] = ()
    edges: tuple[Edge, ...] = ()
    many: Many | None = None
    events: tuple[tuple[str, bool], ...] = ()

    def all(self) -> Iterator[Block]:
        """This block and every one inside it."""
        yield self
        for inner in (*self.parts, *(edge.handler for edge in self.edges)):
            yield from inner.all()

    @property
    def ends(self) -> bool:
        """Whether no token comes out of it."""
        return self.kind in ("bang", "stop") or (self.kind == "seq" and bool(self.parts) and self.parts[-1].ends)


@dataclass(frozen=True, slots=True)
class Around:
    """What is around a block: how deep it lies, what something around it hears, what must not be drawn in it."""

    depth: int = 0
    heard: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()

    def deeper(self, by: int = 1, *, never: frozenset[str] = frozenset()) -> Around:
        """Around what lies inside."""
        return replace(self, depth=self.depth + by, never=self.never | never)


def generated(number: int, size: int = 12, allowed: frozenset[str] = EVERYTHING) -> Block:
    """The block of this number."""
    return _Generator(random.Random(number), size, allowed).whole()


class _Generator:
    """Draws blocks while there is something left of the size."""

    def __init__(self, chance: random.Random, size: int, allowed: frozenset[str]) -> None:
        self.chance = chance
        self.left = size
        self.allowed = allowed
        self.count = 0
        self.never_in_loops: frozenset[str] = frozenset() if allowed == EVERYTHING else frozenset({"and", "loop"})

    def whole(self) -> Block:
        parts, size = [], self.left
        for _ in range(count := self.chance.randint(2, 5)):
            self.left = size // count
            parts.append(self.block(Around()))
        return Block("seq", parts=tuple(parts))

    def likely(self, share: float) -> bool:
        return self.chance.random() < share

    def name(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def seq(self, around: Around) -> Block:
        parts = [self.block(around)]
        while self.left > 0 and len(parts) < 3 and self.likely(0.5):
            parts.append(self.block(around))
        return Block("seq", parts=tuple(parts))

    def block(self, around: Around) -> Block:
        self.left -= 1
        kinds = ["task", "task", *({"script"} & self.allowed), *({"throw"} & self.allowed & around.heard)]
        if self.left > 0 and around.depth < 5:
            kinds += [kind for kind in ("xor", "and", "or", "loop", "sub", "sub", "call", "race")
                      if kind in self.allowed - around.never]
        drawn: Block = getattr(self, f"_{self.chance.choice(kinds)}")(around.deeper())
        return drawn

    def task(self) -> Block:
        return Block("task", self.name("u"))

    def _task(self, around: Around) -> Block:
        return replace(self.task(), many=self.many(), edges=self.edges(around, ("timer", "message")))

    def _script(self, around: Around) -> Block:
        return Block("script", self.name("x"))

    def _throw(self, around: Around) -> Block:
        return Block("seq", parts=(self.task(), Block("throw", self.name("e"))))

    def _xor(self, around: Around) -> Block:
        parts = [self.seq(around) if self.likely(0.8) else Block("seq") for _ in range(2)]
        ends = sorted({"bang", "stop"} & self.allowed & around.heard)
        if ends and self.likely(0.4):
            ending = Block("bang" if self.chance.choice(ends) == "bang" else "stop", self.name("z"))
            parts.insert(0, Block("seq", parts=(self.task(), ending)))
        return Block("xor", self.name("g"), tuple(parts))

    def _and(self, around: Around) -> Block:
        return Block("and", self.name("g"), tuple(self.seq(around) for _ in range(self.chance.choice((2, 2, 3)))))

    def _or(self, around: Around) -> Block:
        return replace(self._and(around), kind="or")

    def _loop(self, around: Around) -> Block:
        body = self.seq(around.deeper(0, never=self.never_in_loops))  # a round without a person would turn for ever
        return Block("loop", self.name("g"), (Block("seq", parts=(self.task(), *body.parts)),))

    def _sub(self, around: Around) -> Block:
        edges = self.edges(around, ("timer", "cycle", "message", "escalation", "error"))
        heard = around.heard | {"throw", "stop"} | ({"bang"} if any(e.trigger == "error" for e in edges) else set())
        body = self.seq(Around(around.depth, frozenset(heard), around.never - {"or"}))
        many = self.many()
        if many is not None and many.enough is not None:  # several instances must not be over at once
            body = Block("seq", parts=(self.task(), *body.parts))
        return Block("sub", self.name("p"), (body,), edges, many)

    def _call(self, around: Around) -> Block:
        return replace(self._sub(around), kind="call")

    def _race(self, around: Around) -> Block:
        events = tuple((self.name("c"), "timer" in self.allowed and self.likely(0.4)) for _ in range(2))
        parts = tuple(self.seq(around) if self.likely(0.6) else Block("seq") for _ in events)
        return Block("race", self.name("g"), parts, events=events)

    def many(self) -> Many | None:
        if "many" not in self.allowed or self.likely(0.75):
            return None
        if self.likely(0.3):
            return Many("loop", self.chance.randint(1, 3), before=self.likely(0.3))
        enough = self.chance.randint(1, 3) if self.likely(0.3) else None
        return Many("parallel" if self.likely(0.6) else "sequential", self.chance.randint(0, 3), enough)

    def edges(self, around: Around, triggers: tuple[Trigger, ...]) -> tuple[Edge, ...]:
        return tuple(self.edge(around, trigger) for trigger in triggers
                     if trigger in self.allowed and self.left > 0 and self.likely(0.3))

    def edge(self, around: Around, trigger: Trigger) -> Edge:
        """An event; one that may happen again has no inclusive join behind it: that would wait for both runs."""
        again = trigger == "cycle" or (trigger != "error" and "beside" in self.allowed and self.likely(0.5))
        handler = self.seq(around.deeper(never=frozenset({"or"} if again else ())))
        return Edge(self.name("b"), trigger, not again, handler)


def draw(block: Block, process: str = "p") -> tuple[Source, ...]:
    """The diagram of a block, and the processes that it calls."""
    sheet = _Sheet()
    inner = sheet.scope(block, "start", "end")
    messages = "".join(f'<message id="{name}" name="{name}"/>' for name in sheet.messages)
    top = messages + '<escalation id="up" escalationCode="UP"/><error id="bad" errorCode="BAD"/>'
    return drawn(process, inner, "", top=top), *sheet.called


@dataclass(slots=True)
class _Sheet:
    """What has been drawn of one process."""

    messages: list[str] = field(default_factory=list)
    called: list[Source] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    flows: int = 0

    def scope(self, block: Block, start: str, end: str) -> str:
        """The inside of a process or sub-process."""
        outer, self.nodes = self.nodes, [f'<startEvent id="{start}"/><endEvent id="{end}"/>']
        out = self.put(block, start)
        if out is not None:
            self.flow(out, end)
        inner, self.nodes = "".join(self.nodes), outer
        return inner

    def flow(self, source: str, target: str, condition: str = "", name: str = "") -> None:
        self.flows += 1
        inner = f"<conditionExpression>{escaped(condition)}</conditionExpression>" if condition else ""
        self.nodes.append(f'<sequenceFlow id="{name or f"f{self.flows}"}" sourceRef="{source}" targetRef="{target}">'
                          f"{inner}</sequenceFlow>")

    def put(self, block: Block, after: str, condition: str = "", name: str = "") -> str | None:
        """Draw a block behind a node (by a flow with this condition and name); the node that it leaves by."""
        if block.kind == "seq":
            for part in block.parts:
                left = self.put(part, after, condition, name)
                if left is None:
                    return None
                after, condition, name = left, "", ""
            return after
        entry = f"{block.name}m" if block.kind == "loop" else block.name
        self.flow(after, entry, condition, name)
        leave: str | None = getattr(self, f"_{block.kind}")(block)
        return leave

    def _task(self, block: Block) -> str:
        self.nodes.append(f'<userTask id="{block.name}">{_many(block)}</userTask>')
        return self.edges(block)

    def _script(self, block: Block) -> str:
        self.nodes.append(f'<scriptTask id="{block.name}"><script>{block.name} = 1</script></scriptTask>')
        return block.name

    def _throw(self, block: Block) -> str:
        self.nodes.append(f'<intermediateThrowEvent id="{block.name}"><escalationEventDefinition escalationRef="up"/>'
                          "</intermediateThrowEvent>")
        return block.name

    def _bang(self, block: Block) -> None:
        self.nodes.append(f'<endEvent id="{block.name}"><errorEventDefinition errorRef="bad"/></endEvent>')

    def _stop(self, block: Block) -> None:
        self.nodes.append(f'<endEvent id="{block.name}"><terminateEventDefinition/></endEvent>')

    def _branches(self, block: Block, kind: str, conditions: list[str]) -> str:
        default = "" if all(not text for text in conditions) else f' default="{block.name}d"'
        self.nodes.append(f'<{kind}Gateway id="{block.name}"{default}/><{kind}Gateway id="{block.name}j"/>')
        for number, (part, condition) in enumerate(zip(block.parts, conditions, strict=True)):
            own = f"{block.name}d" if default and not condition else f"{block.name}_{number}"
            out = self.put(part, block.name, condition, own)
            if out is not None:
                straight = out == block.name
                self.flow(out, f"{block.name}j", condition if straight else "", own if straight else "")
        return f"{block.name}j"

    def _xor(self, block: Block) -> str:
        last = len(block.parts) - 1
        return self._branches(block, "exclusive", [
            "" if number == last else f'case["{block.name}"] == {number}' for number in range(last + 1)])

    def _and(self, block: Block) -> str:
        return self._branches(block, "parallel", [""] * len(block.parts))

    def _or(self, block: Block) -> str:
        last = len(block.parts) - 1
        return self._branches(block, "inclusive", [
            "" if number == last else f'case["{block.name}_{number}"] == 1' for number in range(last + 1)])

    def _loop(self, block: Block) -> str:
        merge = f"{block.name}m"
        self.nodes.append(f'<exclusiveGateway id="{merge}"/><exclusiveGateway id="{block.name}" '
                          f'default="{block.name}d"/><exclusiveGateway id="{block.name}j"/>')
        out = self.put(block.parts[0], merge)
        assert out is not None
        self.flow(out, block.name)
        self.flow(block.name, merge, f'case["{block.name}"] == 1')
        self.flow(block.name, f"{block.name}j", name=f"{block.name}d")
        return f"{block.name}j"

    def _sub(self, block: Block) -> str:
        inner = self.scope(block.parts[0], f"{block.name}s", f"{block.name}z")
        self.nodes.append(f'<subProcess id="{block.name}">{inner}{_many(block)}</subProcess>')
        return self.edges(block)

    def _call(self, block: Block) -> str:
        other = _Sheet()
        inner = other.scope(block.parts[0], f"{block.name}s", f"{block.name}z")
        process = f"called_{block.name}"
        messages = "".join(f'<message id="{name}" name="{name}"/>' for name in other.messages)
        top = messages + '<escalation id="up" escalationCode="UP"/><error id="bad" errorCode="BAD"/>'
        self.called += [drawn(process, inner, "", top=top), *other.called]
        self.nodes.append(f'<callActivity id="{block.name}" calledElement="{process}">{_many(block)}</callActivity>')
        return self.edges(block)

    def _race(self, block: Block) -> str:
        self.nodes.append(f'<eventBasedGateway id="{block.name}"/><exclusiveGateway id="{block.name}j"/>')
        for (name, is_timer), part in zip(block.events, block.parts, strict=True):
            self.flow(block.name, name)
            self.nodes.append(f'<intermediateCatchEvent id="{name}">{self.definition(name, is_timer)}'
                              "</intermediateCatchEvent>")
            out = self.put(part, name)
            if out is not None:
                self.flow(out, f"{block.name}j")
        return f"{block.name}j"

    def definition(self, name: str, is_timer: bool) -> str:
        if is_timer:
            return "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
        self.messages.append(f"m_{name}")
        return f'<messageEventDefinition messageRef="m_{name}"/>'

    def edges(self, block: Block) -> str:
        """The events on an activity; a way that interrupts comes back behind it, another one ends."""
        interrupting = [edge for edge in block.edges if edge.interrupting]
        after = f"{block.name}k" if interrupting else block.name
        if interrupting:
            self.nodes.append(f'<exclusiveGateway id="{after}"/>')
            self.flow(block.name, after)
        for edge in block.edges:
            self._edge(block, edge)
            out = self.put(edge.handler, edge.name)
            if not edge.interrupting and out is not None:
                self.nodes.append(f'<endEvent id="{edge.name}z"/>')
            if out is not None:
                self.flow(out, after if edge.interrupting else f"{edge.name}z")
        return after

    def _edge(self, block: Block, edge: Edge) -> None:
        if edge.trigger == "cycle":
            inner = f"<timerEventDefinition><timeCycle>R{CYCLES}/PT1H</timeCycle></timerEventDefinition>"
        elif edge.trigger in ("timer", "message"):
            inner = self.definition(edge.name, edge.trigger == "timer")
        else:
            inner = f'<{edge.trigger}EventDefinition {edge.trigger}Ref="{"up" if edge.trigger[1] == "s" else "bad"}"/>'
        self.nodes.append(f'<boundaryEvent id="{edge.name}" attachedToRef="{block.name}" '
                          f'cancelActivity="{str(edge.interrupting).lower()}">{inner}</boundaryEvent>')


def _many(block: Block) -> str:
    many = block.many
    if many is None:
        return ""
    if many.kind == "loop":
        return (f'<standardLoopCharacteristics loopMaximum="{many.count}" testBefore="{str(many.before).lower()}">'
                f'<loopCondition>case["{block.name}"] == 1</loopCondition></standardLoopCharacteristics>')
    enough = "" if many.enough is None else (
        f"<completionCondition>nrOfCompletedInstances &gt;= {many.enough}</completionCondition>")
    return (f'<multiInstanceLoopCharacteristics isSequential="{str(many.kind == "sequential").lower()}">'
            f"<loopCardinality>{many.count}</loopCardinality>{enough}</multiInstanceLoopCharacteristics>")
