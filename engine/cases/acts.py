"""Acts without a task: urge, supervise, answer, take back, recall, reassign, raise, extend, hold, ask for either."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import directory, processes
from engine.cases import asking, calling_back, demanding, entitled, notifying, requests
from engine.cases.acting import Acted, require_running
from engine.cases.clocks import extend_deadline, list_open
from engine.cases.clockwork import catch_up
from engine.cases.errors import ActInvalid, ActNotAllowed, ActUnavailable, CaseUnknown
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.cases.locking import lock_case
from engine.cases.models import Case
from engine.cases.projection import project
from engine.cases.queries import find_case
from engine.cases.queues import CALLBACK
from engine.cases.scope import unscoped
from engine.cases.stops import restart_clock, stop_clock
from engine.cases.troubles import Repeat, take_up, watched
from engine.processes import Field, Form, Outcome
from engine.processes.models import Instance

REASON = Field("reason", "longtext", "原因", "Reason", required=True, max=2000)
UNTIL = Field("until", "datetime", "到什么时候", "Until", required=True)


@dataclass(frozen=True, slots=True)
class Verb:
    """An act without a task: its words, its form, who may do it, when, and what it does."""

    id: str
    label: str
    label_en: str
    fields: tuple[Field, ...]
    may: Callable[[Host], bool]
    can: Callable[[Host, Instance], bool]
    do: Callable[[Host, Instance, Mapping[str, Any]], None]
    sealed: tuple[str, ...] = ()  # fields whose words go into a sealed row, never into the record
    rule: Callable[[Host], asking.Ruling] | None = None  # what the table says of it, to the page as to the act
    unasked: bool = False  # granted by whoever decides by that rule, without a request
    narrow: Callable[[Host, Form], Form] | None = None  # what of the form this person may choose

    @property
    def form(self) -> Form:
        """What the act asks for, in the shape of a task's form."""
        return Form((Outcome(self.id, self.label, self.label_en),), self.fields)


@dataclass(frozen=True, slots=True)
class ActOffer:
    """An act that this person may do on this case now."""

    verb: str
    label: str
    label_en: str
    form: Form


def act_on(
    session: Session, actor: directory.Actor, number: str, verb: str, values: Mapping[str, Any], at: datetime,
    repeat: Repeat | None = None,
) -> Acted:
    """Do an act without a task on a case.

    Raises CaseUnknown, ActUnavailable (not now), ActNotAllowed (not you), Invalid with the fields that are wrong,
    and StepBroken where the diagram cannot go on; nothing is to be kept then.
    """
    found = find_case(session, number)
    if found is None:
        raise CaseUnknown()
    if verb not in VERBS:
        raise ActInvalid(
            f"没有「{verb}」这种办理，可用：{'、'.join(VERBS)}。", fields={"verb": ["没有这种办理。"]}
        )
    case = lock_case(session, found.id)
    with unscoped(session), session.no_autoflush:
        require_running(case)
        file = CaseFile(session, case)
        catch_up(file, at)
        act = Host(session, case, actor, at, file=file)
        take_up(act, repeat)
        return _do(act, file.instance, VERBS[verb], dict(values))


def _do(act: Host, instance: Instance, verb: Verb, values: dict[str, Any]) -> Acted:
    if not verb.may(act):
        raise ActNotAllowed(f"您的岗位不能{verb.label}这个事件。", verb=verb.id)
    if not verb.can(act, instance):
        raise ActUnavailable(f"这个事件现在不能{verb.label}。", verb=verb.id)
    cleaned = verb.form.validate(verb.id, values)
    act.form = {"outcome": verb.id, **cleaned}
    act.texts |= {
        field.id: str(cleaned[field.id])
        for field in verb.fields
        if field.type == "longtext" and field.id not in verb.sealed and cleaned.get(field.id)
    }
    with watched(act, instance, f"act {verb.id}", {"verb": verb.id, "values": values}):
        verb.do(act, instance, cleaned)
    plain = {key: value for key, value in cleaned.items() if key not in act.texts and key not in verb.sealed}
    entry = act.record(verb.id, form=plain)
    return Acted(act.case, entry)


