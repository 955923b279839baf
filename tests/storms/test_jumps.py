"""R10: the clock is pushed, put back, corrected by a second, led over a leap day and a change of summer time.

On the clock that a demo shares, and, where libfaketime is installed, on the machine's own clock as the workers see it.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import clock, directory
from engine.audit.models import Entry
from engine.worklist.models import Measure
from tests.storms.conftest import Say
from tests.storms.herds import LATE, all_cases, fill, firings, staff
from tests.storms.house import House
from tests.storms.sizes import sizes

HOUR, DAY, SECOND = timedelta(hours=1), timedelta(days=1), timedelta(seconds=1)
LIBRARIES = ("/usr/lib", "/usr/local/lib", "/opt/homebrew/lib")
BERLIN = "Europe/Berlin"  # where the machine may stand: its zone has summer time, the offices' has not


class MachineClock:
    """The machine's clock as the processes of a house see it: libfaketime shifts it by what our clock file says."""

    def __init__(self, library: Path, folder: Path) -> None:
        self.file, self.library = folder / "faketime", library
        self.file.write_text("+0")

    def told(self) -> dict[str, str]:
        """What the processes must be told; the zone of the machine is one with summer time."""
        return {"LD_PRELOAD": str(self.library), "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DEMO": "0", "TZ": BERLIN}

    def set(self) -> None:
        """Let the processes see the time that we see."""
        beside = self.file.with_suffix(".set")
        beside.write_text(f"{clock.offset().total_seconds():+.3f}")
        beside.replace(self.file)


@pytest.fixture(params=["shared clock", "machine's clock"])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> MachineClock | None:
    """Whose clock jumps: that of the place, or the machine's; the latter is skipped without libfaketime."""
    if request.param == "shared clock":
        return None
    found = [file for folder in LIBRARIES for file in Path(folder).glob("**/faketime/libfaketimeMT.so.1")]
    if not found:
        pytest.skip("libfaketime is not installed (Debian: apt install libfaketime)")
    return MachineClock(found[0], tmp_path)


@pytest.fixture
def watch(make_watch: Callable[..., House], keeper: MachineClock | None) -> House:
    """A house with cases, in which only workers run."""
    return make_watch(**keeper.told()) if keeper else make_watch(TZ=BERLIN)


def jump(house: House, keeper: MachineClock | None, by: timedelta) -> None:
    """Set the clock on, or back, at once."""
    house.shift(by)
    if keeper is not None:
        keeper.set()


def to(moment: datetime) -> timedelta:
    """How far it is to that moment."""
    return moment - clock.now()


def leaps(size: str) -> list[tuple[str, timedelta]]:
    """Named jumps; those to a moment are taken from where the clock stands then."""
    some = [("-1 h", -HOUR), ("+1 h", HOUR), ("-1 d", -DAY), ("+1 d", DAY), ("leap second", -SECOND)]
    return some if size == "small" else [*some, ("+400 d", 400 * DAY), ("-1 h", -HOUR), ("+1 d", DAY)]


MOMENTS = (  # the seconds before each: a leap day, and the changes of summer time where the machine stands
    ("29 Feb", datetime(2028, 2, 28, 23, 59, 57, tzinfo=UTC)),
    ("summer time begins", datetime(2028, 3, 26, 0, 59, 57, tzinfo=UTC)),
    ("summer time ends", datetime(2028, 10, 29, 0, 59, 57, tzinfo=UTC)),
)


@sizes(small=(3, "small"), storm=(10, "storm"), full=(2_000, "full"))
def test_a_clock_that_jumps_fires_nothing_twice_early_or_never(
        watch: House, keeper: MachineClock | None, size: tuple[int, str], seed: int, say: Say) -> None:
    count, kind = size
    chance, seen = random.Random(seed), list[tuple[int, str, datetime]]()
    fill(watch, count, moments=3)
    if keeper is not None:
        keeper.set()
    staff(watch, 2)
    latest = clock.now()
    jumps = chance.sample(leaps(kind), len(leaps(kind)))
    for name, by in [*jumps, ("on", 5 * DAY)]:
        latest = max(latest, clock.now())
        jump(watch, keeper, by)
        seen = settled(watch, seen, latest, name, count)
    for name, moment in MOMENTS[:1] if kind == "small" else MOMENTS:
        latest = max(latest, clock.now())
        jump(watch, keeper, to(moment))
        time.sleep(4)
        seen = settled(watch, seen, latest, name, count)
    taken, told = measures(watch)
    assert {case for case, _, _ in firings(watch, LATE)} == set(all_cases(watch)) and taken == told > 0
    say(f"jumps {', '.join(name for name, _ in jumps)} and over {'29 Feb' if kind == 'small' else 'leap day, DST'}: "
        f"{len(seen)} timers and {taken} measures of {count} cases, none twice, none early, none lost; "
        f"{watch.verify()} checks")


def settled(house: House, seen: list[tuple[int, str, datetime]], latest: datetime, name: str,
            count: int) -> list[tuple[int, str, datetime]]:
    """What has been fired once all is done that is due now; nothing twice, nothing early, nothing undone."""
    house.wait_for(house.drained, f"{name}: what is due is not done", 240 + 20 * count)
    fired = firings(house)
    assert fired[: len(seen)] == seen, f"{name}: what was done has changed"
    assert all(moment <= max(latest, clock.now()) for _, _, moment in fired), f"{name}: early"
    assert max(Counter(fired).values(), default=1) == 1, f"{name}: twice"
    return fired


def measures(house: House) -> tuple[int, int]:
    """How many measures were taken, and how many entries of the clock say so."""
    with house.session() as session:
        taken = session.scalar(sa.select(sa.func.count()).select_from(Measure))
        told = session.scalar(sa.select(sa.func.count()).select_from(Entry).where(
            Entry.actor == directory.CLOCK.label, Entry.verb != "timer"))
    return taken or 0, told or 0
