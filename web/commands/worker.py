"""`wangge worker`: fires what is due, sends what waits; any number of them may run."""

from __future__ import annotations

import click

from web.observing import log_as_json
from web.place import opened


@click.command("worker")
@click.option("--parent", type=int, hidden=True, help="Stop when this process is gone.")
def command(parent: int | None) -> None:
    """Do the recurring work until stopped."""
    from web.worker import Worker  # APScheduler is loaded by nobody else

    with opened() as place:
        log_as_json(place.settings.log_level)
        Worker(place).run(parent)
