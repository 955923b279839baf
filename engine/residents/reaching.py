"""How somebody without an account is reached by a message: the phone they left, sealed, and their own link."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import notices
from engine.cases import sealing
from engine.cases.models import Case, Contact, Follower
from engine.cases.scope import unscoped
from engine.notices import Stranger, Whom
from engine.residents.looking import secret_of

log = logging.getLogger(__name__)


def reach(session: Session, asked: Sequence[Whom]) -> Mapping[Whom, Stranger]:
    """Phone and page of those reporters and followers who left a phone; unsealed at the moment of sending alone.

    One whose contact does not open is not reached, and keeps nobody else's letter waiting.
    """
    cases = [whom.case_id for whom in asked if whom.follower_id is None]
    followers = [whom.follower_id for whom in asked if whom.follower_id is not None]
    reporting = select(Case, Contact.sealed).join(Contact, Contact.case_id == Case.id).where(Case.id.in_(cases))
    following = select(Case, Follower.sealed, Follower.id).join(Follower, Follower.case_id == Case.id).where(
        Follower.id.in_(followers), Follower.sealed.is_not(None))
    with unscoped(session):
        found: list[tuple[Case, bytes, int | None]] = []
        if cases:
            found += [(case, sealed, None) for case, sealed in session.execute(reporting)]
        if followers:
            found += [(case, sealed or b"", key) for case, sealed, key in session.execute(following)]
    known = [(case, key, _phone(sealed, case.number)) for case, sealed, key in found]
    return {Whom(case.id, key): Stranger(phone, f"/r/{case.number}/{secret_of(case, key)}")
            for case, key, phone in known if phone}


def _phone(sealed: bytes, number: str) -> str:
    try:
        return sealing.unseal(sealed, number).phone
    except InvalidTag:
        log.error("the contact of case %s does not open with the key of this place", number)
        return ""


notices.use_strangers(reach)
