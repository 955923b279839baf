"""What a service task of a diagram does to the case: the registry of operations, one office verb each.

A diagram names an operation (`cases.dispatch`); it runs inside the act that moved the token there, with the form
that was just submitted. An operation changes rows, leaves its facts for the entry, and returns what the diagram
may keep as its result variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import notices
from engine.cases import callbacks, contacts, custody, following, joining, notifying
from engine.cases.act import Act
from engine.cases.clocks import close_all, open_total
from engine.cases.errors import ActInvalid, ActUnavailable
from engine.cases.models import Uncounted
from engine.cases.offers import organisation_by_code
from engine.cases.redirecting import redirect_demands
from engine.cases.suggesting import is_emergency, owner_of
from engine.directory.models import Organisation
from engine.matters.models import Matter

Params = Mapping[str, Any]
Operation = Callable[[Act, Params, Params], Any]
OPERATIONS: dict[str, Operation] = {}
PROHIBITED = "prohibited"


def operation(function: Callable[[Act, Params, Params], Any]) -> Operation:
    """Register a function under `cases.<its name>`."""
    OPERATIONS[f"cases.{function.__name__}"] = function
    return function


@operation
def settle(act: Act, params: Params, data: Params) -> None:
    """当场解决: the worker settled it at once; it counts as a case and closes with its evidence (E2)."""
    act.case.outcome, act.case.stage = "settled", "feedback"
    act.case.result_text = act.case.settled_text
    close_all(act)


@operation
def record_verification(act: Act, params: Params, data: Params) -> None:
    """核实: what the worker saw on the spot, before the case is filed (E8); or that nobody may ask it of them (C9)."""
    act.case.verified = str(act.form["outcome"])
    if act.case.verified == PROHIBITED:
        _tell_supervisors(act)
    _grade(act)


def _tell_supervisors(act: Act) -> None:
    """A worker refuses what is prohibited: the supervisors of the centre and of the one above look into it (C9)."""
    for centre in filter(None, (act.holder, act.centre_above(act.holder))):
        people = notifying.people_of(act, centre.id, "supervisor")
        notifying.tell_people(act, people, PROHIBITED, "网格员按禁止事项拒办，请督查员核实")


@operation
def track(act: Act, params: Params, data: Params) -> None:
    """跟踪督办: an assignment from above, a platform report, a letter or visit is followed from the start (E11)."""
    act.notes["tracked"] = act.case.origin
    above = act.centre_above(act.holder)
    if above is not None:
        notifying.tell_organisation(act, above.id, "tracked", "已列入跟踪督办")


def _grade(act: Act) -> None:
    """Severity and urgency as the form says; what becomes an emergency by them sets off the alarm (E10)."""
    act.case.severity = act.form.get("severity") or act.case.severity
    act.case.urgency = act.form.get("urgency") or act.case.urgency
    if not act.case.emergency and is_emergency(act):
        act.case.emergency = act.alarm = True


ENDS = {
    "answer": "answered",
    "refuse": "refused",
    "transfer": "transferred",
    "duplicate": "duplicate",
    "void": "void",
}


@operation
def classify(act: Act, params: Params, data: Params) -> None:
    """受理分流: matter, severity and urgency as the seat chose them; the total clock is set."""
    case, form = act.case, act.form
    if code := form.get("matter"):
        matter = act.session.get_one(Matter, code)
        case.matter_code, case.class_name = matter.code, matter.class_name
        case.list_version = matter.list_version
        act.reclassified()
    _grade(act)
    if form.get("outcome") != "supplement" and form.get("outcome") not in ENDS:
        open_total(act)


@operation
def end_without_handling(act: Act, params: Params, data: Params) -> None:
    """直接答复、不予受理、转出、重复、作废: an honest end with its reason; whoever reported it hears of it."""
    case, form = act.case, act.form
    outcome = ENDS[str(form["outcome"])]
    case.outcome, case.stage = outcome, "feedback"
    case.result_text = form.get("reply") or form.get("reason") or case.result_text
    if outcome == "duplicate":
        joining.link_duplicate(act, str(form.get("duplicate_of") or ""))
    close_all(act)


@operation
def dispatch(act: Act, params: Params, data: Params) -> None:
    """派遣: the organisation that the seat named becomes the handler; its clock starts now, signed for or not."""
    form = act.form
    code = form.get("lead") or form.get("organisation")
    handler = act.holder if form.get("outcome") == "own" or not code else organisation_by_code(act, code)
    _dispatch_to(act, handler)


def _dispatch_to(act: Act, handler: Organisation) -> None:
    case = act.case
    case.handler_id, case.dispatcher_id, case.dispatched_at = handler.id, case.holder_id, act.at
    case.handled_by_id, case.stage = None, "handle"
    custody.take(act, handler, "handler")
    act.notes["handler"] = handler.code
    act.notes["handler_name"] = handler.name
    redirect_demands(act)


@operation
def assign_assistants(act: Act, params: Params, data: Params) -> dict[str, str]:
    """协办: the other departments of a joint handling, as {code: code}, which the diagram fans out over."""
    codes = [code for code in act.form.get("assistants") or [] if code != act.form.get("lead")]
    for code in codes:
        custody.take(act, organisation_by_code(act, code), "assistant")
    act.notes["assistants"] = codes
    return {code: code for code in codes}


@operation
def dispatch_at_once(act: Act, params: Params, data: Params) -> dict[str, str]:
    """紧急直派: without waiting for a seat, to the owner that the table `triage` names (E10)."""
    owner = owner_of(act)
    act.notes["suggested_by"] = owner.reason
    open_total(act)
    _dispatch_to(act, owner.organisation or act.holder)
    return {}


@operation
def sign(act: Act, params: Params, data: Params) -> None:
    """签收: the unit has seen it."""
    act.notes["signed_by"] = act.organisation(act.case.handler_id or act.case.holder_id).name


@operation
def return_to_dispatcher(act: Act, params: Params, data: Params) -> None:
    """退回 accepted: the handler is free of it, the dispatcher decides anew."""
    _end_handling(act, "returned")
    act.case.returns += 1


@operation
def reject_return(act: Act, params: Params, data: Params) -> None:
    """驳回: the return is refused, the unit keeps it; the attempt counts."""
    act.case.returns += 1


@operation
def recall(act: Act, params: Params, data: Params) -> None:
    """撤回: the dispatcher takes it back before it is signed for."""
    _end_handling(act, "recalled")


@operation
def reassign(act: Act, params: Params, data: Params) -> None:
    """改派: the dispatcher takes it from the unit that has signed."""
    _end_handling(act, "reassigned")


def _end_handling(act: Act, outcome: str) -> None:
    case = act.case
    custody.end(act, ("handler", "assistant"), outcome)
    case.handler_id, case.dispatched_at, case.stage = None, None, "assign"
    redirect_demands(act)


@operation
def record_result(act: Act, params: Params, data: Params) -> None:
    """办结: what was done, by whom, with which evidence (E9)."""
    act.case.result_text = act.form.get("result") or act.case.result_text
    act.case.handled_by_id, act.case.stage = act.actor.person_id, "check"


@operation
def record_assist(act: Act, params: Params, data: Params) -> None:
    """协办结果: what one of the co-handlers did, or why it gave the work back."""
    act.notes["assisted"] = act.form.get("outcome")


@operation
def rework(act: Act, params: Params, data: Params) -> None:
    """返工: the check failed; the same unit handles again and its clock starts anew."""
    act.case.reworks += 1
    act.case.stage, act.case.dispatched_at = "handle", act.at


@operation
def pass_check(act: Act, params: Params, data: Params) -> None:
    """核查通过: the clocks stop; what remains is to tell the resident."""
    act.case.outcome, act.case.stage = "handled", "feedback"
    custody.end(act, ("handler", "assistant"), "done")
    close_all(act)


@operation
def reopen(act: Act, params: Params, data: Params) -> None:
    """发回重办: the resident is unhappy; the same unit handles again, the level above checks."""
    case = act.case
    case.reopened += 1
    case.outcome, case.stage, case.dispatched_at = None, "handle", act.at
    case.total_due_at = None  # the total clock ended when the check passed
    if case.handler_id is not None:
        custody.take(act, act.organisation(case.handler_id), "handler")
    notifying.tell_reporter(act, "reopened", "发回重办")
    following.tell_followers(act, "reopened")


@operation
def record_contact(act: Act, params: Params, data: Params) -> None:
    """告知: who told the resident, when, how; or that they cannot be reached, once the attempts suffice (E15)."""
    form = act.form
    if form.get("outcome") == "told":
        contacts.tell(act, _method(form))
    elif callbacks.has_tables(act.pins):
        contacts.give_up(act)
    else:
        _require_attempts(act)
        contacts.note_attempt(act, _method(form), "no_answer")
    act.notes["reached"] = form.get("outcome") == "told"


def _method(form: Mapping[str, Any]) -> str:
    """How they were told; the older diagrams called a text message a message."""
    method = str(form.get("method") or "phone")
    return "sms" if method == "message" else method


def _require_attempts(act: Act) -> None:
    """What the older diagrams ask for: a form that says all attempts at once."""
    answer, problems = act.ask("callback", {"urgency": act.case.urgency}).one, {}
    if int(act.form.get("attempts") or 0) < int(answer["attempts"]):
        problems["attempts"] = [f"至少联系 {answer['attempts']} 次才能记为联系不上。"]
    if len({act.form.get("method"), act.form.get("second_method")}) < min(int(answer["channels"]), 2):
        problems["second_method"] = ["要换一种联系方式再试。"]
    if problems:
        raise ActInvalid(fields=problems)


@operation
def record_rating(act: Act, params: Params, data: Params) -> None:
    """评价: the resident's word on it and how it came, visible to the handler."""
    act.case.rating = str(act.form.get("outcome")) if act.form else "unrated"
    if act.form:
        contacts.note_rating(act, act.case.rating)
    if act.case.handler_id:
        notifying.tell_organisation(act, act.case.handler_id, "rating", "收到评价")


