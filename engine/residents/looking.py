"""How a resident proves which case is theirs: by the secret of their link, or by its number and their phone.

Whoever guesses learns nothing: a number that does not exist and a phone that does not fit answer alike and take
as long. Source: E15; `reliability.md` S5, S11.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.cases import sealing
from engine.cases.models import Case, Contact, Follower
from engine.cases.scope import unscoped
from engine.errors import NotFound
from engine.residents.knocking import WRONG_FOR, WRONG_FROM, knock, refuse_if_often

_NOBODY = "0" * 64


class LinkUnknown(NotFound):
    """这个链接打不开：可能没有复制完整，或者已经失效。可以用编号和电话查询。"""

    code = "link_unknown"


class NotFoundByPhone(NotFound):
    """没有查到。请核对编号和电话：要填反映时留下的那个电话。"""

    code = "not_found_by_phone"


@dataclass(frozen=True, slots=True)
class Visit:
    """The case that a resident has proved to be theirs; `follower` when they follow what another reported."""

    case: Case
    follower: int | None = None

    @property
    def secret(self) -> str:
        """What stands in the link of this visitor."""
        return secret_of(self.case, self.follower)


def secret_of(case: Case, follower: int | None = None) -> str:
    """The secret of the reporter's link to a case, or of a follower's; 128 bits that are kept nowhere."""
    mac = sealing.keyed(f"link|{case.number}|{case.salt}|{follower or ''}")[:16]
    secret = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    return secret if follower is None else f"{follower}.{secret}"


def by_link(session: Session, number: str, secret: str) -> Visit:
    """The case of a link; raises LinkUnknown, whatever is wrong with it."""
    first, dot, __ = secret.partition(".")
    follower = int(first) if dot and first.isascii() and first.isdigit() and len(first) < 16 else None
    with unscoped(session):
        case = session.scalars(select(Case).where(Case.number == number)).first()
        if case is None or not hmac.compare_digest(secret_of(case, follower).encode(), secret.encode()):
            raise LinkUnknown()
        return Visit(case, follower)


def by_phone(session: Session, number: str, phone: str, address: str, at: datetime) -> Visit:
    """The case with this number whose reporter or follower left this phone.

    Raises NotFoundByPhone, which is counted and must be committed, and TooOften after too many of them from one
    address or for one number.
    """
    number = number.strip().upper()[:40]
    refuse_if_often(session, WRONG_FROM, address, at)
    refuse_if_often(session, WRONG_FOR, number, at)
    wanted = sealing.phone_hash(phone)
    found = _held(session, number)
    fits = [visit for visit, known in found if hmac.compare_digest(known, wanted)]
    if not fits:
        knock(session, WRONG_FROM, address, at)
        knock(session, WRONG_FOR, number, at)
        raise NotFoundByPhone()
    return fits[0]


def count_followers(session: Session, case: Case) -> int:
    """How many residents follow a case."""
    return session.scalar(select(func.count()).select_from(Follower).where(Follower.case_id == case.id)) or 0


def _held(session: Session, number: str) -> list[tuple[Visit, str]]:
    """Who may ask about this number, with the hash of their phone; as many questions for one that is not there."""
    with unscoped(session):
        reporter = session.execute(
            select(Case, Contact.phone_hash).join(Contact, Contact.case_id == Case.id)
            .where(Case.number == number)).all()
        followers = session.execute(
            select(Case, Follower.phone_hash, Follower.id).join(Follower, Follower.case_id == Case.id)
            .where(Case.number == number, Follower.phone_hash.is_not(None)).order_by(Follower.id).limit(200)).all()
    return [*((Visit(case), known or _NOBODY) for case, known in reporter),
            *((Visit(case, key), known or _NOBODY) for case, known, key in followers)]
