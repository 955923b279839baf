"""回访: whom we tried how often and in which way, whether that is enough, and whether they were told for certain.

How often, in how many ways, how far apart, and which way hangs on which channel are rows of the tables `callback` and
`contact_channel`: local settings. A case whose release has no such tables goes by the form of its own diagram.
Source: E15; requirements part 3 «Resident».
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from engine import decisions, library, notices
from engine.cases.models import Case, ContactRecord, Rating
from engine.library import Source

Pins = Mapping[tuple[Any, str], Source]
TABLES = ("callback", "contact_channel")
IN_VAIN = ("wrong_number", "channel_down")  # nobody who could have heard of it


@dataclass(frozen=True, slots=True)
class Rules:
    """What makes somebody unreachable: so many attempts, in so many ways, the first and the last so far apart."""

    attempts: int
    channels: int
    apart: timedelta
    row: int


@dataclass(frozen=True, slots=True)
class Way:
    """A way of telling somebody: by a person, or carried by a channel of ours; ways that count as one are one.

    `by_worker`: a grid worker records it too, not the seats alone.
    """

    in_person: bool
    counts_as: str
    carrier: str
    by_worker: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """How far calling back has come since the case was last handled, and what is missing before «unreachable».

    `made`: attempts, `counted`: those that count; `more`: how many are missing; `is_one_way`: they must be in another
    way; `not_before`: the earliest moment of the next one.
    """

    made: int
    counted: int
    needed: int
    more: int
    is_one_way: bool
    not_before: datetime | None

    @property
    def may_give_up(self) -> bool:
        """Whether «unreachable» may be recorded."""
        return self.more == 0

    @property
    def dots(self) -> tuple[bool, ...]:
        """●●○: one for each attempt that is needed, filled where it was made."""
        return tuple(place < self.counted for place in range(max(self.needed, self.counted + self.more)))


def has_tables(pins: Pins) -> bool:
    """Whether a release knows the rules of calling back."""
    return all(("dmn", name) in pins for name in TABLES)


def rules_of(pins: Pins, urgency: str) -> Rules:
    """The row of `callback`."""
    answer = decisions.ask(pins["dmn", "callback"], {"urgency": urgency})
    one = answer.one
    return Rules(int(one["attempts"]), int(one["channels"]), timedelta(minutes=int(one["apart_minutes"])),
                 answer.rows[0].number)


def way_of(pins: Pins, method: str) -> Way:
    """The row of `contact_channel` for a way of telling somebody; older versions have not all of its columns."""
    asked = {"method": method}
    one = decisions.ask(pins["dmn", "contact_channel"], asked).one
    if "by_worker" not in one and (shipped := library.shipped_table("contact_channel")) is not None:
        one = {**decisions.ask(shipped, asked).one, **one}
    return Way(bool(one["in_person"]), one["counts_as"], one["carrier"] or "", bool(one["by_worker"]))


def down_carriers(session: Session, wanted: Iterable[str], at: datetime) -> frozenset[str]:
    """Of these channels, those of ours by which nothing leaves now; without any of ours nobody asks."""
    ours = {name for name in wanted if name in notices.CHANNELS and not notices.CHANNELS[name].health()}
    down = {one.channel for one in notices.channel_health(session, at) if one.is_down} if ours else set()
    return frozenset(ours & down)


def is_carried(session: Session, pins: Pins, method: str, at: datetime) -> bool:
    """Whether what goes in this way gets there now; a person does, and so does what leaves by no channel of ours."""
    return not down_carriers(session, [way_of(pins, method).carrier], at)


def down_for(session: Session, case_id: int, attempts: Sequence[ContactRecord], pins: Pins, at: datetime,
             ) -> frozenset[str]:
    """Of the channels that carried these attempts, those by which nothing leaves now or the message was given up."""
    carriers = {way_of(pins, one.method).carrier for one in attempts} - {""}
    return down_carriers(session, carriers, at) | notices.given_up(session, case_id) if carriers else frozenset()


def list_attempts(session: Session, case: Case) -> list[ContactRecord]:
    """The attempts since the case was last handled, those of the running act too, oldest first."""
    stored = session.scalars(select(ContactRecord).where(
        ContactRecord.case_id == case.id, ContactRecord.round == case.reopened).order_by(ContactRecord.at)).all()
    return [*stored, *(one for one in session.new if isinstance(one, ContactRecord)
                       and (one.case_id, one.round) == (case.id, case.reopened))]


def tried(attempts: Sequence[ContactRecord], pins: Pins, urgency: str, at: datetime,
          down: Iterable[str] = ()) -> Tried:
    """What was tried and what is missing; a message of a channel that is `down` now does not count."""
    rules = rules_of(pins, urgency)
    ways = {one.method: way_of(pins, one.method) for one in attempts}
    counted = [one for one in attempts
               if one.counts and one.result != "channel_down" and ways[one.method].carrier not in down]
    kinds = {ways[one.method].counts_as for one in counted}
    missing_ways = rules.channels - len(kinds) if counted else 0
    more = max(rules.attempts - len(counted), missing_ways, 0)
    opens = counted[0].at + rules.apart if counted else at
    if more == 0 and counted and counted[-1].at < opens:
        more = 1
    is_last = more == 1 and opens > at
    return Tried(len(attempts), len(counted), rules.attempts, more, missing_ways > 0, opens if is_last else None)


def read_tried(session: Session, cases: Sequence[int], at: datetime) -> dict[int, Tried]:
    """The same for the cases of a list, by row id, in one question; whether channels work is not asked."""
    asked = (select(Case.id, Case.release_id, Case.urgency, ContactRecord)
             .outerjoin(ContactRecord, and_(ContactRecord.case_id == Case.id, ContactRecord.round == Case.reopened))
             .where(Case.id.in_(cases)).order_by(ContactRecord.at))
    made: dict[tuple[int, int, str], list[ContactRecord]] = {}
    for case_id, release_id, urgency, row in session.execute(asked):
        made.setdefault((case_id, release_id, urgency), []).extend([row] if row is not None else [])
    pins = {release_id: library.pinned(session, release_id) for _, release_id, _ in made}
    return {case_id: tried(rows, pins[release_id], urgency, at)
            for (case_id, release_id, urgency), rows in made.items() if has_tables(pins[release_id])}


def is_rated(session: Session, case: Case) -> bool:
    """Whether the reporter has rated this handling."""
    if any(isinstance(one, Rating) and one.case_id == case.id for one in session.new):
        return True
    if case.rating is None:
        return False
    asked = select(Rating.round).where(Rating.case_id == case.id, Rating.round == case.reopened)
    return session.scalars(asked).first() is not None


def is_certain(session: Session, case: Case, pins: Pins, at: datetime) -> bool:
    """Whether the reporter was told for certain, so that the case may close.

    They have rated it; or a person has called or visited; or a message was sent, its channel works, and it was not
    given up on the way.
    """
    if not has_tables(pins) or _has_spoken(session, case):
        return True
    made = [one for one in list_attempts(session, case) if one.counts and one.result not in IN_VAIN]
    ways = [way_of(pins, one.method) for one in made]
    if any(way.in_person for way in ways):
        return True
    down = down_for(session, case.id, made, pins, at)
    return any(way.carrier not in down for way in ways)


def _has_spoken(session: Session, case: Case) -> bool:
    given = [one for one in session.new if isinstance(one, Rating) and one.case_id == case.id]
    return any(one.channel != "set_aside" for one in given)
