"""Conditional events: a token passes when it arrives and the condition holds, and stands when it does not."""

from __future__ import annotations

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition

from engine.processes.tokens import Token


class Condition(EventDefinition):  # type: ignore[misc]
    """The condition of an event. The gate lets it in only where nobody else could make it true later."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def holds(self, task: Token) -> bool:
        """Whether the token that has arrived may pass."""
        return bool(task.workflow.script_engine.evaluate(task, self.text))
