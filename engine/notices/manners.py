"""When and by what a kind of notice goes out: local defaults from rules/notices.yaml, and each person's own choice."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal, TypedDict, cast

import yaml

from engine import deadlines, library
from engine.clock import ZONE

FILE = library.RULES / "notices.yaml"
OTHER, DIGEST, TRIAL = "other", "digest", "trial"
OFFICE = "default"
CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
Way = Literal["now", "digest", "never"]
WAYS: tuple[Way, ...] = ("now", "digest", "never")


class Chosen(TypedDict, total=False):
    """What a person keeps under "notices" of their preferences: only what differs from the local setting."""

    ways: dict[str, dict[str, Way]]  # kind → channel → way
    quiet: tuple[str, str]  # "22:00", "07:00"; both alike: never quiet


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice with its names and its local defaults by channel."""

    key: str
    name: str
    name_en: str
    is_urgent: bool
    ways: dict[str, Way]

    def way(self, channel: str) -> Way:
        """How it goes by a channel unless somebody chose otherwise; a channel not named gets what is urgent."""
        return self.ways.get(channel, "now" if self.is_urgent else "never")


@dataclass(frozen=True, slots=True)
class Manners:
    """The local setting.

    `too_old`: after which a letter that was never tried is not sent any more; `together`: after which supervision
    without an answer is not told case by case, but in one notice.
    """

    source: str
    quiet: tuple[str, str]
    digest: time
    too_old: timedelta
    together: timedelta
    kinds: dict[str, Kind]

    def kind(self, key: str) -> Kind:
        """The kind of this key, or «other»; a digest and a trial letter come when they come."""
        return self.kinds.get(key) or self.kinds[OTHER]

    def way(self, kind: str, channel: str, chosen: Chosen) -> Way:
        """How a kind goes by a channel to somebody who chose so."""
        found = self.kind(kind)
        own = chosen.get("ways", {}).get(found.key, {}).get(channel)
        return own if own in WAYS else found.way(channel)

    def quiet_of(self, chosen: Chosen) -> tuple[str, str]:
        """A person's quiet hours on the office's clock."""
        return chosen.get("quiet") or self.quiet


def is_choice(kept: Any) -> bool:
    """Whether this names a way for each kind and channel."""
    return isinstance(kept, dict) and all(
        isinstance(ways, dict) and all(way in WAYS for way in ways.values()) for ways in kept.values())


def is_span(kept: Any) -> bool:
    """Whether these are two times of the day."""
    return isinstance(kept, list | tuple) and len(kept) == 2 and all(
        isinstance(one, str) and CLOCK.fullmatch(one) for one in kept)


@lru_cache(maxsize=1)
def manners() -> Manners:
    """What the file says; read once a process."""
    raw: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    kinds = {key: _kind(key, row) for key, row in raw["kinds"].items()}
    quiet = (raw["quiet"]["from"], raw["quiet"]["until"])
    if not is_span(quiet):
        raise ValueError(f"{FILE.name}: quiet must be two times such as \"22:00\", in quotes")
    too_old = timedelta(days=float(raw["letters"]["too_old_days"]))
    together = timedelta(days=float(raw["unanswered"]["together_days"]))
    return Manners(raw["source"], quiet, time.fromisoformat(raw["digest"]["at"]), too_old, together, kinds)


def _kind(key: str, row: dict[str, Any]) -> Kind:
    ways = {name: cast(Way, way) for name, way in row.items() if name not in ("name", "name_en", "urgent")}
    wrong = [name for name, way in ways.items() if way not in WAYS]
    if wrong:
        raise ValueError(f"{FILE.name}: {key}: {wrong[0]} must be one of {', '.join(WAYS)}")
    return Kind(key, row["name"], row["name_en"], bool(row.get("urgent")), ways)


def quiet_until(at: datetime, quiet: tuple[str, str]) -> datetime | None:
    """When the quiet hours around this instant end; None outside them. They may run over midnight."""
    first, last = (time.fromisoformat(one) for one in quiet)
    local = at.astimezone(ZONE)
    now = local.time()
    inside = first <= now < last if first <= last else now >= first or now < last
    if not inside:
        return None
    end = datetime.combine(local.date(), last, ZONE)
    return end if end > local else end + timedelta(days=1)


def next_digest(at: datetime) -> datetime:
    """The next working day's moment for digests, strictly later than this instant."""
    calendar = deadlines.load_calendars()
    table = deadlines.timetable(calendar, calendar.office(OFFICE))
    local = at.astimezone(ZONE)
    moment = manners().digest
    day: date = local.date() if local.time() < moment else local.date() + timedelta(days=1)
    return datetime.combine(table.working_day_after(day - timedelta(days=1), 1), moment, ZONE)
