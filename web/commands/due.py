"""`wangge due`: when is something due that was opened then, and why."""

from __future__ import annotations

import click

from engine import deadlines
from engine.errors import WanggeError
from web.commands._files import as_json, tell


@click.command("due")
@click.option("--from", "from_", required=True, help="When it was opened, such as 2026-09-30T16:40.")
@click.option("--limit", required=True, help='The limit, such as "2 work_day".')
@click.option("--count", type=click.Choice(["hours", "next_day"]), help="Default: next_day for days, else hours.")
@click.option("--office", default="default", show_default=True, help="Whose office hours.")
@as_json
def command(from_: str, limit: str, count: str | None, office: str, as_json: bool) -> None:
    """Say the last moment that is still on time, the days counted and the source."""
    try:
        answer = deadlines.answer_due(from_, limit, count, office)
    except WanggeError as problem:
        raise click.ClickException(problem.message) from None
    if as_json:
        tell(answer)
        return
    click.echo(f"{answer['due']}  {answer['count']}")
    click.echo("计入：" + "、".join(str(day) for day in answer["days"]))
    if answer["provisional"]:
        click.echo("暂定：跨越的年份尚未公布放假安排")
    click.echo(f"依据：{answer['source']}")
