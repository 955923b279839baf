"""督办随事件走: a supervision that nobody has answered waits for whoever has the case now, not for a former unit."""

from __future__ import annotations

from sqlalchemy import exists, or_, select

from engine.cases import notifying
from engine.cases.act import Act
from engine.cases.models import Custody, Demand


def redirect_demands(act: Act) -> None:
    """To be called when the handling has ended or begun, or another centre holds the case.

    What was asked while a unit handled it goes to whoever handles it now, to the holder while nobody does; what was
    asked of the centre that holds it stays there. Whoever gets it is told, and the entry names them.
    """
    if not act.case.supervised:
        return
    for demand in act.demands:
        if demand.kind == "supervise" and demand.replied_at is None:
            _redirect(act, demand, _who_answers(act, demand))


def _who_answers(act: Act, demand: Demand) -> int:
    case, asked = act.case, demand.organisation_id
    nobody_handles = case.handler_id is None
    if asked == case.handler_id or asked == case.holder_id and (nobody_handles or not _was_handled(act, demand)):
        return asked
    return case.holder_id if case.handler_id is None else case.handler_id


def _was_handled(act: Act, demand: Demand) -> bool:
    """Whether a unit handled the case when this was asked."""
    then = exists().where(
        Custody.case_id == demand.case_id, Custody.capacity == "handler", Custody.since <= demand.at,
        or_(Custody.until.is_(None), Custody.until > demand.at))
    return bool(act.session.scalar(select(then)))


def _redirect(act: Act, demand: Demand, organisation_id: int) -> None:
    if demand.organisation_id == organisation_id:
        return
    now = act.organisation(organisation_id)
    demand.organisation_id = organisation_id
    demand.told = [*demand.told, *({organisation_id} - set(demand.told))]
    notifying.tell_organisation(act, organisation_id, "supervise", "督办转由你单位回复")
    act.notes |= {"answers": now.code, "answers_name": now.name}
