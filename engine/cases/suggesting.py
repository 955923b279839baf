"""What the desk suggests: the matter guessed from the words, then who should handle it by the table `triage`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import inspect, or_, select
from sqlalchemy.orm import Session

from engine import directory, matters
from engine.cases.act import Act
from engine.cases.file import CaseFile
from engine.cases.limits import rulings
from engine.cases.models import Case
from engine.cases.scope import unscoped
from engine.decisions import Answer
from engine.directory.models import Organisation
from engine.matters.models import Matter


@dataclass(frozen=True, slots=True)
class Owner:
    """Who should handle, and the row of `triage` that says so."""

    way: str
    organisation: Organisation | None
    reason: str
    row: int
    version: str
    cites: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the seat finds preselected, each part with its reason."""

    matter_code: str | None
    matter_name: str | None
    matter_why: str
    severity: str
    urgency: str
    way: str
    organisation_code: str | None
    organisation_name: str | None
    limit: str | None
    due_at: datetime | None
    table: str
    row: int
    version: str
    cites: str
    reason: str


def owner_of(act: Act) -> Owner:
    """Ask `triage` who owns the case as it is classified now, and find that organisation on the holder's level."""
    answer = _ask_triage(act)
    out, fired = answer.one, answer.rows[0]
    source = act.source("triage", "dmn")
    return Owner(
        out["way"],
        _owner_at(act.session, act.holder, str(out["owner"] or ""), act.at),
        str(out["reason"] or ""),
        fired.number,
        f"{source.pack}/{source.version}",
        fired.cites,
    )


def _ask_triage(act: Act, level: str | None = None) -> Answer:
    case, matter = act.case, act.matter
    return act.ask(
        "triage",
        {
            "severity": case.severity,
            "urgency": case.urgency,
            "emergency": case.emergency,
            "level": level or case.level,
            "owner_kind": matter.owner_kind if matter else "",
            "platform": (matter.platform if matter else None) or "",
        },
    )


def _owner_at(session: Session, holder: Organisation, kind: str, at: datetime) -> Organisation | None:
    """The organisation of an owner kind in the holder's division; None for the centre itself or where none is."""
    if kind in ("", "centre"):
        return None
    return session.scalars(
        select(Organisation)
        .where(
            Organisation.division_code == holder.division_code,
            Organisation.owner_kind == kind,
            Organisation.kind != "centre",
            or_(Organisation.valid_from.is_(None), Organisation.valid_from <= at),
            or_(Organisation.valid_to.is_(None), Organisation.valid_to > at),
        )
        .order_by(Organisation.id)
        .limit(1)
    ).first()


def is_emergency(act: Act) -> bool:
    """Whether severity and urgency make it an emergency, by the table `triage` (E10)."""
    return bool(_ask_triage(act, level="grid").one["way"] == "emergency")


def suggest_for(
    session: Session,
    case: Case,
    at: datetime,
    matter: str | None = None,
    severity: str | None = None,
    urgency: str | None = None,
    file: CaseFile | None = None,
    admitted: Sequence[Matter] | None = None,
) -> Suggestion:
    """What the desk suggests for a case; with `matter`, `severity`, `urgency` as the seat has chosen them so far.

    Works on a copy of the case row; nothing is changed. `file`: the case's, `admitted`: the list of
    matters, where they are read already.
    """
    copy = Case(**{column.key: getattr(case, column.key) for column in inspect(Case).column_attrs})
    copy.severity, copy.urgency = severity or case.severity, urgency or case.urgency
    with unscoped(session), session.no_autoflush:
        act = Act(session, copy, directory.CLOCK, at, file=file)
        why = _classify_copy(act, matter, admitted)
        return _suggestion(act, why)


def _classify_copy(act: Act, matter: str | None, admitted: Sequence[Matter] | None) -> str:
    """Give the copy the chosen or guessed matter; why."""
    if matter or act.case.matter_code:
        act.case.matter_code = matter or act.case.matter_code
        return "您选定的事项" if matter else "上报时已选"
    listed = matters.list_admitted(act.session, act.at) if admitted is None else admitted
    guesses = matters.guess(f"{act.case.title} {act.case.description}", listed)
    if not guesses:
        return ""
    act.case.matter_code = guesses[0].code
    return "内容提到：" + "、".join(guesses[0].why)


def _suggestion(act: Act, why: str) -> Suggestion:
    matter, owner = act.matter, owner_of(act)
    act.case.dispatched_at = act.at
    found, chosen = rulings(act, "handle", act.at), owner.organisation
    return Suggestion(
        matter.code if matter else None,
        matter.name if matter else None,
        why,
        act.case.severity,
        act.case.urgency,
        "own" if chosen is None and owner.way == "department" else owner.way,
        chosen.code if chosen else None,
        chosen.name if chosen else None,
        found[0].limit if found else None,
        found[0].due.at if found else None,
        "triage",
        owner.row,
        owner.version,
        owner.cites,
        owner.reason,
    )
