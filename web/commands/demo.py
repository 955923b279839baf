"""`wangge demo`: the demo city, its accounts, and one case walked up the whole ladder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any

import click
import sqlalchemy as sa

from engine import attachments, clock, demo, directory
from engine.db import migrate, tables
from engine.db.session import create_engine, session_factory
from engine.demo import volume
from web.commands._files import as_json, tell
from web.place import opened

CASES = 300
_ONE_AT_A_TIME = 7_740_008


@click.group("demo", invoke_without_command=True)
@click.option("--cases", "count", default=CASES, show_default=True, help="How many cases travel.")
@click.pass_context
def command(context: click.Context, count: int) -> None:
    """Load the demo city into an empty place and end."""
    if context.invoked_subcommand is None:
        with opened() as place:
            migrate.upgrade(place.url)
            if not load_if_empty(place.url, count):
                click.echo("这里已经有数据，没有改动。", err=True)


def load_if_empty(url: str, count: int = CASES) -> bool:
    """Make the demo city where nothing is; true when it did. Half a city, left by a kill, is made anew."""
    engine = create_engine(url)
    sa.event.listen(engine, "connect", _hasten)
    try:
        with _alone(engine) as connection:
            if demo.is_half_made(connection):
                _clear(engine, url)
            with session_factory(engine)() as session:
                if not demo.is_empty(session):
                    return False
            demo.mark(connection)
            _load(engine, clock.now(), count)
            demo.unmark(connection)
    finally:
        engine.dispose()
    return True


def _hasten(connection: Any, _: Any) -> None:
    """Nobody waits for the disk: what a broken machine loses goes with the end of the city, which is made anew then."""
    connection.execute("SET synchronous_commit = off")
    connection.commit()


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection with a lock: whoever else makes a city here waits, and then finds it made."""
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(sa.select(sa.func.pg_advisory_lock(_ONE_AT_A_TIME)))
        yield connection
        connection.execute(sa.select(sa.func.pg_advisory_unlock(_ONE_AT_A_TIME)))


def _clear(engine: sa.Engine, url: str) -> None:
    """Nothing of half a city stays, its photos included."""
    with session_factory(engine)() as session:
        attachments.remove(attachments.list_row_keys(session))
    with engine.begin() as connection:
        tables.drop(connection)
    migrate.upgrade(url)


def _load(engine: sa.Engine, until: datetime, count: int) -> None:
    sessions = session_factory(engine)
    _say("演示城市舟山：区划、机构、人员、事项 …")
    with sessions.begin() as session:
        demo.build_city(session, until)
    done = 0
    with sessions() as session:
        for what in demo.travel(session, until, count):
            session.commit()
            if what == "report":
                done += 1
                if done % 25 == 0:
                    _say(f"演示城市舟山：{done} / {count} 件事件按流程走到今天")
    with sessions.begin() as session:
        demo.seal(session, until)


def _say(words: str) -> None:
    with suppress(BrokenPipeError):
        print(words, file=sys.stderr, flush=True)  # noqa: T201 - progress of a command


@command.command()
@as_json
def accounts(as_json: bool) -> None:
    """The demo accounts, one of each role and level, with their password."""
    with opened() as place, place.sessions() as session:
        found = [{**one._asdict(), "password": demo.PASSWORD} for one in directory.list_log_ins(session, clock.now())]
    if as_json:
        tell(found)
        return
    for one in found:
        click.echo(f"{one['role']:15} {one['username']:34} {one['organisation_name']}")
    click.echo(f"密码都是 {demo.PASSWORD}", err=True)


@command.command("volume")
@click.option("--cases", "count", required=True, type=click.IntRange(min=1), help="How many to add.")
@click.option("--open-share", default=volume.OPEN_SHARE, type=click.FloatRange(0, 1), help="How many of them are open.")
@as_json
def volume_(count: int, open_share: float, as_json: bool) -> None:
    """Add copies of the cases that travelled, by COPY; the same ones each time."""
    with opened() as place:
        migrate.upgrade(place.url)
        load_if_empty(place.url)
        with place.sessions() as session:
            for done in volume.add_volume(session, count, clock.now(), open_share):
                if done % 10_000 == 0:
                    _say(f"演示数据量：{done} / {count}")
            session.commit()
            sizes = volume.sizes(session)
        with place.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            volume.settle(connection)
    if as_json:
        tell(sizes)
    else:
        click.echo(f"现在有 {sizes['cases']} 件，其中 {sizes['open']} 件在办。")


def tell_showcase(url: str) -> None:
    """The accounts to begin with, as lines on standard error."""
    engine = create_engine(url)
    try:
        with session_factory(engine)() as session:
            shown = demo.showcase(session, clock.now())
    finally:
        engine.dispose()
    for one in shown:
        _say(f"  {one.username:28} {directory.ROLE_NAMES[one.role][0]}　{one.organisation_name}　{one.name}")
    if shown:
        _say(f"  密码都是 {demo.PASSWORD}；全部账号：.venv/bin/wangge demo accounts")


@command.command()
@as_json
def walk(as_json: bool) -> None:
    """One case from a grid up to the city and to its end, over HTTP, under a virtual clock, in a scratch place."""
    from web.commands._walking import walk_once

    steps = walk_once()
    if as_json:
        tell(steps)
        return
    for step in steps:
        click.echo(f"{step['at']}  {step['level']:10} {step['organisation']}  {step['event']}"
                   + (f"  → {step['due']}（{step['row']}）" if step["due"] else ""))
