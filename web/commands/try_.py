"""`wangge try`: run a diagram dry, with prepared answers, and see every step."""

from __future__ import annotations

import json
from pathlib import Path

import click

from engine import processes
from web.commands._files import as_json, files, read_sources, tell


@click.command("try")
@files
@click.option("--answers", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="JSON: {element id: {field: value}}, a list for one per visit.")
@as_json
def command(files: tuple[Path, ...], answers: Path | None, as_json: bool) -> None:
    """Run the process of the first file; the others are the processes and tables that it calls."""
    given = {}
    if answers is not None:
        try:
            given = json.loads(answers.read_text(encoding="utf-8"))
        except ValueError as problem:
            raise click.ClickException(f"{answers.name} 不是有效的 JSON：{problem}") from None
    report = processes.try_run(read_sources(files), given)
    if as_json:
        tell(report)
    else:
        for step in report["trace"]:
            click.echo(str(step))
        for one in report["problems"]:
            click.echo(str(one), err=True)
        click.echo(report["status"], err=True)
    if report["status"] != "completed":
        raise SystemExit(1)
