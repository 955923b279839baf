"""Whether what broke may be passed over, and which values it would have given."""

from __future__ import annotations

from engine import decisions, processes
from engine.cases.act import Act
from engine.cases.errors import MEASURE
from engine.processes.models import Incident


def passable(act: Act, incident: Incident) -> bool:
    """Whether an operator may pass over what broke: what no person does, a timer, or a measure."""
    if incident.cause == "stuck":
        return False
    if incident.element == MEASURE:
        return True
    info = element_of(act, incident)
    return info is not None and processes.can_pass(info)


def outputs_of(act: Act, incident: Incident) -> tuple[str, ...]:
    """The names of the data that the element gives to what follows."""
    info = element_of(act, incident)
    if info is None:
        return ()
    if info.type == "businessRuleTask":
        return tuple(column.text for column in decisions.describe(act.source(info.calls, "dmn")).outputs)
    return processes.outputs_of(act.source(incident.process, "bpmn"), info.id)


def element_of(act: Act, incident: Incident) -> processes.ElementInfo | None:
    """The element that broke, as its diagram draws it; None when no diagram of the case has it."""
    source = act.pins.get(("bpmn", incident.process))
    return processes.describe(source).element(incident.element) if source is not None else None
