"""`wangge serve`: the whole house in one go, web and worker, on the embedded database or yours."""

from __future__ import annotations

import sys
from typing import Any

import click

from engine import settings
from engine.db import migrate, tables
from engine.db.session import create_engine
from web import first_run, serving
from web.place import database_url, prepare


@click.command("serve")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of PORT.")
@click.option("--bind", help="The address to listen on, instead of BIND.")
@click.option("--no-worker", is_flag=True, help="Web only; workers run elsewhere.")
def command(port: int | None, bind: str | None, no_worker: bool) -> None:
    """Serve this place until stopped; an empty one gets the demo city first (DEMO=0: none)."""
    given: dict[str, Any] = {"port": port, "bind": bind}
    here = settings.load().model_copy(update={name: value for name, value in given.items() if value})
    if not serving.is_free(here):
        raise click.ClickException(f"{here.bind}:{here.port} 已被占用，请换一个端口，例如 PORT=8001 make run。")
    prepare(here)
    with database_url(here) as url:
        migrate.upgrade(url)
        if here.demo:
            from web.commands.demo import load_if_empty, tell_showcase

            load_if_empty(url)
            tell_showcase(url)
        else:
            _tell_first_run(here, url)
        click.echo(f"网格已就绪：http://{here.bind}:{here.port}/  （Ctrl+C 停止）", err=True)
        status = serving.Children(here, url, with_worker=not no_worker).run()
    sys.exit(status)


def _tell_first_run(here: settings.Settings, url: str) -> None:
    """While nothing is here: where to begin, and the code that proves from afar who stands at the machine."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            if not tables.filled(connection):
                click.echo(
                    f"这里还没有数据：请打开 http://{here.bind}:{here.port}/first-run ，或运行 wangge init。\n"
                    f"从别的机器打开时要填首次使用码：{first_run.code_of(here)}", err=True)
    finally:
        engine.dispose()
