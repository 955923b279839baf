"""`wangge compliance`: which requirement is met by which elements, rows and tests."""

from __future__ import annotations

import click

from engine import library
from engine.cases.citing import cited_elements, cited_rows
from web.commands._files import as_json, tell


@click.command("compliance")
@as_json
def command(as_json: bool) -> None:
    """The table made from the citations of the working copies."""
    sources = library.working_copies()
    lines = library.compliance(cited_elements(sources), cited_rows(sources))
    if as_json:
        tell(lines)
        return
    for line in lines:
        click.echo(f"{line['id']:5} {line['state']:6} {len(line['elements'])} elements, {len(line['rows'])} rows, "
                   f"{len(line['tests'])} tests  {line['title']}  {line['reason']}")
