"""What the diagram `approve-request` does to the case: a request is registered, granted, granted in part or refused."""

from __future__ import annotations

from typing import Any

from engine.cases import requests
from engine.cases.act import Act
from engine.cases.clocks import extend_deadline
from engine.cases.errors import ActInvalid, ActUnavailable
from engine.cases.hosting import Host
from engine.cases.models import Request
from engine.cases.operations import Params, operation
from engine.cases.stops import stop_clock


@operation
def register_request(act: Act, params: Params, data: Params) -> dict[str, Any]:
    """申请: what the unit asks for goes on record; its kind, and whether the level above decides (table `requests`)."""
    request, ruling = requests.open_request(act)
    return {"kind": request.kind, "above": ruling.is_above}


@operation
def extend(act: Act, params: Params, data: Params) -> None:
    """延期: the unit's due time moves by the days granted, and the total clock with it where it would end before."""
    request = requests.get_waiting(act)
    deadline = next((one for one in act.file.deadlines if one.task_id == request.task_id), None)
    if deadline is None:
        raise ActUnavailable("这个环节已经办完，没有可以延期的时限。")
    asked = request.days or 0
    days = _days_granted(act) or asked
    if act.form.get("outcome") == "fewer" and days >= asked:
        raise ActInvalid(fields={"days": [f"部分同意应少于申请的 {asked} 个工作日。"]})
    before, until = deadline.due_at, requests.extended_due(act, deadline, days)
    extend_deadline(act, deadline, until, reason=request.reason, asked_by=request.asked_by)
    act.notes |= {"stage": deadline.stage, "days": days, "from": before.isoformat(), "to": until.isoformat()}
    _settle(act, request, until)


@operation
def hold(act: Act, params: Params, data: Params) -> None:
    """挂账: the clock stands still until the end that was granted."""
    assert isinstance(act, Host)  # the clock of drawn timers stops with it
    if act.case.stopped_at is not None:
        raise ActUnavailable("这个事件已经挂账。")
    request = requests.get_waiting(act)
    until = requests.held_until(act, request, _days_granted(act))
    words = f"{request.reason}（{request.condition}）" if request.condition else request.reason
    stop_clock(act, act.file.instance, words, until)
    act.notes["to"] = until.isoformat()
    _settle(act, request, until)


@operation
def refuse_request(act: Act, params: Params, data: Params) -> None:
    """不同意: everything stays as it is; the asker is told why."""
    request = requests.get_waiting(act)
    act.notes["request"] = request.kind
    requests.settle_request(act, request, "refused")


def _days_granted(act: Act) -> int | None:
    return requests.days_of(act.form.get("days")) if act.form.get("outcome") == "fewer" else None


def _settle(act: Act, request: Request, until: Any) -> None:
    act.notes["request"] = request.kind
    requests.settle_request(act, request, "fewer" if act.form.get("outcome") == "fewer" else "granted", until)
