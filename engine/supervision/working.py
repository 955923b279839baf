"""The worker at acts on many cases: one row in one transaction, the state of the row and the act together.

Every act goes the road of a single one, with the eyes and the posts that its author has at that moment.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from engine import cases, directory
from engine.cases import demanding, scope, troubles
from engine.cases.errors import CaseUnknown
from engine.cases.locking import lock_case
from engine.cases.models import Case, Demand
from engine.cases.terms import terms_of
from engine.cases.troubles import PASSING, StepBroken
from engine.directory import Actor
from engine.errors import Conflict, Unavailable, WanggeError
from engine.supervision.models import Bulk, BulkRow

log = logging.getLogger(__name__)


class DemandedLately(Conflict):
    """刚催办或督办过，不再重复。"""

    code = "demanded_lately"


class RowBroken(Unavailable):
    """这一件没有办成，原因记在系统日志里。"""

    code = "bulk_row_broken"


def work_off(session: Session, at: datetime) -> int:
    """Do or take back the next row of all that wait, in the caller's transaction; how many (0 or 1).

    Acts on many take turns, row by row; a row that another worker holds is passed over.
    """
    found = session.execute(
        select(BulkRow, Bulk).join(Bulk, Bulk.id == BulkRow.bulk_id)
        .where(BulkRow.state.in_(("waiting", "taking_back"))).order_by(BulkRow.position, BulkRow.bulk_id).limit(1)
        .with_for_update(of=BulkRow, skip_locked=True)).first()
    if found is None:
        return 0
    row, bulk = found
    row.at = at
    before, done = ("done", "taken_back") if row.state == "taking_back" else ("refused", "done")
    try:
        actor = directory.get_actor(session, bulk.account_id, at)
        with session.begin_nested(), scope.seen_by(session, actor):
            row.demand_id = (_demand if done == "done" else _withdraw)(session, actor, bulk, row, at)
        row.state, row.problem = done, None
    except WanggeError as refused:
        if isinstance(refused, StepBroken):
            troubles.note_broken(session, refused)
        row.state, row.problem = before, {"code": refused.code, "message": refused.message}
    except PASSING:
        raise
    except Exception:  # a row that cannot be done must not hold up the others
        log.exception("a row of bulk act %s broke: case %s", bulk.id, row.case_id)
        row.state, row.problem = before, {"code": RowBroken.code, "message": RowBroken().message}
    return 1


def _demand(session: Session, actor: Actor, bulk: Bulk, row: BulkRow, at: datetime) -> int | None:
    locked = lock_case(session, row.case_id)
    since = at - terms_of(locked.pack).quiet
    if session.scalar(select(Case.id).where(and_(Case.id == locked.id, demanding.was_demanded(bulk.verb, since)))):
        raise DemandedLately()
    values = {"reason": bulk.reason, **({"reply_by": bulk.reply_by.isoformat()} if bulk.reply_by else {})}
    acted = cases.act_on(session, actor, locked.number, bulk.verb, values, at)
    return session.scalar(select(Demand.id).where(Demand.case_id == locked.id, Demand.seq == acted.entry.seq))


def _withdraw(session: Session, actor: Actor, bulk: Bulk, row: BulkRow, at: datetime) -> int | None:
    if row.demand_id is None:
        raise CaseUnknown()
    demanding.withdraw_demand(session, actor, row.demand_id, at)
    return row.demand_id
