"""Flat diagrams drawn at random, and the token game of BPMN 2.0.2 (13.4) in a few lines, without the engine."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from engine.library import Source
from tests.engine.processes.drawing import drawn

KINDS = ("task", "task", "parallelGateway", "parallelGateway", "exclusiveGateway", "inclusiveGateway")
CHOOSING = ("exclusiveGateway", "inclusiveGateway")
MOST_MOVES = 400


@dataclass(frozen=True)
class Flow:
    """A sequence flow; `holds` says of one behind a choosing gateway whether its condition does (None: default)."""

    source: str
    target: str
    holds: bool | None = True


class TokenGame:
    """A random graph of nodes `n0`… between `start` and `end`; forwards only for the most part."""

    def __init__(self, chance: random.Random) -> None:
        self.kinds = {f"n{number}": chance.choice(KINDS) for number in range(chance.randint(4, 9))}
        names = list(self.kinds)
        pairs = [(names[chance.randint(max(0, number - 3), number - 1)], names[number])
                 for number in range(1, len(names))]
        for _ in range(chance.randint(1, 5)):
            source, target = sorted(chance.sample(range(len(names)), 2), reverse=chance.random() < 0.1)
            pairs.append((names[source], names[target]))
        pairs += [(name, "end") for name in names if all(source != name for source, _ in pairs)]
        self.flows = [Flow("start", "n0")]
        for name, kind in self.kinds.items():
            mine = [pair for pair in pairs if pair[0] == name]
            default = chance.randrange(len(mine)) if kind in CHOOSING and len(mine) > 1 else None
            for number, pair in enumerate(mine):
                holds = default is None or chance.random() < 0.5
                self.flows.append(Flow(*pair, None if number == default else holds))

    def source(self) -> Source:
        """The diagram."""
        choosing = {name for name, kind in self.kinds.items() if kind in CHOOSING
                    and sum(flow.source == name for flow in self.flows) > 1}
        lines, defaults = "", {}
        for number, flow in enumerate(self.flows):
            if flow.holds is None:
                defaults[flow.source] = f' default="f{number}"'
            condition = f"<conditionExpression>1 == {1 if flow.holds else 2}</conditionExpression>"
            lines += (f'<sequenceFlow id="f{number}" sourceRef="{flow.source}" targetRef="{flow.target}">'
                      f'{condition if flow.source in choosing and flow.holds is not None else ""}</sequenceFlow>')
        nodes = "".join(f'<{kind} id="{name}"{defaults.get(name, "")}/>' for name, kind in self.kinds.items())
        return drawn("game", f'<startEvent id="start"/><endEvent id="end"/>{nodes}{lines}', "")

    def play(self) -> tuple[str, Counter[str]] | None:
        """How it ends and how often each node completes; None when it does not end, or not always in the same way."""
        tokens: Counter[int] = Counter(self._leaving("start"))
        done = Counter(["start"])
        for _ in range(MOST_MOVES):
            ready = [name for name in (*self.kinds, "end") if self._is_ready(name, tokens)]
            joins = [name for name in self.kinds if self._may_join(name, tokens)] if not ready else []
            if len(joins) > 1:
                return None
            if not ready and not joins:
                return ("waiting" if +tokens else "completed"), done
            name = (ready or joins)[0]
            tokens -= Counter(self._taken(name, tokens))
            tokens += Counter(self._leaving(name))
            done[name] += 1
        return None

    def _entering(self, name: str) -> list[int]:
        return [number for number, flow in enumerate(self.flows) if flow.target == name]

    def _leaving(self, name: str) -> list[int]:
        mine = [number for number, flow in enumerate(self.flows) if flow.source == name]
        if self.kinds.get(name) not in CHOOSING or len(mine) < 2:
            return mine
        chosen = [number for number in mine if self.flows[number].holds] or [
            number for number in mine if self.flows[number].holds is None]
        return chosen[:1] if self.kinds[name] == "exclusiveGateway" else chosen

    def _joins(self, name: str) -> bool:
        return self.kinds.get(name) in ("parallelGateway", "inclusiveGateway") and len(self._entering(name)) > 1

    def _is_ready(self, name: str, tokens: Counter[int]) -> bool:
        held = [tokens[number] > 0 for number in self._entering(name)]
        if self._joins(name):
            return self.kinds[name] == "parallelGateway" and all(held)
        return any(held)

    def _taken(self, name: str, tokens: Counter[int]) -> list[int]:
        held = [number for number in self._entering(name) if tokens[number] > 0]
        return held if self._joins(name) else held[:1]

    def _may_join(self, name: str, tokens: Counter[int]) -> bool:
        """An inclusive join: no token elsewhere reaches an empty flow of it unless it also reaches one with a token."""
        if self.kinds[name] != "inclusiveGateway" or not self._joins(name):
            return False
        entering = set(self._entering(name))
        held = {number for number in entering if tokens[number] > 0}
        others = [self._reach(number, name) for number in tokens if tokens[number] > 0 and number not in entering]
        return bool(held) and not any(reach & (entering - held) and not reach & held for reach in others)

    def _reach(self, start: int, gateway: str) -> set[int]:
        found: set[int] = set()
        stack = [start]
        while stack:
            number = stack.pop()
            if number in found:
                continue
            found.add(number)
            target = self.flows[number].target
            if target != gateway:
                stack += [other for other, flow in enumerate(self.flows) if flow.source == target]
        return found
