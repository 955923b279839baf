"""How the reporter of a case is reached by a message: the phone that is sealed with it, and their own link."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import notices
from engine.cases import sealing
from engine.cases.models import Case, Contact
from engine.cases.scope import unscoped
from engine.residents.looking import secret_of

log = logging.getLogger(__name__)


def reach(session: Session, cases: Sequence[int]) -> Mapping[int, notices.Stranger]:
    """Phone and page of those reporters who left a phone, by case; unsealed at the moment of sending alone.

    One whose contact does not open is not reached, and keeps nobody else's letter waiting.
    """
    asked = select(Case, Contact.sealed).join(Contact, Contact.case_id == Case.id).where(Case.id.in_(cases))
    with unscoped(session):
        found = session.execute(asked).all()
    known = [(case, _phone(sealed, case.number)) for case, sealed in found]
    return {case.id: notices.Stranger(phone, f"/r/{case.number}/{secret_of(case)}") for case, phone in known if phone}


def _phone(sealed: bytes, number: str) -> str:
    try:
        return sealing.unseal(sealed, number).phone
    except InvalidTag:
        log.error("the contact of case %s does not open with the key of this place", number)
        return ""


notices.use_strangers(reach)