def available_acts(session: Session, actor: directory.Actor, case: Case, at: datetime,
                   file: CaseFile | None = None) -> list[ActOffer]:
    """The acts that this person may do on this case now, in the order of the office; `file`: where it is read."""
    return acts_and_refusals(session, actor, case, at, file)[0]


def acts_and_refusals(session: Session, actor: directory.Actor, case: Case, at: datetime,
                      file: CaseFile | None = None) -> tuple[list[ActOffer], list[asking.Ruling]]:
    """The acts that this person may do on this case now, and why the table keeps others of theirs, each reason once."""
    if case.closed_at is not None:
        return [], []
    offers, refusals = [], []
    with unscoped(session):
        act = Host(session, case, actor, at, file=file)
        for verb in VERBS.values():
            if not verb.may(act) or not verb.can(act, act.file.instance):
                continue
            ruling = verb.rule(act) if verb.rule else None
            if ruling is not None and ruling.is_refused:
                refusals.append(ruling)
            elif ruling is None or not verb.unasked or not entitled.is_for_another(act, ruling):
                form = verb.narrow(act, verb.form) if verb.narrow else verb.form
                offers.append(ActOffer(verb.id, verb.label, verb.label_en, form))
    return offers, list(dict.fromkeys(refusals))


# when ---------------------------------------------------------------------------------------------------------
def _running(act: Host, instance: Instance) -> bool:
    return act.case.stage not in ("feedback", "closed")


def _clock_runs(act: Host, instance: Instance) -> bool:
    return act.case.stopped_at is None and bool(list_open(act)) and not requests.is_waiting(act)


def _may_extend(act: Host, instance: Instance) -> bool:
    return entitled.extendable(act) is not None and _clock_runs(act, instance)


def _may_ask(act: Host, instance: Instance) -> bool:
    return (act.case.stopped_at is None and not requests.is_waiting(act)
            and act.waits_for(instance, requests.MESSAGE))


def _may_ask_extension(act: Host, instance: Instance) -> bool:
    asker = asking.get_asker(act)
    return asking.deadline_of_work(act, asker.organisation_id) is not None and _may_ask(act, instance)


def _clock_stands(act: Host, instance: Instance) -> bool:
    return act.case.stopped_at is not None


def _is_asked(act: Host, instance: Instance) -> bool:
    return bool(demanding.to_answer(act))


def _can_withdraw(act: Host, instance: Instance) -> bool:
    return bool(demanding.to_withdraw(act))


def _waits_for(message: str) -> Callable[[Host, Instance], bool]:
    def waits(act: Host, instance: Instance) -> bool:
        return act.waits_for(instance, message)

    return waits


