"""`wangge staff`: take people on from a file."""

from __future__ import annotations

from pathlib import Path

import click

from engine import clock, directory
from web.place import opened


@click.command("staff")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def command(file: Path) -> None:
    """Take on everybody of FILE, a CSV: name,role,organisation,grid,username,password; all or nobody."""
    with opened() as here, here.sessions.begin() as session:
        taken = directory.take_on(session, file, clock.now())
    click.echo(f"新增 {taken} 人。", err=True)
