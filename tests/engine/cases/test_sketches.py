"""The place of a case as a small drawing."""

from __future__ import annotations

from engine.cases.sketches import HEIGHT, WIDTH, sketch_of

RING = [[122.0, 30.0], [122.1, 30.0], [122.1, 30.1], [122.0, 30.1], [122.0, 30.0]]
SQUARE = {"type": "Polygon", "coordinates": [RING]}


def test_the_border_fits_the_drawing_with_north_up() -> None:
    sketch = sketch_of(SQUARE, 30.1, 122.0)
    assert sketch is not None and sketch.spot is not None
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in sketch.border)
    assert sketch.spot == sketch.border[3]
    assert sketch.spot[1] < sketch.border[0][1]


def test_a_grid_without_an_area_shows_the_spot_in_the_middle() -> None:
    sketch = sketch_of(None, 30.0, 122.0)
    assert sketch is not None and sketch.spot == (WIDTH / 2, HEIGHT / 2)


def test_nothing_known_draws_nothing() -> None:
    assert sketch_of(None, None, None) is None
    assert sketch_of({"type": "Polygon", "coordinates": []}, None, 122.0) is None
