"""`wangge backup`: the whole place in one file, while people go on working."""

from __future__ import annotations

from pathlib import Path

import click

from engine import backups, clock
from web.commands._files import as_json, tell
from web.place import opened


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file when it exists.")
@as_json
def command(file: Path, force: bool, as_json: bool) -> None:
    """Keep the whole place in FILE: database, photos and papers, all of one moment.

    FILE also holds the secret that opens residents' contacts and signs log-ins (secret.key), unless you set
    SECRET_KEY yourself; then keep that apart. Whoever has FILE has everything: it is written for its owner alone
    (mode 0600); lock it away, and encrypt it before it leaves the house. `wangge restore FILE` makes a place of it.
    """
    file = file.absolute()
    if not file.parent.is_dir():
        raise click.ClickException(f"没有文件夹 {file.parent}。")
    with opened() as place:
        made = backups.make_backup(place.settings, place.engine, file, clock.now(), _progress, force)
    if as_json:
        tell({"file": str(made.file), "size": made.size, **made.manifest})
    else:
        key = ("内含密钥 secret.key，请妥善保管" if made.manifest["key"] == "inside"
               else "不含 SECRET_KEY，恢复时要用同一个值")
        click.echo(f"已备份：{made.file}（{made.size / 1_048_576:.1f} MB，{made.manifest['cases']} 件事件，{key}）")
    if made.missing:
        raise click.ClickException(f"{len(made.missing)} 个材料在存储里已经不见：{'、'.join(made.missing[:5])}")


def _progress(words: str) -> None:
    click.echo(words, err=True)
