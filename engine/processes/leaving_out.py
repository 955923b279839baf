"""Which elements may be passed over, and what they would have given to those that follow."""

from __future__ import annotations

from engine.expressions import compile_assignments
from engine.library import Source
from engine.processes.describing import ElementInfo
from engine.processes.names import FUNCTIONS, RESERVED
from engine.processes.passing import PASSABLE
from engine.processes.shelf import bundle_of

_TIMED = frozenset({"boundaryEvent", "intermediateCatchEvent"})


def can_pass(element: ElementInfo) -> bool:
    """Whether this element may be passed over: what no person does, and timers."""
    return element.type in PASSABLE or (element.type in _TIMED and bool(element.timer))


def outputs_of(source: Source, element: str) -> tuple[str, ...]:
    """The names of the data that a script or service of this diagram gives; () for what gives none."""
    bundle = bundle_of(source)
    for spec in (bundle.spec, *bundle.embedded.values()):
        for task in spec.task_specs.values():
            if task.bpmn_id == element and task.kind in PASSABLE:
                return _outputs(task)
    return ()


def _outputs(task: object) -> tuple[str, ...]:
    script = getattr(task, "script", None)
    if script:
        return compile_assignments(str(script), FUNCTIONS, reserved=RESERVED).targets
    result = getattr(task, "result_variable", None)
    return (str(result),) if result else ()
