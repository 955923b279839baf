"""`wangge due`: when is something due that was opened then, and why."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from engine import deadlines, directory
from engine.db import tables
from engine.deadlines import Office
from engine.errors import WanggeError
from web.commands._files import as_json, tell
from web.place import opened


@click.command("due")
@click.option("--from", "from_", required=True, help="When it was opened, such as 2026-09-30T16:40.")
@click.option("--limit", required=True, help='The limit, such as "2 work_day".')
@click.option("--count", type=click.Choice(["hours", "next_day"]), help="Default: next_day for days, else hours.")
@click.option("--office", default=deadlines.DEFAULT, show_default=True,
              help="Whose hours: a key of rules/calendars, or the name of hours typed in this place.")
@click.option("--organisation", metavar="CODE", help="Or those that an organisation of this place keeps now.")
@as_json
def command(from_: str, limit: str, count: str | None, office: str, organisation: str | None, as_json: bool) -> None:
    """Say the last moment that is still on time, the days counted and the source."""
    try:
        hours = _hours(office, organisation)
        answer = deadlines.answer_due(from_, limit, count, hours)
    except WanggeError as problem:
        raise click.ClickException(problem.message) from None
    answer["office_name"] = hours.name
    if as_json:
        tell(answer)
        return
    click.echo(f"{answer['due']}  {answer['count']}")
    click.echo("计入：" + "、".join(str(day) for day in answer["days"]))
    if answer["provisional"]:
        click.echo("暂定：跨越的年份尚未公布放假安排")
    click.echo(f"办公时间：{hours.name}")
    click.echo(f"依据：{answer['source']}")


def _hours(office: str, organisation: str | None) -> Office:
    """The hours that are asked for, as they are called now; the place is opened only where it knows them."""
    files = deadlines.load_calendars().offices
    if organisation is None and office in files:
        return files[office]
    with opened() as here, here.sessions() as session:
        if not tables.filled(session.connection()):
            raise click.ClickException("这里还没有初始化，只有规则文件里的办公时间。")
        key = deadlines.key_of(session, office) if organisation is None else _kept_by(session, organisation)
        return deadlines.office_now(session, key)


def _kept_by(session: Session, organisation: str) -> str:
    found = directory.find_organisation_coded(session, organisation)
    if found is None:
        raise click.ClickException(f"没有编码为「{organisation}」的单位。")
    return found.office
