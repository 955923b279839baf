"""`wangge init`: set up an empty place without a browser, and take people on from a file."""

from __future__ import annotations

from pathlib import Path

import click

from engine import clock
from engine.cases import founding
from engine.db import migrate
from web.place import opened


@click.command("init")
@click.option("--place", default="zhoushan", show_default=True, help="Which list of divisions and bodies.")
@click.option("--name", help="The first system administrator.")
@click.option("--username", help="How they log in.")
@click.option("--password", envvar="WANGGE_PASSWORD", help="Asked for when not given.")
@click.option("--people", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="CSV: name,role,organisation,grid,username,password.")  # fmt: skip
def command(place: str, name: str | None, username: str | None, password: str | None, people: Path | None) -> None:
    """Make an empty place ready for work; with --people also (or later) its staff."""
    with opened() as here:
        migrate.upgrade(here.url)
        with here.sessions.begin() as session:
            if not founding.is_founded(session):
                founder = founding.Founder(
                    name or click.prompt("系统管理员姓名", err=True),
                    username or click.prompt("用户名", err=True),
                    password or click.prompt("密码", hide_input=True, confirmation_prompt=True, err=True),
                )
                founding.found_place(session, place, founder, clock.now())
                click.echo(f"已建好：{place}，系统管理员 {founder.username}。", err=True)
            elif people is None:
                raise founding.AlreadyFounded
            if people is not None:
                click.echo(f"新增 {founding.take_on(session, people, clock.now())} 人。", err=True)
