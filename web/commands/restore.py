"""`wangge restore`: a backup brought into an empty place, and what came out of it verified."""

from __future__ import annotations

from pathlib import Path

import click

from engine import backups, clock, settings, verification
from web.commands import _drill
from web.commands._files import as_json, tell
from web.place import opened, prepare


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--drill", is_flag=True, help="Only try it: restore beside this place, compare, verify, log in.")
@as_json
def command(file: Path, drill: bool, as_json: bool) -> None:
    """Bring FILE, made by `wangge backup`, into an empty place: all of it or nothing.

    The place is DATA (or DATABASE_URL and OBJECTS_URL) without any data, and nothing else may be running there.
    A secret.key in FILE becomes the place's own; a backup made with SECRET_KEY needs the same SECRET_KEY here.
    At the end the ten invariants are checked (`wangge verify`); exit 0 only when they hold.
    With --drill nothing of this place is touched: FILE is restored into a place that ends with the command.
    """
    if drill:
        _try_out(file, as_json)
        return
    with opened() as place:
        manifest = backups.restore_backup(place.settings, place.engine, file, _progress)
        prepare(place.settings)  # with the secret and the clock that came along
        _progress("核对 I1–I10 …")
        with place.sessions() as session:
            found = verification.verify(session, clock.now())
    wrong = [name for name, one in found.items() if one.violations]
    if as_json:
        tell({**manifest, "verified": not wrong, "verification": {name: one.as_json() for name, one in found.items()}})
    elif not wrong:
        checked = sum(one.checked for one in found.values())
        click.echo(f"已恢复 {manifest['made_at']} 的备份：{manifest['cases']} 件事件；核对 {checked} 项，没有问题。")
    if wrong:
        raise click.ClickException(f"数据已恢复，但核对没有通过：{'、'.join(wrong)}；请运行 wangge verify 查看。")


def _try_out(file: Path, as_json: bool) -> None:
    """The drill, told; what failed ends it badly."""
    here = settings.load()
    made = _drill.drill(here, file, _progress)
    noted = not made.problems and _drill.note(here, file)
    if as_json:
        tell({**made.manifest, "drilled": not made.problems, "tables": made.tables, "rows": made.rows,
              "logged_in": made.logged_in, "noted": noted, "problems": made.problems})
    elif not made.problems:
        click.echo(f"演练通过：{made.manifest['made_at']} 的备份，{made.tables} 张表 {made.rows} 行与备份时一致，"
                   f"{made.manifest['objects']} 个材料齐全，核对没有问题，{made.logged_in} 位管理员能登录。")
    if made.problems:
        raise click.ClickException(f"演练没有通过：{'；'.join(made.problems[:5])}")


def _progress(words: str) -> None:
    click.echo(words, err=True)
