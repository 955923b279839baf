"""`wangge password`: another first password, for whoever stands at the machine."""

from __future__ import annotations

import click

from engine import clock, registers
from web.place import opened


@click.command("password")
@click.argument("username")
def command(username: str) -> None:
    """Give USERNAME a new first password, shown here once; every log-in of the account ends, and it is on the record.

    For the day on which the only security administrator has lost theirs; everybody else is helped under 账号.
    """
    with opened() as here, here.sessions.begin() as session:
        first = registers.reset_at_the_machine(session, username, clock.now())
    click.echo(f"{first.username} {first.name} {first.password}")
    click.echo("首次登录必须修改；原来的登录都已结束。", err=True)
