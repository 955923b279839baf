"""`wangge workbook`: the workbook that the registers are imported from, empty or with Daishan as a sample."""

from __future__ import annotations

from pathlib import Path

import click

from engine import clock, registers


@click.command("workbook")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--sample", is_flag=True, help="With the bodies, grids, people, posts and matters of Daishan, made up.")
def command(file: Path, sample: bool) -> None:
    """Write the workbook of people, posts, organisations, grids and matters to FILE, headings and explanation only.

    \b
    wangge workbook daishan.xlsx --sample
    """
    file.write_bytes(registers.sample(clock.now()) if sample else registers.template())
    click.echo(f"已写入 {file}", err=True)
