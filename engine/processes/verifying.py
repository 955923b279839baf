"""Whether stored states are sound: they come back byte for byte, and wait for the timers whose rows exist."""

from __future__ import annotations

from engine.errors import WanggeError
from engine.processes.models import Instance
from engine.processes.running import describe_state
from engine.processes.shelf import bundle_of
from engine.processes.state import dump, load
from engine.processes.values import Host

UNREADABLE = (WanggeError, ValueError, KeyError, IndexError, TypeError, AttributeError)


def roundtrip_problem(host: Host, instance: Instance) -> str | None:
    """Why a stored state does not come back as it was written; None when it does."""
    try:
        source = host.source(instance.definition_id, "bpmn")
        if source.sha256 != instance.definition_sha256:
            return f"bound to {instance.definition_id} {instance.definition_sha256[:12]}, found {source.sha256[:12]}"
        again = dump(load(bundle_of(source), instance.state, host))
    except UNREADABLE as error:
        return f"cannot be loaded: {error}"
    if again != instance.state:
        return f"{len(instance.state)} bytes were stored, {len(again)} come back"
    return None


def timers_waiting(host: Host, instance: Instance) -> set[tuple[int, str]] | None:
    """The timers (task, element) that a stored state waits for, none of an ended instance; None: unreadable."""
    try:
        step = describe_state(host.source(instance.definition_id, "bpmn"), instance.state, host)
    except UNREADABLE:
        return None
    return {(timer.task, timer.element) for timer in step.timers}
