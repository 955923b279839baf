"""What the commands share: files named on the command line, and answers as JSON or as lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from engine import library, processes
from engine.library import Source
from engine.library.findings import Finding

files = click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
as_json = click.option("--json", "as_json", is_flag=True, help="JSON alone on standard output.")


def read_sources(paths: Iterable[Path], pack: str | None = None) -> list[Source]:
    """The files as working copies, known by the ids they carry, not by their names; a file may hold what it calls.

    A file outside the packs' folders belongs to `pack`, or to base.
    """
    return [source for path in paths
            for source in processes.unfolded(library.read_source(path, pack or _pack_of(path)))]


def _pack_of(path: Path) -> str:
    folder = path.resolve().parent.name
    return folder if folder in library.packs() else "base"


def tell(value: Any) -> None:
    """JSON alone on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def tell_findings(findings: Sequence[Finding]) -> None:
    """One line a finding: file, element, severity, what is wrong."""
    for one in findings:
        click.echo(f"{one.file}:{one.element or '-'}: {one.severity} [{one.code}] {one.message}")


def as_plain(one: Finding) -> dict[str, str]:
    """{"file", "element", "code", "message", "severity"}."""
    return {"file": one.file, "element": one.element, "code": one.code, "message": one.message,
            "severity": one.severity}
