"""Every evaluation site of SpiffWorkflow is known, and leads to the guarded language or is never used."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from importlib import import_module
from types import CodeType, FrameType
from typing import Any

import pytest

from engine import decisions
from engine.decisions import asking
from engine.expressions import Expression
from engine.processes import gate
from tests.engine.processes.drawing import Desk, Walk
from tests.engine.processes.models import CALLED, DATA, OURS
from tests.engine.processes.places import PLACES, Place
from tests.engine.processes.sites import sites
from tests.engine.processes.watching import code_run, reached_out, watched

# Lead to the guarded environment: they run, and ask the script engine of the command.
GUARDED = Counter([
    "bpmn.parser.BpmnParser BpmnParser.add_bpmn_xml self.validator.validate",  # XSD, if there were a validator
    "bpmn.specs.bpmn_task_spec _BpmnCondition._matches task.workflow.script_engine.evaluate",
    "bpmn.specs.mixins.script_task ScriptTask._execute task.workflow.script_engine.execute",
    "spiff.specs.spiff_task SpiffBpmnTask.execute_script my_task.workflow.script_engine.execute",
])
# Never run: our class stands in its place, or the gate refuses what would lead there.
REPLACED = Counter({
    "bpmn.script_engine.python_engine PythonScriptEngine.evaluate self.environment.evaluate": 1,  # evaluation.Engine
    "bpmn.script_engine.python_engine PythonScriptEngine.execute self.environment.execute": 1,
    "bpmn.script_engine.python_engine PythonScriptEngine.call_service self.environment.call_service": 1,
    "bpmn.script_engine.python_environment TaskDataEnvironment.evaluate eval": 1,  # evaluation._Guarded
    "bpmn.script_engine.python_environment TaskDataEnvironment.execute exec": 1,
    "bpmn.specs.bpmn_process_spec AdHocSubprocessSpec.path_complete workflow.script_engine.environment.evaluate": 1,
    "bpmn.specs.bpmn_process_spec AdHocSubprocessSpec.check_condition workflow.script_engine.environment.evaluate": 1,
    "bpmn.specs.event_definitions.conditional ConditionalEventDefinition.has_fired"
    " my_task.workflow.script_engine.evaluate": 1,
    "bpmn.specs.event_definitions.message MessageEventDefinition.get_correlations self.calculate_correlations": 1,
    "bpmn.specs.event_definitions.message MessageEventDefinition.calculate_correlations"
    " script_engine.environment.evaluate": 1,  # announcing.Announcement
    "bpmn.specs.event_definitions.timer TimeDateEventDefinition.has_fired my_task.workflow.script_engine.evaluate": 1,
    "bpmn.specs.event_definitions.timer DurationTimerEventDefinition.has_fired"
    " my_task.workflow.script_engine.evaluate": 1,  # timers.HostTimer
    "bpmn.specs.event_definitions.timer CycleTimerEventDefinition.cycle_complete"
    " my_task.workflow.script_engine.evaluate": 1,
    "bpmn.specs.mixins.multiinstance_task StandardLoopTask.loop_complete"
    " my_task.workflow.script_engine.evaluate": 1,  # multi.Loop
    "bpmn.specs.mixins.multiinstance_task MultiInstanceTask.check_completion_condition"
    " my_task.workflow.script_engine.evaluate": 1,  # multi._Many
    "bpmn.specs.mixins.multiinstance_task SequentialMultiInstanceTask._update_hook"
    " my_task.workflow.script_engine.evaluate": 1,
    "bpmn.specs.mixins.multiinstance_task ParallelMultiInstanceTask.create_children"
    " my_task.workflow.script_engine.evaluate": 1,
    "dmn.engine.DMNEngine DMNEngine.__check_rule self.evaluate": 1,  # elements.BusinessRuleTask asks `decisions`
    "dmn.engine.DMNEngine DMNEngine.needs_eq script_engine.validate": 2,
    "dmn.engine.DMNEngine DMNEngine.evaluate script_engine.evaluate": 3,
    "dmn.engine.DMNEngine DMNEngine.evaluate script_engine.validate": 1,
    "dmn.parser.BpmnDmnParser BpmnDmnParser.add_dmn_xml validator.validate": 1,
    "dmn.specs.model Rule.output_as_dict script_engine.evaluate": 1,
    "specs.Execute Execute._start subprocess.Popen": 1,  # of the old API; no diagram leads there
    "specs.Transform Transform._update_hook exec": 1,
    "spiff.specs.event_definitions MessageEventDefinition.throw my_task.workflow.script_engine.evaluate": 1,
    "spiff.specs.event_definitions MessageEventDefinition.update_task self.calculate_correlations": 1,
    "spiff.specs.event_definitions SpiffItemAwareEventDefinition.throw my_task.workflow.script_engine.evaluate": 1,
    "spiff.specs.mixins.service_task ServiceTask.evaluate_params task.workflow.script_engine.evaluate": 1,
    "spiff.specs.mixins.service_task ServiceTask._execute task.workflow.script_engine.call_service": 1,
    "spiff.specs.mixins.service_task ServiceTask._execute json.loads": 1,  # elements.ServiceTask asks the host
})
# Of modules that are never imported where diagrams run.
UNUSED = Counter({
    "bpmn.serializer.migration.version_1_2 convert_timer_expressions.convert_timedate eval": 1,
    "bpmn.serializer.migration.version_1_2 convert_timer_expressions.convert_cycle eval": 1,
    "bpmn.serializer.workflow BpmnWorkflowSerializer.deserialize_json json.loads": 1,
    "bpmn.serializer.workflow BpmnWorkflowSerializer.get_version json.loads": 1,
    "camunda.specs.event_definitions MessageEventDefinition.throw my_task.workflow.script_engine.evaluate": 1,
    "camunda.specs.multiinstance_task update_task_spec my_task.workflow.script_engine.evaluate": 1,
    "serializer.dict get_class __import__": 1,
    "serializer.dict DictionarySerializer.deserialize_dict pickle.loads": 1,
    "serializer.dict DictionarySerializer.deserialize_list pickle.loads": 1,
    "serializer.dict DictionarySerializer.deserialize_join pickle.loads": 1,
    "serializer.dict DictionarySerializer.deserialize_workflow json.loads": 1,
    "serializer.json JSONSerializer._loads json.loads": 1,
})


def test_spiffworkflow_has_grown_no_evaluation_site() -> None:
    assert sites() == GUARDED + REPLACED + UNUSED


def test_modules_that_unpickle_or_migrate_are_never_loaded(modules_of_the_engine: frozenset[str]) -> None:
    unused = {f"SpiffWorkflow.{site.split()[0]}" for site in UNUSED}
    assert len(unused) == 6 and not unused & modules_of_the_engine


@pytest.fixture(scope="module")
def modules_of_the_engine() -> frozenset[str]:
    """What a fresh interpreter has loaded when it can run diagrams."""
    code = "import sys, engine.processes, engine.cases; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = frozenset(done.stdout.split())
    assert "SpiffWorkflow.bpmn.workflow" in found
    return found


def _code_of(site: str) -> CodeType:
    module, owner, _ = site.split()
    found: Any = import_module(f"SpiffWorkflow.{module}")
    for name in owner.split("."):
        found = found.__dict__[f"_{found.__name__}{name}" if name.startswith("__") else name]
    code: CodeType = found.__code__
    return code


class _Calls:
    """The functions that ran, as the interpreter tells."""

    def __init__(self) -> None:
        self.codes: set[CodeType] = set()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            self.codes.add(frame.f_code)


def test_of_all_sites_only_those_run_that_ask_our_engine() -> None:
    calls = _Calls()
    sys.setprofile(calls)
    try:
        for place in PLACES:
            run(place, place.good)
        for source in OURS:
            wander(Walk(source, *CALLED, **DATA))
    finally:
        sys.setprofile(None)
    assert {site for site in GUARDED + REPLACED if _code_of(site) in calls.codes} == set(GUARDED)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_text_at_every_place_is_evaluated_by_the_guard_and_by_nobody_else(
        place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    evaluate = Expression.evaluate

    def counted(self: Expression, *given: Any) -> Any:
        asked.append(self.text)
        return evaluate(self, *given)

    monkeypatch.setattr(Expression, "evaluate", counted)
    monkeypatch.setattr(asking, "_answers", {})  # a table that was asked before is not asked again
    with watched() as events:
        run(place, place.good)
    kinds = {code.co_filename for code in code_run(events)}
    compared = place.name == "cell of a table"  # cells are no Python at all: they are read by a grammar of their own
    assert compared or any(text in place.good for text in asked)
    assert kinds <= {"<expression>"} and reached_out(events) == []


def run(place: Place, text: str) -> None:
    """Let a text be evaluated at its place."""
    source = place.draw(text)
    if source.kind == "dmn":
        assert [one for one in decisions.gate(source) if one.severity == "error"] == []
        decisions.ask(source, {"x": 1})
        return
    assert [one for one in gate([source], frozenset({"do"})) if one.severity == "error"] == []
    wander(Walk(source, desk=Desk(source), x=1))


def wander(walk: Walk) -> None:
    """Complete what is open and fire what is armed, a dozen times."""
    for _ in range(12):
        if walk.step.timers:
            walk.fire_key(walk.step.timers[-1].task)
        elif walk.step.open:
            walk.complete(walk.step.open[0], {"outcome": "done"})
