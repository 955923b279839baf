"""`wangge bench`: what an act costs here, in a scratch place of its own that is gone afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from engine import bench, settings
from engine.db import migrate
from engine.settings import Settings
from web import benches
from web.commands._files import as_json, tell
from web.place import opened

ROUNDS = 60
SMALL = 0.0005


@click.command("bench")
@click.argument("name", required=False)
@click.option("--rounds", default=ROUNDS, show_default=True, type=click.IntRange(min=1), help="How many to measure.")
@click.option("--scale", default=1.0, show_default=True, type=click.FloatRange(0, 100, min_open=True),
              help="Share of the full number of rows.")
@click.option("--small", is_flag=True, help="A few rows and rounds: whether it runs, not how fast.")
@as_json
def command(name: str | None, rounds: int, scale: float, small: bool, as_json: bool) -> None:
    """Measure NAME, or everything there is to measure, on the disk of DATA."""
    if name is None and as_json:
        raise click.UsageError(f"--json wants one NAME of: {', '.join(benches.NAMES)}")
    if small:
        rounds, scale = 2, SMALL
    for one in [name] if name else benches.NAMES:
        report = _measure(one, rounds, scale)
        if as_json:
            tell(report.as_json())
        else:
            _show(one, report)


def _measure(name: str, rounds: int, scale: float) -> bench.Report:
    home = settings.load().data
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder:
        here = Settings(data=Path(folder), demo=True, database_url=None, objects_url=None, log_level="error")
        with opened(here) as place:
            migrate.upgrade(place.url)
            place.engine.dispose()
            return benches.run(name, here, place.url, rounds, scale)


def _show(name: str, report: bench.Report) -> None:
    click.echo(name)
    for label, one in report.figures.items():
        click.echo(f"  {label:28} {one.value:10.3f} {one.unit:11} ± {one.spread:.3f}  n={one.n}")
    click.echo("  " + ", ".join(f"{key} {value}" for key, value in report.conditions.items()))
