"""How the reporter of a case is reached by a message: the phone that is sealed with it, and their own link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import notices
from engine.cases import sealing
from engine.cases.models import Case, Contact
from engine.cases.scope import unscoped
from engine.residents.looking import secret_of


def reach(session: Session, cases: Sequence[int]) -> Mapping[int, notices.Stranger]:
    """Phone and page of those reporters who left a phone, by case; unsealed at the moment of sending alone."""
    asked = select(Case, Contact.sealed).join(Contact, Contact.case_id == Case.id).where(Case.id.in_(cases))
    with unscoped(session):
        found = session.execute(asked).all()
    known = {case.id: (case, sealing.unseal(sealed, case.number)) for case, sealed in found}
    return {case_id: notices.Stranger(resident.phone, f"/r/{case.number}/{secret_of(case)}")
            for case_id, (case, resident) in known.items() if resident.phone}


notices.use_strangers(reach)
