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
    """Run the process of the first file dry; the others are the processes and tables that it calls.

    No database, no clock: every user task is completed with its answer, service operations are recorded, and when
    nothing else can move the clock jumps to the next timer. `trace` holds every flow node completed, inner before
    outer. `status` is completed, waiting (`waiting` says where), failed, or refused by the gate; exit 0 only when
    completed. `problems` holds the warnings as well.

    \b
    Of a file with several processes the one runs that no other calls; one that is not executable does not count.
    The none start event begins; a timer start waits for its time; a message or signal start is refused.
    A message or a signal reaches whoever listens inside the run; what nobody sends is waited for.
    Where no wangge:form is drawn, answers are data under their own names besides form["…"].
    """
    given = {}
    if answers is not None:
        try:
            given = json.loads(answers.read_text(encoding="utf-8"))
        except ValueError as problem:
            raise click.ClickException(f"{answers.name} 不是有效的 JSON：{problem}") from None
        if not isinstance(given, dict):
            raise click.ClickException(f"{answers.name} 要写成 {{元素编号: {{字段: 值}}}}")
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