@operation
def move(act: Act, params: Params, data: Params) -> None:
    """上报、提级、交办: custody goes along the ladder; the level left behind stays accountable for its stretch."""
    direction = str(data.get("result"))
    if direction == "down":
        target: Organisation | None = _centre_below(act, str(act.form.get("organisation")))
    else:
        target = act.rung(act.holder, "up")
    if target is None and direction == "late":
        act.notes["stays"] = act.holder.name  # at the top it stays and is offered again
        return
    if target is None:
        raise ActUnavailable(f"{act.holder.name}已是最高一级，不能再上报。")
    custody.hand_over(act, target, direction)
    redirect_demands(act)


def _centre_below(act: Act, code: str) -> Organisation:
    target = organisation_by_code(act, code)
    if target.kind != "centre" or not target.division.path.startswith(act.holder.division.path + "."):
        reason = f"「{target.name}」不是{act.holder.name}之下的中心，不能交办下级。"
        raise ActInvalid(reason, fields={"organisation": [reason]})
    return target


@operation
def close(act: Act, params: Params, data: Params) -> None:
    """结案、归档: the case is over; everybody who followed it hears so."""
    case = act.case
    case.outcome = case.outcome or "handled"
    case.stage, case.closed_at = "closed", act.at
    act.session.add(Uncounted(case_id=case.id, kind="settled", at=act.at))
    custody.end(act, ("holder", "handler", "assistant"), case.outcome)
    close_all(act)
    notifying.tell_reporter(act, "closed", "已结案")
    if case.duplicate_of is None:  # else they hear when the other ends (`joining.link_duplicate`)
        following.tell_followers(act, "closed")


