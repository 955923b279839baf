"""The only room where diagrams run: load, start, advance, store. SpiffWorkflow lives here and nowhere else."""

from engine.processes.comparing import Change, compare
from engine.processes.describing import DiagramInfo, ElementInfo, describe
from engine.processes.dry_run import decided, try_run
from engine.processes.errors import DiagramUnreadable, OverBudget, ProcessBroken, StandsStill, TaskNotOpen
from engine.processes.fields import Field, Option, Outcome
from engine.processes.forms import DEFAULT_FORM, Form
from engine.processes.gate import gate
from engine.processes.identifying import identified, unfolded
from engine.processes.incidents import (
    Broken,
    find_open,
    gap_after,
    is_set_aside,
    next_try,
    note_incident,
    passed_by_clock,
    resolve,
    set_aside,
    settle_incidents,
    tell_history,
)
from engine.processes.leaving_out import can_pass, outputs_of
from engine.processes.passing import PASSABLE, Passed, passed_key
from engine.processes.rehearsing import DEFAULT_FACTS, RehearsalBroken, Rehearsed, Scene, rehearse
from engine.processes.running import complete, deliver, describe_state, fire, messages_waiting, start, timers_anew
from engine.processes.sending_back import NoWayBack, Place, send_back, ways_back
from engine.processes.store import get_instance, list_timers, save, store
from engine.processes.values import ArmedTimer, Completed, Host, OpenTask, Step
from engine.processes.verifying import roundtrip_problem, timers_waiting

__all__ = [
    "DEFAULT_FACTS",
    "DEFAULT_FORM",
    "PASSABLE",
    "ArmedTimer",
    "Broken",
    "Change",
    "Completed",
    "DiagramInfo",
    "DiagramUnreadable",
    "ElementInfo",
    "Field",
    "Form",
    "Host",
    "OpenTask",
    "NoWayBack",
    "Option",
    "Outcome",
    "OverBudget",
    "Passed",
    "Place",
    "ProcessBroken",
    "RehearsalBroken",
    "Rehearsed",
    "Scene",
    "StandsStill",
    "Step",
    "TaskNotOpen",
    "can_pass",
    "compare",
    "complete",
    "decided",
    "deliver",
    "describe",
    "describe_state",
    "find_open",
    "fire",
    "gap_after",
    "gate",
    "get_instance",
    "is_set_aside",
    "identified",
    "list_timers",
    "messages_waiting",
    "next_try",
    "note_incident",
    "rehearse",
    "outputs_of",
    "passed_by_clock",
    "passed_key",
    "resolve",
    "roundtrip_problem",
    "save",
    "send_back",
    "set_aside",
    "settle_incidents",
    "start",
    "store",
    "tell_history",
    "timers_anew",
    "timers_waiting",
    "try_run",
    "unfolded",
    "ways_back",
]
