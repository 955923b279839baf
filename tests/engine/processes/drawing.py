"""Small diagrams for tests: elements as XML, flows as arrows, and a host that remembers what it was asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import quoteattr

from engine.errors import NotFound
from engine.library import Kind, Source, source_of
from engine.processes import OpenTask, Step, complete, deliver, fire, start

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEAD = ('<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
        ' xmlns:wangge="https://wangge.dev/bpmn" targetNamespace="t">')
_ARROW = re.compile(r"\s*(?:-\[(?P<condition>.*?)\]->|-(?P<default>\*)->|->)\s*")


def drawn(process: str, body: str, flows: str, *, top: str = "", attributes: str = "") -> Source:
    """A diagram: `body` its elements, `flows` lines like `a -> b`, `g -[x == 1]-> b`, `g -*-> c` (default)."""
    lines, defaults = flows_of(flows)
    for gateway, flow in defaults.items():
        body = re.sub(rf'(<\w+Gateway id="{gateway}")', rf'\1 default="{flow}"', body)
    text = (f'{HEAD}{top}<process id="{process}" isExecutable="true" {attributes}>{body}{lines}'
            f"</process></definitions>")
    return source_of(text.encode(), definition_id=process, kind="bpmn", file=f"{process}.bpmn")


def flows_of(flows: str, prefix: str = "f") -> tuple[str, dict[str, str]]:
    """The sequence flows as XML, and the default flow of each gateway."""
    found: list[str] = []
    defaults: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in flows.splitlines())):
        nodes, position = [], 0
        arrows = list(_ARROW.finditer(line))
        for arrow in arrows:
            nodes.append(line[position:arrow.start()])
            position = arrow.end()
        nodes.append(line[position:])
        for arrow, source, target in zip(arrows, nodes, nodes[1:], strict=False):
            flow = f"{prefix}{len(found)}"
            condition = arrow["condition"]
            inner = f"<conditionExpression>{escaped(condition)}</conditionExpression>" if condition else ""
            if arrow["default"]:
                defaults[source] = flow
            found.append(f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}">{inner}'
                         "</sequenceFlow>")
    return "".join(found), defaults


def escaped(text: str) -> str:
    """Text as XML content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def user(*names: str) -> str:
    """User tasks without a form."""
    return "".join(f'<userTask id="{name}" name="{name}"/>' for name in names)


def script(name: str, text: str) -> str:
    """A script task."""
    return f'<scriptTask id="{name}"><script>{escaped(text)}</script></scriptTask>'


def service(name: str, operation: str, result: str = "", **params: str) -> str:
    """A service task with its operation and parameters."""
    given = "".join(f"<spiffworkflow:parameter id={quoteattr(key)} value={quoteattr(value)}/>"
                    for key, value in params.items())
    target = f' resultVariable="{result}"' if result else ""
    return (f'<serviceTask id="{name}"><extensionElements><spiffworkflow:serviceTaskOperator id="{operation}"{target}>'
            f"<spiffworkflow:parameters>{given}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
            "</extensionElements></serviceTask>")


def timer(name: str, on: str, text: str, *, interrupting: bool = True, form: str = "timeDate") -> str:
    """A timer on the edge of an activity."""
    return (f'<boundaryEvent id="{name}" attachedToRef="{on}" cancelActivity="{str(interrupting).lower()}">'
            f"<timerEventDefinition><{form}>{escaped(text)}</{form}></timerEventDefinition></boundaryEvent>")


def event(tag: str, name: str, kind: str, ref: str = "", attributes: str = "") -> str:
    """Any event with one definition."""
    given = f' {kind}Ref="{ref}"' if ref else ""
    return f'<{tag} id="{name}" {attributes}><{kind}EventDefinition{given}/></{tag}>'


ENDS = '<startEvent id="start"/><endEvent id="end"/>'


class Desk:
    """A host for tests: facts and answers are given, questions are kept."""

    def __init__(self, *sources: Source, at: datetime = MONDAY, facts: Mapping[str, Any] | None = None) -> None:
        self.at = at
        self.facts: dict[str, Any] = dict(facts or {})
        self.sources = {(source.definition_id, source.kind): source for source in sources}
        self.limits: dict[str, timedelta] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.results: dict[str, Any] = {}
        self.asked: list[tuple[str, str, int]] = []
        self.operations: list[tuple[str, dict[str, Any]]] = []

    def due(self, stage: str, element: str, task: int) -> datetime:
        self.asked.append((stage, element, task))
        return self.at + self.limits.get(stage, timedelta(days=1))

    def decide(self, decision_id: str, data: dict[str, Any]) -> dict[str, Any]:
        return self.answers[decision_id]

    def operate(self, name: str, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any] | None:
        self.operations.append((name, params))
        result: dict[str, Any] | None = self.results.get(name)
        return result

    def source(self, definition_id: str, kind: Kind) -> Source:
        if (definition_id, kind) not in self.sources:
            raise NotFound
        return self.sources[definition_id, kind]


class Walk:
    """An instance walked by element names; every act goes through the stored bytes."""

    def __init__(self, source: Source, *others: Source, desk: Desk | None = None, **data: Any) -> None:
        self.source = source
        self.desk = desk or Desk(source, *others)
        self.step: Step = start(source, self.desk, data)
        self.trace = [done.element for done in self.step.trace]

    def do(self, element: str, outcome: str = "done", item: str | None = None, **values: Any) -> Walk:
        """Complete the oldest open task of this element."""
        task = next(task for task in self.step.open if task.element == element and item in (None, task.item))
        return self.complete(task, {"outcome": outcome, **values})

    def complete(self, task: OpenTask, form: dict[str, Any]) -> Walk:
        """Complete this very task."""
        return self._then(complete(self.source, self.step.state, task.key, form, self.desk))

    def fire_key(self, key: int) -> Walk:
        """Fire the timer of this token."""
        timers = [(timer.task, timer.element) for timer in self.step.timers if timer.task == key]
        return self._then(fire(self.source, self.step.state, timers, self.desk))

    def fire(self, *elements: str) -> Walk:
        """Fire the armed timers of these elements."""
        timers = [(timer.task, timer.element) for name in elements for timer in self.step.timers
                  if timer.element == name]
        return self._then(fire(self.source, self.step.state, timers, self.desk))

    def tell(self, message: str, **form: Any) -> Walk:
        """Deliver a message."""
        return self._then(deliver(self.source, self.step.state, message, None, self.desk, form or None))

    @property
    def open(self) -> list[str]:
        """The elements of the open tasks, sorted."""
        return sorted(task.element for task in self.step.open)

    @property
    def armed(self) -> list[str]:
        """The elements of the armed timers, sorted."""
        return sorted(timer.element for timer in self.step.timers)

    def _then(self, step: Step) -> Walk:
        self.step = step
        self.trace += [done.element for done in step.trace]
        return self
