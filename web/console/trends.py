"""The eight weeks as a drawing: the share in time as lines, what came in, was closed and missed as bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.supervision.boards import Week

LEFT, RIGHT = 40.0, 412.0
TOP, FLOOR = 14.0, 108.0  # of the lines
CEILING, BOTTOM = 128.0, 186.0  # of the bars
BAR = 8.0
KINDS = ("arrived", "settled", "missed")


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of a week."""

    kind: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Trend:
    """Points of the two lines, ticks of the scales, bars, and where each week stands."""

    own: tuple[tuple[float, float], ...]
    above: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[int, float], ...]
    bars: tuple[Bar, ...]
    most: int
    places: tuple[float, ...]


def draw(weeks: Sequence[Week]) -> Trend | None:
    """The drawing; None before two weeks, which make no line."""
    if len(weeks) < 2:
        return None
    step = (RIGHT - LEFT) / len(weeks)
    places = tuple(round(LEFT + step * (number + 0.5), 1) for number in range(len(weeks)))
    rates = [rate for week in weeks for rate in (week.rate, week.rate_above) if rate is not None]
    low = max(0, (min([*rates, 90]) - 2) // 10 * 10)

    def line(found: Sequence[int | None]) -> tuple[tuple[float, float], ...]:
        return tuple((x, _height(rate, low)) for x, rate in zip(places, found, strict=True) if rate is not None)

    most = max([*(getattr(week, kind) for week in weeks for kind in KINDS), 1])
    return Trend(line([week.rate for week in weeks]), line([week.rate_above for week in weeks]),
                 tuple((rate, _height(rate, low)) for rate in (100, (100 + low) // 2, low)),
                 tuple(_bar(week, kind, number, x, most) for week, x in zip(weeks, places, strict=True)
                       for number, kind in enumerate(KINDS)), most, places)


def _height(rate: float, low: int) -> float:
    return round(TOP + (FLOOR - TOP) * (100 - rate) / (100 - low), 1)


def _bar(week: Week, kind: str, number: int, x: float, most: int) -> Bar:
    height = round((BOTTOM - CEILING) * getattr(week, kind) / most, 1)
    return Bar(kind, round(x + BAR * (number - 1.5), 1), round(BOTTOM - height, 1), height)
