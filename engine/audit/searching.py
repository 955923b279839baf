"""Looking something up in the record: entries of cases and of the house by who, what, where and when; page by page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.audit.chain import is_anchor_sealed, is_sealed
from engine.audit.house import is_deed_sealed
from engine.audit.models import Anchor, Anchored, Entry, HouseEntry


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for; None and "" ask nothing. `actors` are exact labels, `words` stand anywhere in the label.

    `cases`: of these cases alone, a question for their ids.
    """

    since: datetime
    until: datetime
    actors: tuple[str, ...] | None = None
    words: str = ""
    verbs: tuple[str, ...] | None = None
    case_id: int | None = None
    organisations: tuple[int, ...] | None = None
    kind: str = ""
    cases: sa.Select[int] | None = None


class Cursor(NamedTuple):
    """The last entry of the page before."""

    at: datetime
    case_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Whether an entry carries its seal, follows the one before, and when it was anchored under which hash."""

    is_sealed: bool
    follows: bool
    anchored_at: datetime | None = None
    anchor_hash: str = ""
    is_anchor_sealed: bool = True

    @property
    def holds(self) -> bool:
        """Whether nothing was changed as far as one can tell; an entry not yet anchored may hold, too."""
        return self.is_sealed and self.follows and self.is_anchor_sealed


def find_entries(session: Session, sought: Sought, before: Cursor | None = None, most: int = 50) -> Sequence[Entry]:
    """The newest entries of cases first. At ten million entries a page takes milliseconds to a few seconds: people
    and bodies by a BRIN with Bloom filters, cases by their key, everything else along the index of moments."""
    asked = sa.select(Entry).where(Entry.at >= sought.since, Entry.at < sought.until)
    if sought.actors is not None:
        asked = asked.where(Entry.actor == sa.any_(sa.literal(list(sought.actors), sa.ARRAY(sa.String))))
    if sought.words:
        asked = asked.where(Entry.actor.contains(sought.words, autoescape=True))
    if sought.verbs is not None:
        asked = asked.where(Entry.verb == sa.any_(sa.literal(list(sought.verbs), sa.ARRAY(sa.String))))
    if sought.case_id is not None:
        asked = asked.where(Entry.case_id == sought.case_id)
    if sought.organisations is not None:
        asked = asked.where(Entry.organisation_id == sa.any_(sa.literal(list(sought.organisations),
                                                                        sa.ARRAY(sa.Integer))))
    if sought.cases is not None:
        asked = asked.where(Entry.case_id.in_(sought.cases))
    if before is not None:
        asked = asked.where(Entry.at <= before.at,
                            sa.tuple_(Entry.at, Entry.case_id, Entry.seq) < sa.tuple_(*map(sa.literal, before)))
    ordered = asked.order_by(Entry.at.desc(), Entry.case_id.desc(), Entry.seq.desc())
    return session.scalars(ordered.limit(most)).all()


def find_deeds(session: Session, sought: Sought, before: int | None = None, most: int = 50) -> Sequence[HouseEntry]:
    """The newest entries of the house's record first; `words` stand in actor or subject."""
    asked = sa.select(HouseEntry).where(HouseEntry.at >= sought.since, HouseEntry.at < sought.until)
    if sought.actors is not None:
        asked = asked.where(HouseEntry.actor == sa.any_(sa.literal(list(sought.actors), sa.ARRAY(sa.String))))
    if sought.words:
        asked = asked.where(sa.or_(HouseEntry.subject.contains(sought.words, autoescape=True),
                                   HouseEntry.actor.contains(sought.words, autoescape=True)))
    if sought.kind:
        asked = asked.where(HouseEntry.kind == sought.kind)
    if sought.verbs is not None:
        asked = asked.where(HouseEntry.verb.in_(sought.verbs))
    if before is not None:
        asked = asked.where(HouseEntry.seq < before)
    return session.scalars(asked.order_by(HouseEntry.seq.desc()).limit(most)).all()


def find_entry(session: Session, case_id: int, seq: int) -> Entry | None:
    """One entry of a case."""
    return session.get(Entry, (case_id, seq))


def find_deed(session: Session, seq: int) -> HouseEntry | None:
    """One entry of the house's record."""
    return session.get(HouseEntry, seq)


def prove(session: Session, entry: Entry) -> Proof:
    """The seal of an entry computed anew, compared with its neighbour and with the first anchor over it."""
    before = session.get(Entry, (entry.case_id, entry.seq - 1)) if entry.seq > 1 else None
    follows = entry.previous_hash == (before.hash if before else "") and (entry.seq == 1 or before is not None)
    anchored: Any = session.execute(
        sa.select(Anchored, Anchor).join(Anchor, Anchor.id == Anchored.anchor_id)
        .where(Anchored.case_id == entry.case_id, Anchored.seq >= entry.seq).order_by(Anchored.seq).limit(1)).first()
    if anchored is None:
        return Proof(is_sealed(entry), follows)
    head, anchor = anchored
    sealed = session.get(Entry, (head.case_id, head.seq))
    return Proof(is_sealed(entry), follows, anchor.at, anchor.hash,
                 is_anchor_sealed(anchor) and sealed is not None and sealed.hash == head.hash)


def prove_deed(session: Session, deed: HouseEntry) -> Proof:
    """The seal of an entry of the house computed anew, and compared with the one before it."""
    before = session.get(HouseEntry, deed.seq - 1) if deed.seq > 1 else None
    follows = deed.previous_hash == (before.hash if before else "") and (deed.seq == 1 or before is not None)
    return Proof(is_deed_sealed(deed), follows)


def list_changed(session: Session, kind: str, code: str) -> list[dict[str, Any]]:
    """What was changed about a row of a register, by heading: [{"名称": [before, after]}]."""
    asked = sa.select(HouseEntry.facts).where(
        HouseEntry.kind == kind, HouseEntry.verb == "changed",
        sa.or_(HouseEntry.subject == code, HouseEntry.subject.startswith(f"{code} ", autoescape=True)))
    return [facts.get("changed") or {} for facts in session.scalars(asked)]


def list_former(session: Session, headings: Mapping[str, str]) -> dict[tuple[str, str], list[str]]:
    """What rows of registers said under a heading before it was changed: {(kind, code): [before]}."""
    asked = sa.select(HouseEntry.kind, HouseEntry.subject, HouseEntry.facts).where(
        HouseEntry.kind.in_(list(headings)), HouseEntry.verb == "changed")
    found: dict[tuple[str, str], list[str]] = {}
    for kind, subject, facts in session.execute(asked):
        before = ((facts.get("changed") or {}).get(headings[kind]) or [""])[0]
        if before:
            found.setdefault((kind, subject.split(" ")[0]), []).append(before)
    return found
