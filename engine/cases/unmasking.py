"""Looking at a resident's name and phone: for a reason, by who works on the case, and always on the record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine.cases.act import Act
from engine.cases.errors import ActInvalid, ActNotAllowed
from engine.cases.helping import is_helping
from engine.cases.locking import lock_case
from engine.cases.models import Contact
from engine.cases.reading import get_case
from engine.cases.scope import unscoped
from engine.cases.sealing import Resident, unseal
from engine.directory import Actor

MAY = ("seat", "clerk", "supervisor")
LONGEST = 500


def unmask(session: Session, actor: Actor, number: str, reason: str, at: datetime) -> Resident:
    """The resident of a case; raises CaseUnknown, ActNotAllowed, and ActInvalid without a reason.

    Source: GB/T 35273-2020 7.2; the entry holds who, when and the reason, never the value.
    """
    case = get_case(session, number)
    if not actor.has(*MAY) or is_helping(session, actor, case.id):
        raise ActNotAllowed("您的岗位不能查看反映人的联系方式。", verb="unmask")
    if not 0 < len(reason.strip()) <= LONGEST:
        raise ActInvalid(fields={"reason": [f"请写明查看的理由，最多 {LONGEST} 字。"]})
    case = lock_case(session, case.id)
    with unscoped(session):
        contact = session.get(Contact, case.id)
        if contact is None:
            raise ActInvalid("这个事件没有留下联系方式。", fields={})
        act = Act(session, case, actor, at)
        act.texts["reason"] = reason.strip()
        act.record("unmask")
        return unseal(contact.sealed, case.number)
