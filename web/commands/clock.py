"""`wangge clock`: what time it is here, and in a demo city how to make it later."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import click

from engine import clock, settings

_SPAN = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?")


@click.group("clock")
def command() -> None:
    """The clock of this place."""


@command.command()
@click.option("--json", "as_json", is_flag=True, help="JSON alone on standard output.")
def show(as_json: bool) -> None:
    """Say what time it is."""
    _follow()
    _tell(as_json)


@command.command()
@click.argument("span")
@click.option("--json", "as_json", is_flag=True, help="JSON alone on standard output.")
def advance(span: str, as_json: bool) -> None:
    """Push the clock of a demo city forward by SPAN, such as 2d, 4h30m or 90s; web and worker follow."""
    here = _follow()
    if not here.demo:
        raise click.ClickException("只有演示实例的时钟可以拨快（DEMO=0 时用机器时间）。")
    here.data.mkdir(parents=True, exist_ok=True)
    clock.advance(parse_span(span))
    _tell(as_json)


def parse_span(text: str) -> timedelta:
    """A span such as 2d, 4h30m, 90s; raises click.BadParameter."""
    match = _SPAN.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise click.BadParameter(f"「{text}」不是时长；例如 2d、4h30m、90s。")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _follow() -> settings.Settings:
    here = settings.load()
    clock.follow(here.clock_file if here.demo else None)
    return here


def _tell(as_json: bool) -> None:
    now, ahead = clock.now(), clock.offset().total_seconds()
    if as_json:
        click.echo(json.dumps({"now": now.isoformat(), "offset_seconds": ahead}))
    else:
        click.echo(f"{now.astimezone(clock.ZONE):%Y-%m-%d %H:%M:%S}" + (f"（拨快 {ahead:.0f} 秒）" if ahead else ""))
