"""One change of an office's hours, and the hours that several of them lead to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from engine.clock import ZONE
from engine.deadlines.weeks import Office, OwnDay, Week, read_spans, spans_text, week_as_json, week_from_json


@dataclass(frozen=True, slots=True)
class Change:
    """One change of an office's hours: `week` from `since` on (None: since ever), or `own` from `since` to `until`.

    An `end` says whose hours, `then`, hold from `since` on, as they are now; None where nobody keeps these any more.
    `stay` takes an end back.
    """

    kind: Literal["week", "days", "end", "stay"]
    since: date | None
    until: date | None = None
    week: Week | None = None
    own: OwnDay | None = None
    then: Office | None = None

    def as_json(self) -> dict[str, Any]:
        """What is kept of it beside its days."""
        if self.week is not None:
            return week_as_json(self.week)
        if self.own is not None:
            return _own_as_json(self.own)
        return _office_as_json(self.then, self.since) if self.then is not None and self.since is not None else {}

    @classmethod
    def of(cls, kind: str, since: date | None, until: date | None, hours: Mapping[str, Any]) -> Change:
        """The change that was kept so."""
        if kind == "week":
            return cls("week", since, week=week_from_json(hours))
        if kind == "days":
            return cls("days", since, until, own=_own_from_json(hours))
        if kind == "stay":
            return cls("stay", since)
        return cls("end", since, then=_office_from_json(hours) if hours else None)


def office_with(key: str, name: str, changes: Iterable[Change]) -> Office:
    """The office that these changes lead to, the later one before the earlier where they speak of the same days."""
    weeks: dict[date, Week] = {}
    days: dict[date, OwnDay] = {}
    end: Change | None = None
    for change in changes:
        since = change.since or date.min
        if change.week is not None:
            weeks |= {since: change.week}
        elif change.own is not None and change.until is not None:
            days |= {since + timedelta(more): change.own for more in range((change.until - since).days + 1)}
        else:
            end = change if change.kind == "end" else None
    if end is not None and end.then is not None and end.since is not None:
        weeks, days = _followed(weeks, days, end.since, end.then)
    return Office(key, name, ZONE, _in_order(weeks), days)


def _followed(weeks: Mapping[date, Week], days: Mapping[date, OwnDay], since: date,
              then: Office) -> tuple[dict[date, Week], dict[date, OwnDay]]:
    """The own hours before a day, another office's from it on."""
    before = {day: week for day, week in weeks.items() if day < since}
    own = {day: one for day, one in days.items() if day < since}
    return (before | dict(_from(then, since)), own | {day: one for day, one in then.days.items() if day >= since})


def _from(office: Office, since: date) -> Sequence[tuple[date, Week]]:
    """The weeks in force on a day and after it."""
    return [(since, office.week_on(since)), *(one for one in office.weeks if one[0] > since)]


def _in_order(weeks: Mapping[date, Week]) -> tuple[tuple[date, Week], ...]:
    return tuple(sorted(weeks.items(), key=lambda one: one[0]))


def _office_as_json(office: Office, since: date) -> dict[str, Any]:
    return {"office": office.id, "name": office.name,
            "weeks": [{"since": day.isoformat(), **week_as_json(week)} for day, week in _from(office, since)],
            "days": [{"day": day.isoformat(), **_own_as_json(own)} for day, own in sorted(office.days.items())
                     if day >= since]}


def _office_from_json(kept: Mapping[str, Any]) -> Office:
    weeks = tuple((date.fromisoformat(one["since"]), week_from_json(one)) for one in kept["weeks"])
    days = {date.fromisoformat(one["day"]): _own_from_json(one) for one in kept["days"]}
    return Office(kept["office"], kept["name"], ZONE, weeks, days)


def _own_as_json(own: OwnDay) -> dict[str, Any]:
    return {"spans": spans_text(own.spans), "reason": own.reason}


def _own_from_json(kept: Mapping[str, Any]) -> OwnDay:
    return OwnDay(read_spans(kept["spans"]), kept["reason"])