def _rung(act: Act) -> Organisation:
    """The centre whose duty roster is rung now."""
    return act.centre_at(act.case.path, act.case.attention_level) or act.holder


@operation
def ring(act: Act, params: Params, data: Params) -> None:
    """值守呼叫: everybody on the duty roster of this rung is rung at once (E10)."""
    rung = _rung(act)
    notices.put(
        act.session,
        recipients=notifying.on_duty(act, rung.id),
        kind="emergency",
        case_id=act.case.id,
        at=act.at,
        subject=notices.Said("{number} 紧急：请立即应答。危及生命先拨 110 / 119 / 120", {"number": act.case.number}),
    )
    act.notes["rang"] = rung.name


@operation
def ring_next(act: Act, params: Params, data: Params) -> dict[str, Any]:
    """Nobody answered: the next level is rung as well; `top` when there is none above it."""
    above = act.centre_above(_rung(act))
    if above is None:
        return {"top": True}
    act.case.attention_level = above.division.level
    ring(act, params, data)
    return {"top": act.centre_above(above) is None}


@operation
def report_first(act: Act, params: Params, data: Params) -> None:
    """初报: the first report goes to the level that answered, the one above it, and the departments named."""
    rung = _rung(act)
    told = [centre.id for centre in (rung, act.centre_above(rung)) if centre is not None]
    told += [organisation_by_code(act, code).id for code in act.form.get("reported_to") or []]
    for organisation_id in dict.fromkeys(told):
        notifying.tell_organisation(act, organisation_id, "first_report", "初报已提交")
