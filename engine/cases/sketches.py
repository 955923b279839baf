"""The place of a case as a small drawing: the border of its grid and, where known, the spot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

WIDTH, HEIGHT, MARGIN = 112.0, 84.0, 8.0


@dataclass(frozen=True, slots=True)
class Sketch:
    """Points of a border and a spot, in the units of a drawing of WIDTH by HEIGHT."""

    border: tuple[tuple[float, float], ...]
    spot: tuple[float, float] | None

    @property
    def points(self) -> str:
        """The border as an SVG polygon takes it."""
        return " ".join(f"{x:g},{y:g}" for x, y in self.border)


def sketch_of(area: Mapping[str, Any] | None, lat: float | None, lng: float | None) -> Sketch | None:
    """The drawing of a GeoJSON polygon and a spot; None where neither is known."""
    ring = _ring(area)
    spot = (lng, lat) if lat is not None and lng is not None else None
    known = [*ring, *([spot] if spot else [])]
    if not known:
        return None
    place = _Projection(known)
    return Sketch(tuple(place(point) for point in ring), place(spot) if spot else None)


def _ring(area: Mapping[str, Any] | None) -> list[tuple[float, float]]:
    """The outer ring of a polygon, or of the first one of several."""
    if not area:
        return []
    rings = area.get("coordinates") or []
    if area.get("type") == "MultiPolygon" and rings:
        rings = rings[0]
    return [(float(point[0]), float(point[1])) for point in rings[0]] if rings else []


class _Projection:
    """Degrees to the drawing: north up, one scale both ways, centred."""

    def __init__(self, known: Sequence[tuple[float, float]]) -> None:
        west, east = min(x for x, _ in known), max(x for x, _ in known)
        south, north = min(y for _, y in known), max(y for _, y in known)
        self.middle = ((west + east) / 2, (south + north) / 2)
        self.narrow = cos(radians(self.middle[1]))
        wide, high = (east - west) * self.narrow, north - south
        room = (WIDTH - 2 * MARGIN) / wide if wide else 0.0, (HEIGHT - 2 * MARGIN) / high if high else 0.0
        self.scale = min((one for one in room if one), default=1.0)

    def __call__(self, point: tuple[float, float]) -> tuple[float, float]:
        x = WIDTH / 2 + (point[0] - self.middle[0]) * self.narrow * self.scale
        y = HEIGHT / 2 - (point[1] - self.middle[1]) * self.scale
        return round(x, 1), round(y, 1)