# what ---------------------------------------------------------------------------------------------------------
def _urge(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    demanding.urge(act)


def _supervise(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    demanding.supervise(act, _moment(values["reply_by"]) if values.get("reply_by") else None)


def _reply(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    demanding.reply(act)


def _withdraw(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    demanding.withdraw(act, demanding.to_withdraw(act)[0])


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


def _deliver(message: str) -> Callable[[Host, Instance, Mapping[str, Any]], None]:
    def deliver(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
        source = act.source(instance.definition_id, "bpmn")
        step = processes.deliver(source, instance.state, message, None, act, act.form, passed=act.passed)
        project(act, instance, step)

    return deliver


def _ask(check: Callable[[Host], None]) -> Callable[[Host, Instance, Mapping[str, Any]], None]:
    deliver = _deliver(requests.MESSAGE)

    def ask(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
        check(act)
        deliver(act, instance, values)

    return ask


def _extend(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    until = _moment(values["until"])
    deadline = entitled.extendable(act)
    if deadline is None:
        raise ActUnavailable("现在没有可以延期的时限。")
    entitled.require_decider(act, "extension")
    if until <= deadline.due_at:
        raise ActInvalid(fields={"until": ["延期后的时间应晚于现在的时限。"]})
    act.notes |= {"stage": deadline.stage, "from": deadline.due_at.isoformat(), "to": until.isoformat()}
    extend_deadline(act, deadline, until, reason=str(values["reason"]))


def _hold(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    until = _moment(values["until"])
    if until <= act.at:
        raise ActInvalid(fields={"until": ["挂账的结束时间应在将来。"]})
    entitled.require_decider(act, "hold")
    stop_clock(act, instance, str(values["reason"]), until)


def _resume(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    restart_clock(act, instance)


def _follow_up(act: Host, instance: Instance, values: Mapping[str, Any]) -> None:
    above = act.centre_above(act.holder)
    if above is not None:
        notifying.tell_organisation(act, above.id, "follow_up", "有续报")


_VERBS = (
    Verb("reply", "回复督办", "Answer the supervision",
         (Field("text", "longtext", "回复", "Answer", required=True, max=2000),), entitled.works, _is_asked, _reply),
    Verb("withdraw", "收回催办督办", "Take back", (Field("reason", "longtext", "说明", "Note", max=2000),),
         entitled.follows, _can_withdraw, _withdraw),
    Verb("supervise", "批示督办", "Supervise",
         (REASON, Field("reply_by", "datetime", "请于何时前回复", "Answer wanted by")),
         entitled.supervises, _running, _supervise),
    Verb(
        "urge",
        "催办",
        "Urge",
        (Field("reason", "longtext", "说明", "Note", max=2000),),
        entitled.follows,
        _running,
        _urge,
    ),
    Verb("recall", "撤回", "Recall", (REASON,), entitled.dispatched, _waits_for("recall"), _deliver("recall")),
    Verb(
        "reassign", "改派", "Reassign", (REASON,), entitled.dispatched, _waits_for("reassign"), _deliver("reassign")
    ),
    Verb("raise", "提级", "Raise a level", (REASON,), entitled.supervises, _waits_for("raise"), _deliver("raise")),
    Verb(
        "ask_extension", "申请延期", "Ask for an extension",
        (Field("days", "number", "需要几个工作日", "Working days wanted", required=True, max=250), REASON),
        entitled.is_asker, _may_ask_extension, _ask(requests.check_extension), rule=entitled.ruled("extension"),
    ),
    Verb(
        "ask_hold", "申请挂账", "Ask for a hold",
        (Field("until", "datetime", "挂账到什么时候", "Until"),
         Field("condition", "text", "或者到什么条件", "Or until what has happened"), REASON),
        entitled.is_asker, _may_ask, _ask(requests.check_hold), rule=entitled.ruled("hold"),
    ),
    Verb("extend", "延期", "Extend", (UNTIL, REASON), entitled.decides("extension"), _may_extend, _extend,
         rule=entitled.ruled_unasked("extension"), unasked=True),
    Verb("hold", "挂账", "Hold", (UNTIL, REASON), entitled.decides("hold"), _clock_runs, _hold,
         rule=entitled.ruled_unasked("hold"), unasked=True),
    Verb("resume", "恢复计时", "Resume", (REASON,), entitled.decides("hold"), _clock_stands, _resume),
    Verb(
        "follow_up",
        "续报",
        "Follow-up report",
        (Field("text", "longtext", "情况", "What happened", required=True, max=2000),),
        entitled.handles,
        lambda act, instance: act.case.emergency and _running(act, instance),
        _follow_up,
    ),
    Verb("contact", "登记联系", "Record an attempt", calling_back.CONTACT, entitled.calls_back,
         calling_back.waits(*CALLBACK), calling_back.contact, sealed=("note",),
         narrow=calling_back.narrow),
    Verb("rate_in_person", "当面评价", "Rating face to face", calling_back.AT_THE_DOOR,
         calling_back.may_rate_in_person, calling_back.waits("rate"), calling_back.rate_in_person),
)
VERBS = {verb.id: verb for verb in _VERBS}
