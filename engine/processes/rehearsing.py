"""A dry run by hand: every act of a person, every jump of the clock one after the other, and what came of it.

Nothing is kept between two looks: the acts so far are run again from the start, which gives the same every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from engine import decisions
from engine.errors import Invalid, WanggeError
from engine.library import Source
from engine.processes.dry_run import FACTS, Recorder
from engine.processes.errors import DiagramUnreadable, ProcessBroken, StandsStill, TaskNotOpen
from engine.processes.evaluation import Filled
from engine.processes.forms import DEFAULT_FORM
from engine.processes.identifying import identified
from engine.processes.running import complete, deliver, fire, start
from engine.processes.values import Completed, Step

MOST_ACTS = 200
DEFAULT_FACTS: Mapping[str, Any] = FACTS


class RehearsalBroken(Invalid):
    """这场演练的记录读不懂，请重新开始。"""

    code = "rehearsal_broken"


class Asked(NamedTuple):
    """A table that was asked: the rows that fired and what they answered."""

    decision: str
    rows: tuple[int, ...]
    answer: Mapping[str, Any]


class Scene(NamedTuple):
    """What one act led to: when, what it was («start», «task», «clock», «message», «facts»), by which element."""

    at: datetime
    kind: str
    element: str
    outcome: str
    trace: tuple[Completed, ...]
    asked: tuple[Asked, ...]
    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """Where a rehearsal stands. `status`: running, waiting (nobody in the rehearsal can move it), completed, failed."""

    status: str
    scenes: tuple[Scene, ...]
    step: Step | None
    at: datetime
    facts: Mapping[str, Any]
    problem: tuple[str, str, str] | None = None

    @property
    def done(self) -> tuple[Completed, ...]:
        """Every flow node completed so far, inner before outer."""
        return tuple(one for scene in self.scenes for one in scene.trace)


def rehearse(sources: Sequence[Source], facts: Mapping[str, Any], acts: Sequence[Mapping[str, Any]]) -> Rehearsed:
    """How the first diagram stands after these acts; the other sources are what it calls and asks.

    An act is {"task": key, "outcome", "values"}, {"clock": true} (on to the next timer), {"message", "task"} or
    {"facts": {name: value}}. Raises RehearsalBroken for an act that does not fit where it stands.
    """
    if len(acts) > MOST_ACTS:
        raise RehearsalBroken(f"演练最多 {MOST_ACTS} 步，请重新开始")
    sources = [identified(source) for source in sources]
    return _Rehearsal(sources, facts).run(acts)


class _Stage(Recorder):
    """The host of a rehearsal: it also writes down which rows answered."""

    def __init__(self, sources: Sequence[Source], facts: Mapping[str, Any]) -> None:
        super().__init__(sources, {"case": dict(facts)})
        self.asked: list[Asked] = []

    def decide(self, decision_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """The table's own answer, with the rows that gave it."""
        source = self.source(decision_id, "dmn")
        answer = decisions.ask(source, data)
        self.asked.append(Asked(decision_id, tuple(row.number for row in answer.rows), answer.as_data))
        return answer.as_data

    def operate(self, name: str, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any] | None:
        """Nothing is done; several things chosen in the last form are what an operation would give by their keys."""
        self.operations.append({"name": name, "params": params})
        return {str(item): item for value in (data.get("form") or {}).values() if isinstance(value, list)
                for item in value}

    def suppose(self, facts: Mapping[str, Any]) -> None:
        """The case is like this from now on."""
        self.facts = Filled({**self.facts, **facts})


class _Rehearsal:
    """One rehearsal on its way."""

    def __init__(self, sources: Sequence[Source], facts: Mapping[str, Any]) -> None:
        self.source = sources[0]
        self.host = _Stage(sources, facts)
        self.scenes: list[Scene] = []
        self.step: Step | None = None

    def run(self, acts: Sequence[Mapping[str, Any]]) -> Rehearsed:
        """Play every act, and say where it stands."""
        problem = None
        try:
            self._play("start", "", "", lambda: start(self.source, self.host, {}))
            for act in acts:
                self._act(act)
        except DiagramUnreadable as error:
            problem = error.element, error.problem, error.reason
        except ProcessBroken as error:
            problem = error.element, error.code, error.message
        except (RehearsalBroken, TaskNotOpen):
            raise RehearsalBroken() from None
        except WanggeError as error:
            problem = "", error.code, error.message
        if problem is None and self.step is not None and self.step.failed is not None:
            problem = self.step.standing[0] if self.step.standing else "", "uncaught_error", self.step.failed
        return Rehearsed(self._status(problem), tuple(self.scenes), self.step, self.host.at, self.host.facts, problem)

    def _status(self, problem: object) -> str:
        step = self.step
        if problem is not None or step is None:
            return "failed"
        if step.done:
            return "completed"
        return "running" if step.open or step.timers else "waiting"

    def _act(self, act: Mapping[str, Any]) -> None:
        step = self.step
        if step is None or step.done or step.failed is not None:
            raise RehearsalBroken()
        if act.get("clock"):
            self._wait(step)
        elif isinstance(act.get("facts"), dict):
            self.host.suppose(act["facts"])
            self._note("facts", "", "", ())
        elif "message" in act:
            name, task = str(act["message"]), act.get("task")
            self._play("message", name, "", lambda: deliver(
                self.source, step.state, name, task if isinstance(task, int) else None, self.host))
        else:
            self._complete(step, act)

    def _complete(self, step: Step, act: Mapping[str, Any]) -> None:
        task = next((one for one in step.open if one.key == act.get("task")), None)
        values = act.get("values")
        if task is None or not isinstance(values, dict):
            raise RehearsalBroken()
        outcome = str(act.get("outcome") or "")
        label = next((one.label for one in task.form.outcomes if one.id == outcome), outcome)
        self._play("task", task.element, label, lambda: complete(
            self.source, step.state, task.key, {"outcome": outcome, **values}, self.host,
            aside=task.form == DEFAULT_FORM))

    def _wait(self, step: Step) -> None:
        if not step.timers:
            raise RehearsalBroken()
        self.host.at = max(self.host.at, min(timer.due for timer in step.timers))
        due = sorted((timer for timer in step.timers if timer.due <= self.host.at),
                     key=lambda timer: (timer.due, timer.interrupting, timer.task))
        self._play("clock", due[0].element, "", lambda: fire(
            self.source, step.state, [(timer.task, timer.element) for timer in due], self.host))

    def _play(self, kind: str, element: str, outcome: str, act: Any) -> None:
        asked, operations = len(self.host.asked), len(self.host.operations)
        try:
            self.step = act()
            trace = self.step.trace if self.step else ()
        except StandsStill as still:
            self.step, trace = still.step, still.step.trace
        except ProcessBroken as broken:
            self._note(kind, element, outcome, broken.trace, asked, operations)
            raise
        self._note(kind, element, outcome, trace, asked, operations)

    def _note(self, kind: str, element: str, outcome: str, trace: Sequence[Completed], asked: int | None = None,
              operations: int | None = None) -> None:
        rows = () if asked is None else tuple(self.host.asked[asked:])
        done = () if operations is None else tuple(one["name"] for one in self.host.operations[operations:])
        self.scenes.append(Scene(self.host.at, kind, element, outcome, tuple(trace), rows, done))
