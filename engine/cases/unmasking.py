"""Looking at a resident's name and phone: for a reason, by whom the table `unmask` lets, and always on the record."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine import library
from engine.cases.act import Act
from engine.cases.errors import ActInvalid, ActNotAllowed
from engine.cases.helping import is_helping
from engine.cases.locking import lock_case
from engine.cases.models import Contact
from engine.cases.reading import get_case
from engine.cases.scope import unscoped
from engine.cases.sealing import Resident, unseal
from engine.directory import Actor

TABLE = "unmask"
LONGEST = 500


def refusal(act: Act, is_helping: bool) -> str | None:
    """Why none of the actor's posts may look, in the words of the table; None where one of them may.

    `is_helping`: they know the case as a co-handler alone.
    """
    answers = [act.ask(TABLE, {"role": role, "helping": is_helping}).one for role in sorted(act.actor.roles)]
    if any(answer["allowed"] for answer in answers):
        return None
    return next((answer["refusal"] for answer in answers if answer["refusal"]), "")


def unmask(session: Session, actor: Actor, number: str, reason: str, at: datetime) -> Resident:
    """The resident of a case; raises CaseUnknown, ActNotAllowed, and ActInvalid without a reason.

    Source: GB/T 35273-2020 7.2; the entry holds who, when and the reason, never the value.
    """
    case = lock_case(session, get_case(session, number).id)
    act = Act(session, case, actor, at)
    if (refused := refusal(act, is_helping(session, actor, case.id))) is not None:
        raise ActNotAllowed(refused or None, verb="unmask", english=library.find_english(refused))
    if not 0 < len(reason.strip()) <= LONGEST:
        raise ActInvalid(fields={"reason": [f"请写明查看的理由，最多 {LONGEST} 字。"]})
    with unscoped(session):
        contact = session.get(Contact, case.id)
        if contact is None:
            raise ActInvalid("这个事件没有留下联系方式。", fields={})
        act.texts["reason"] = reason.strip()
        act.record("unmask")
        return unseal(contact.sealed, case.number)
