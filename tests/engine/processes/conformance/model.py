"""A conformance model: a small diagram of our own, and what BPMN 2.0.2 or DMN says becomes of it."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.library import Source
from tests.engine.processes.drawing import drawn, escaped, event, flows_of

TOP = ('<message id="m" name="m"/><message id="m2" name="m2"/><escalation id="up" escalationCode="UP"/>'
       '<error id="bad" errorCode="BAD"/><error id="other" errorCode="OTHER"/><signal id="sig" name="sig"/>')
ENDS = '<startEvent id="start"/><endEvent id="end"/>'
ANY_WAY = "…"
NEVER = '<receiveTask id="never" messageRef="m2"/>'
"""Waits for what nobody sends."""


class Model(NamedTuple):
    """`way` is the exact trace; when refused `code` and `element` are a finding's. `rows`: the facts it covers."""

    name: str
    sources: list[Source]
    way: str = ""
    status: str = "completed"
    answers: dict[str, Any] = {}
    rows: str = ""
    code: str = ""
    element: str = ""
    waiting: str = ""


def runs(name: str, body: str, flows: str, way: str, *others: Source, status: str = "completed", rows: str = "",
         answers: dict[str, Any] | None = None, waiting: str = "") -> Model:
    """A diagram that runs, and its way; `others` is what it calls."""
    return Model(name, [drawn(name, body, flows, top=TOP), *others], way, status, answers or {}, rows, waiting=waiting)


def refused(name: str, body: str, flows: str, code: str, element: str, *others: Source, rows: str = "",
            top: str = TOP) -> Model:
    """A diagram that is not taken, and the finding that says why."""
    return Model(name, [drawn(name, body, flows, top=top), *others], "", "refused", {}, rows, code, element)


def called(name: str, body: str, flows: str) -> Source:
    """A diagram that another one calls."""
    return drawn(name, body, flows, top=TOP)


def start(name: str) -> str:
    """A none start event."""
    return f'<startEvent id="{name}"/>'


def end(name: str) -> str:
    """A none end event."""
    return f'<endEvent id="{name}"/>'


def tasks(*names: str) -> str:
    """Tasks that pass at once."""
    return "".join(f'<task id="{name}"/>' for name in names)


def scope(name: str, body: str, flows: str, kind: str = "subProcess", attributes: str = "") -> str:
    """A sub-process or transaction with what is drawn inside."""
    lines, defaults = flows_of(flows, f"{name}_")
    for gateway, flow in defaults.items():
        body = body.replace(f'Gateway id="{gateway}"', f'Gateway id="{gateway}" default="{flow}"')
    return f'<{kind} id="{name}" {attributes}>{body}{lines}</{kind}>'


def on(name: str, activity: str, kind: str, ref: str = "", *, interrupting: bool = True) -> str:
    """An event on the edge of an activity."""
    return event("boundaryEvent", name, kind, ref,
                 f'attachedToRef="{activity}" cancelActivity="{str(interrupting).lower()}"')


def beside(name: str, kind: str, ref: str, body: str, flows: str, *, interrupting: bool = True) -> str:
    """An event sub-process with a start `<name>0`."""
    first = event("startEvent", f"{name}0", kind, ref, f'isInterrupting="{str(interrupting).lower()}"')
    return scope(name, first + body, flows, attributes='triggeredByEvent="true"')


def beside_timed(name: str, text: str, body: str, flows: str, *, interrupting: bool = True,
                 form: str = "timeDuration") -> str:
    """An event sub-process that a timer starts."""
    first = (f'<startEvent id="{name}0" isInterrupting="{str(interrupting).lower()}">{timing(text, form)}'
             "</startEvent>")
    return scope(name, first + body, flows, attributes='triggeredByEvent="true"')


def timing(text: str, form: str = "timeDuration") -> str:
    """A timer's definition."""
    return f"<timerEventDefinition><{form}>{escaped(text)}</{form}></timerEventDefinition>"


def pause(name: str, text: str = "PT1H", form: str = "timeDuration") -> str:
    """An intermediate timer."""
    return f'<intermediateCatchEvent id="{name}">{timing(text, form)}</intermediateCatchEvent>'


def many(count: int, sequential: bool = False, done: str = "") -> str:
    """So many instances."""
    condition = f"<completionCondition>{escaped(done)}</completionCondition>" if done else ""
    return (f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}"><loopCardinality>{count}'
            f"</loopCardinality>{condition}</multiInstanceLoopCharacteristics>")


def throws(name: str, kind: str, ref: str) -> str:
    """An intermediate throw event."""
    return event("intermediateThrowEvent", name, kind, ref)


def catches(name: str, kind: str, ref: str) -> str:
    """An intermediate catch event."""
    return event("intermediateCatchEvent", name, kind, ref)


def ends(name: str, kind: str, ref: str = "") -> str:
    """An end event that does something."""
    return event("endEvent", name, kind, ref)
