"""`wangge verify`: the ten invariants, computed from what is stored."""

from __future__ import annotations

import click

from engine import clock, verification
from web.commands._files import as_json, tell
from web.place import opened

WHILE_A_WORKER_LIVES = "I7"


class Told:
    """Says on standard error how far it is, once a second."""

    def __init__(self) -> None:
        self.last = clock.stopwatch()

    def __call__(self, what: str, done: int, of: int) -> None:
        """Note that so much of it is done."""
        if clock.stopwatch() - self.last >= 1:
            self.last = clock.stopwatch()
            click.echo(f"{what}  {done} / {of}", err=True)


@click.command("verify")
@as_json
def command(as_json: bool) -> None:
    """Check I1 to I10; exit 1 when one is violated or nothing was checked."""
    with opened() as place, place.sessions() as session:
        found = verification.verify(session, clock.now(), place.url, Told())
    if as_json:
        tell({name: finding.as_json() for name, finding in found.items()})
    else:
        for name, finding in found.items():
            click.echo(f"{name:4} {finding.checked:9} checked  {finding.violations} violated  "
                       + "; ".join(finding.examples))
    unchecked = [name for name, one in found.items() if not one.checked and name != WHILE_A_WORKER_LIVES]
    if unchecked or any(one.violations for one in found.values()):
        raise SystemExit(1)
