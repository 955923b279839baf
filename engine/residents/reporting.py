"""反映、跟进: a resident tells us something, or follows what another has told us already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from engine import cases, directory
from engine.cases import repeating, sealing
from engine.cases.act import Act
from engine.cases.covering import cover
from engine.cases.errors import CaseClosed, ReportInvalid
from engine.cases.filing import wrong_phone
from engine.cases.locking import lock_case
from engine.cases.models import Follower
from engine.cases.queries import find_case
from engine.cases.recording import RECORDED
from engine.cases.scope import unscoped
from engine.cases.sealing import Resident
from engine.errors import NotFound
from engine.residents import knocking
from engine.residents.looking import LinkUnknown, Visit, by_link
from engine.residents.nearby import list_nearby

NOBODYS = 0  # the account under which the keys of strangers are kept


@dataclass(frozen=True, slots=True)
class Filed:
    """What came of a report: whose case it is, how many identity numbers were covered, whether it came before."""

    visit: Visit
    covered: int = 0
    again: bool = False


def report(session: Session, given: cases.Report, key: str, address: str, at: datetime) -> Filed:
    """File a resident's report; the same form sent again gives the same case.

    Raises ReportInvalid with every field that is wrong, and TooOften. Source: YC 34, GB 6.4 采集建档.
    """
    asked = hashlib.sha256(repr((given.description, given.place, given.division)).encode()).hexdigest()
    first = repeating.find_answer(session, NOBODYS, key, asked, at)
    if first is not None:
        return Filed(by_link(session, first.body["number"], first.body["secret"]), again=True)
    if problems := cases.check_report(given, at):
        raise ReportInvalid(fields=problems)
    knocking.enter(session, knocking.REPORT, address, at)
    knocking.enter(session, knocking.REPORT_A_DAY, address, at)
    asked_as = replace(given, origin="resident", channel="web")
    with unscoped(session):
        case = cases.report_case(session, directory.RESIDENT, asked_as, at)
    visit = Visit(case)
    answer = repeating.Answer(201, {"number": case.number, "secret": visit.secret})
    repeating.keep_answer(session, NOBODYS, key, asked, answer, at)
    session.flush()
    return Filed(visit, sum(cover(text)[1] for text in (given.description, given.place)))


def follow(session: Session, number: str, asked: cases.Report, address: str, at: datetime) -> Visit:
    """Follow a case instead of reporting the same again; with a phone it can be looked up by number too.

    Only what `list_nearby` shows for these words can be followed, so that no number is guessed. Raises LinkUnknown,
    CaseClosed, ReportInvalid for a phone that is none, and TooOften.
    """
    contact = asked.contact or {}
    phone = str(contact.get("phone") or "").strip()
    if wrong := wrong_phone(phone):
        raise ReportInvalid(fields={"contact.phone": [wrong]})
    knocking.enter(session, knocking.FOLLOW, address, at)
    shown = list_nearby(session, asked.description, asked.place, asked.division or "", at)
    if number not in {one.number for one in shown}:
        raise LinkUnknown()
    with unscoped(session):
        return _follow(session, number, Resident(cover(str(contact.get("name") or ""))[0][:60], phone), at)


def _follow(session: Session, number: str, who: Resident, at: datetime) -> Visit:
    found = find_case(session, number)
    if found is None:
        raise NotFound(number=number)
    case = lock_case(session, found.id)
    if case.closed_at is not None:
        raise CaseClosed()
    follower = Follower(case_id=case.id, at=at, phone_hash=sealing.phone_hash(who.phone) if who.phone else None,
                        sealed=sealing.seal(who, case.number) if who.name or who.phone else None)
    session.add(follower)
    Act(session, case, directory.RESIDENT, at).record("follow")
    session.info.pop(RECORDED, None)
    session.flush()
    return Visit(case, follower.id)
