"""A run without a database: the same engine under a virtual clock, with prepared answers and recorded operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from engine import decisions
from engine.errors import NotFound, WanggeError
from engine.library import Kind, Source
from engine.processes.describing import describe
from engine.processes.errors import DiagramUnreadable, ProcessBroken, StandsStill
from engine.processes.evaluation import Filled
from engine.processes.forms import DEFAULT_FORM
from engine.processes.gate import gate
from engine.processes.identifying import unfolded
from engine.processes.running import complete, fire, start
from engine.processes.values import ArmedTimer, OpenTask, Step

BEGIN = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
LIMIT = timedelta(days=1)
MOST_ACTS = 1_000
MOST_COMPLETED = 20_000
FACTS: dict[str, Any] = {
    "origin": "resident", "severity": "general", "urgency": "normal", "emergency": False, "settled": False,
    "has_contact": False, "verified": False, "level": "township", "own_handled": False, "reopened": 0, "returns": 0,
    "handler": "", "top": False, "stage": "", "rework": False, "dispatched": False,
    "contact_certain": True, "rated": False,
}


class Recorder:
    """The host of a dry run: it answers from what was prepared and writes down what it was asked to do."""

    def __init__(self, sources: Sequence[Source], answers: Mapping[str, Any]) -> None:
        self.at = BEGIN
        self.answers = answers
        self.sources = {(source.definition_id, source.kind): source for source in reversed(sources)}
        self.facts: Mapping[str, Any] = Filled({**FACTS, **dict(answers.get("case") or {})})
        self.operations: list[dict[str, Any]] = []
        self._visits: dict[str, int] = {}

    def due(self, stage: str, element: str, task: int) -> datetime:
        """A day later, whatever the stage: limits belong to a place and a calendar."""
        return self.at + LIMIT

    def decide(self, decision_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """The table's own answer."""
        return decided(self.source(decision_id, "dmn"), data)

    def operate(self, name: str, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any] | None:
        """Nothing is done; the result is the prepared answer under the operation's name, else empty."""
        self.operations.append({"name": name, "params": params})
        found: dict[str, Any] | None = self.answer(name)
        return found

    def source(self, definition_id: str, kind: Kind) -> Source:
        """One of the given files; raises NotFound."""
        if (definition_id, kind) not in self.sources:
            raise NotFound(f"没有给出「{definition_id}」", definition=definition_id)
        return self.sources[definition_id, kind]

    def answer(self, name: str) -> Any:
        """What was prepared for this visit of an element; empty when nothing was."""
        prepared = self.answers.get(name)
        if isinstance(prepared, list):
            visit = self._visits[name] = self._visits.get(name, -1) + 1
            prepared = prepared[visit] if visit < len(prepared) else None
        return {} if prepared is None else prepared


def decided(source: Source, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a business rule task gets from a table; of one that gives several rows, a list for each output."""
    return decisions.ask(source, data).as_data


def try_run(sources: Sequence[Source], answers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """How the first diagram runs with these answers: status, trace, waiting, problems (warnings too), operations.

    Every user task is completed with its answer `{element: {field: value}}`, a list for one per visit; when
    nothing else can move, the clock jumps to the next timer. `case` among the answers gives facts of the case.
    """
    sources = list(dict.fromkeys(one for source in sources for one in unfolded(source)))
    problems = [_problem(one.file, one.element, one.code, one.message, one.severity) for one in _findings(sources)]
    first = next((source for source in sources if source.kind == "bpmn"), None)
    if first is None:
        problems.append(_problem("", "", "no_diagram", "没有给出流程图"))
    if first is None or any(problem["severity"] == "error" for problem in problems):
        return _report("refused", [], (), problems, [])
    report = _Trial(first, Recorder(sources, answers or {})).run()
    report["problems"] += problems
    return report


class _Trial:
    """One dry run on its way."""

    def __init__(self, source: Source, host: Recorder) -> None:
        self.source = source
        self.host = host
        self.trace: list[str] = []

    def run(self) -> dict[str, Any]:
        """Run until it ends or nothing can move."""
        try:
            step = self._walk()
        except StandsStill as still:
            self._note(still.step)
            step = still.step
        except DiagramUnreadable as error:
            return self._failed(error.file, error.element, error.problem, error.message)
        except ProcessBroken as broken:
            self.trace += [done.element for done in broken.trace]
            return self._failed(broken.file, broken.element, broken.code, broken.message)
        except WanggeError as error:
            return self._failed(self.source.file, "", error.code, error.message)
        if step.failed is not None:
            return self._failed(self.source.file, self.trace[-1] if self.trace else "", "uncaught_error", step.failed)
        return _report("completed" if step.done else "waiting", self.trace, step.standing, [], self.host.operations)

    def _walk(self) -> Step:
        step = self._note(start(self.source, self.host, {}))
        for _ in range(MOST_ACTS):
            if step.done or step.failed is not None or not (step.open or step.timers):
                return step
            at_once = any(timer.due <= self.host.at for timer in step.timers)
            step = self._note(self._answer(step, step.open[0]) if step.open and not at_once else self._jump(step))
            if len(self.trace) > MOST_COMPLETED:
                break
        raise ProcessBroken(self.source.file, "、".join(step.standing), f"走了 {len(self.trace)} 步还没有结束")

    def _note(self, step: Step) -> Step:
        self.trace += [done.element for done in step.trace]
        return step

    def _answer(self, step: Step, task: OpenTask) -> Step:
        answer = self.host.answer(task.element)
        values = answer if isinstance(answer, Mapping) else {}
        form = {"outcome": task.form.outcomes[0].id, **values}
        has_forms = self._has_forms(task.process)
        return complete(self.source, step.state, task.key, form, self.host, named=None if has_forms else values,
                        aside=not values and task.form == DEFAULT_FORM and has_forms)

    def _has_forms(self, process: str) -> bool:
        """Whether a process draws forms, as ours do; in one that draws none every task's values are its form."""
        source = self.source if process == self.source.definition_id else self.host.source(process, "bpmn")
        return any(element.form not in (None, DEFAULT_FORM) for element in describe(source).elements)

    def _jump(self, step: Step) -> Step:
        self.host.at = max(self.host.at, min(timer.due for timer in step.timers))
        due = sorted((timer for timer in step.timers if timer.due <= self.host.at), key=_order)
        return fire(self.source, step.state, [(timer.task, timer.element) for timer in due], self.host)

    def _failed(self, file: str, element: str, code: str, message: str) -> dict[str, Any]:
        return _report("failed", self.trace, (), [_problem(file, element, code, message)], self.host.operations)


def _order(timer: ArmedTimer) -> tuple[datetime, bool, int]:
    return timer.due, timer.interrupting, timer.task


def _findings(sources: Sequence[Source]) -> list[Any]:
    found: list[Any] = list(gate(sources))
    for source in sources:
        if source.kind == "dmn":
            found += decisions.gate(source)
    return found


def _problem(file: str, element: str, code: str, message: str, severity: str = "error") -> dict[str, str]:
    return {"file": file, "element": element, "code": code, "message": message, "severity": severity}


def _report(status: str, trace: list[str], waiting: Sequence[str], problems: list[dict[str, str]],
            operations: list[dict[str, Any]]) -> dict[str, Any]:
    return {"status": status, "trace": trace, "waiting": list(waiting), "problems": problems,
            "operations": operations}
