"""`wangge lint`: what the gate would say to these files; without any, to all working copies and calendars."""

from __future__ import annotations

from pathlib import Path

import click

from engine import deadlines, library
from engine.cases.gatekeeping import inspect_sources
from web.commands._files import as_json, as_plain, files, read_sources, tell, tell_findings


@click.command("lint")
@files
@as_json
def command(files: tuple[Path, ...], as_json: bool) -> None:
    """Check diagrams and tables; exit 1 when one would be refused."""
    known = library.working_copies()
    sources = read_sources(files) or known
    found = inspect_sources(sources, known if files else ())
    deadlines.load_calendars()
    if as_json:
        tell([as_plain(one) for one in found])
    else:
        tell_findings(found)
        click.echo(f"{len(sources)} files, {len(found)} findings", err=True)
    if any(one.severity == "error" for one in found):
        raise SystemExit(1)
