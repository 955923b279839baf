"""R3 and R4: workers die, many timers are due at one instant; each timer fires once, oldest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from engine import clock
from engine.cases.clockwork import BATCH
from tests.storms.conftest import Say
from tests.storms.herds import LATE, all_cases, fill, firings, overtaken, staff
from tests.storms.house import House
from tests.storms.sizes import sizes

MOST_WORKERS = 8


@sizes(small=(80, 3, 1), storm=(1_000, MOST_WORKERS, 3), full=(10_000, MOST_WORKERS, 50))
def test_timers_of_one_instant_fire_once_each(make_watch: Callable[[], House], size: tuple[int, int, int], seed: int,
                                              say: Say) -> None:
    count, workers, rounds = size
    rates, checked = list[float](), 0
    for _ in range(rounds):
        watch = make_watch()
        due = fill(watch, count, moments=4)
        watch.advance(due[-1] - clock.now() + timedelta(minutes=1))
        began = clock.stopwatch()
        staff(watch, workers)
        watch.drain(patience=240 + count)
        rates.append(count / (clock.stopwatch() - began))
        fired = firings(watch, LATE)
        assert sorted(case for case, _, _ in fired) == all_cases(watch) and len(fired) == count == len(due)
        late = overtaken([moment for _, _, moment in fired], by=workers * BATCH)
        assert late <= workers * BATCH  # what a worker has in hand may be held up once
        checked += watch.verify()
        watch.close()
    say(f"{rounds} × {count} timers at 4 instants, {workers} workers: each fired once, oldest first, "
        f"{min(rates):.0f} to {max(rates):.0f}/s with the start of the workers; {checked} checks")


def has_fired(house: House, some: int) -> bool:
    """Whether so many timers have been fired."""
    return len(firings(house, LATE)) >= some


@sizes(small=(96, 1), storm=(600, 10), full=(6_000, 15))
def test_a_backlog_drains_oldest_first_when_all_workers_died(make_watch: Callable[[], House], size: tuple[int, int],
                                                             seed: int, say: Say) -> None:
    (count, rounds), watch = size, make_watch()
    due, deaths = fill(watch, count, moments=6), 0
    staff(watch, 2)
    watch.advance(due[-1] - clock.now() + timedelta(minutes=1))
    for number in range(rounds):
        some = count * (number + 1) // (rounds + 1)
        watch.wait_for(partial(has_fired, watch, some), "nothing is fired", 240 + some)
        for name in watch.names:
            watch.kill(name)
            deaths += 1
        watch.advance(timedelta(minutes=20))
        watch.open()
    took, fired = watch.drain(patience=240 + count), firings(watch, LATE)
    assert sorted(case for case, _, _ in fired) == all_cases(watch)
    late = overtaken([moment for _, _, moment in fired], by=2 * BATCH)
    assert late <= (deaths + 2) * BATCH  # what the dead held comes later
    say(f"{deaths} deaths of workers over {count} timers: each fired once, oldest first, drained {took:.1f} s after "
        f"the last; {watch.verify()} checks")
