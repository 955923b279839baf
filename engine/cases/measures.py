"""What happens around a deadline while nobody does the work: remind, urge, supervise, raise attention.

A deadline keeps the measure that comes next, and nothing more: it is counted when the one before it was taken, so
that work done in time has cost one glance at the table, and leaves nothing to be taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from engine import deadlines
from engine.cases.act import Act
from engine.decisions import Fired
from engine.directory.models import Organisation
from engine.worklist.models import Deadline, Measure


class Planned(NamedTuple):
    """A measure that is to come: what is done when, by which centre, and the row that says so."""

    kind: str
    at: datetime
    level: str
    organisation_id: int
    row: int
    cites: str

    @property
    def as_doc(self) -> dict[str, Any]:
        """As the deadline keeps it; the instant is a column beside it."""
        return {key: value for key, value in self._asdict().items() if key != "at"}

    @classmethod
    def of(cls, deadline: Deadline) -> Planned:
        """What a deadline keeps; only for one that has something planned."""
        if deadline.next_at is None or deadline.next_measure is None:
            raise ValueError("nothing is planned around this deadline")
        return cls(at=deadline.next_at, **deadline.next_measure)

    def is_like(self, other: Planned) -> bool:
        """Whether both are the same step around a deadline, whenever that is due."""
        return (self.kind, self.level, self.row) == (other.kind, other.level, other.row)

    def taken(self, deadline: Deadline) -> Measure:
        """The row that says it was done."""
        return Measure(case_id=deadline.case_id, deadline=deadline, kind=self.kind, level=self.level,
                       organisation_id=self.organisation_id, at=self.at, row=self.row, cites=self.cites)


def cancel_measures(around: Sequence[Deadline]) -> None:
    """What was planned around these deadlines is off."""
    for deadline in around:
        _plan(deadline, None)


def plan_measures(act: Act, deadline: Deadline, due: deadlines.Due) -> None:
    """Plan the first measure around a deadline; each plans the next one when it is taken.

    `due` is the due time by the limit alone, which knows how the time between is counted. What lies in the past is
    not planned again, and nothing while the clock stands.
    """
    if act.case.stopped_at is None:
        _plan(deadline, _first(_measures(act, deadline, due), act.at))


def plan_after(act: Act, deadline: Deadline, due: deadlines.Due, last: Planned) -> None:
    """One measure was taken, or passed over: the next, be it due or not; a daily one comes again."""
    if last.kind == "daily":
        _plan(deadline, next(_daily(act, deadline, act.at), None))
    else:
        every = _measures(act, deadline, due)
        known = any(one.is_like(last) for one in every)  # and everything up to it has been passed
        _plan(deadline, next(every, None) if known else _first(_measures(act, deadline, due), last.at))


def supervision_rows(act: Act, deadline: Deadline) -> list[tuple[Fired, Mapping[str, Any]]]:
    """What the table `supervision` says about a deadline, each row with its outputs."""
    answer = act.ask("supervision", {"stage": deadline.stage, "urgency": act.case.urgency})
    return list(zip(answer.rows, answer.outputs, strict=True))


def _first(measures: Iterator[Planned], at: datetime) -> Planned | None:
    return next((one for one in measures if one.at >= at), None)


def _plan(deadline: Deadline, planned: Planned | None) -> None:
    deadline.next_at, deadline.next_measure = (planned.at, planned.as_doc) if planned else (None, None)


def _measures(act: Act, deadline: Deadline, due: deadlines.Due) -> Iterator[Planned]:
    """What the table `supervision` says about a deadline, in the order of time: remind, urge, supervise, raise.

    Attention rises one level after the other up to the top of the ladder, each step `after` the last; custody
    stays (requirements part 3). Each is counted when it is asked for.
    """
    rows = supervision_rows(act, deadline)
    shares = sorted(((int(row["percent"]), fired, row["kind"]) for fired, row in rows
                     if row["kind"] not in ("raise", "daily")), key=lambda one: one[0])
    early, late = (list(group) for group in (
        (one for one in shares if one[0] <= 100), (one for one in shares if one[0] > 100)))
    for percent, fired, kind in early:
        yield _planned(act.holder, kind, _share(deadline, due, percent), fired)
    after = [(_share(deadline, due, percent), kind, fired, act.holder) for percent, fired, kind in late]
    for fired, row in rows:
        if row["kind"] == "raise":
            after += [(at, "raise", fired, centre) for at, centre in _raises(act, deadline, row["after"])]
    for at, kind, fired, centre in sorted(after, key=lambda one: one[0]):
        yield _planned(centre, kind, at, fired)
    raised = max((at for at, kind, *_ in after if kind == "raise"), default=deadline.due_at)
    yield from _daily(act, deadline, raised)


def _share(deadline: Deadline, due: deadlines.Due, percent: int) -> datetime:
    return share_of(due, deadline.opened_at, deadline.due_at, percent / 100)


def _raises(act: Act, deadline: Deadline, after: str) -> Iterator[tuple[datetime, Organisation]]:
    """One level after the other, and when."""
    moment, centre = deadline.due_at, act.holder
    while (above := act.centre_above(centre)) is not None:
        moment = min(_later(act, moment, deadline.limit), _later(act, moment, after))
        yield moment, above
        centre = above


def _daily(act: Act, deadline: Deadline, since: datetime) -> Iterator[Planned]:
    """The reminder that comes again and again while the work is not done."""
    for fired, row in supervision_rows(act, deadline):
        if row["kind"] == "daily":
            yield _planned(act.holder, "daily", _later(act, since, row["after"]), fired)


def _later(act: Act, moment: datetime, after: str) -> datetime:
    return act.due_at(moment, deadlines.Limit.parse(after), "hours").at


def _planned(centre: Organisation, kind: str, at: datetime, fired: Fired) -> Planned:
    return Planned(kind, at, centre.division.level, centre.id, fired.number, fired.cites)


def share_of(due: deadlines.Due, opened_at: datetime, due_at: datetime, share: float) -> datetime:
    """The instant at which this share of the time between opening and due has run, as the limit counts time."""
    if share == 1:
        return due_at
    return due.flow.after(opened_at, due.flow.ran(opened_at, due_at) * share)
