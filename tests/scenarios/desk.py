"""A desk without a database: it drives the working copies of the diagrams and writes down what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import processes
from engine.library import WORKFLOWS, Kind, Source, read_source

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FACTS = {
    "origin": "grid_worker", "severity": "general", "urgency": "normal", "emergency": False, "settled": False,
    "has_contact": False, "verified": None, "rework": False, "dispatched": False, "returns": 0, "reopened": 0,
    "contact_certain": True, "rated": False,
}


class Desk:
    """One case on the desk; `levels_above` is how often the roster of a next level can be rung."""

    def __init__(self, levels_above: int = 2, **facts: Any) -> None:
        self.at = MONDAY
        self.facts: dict[str, Any] = FACTS | facts
        self.levels_above = levels_above
        self.done: list[str] = []
        self.diagram = self.source("case", "bpmn")
        self.step = processes.start(self.diagram, self, {})

    # what a diagram asks of its host
    def due(self, stage: str, element: str, task: int) -> datetime:
        """An hour for everything."""
        return self.at + timedelta(hours=1)

    def decide(self, decision_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """No diagram of base asks a table itself."""
        raise AssertionError(decision_id)

    def source(self, definition_id: str, kind: Kind) -> Source:
        """The working copy."""
        return read_source(WORKFLOWS / "base" / f"{definition_id}.{kind}")

    def operate(self, name: str, params: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
        """Write the operation down and change the facts as the README of the pack says."""
        verb = name.removeprefix("cases.")
        self.done.append(verb)
        self.facts |= {
            "dispatch": {"dispatched": True}, "dispatch_at_once": {"dispatched": True},
            "rework": {"rework": True},
            "reopen": {"rework": True, "reopened": self.facts["reopened"] + 1},
            "return_to_dispatcher": {"rework": False, "returns": self.facts["returns"] + 1},
            "reject_return": {"returns": self.facts["returns"] + 1},
            "recall": {"rework": False}, "reassign": {"rework": False}, "move": {"rework": False},
        }.get(verb, {})
        if verb == "assign_assistants":
            return {code: code for code in data["form"].get("assistants", [])}
        if verb == "register_request":
            before = self.done.count("extend") + self.done.count("hold")
            return {"kind": data["form"]["kind"], "above": before > 0}
        if verb == "ring_next":
            self.levels_above -= 1
            return {"top": self.levels_above <= 0}
        return None

    # what people and the clock do
    @property
    def open(self) -> list[str]:
        """The elements of the tasks that wait."""
        return sorted(task.element for task in self.step.open)

    def do(self, element: str, outcome: str, **values: Any) -> list[str]:
        """Complete the first open task of an element; what waits then."""
        task = next(task for task in self.step.open if task.element == element)
        form = {"outcome": outcome, **values}
        self.step = processes.complete(self.diagram, self.step.state, task.key, form, self)
        return self.open

    def walk(self, *acts: tuple[str, str]) -> list[str]:
        """Complete one task after the other; what waits then."""
        for element, outcome in acts:
            self.do(element, outcome)
        return self.open

    def pass_time(self, element: str) -> list[str]:
        """Let a drawn timer fire; what waits then."""
        timer = next(timer for timer in self.step.timers if timer.element == element)
        self.step = processes.fire(self.diagram, self.step.state, [(timer.task, element)], self)
        return self.open

    def say(self, message: str, **form: Any) -> list[str]:
        """Send a message of an act without a task; what waits then."""
        given = {"reason": "见批示", **form}
        self.step = processes.deliver(self.diagram, self.step.state, message, None, self, given)
        return self.open
