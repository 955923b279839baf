"""The only room where diagrams run: load, start, advance, store. SpiffWorkflow lives here and nowhere else."""

from engine.processes.describing import DiagramInfo, ElementInfo, describe
from engine.processes.dry_run import decided, try_run
from engine.processes.errors import DiagramUnreadable, OverBudget, ProcessBroken, StandsStill, TaskNotOpen
from engine.processes.fields import Field, Option, Outcome
from engine.processes.forms import DEFAULT_FORM, Form
from engine.processes.gate import gate
from engine.processes.identifying import identified
from engine.processes.incidents import is_set_aside, next_try, note_incident, set_aside, settle_incidents
from engine.processes.running import complete, deliver, describe_state, fire, messages_waiting, start, timers_anew
from engine.processes.store import get_instance, list_timers, save, store
from engine.processes.values import ArmedTimer, Completed, Host, OpenTask, Step
from engine.processes.verifying import roundtrip_problem, timers_waiting

__all__ = [
    "DEFAULT_FORM",
    "ArmedTimer",
    "Completed",
    "DiagramInfo",
    "DiagramUnreadable",
    "ElementInfo",
    "Field",
    "Form",
    "Host",
    "OpenTask",
    "Option",
    "Outcome",
    "OverBudget",
    "ProcessBroken",
    "StandsStill",
    "Step",
    "TaskNotOpen",
    "complete",
    "decided",
    "deliver",
    "describe",
    "describe_state",
    "fire",
    "gate",
    "get_instance",
    "is_set_aside",
    "identified",
    "list_timers",
    "messages_waiting",
    "next_try",
    "note_incident",
    "roundtrip_problem",
    "save",
    "set_aside",
    "settle_incidents",
    "start",
    "store",
    "timers_anew",
    "timers_waiting",
    "try_run",
]
