"""`wangge`: the command line; each command lives in a module of its own under `web/commands`."""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path

import click

from engine.errors import Invalid, WanggeError
from engine.settings import SettingsRefused

_FOLDER = Path(__file__).parent / "commands"


class Commands(click.Group):
    """Finds a command by its file and loads only that one; the module calls it `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every file of the folder, by name."""
        names = (file.stem for file in _FOLDER.glob("*.py") if not file.stem.startswith("_"))
        return sorted(name.rstrip("_") for name in names)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None; `try` lives in `try_.py`, for Python keeps that word to itself."""
        for stem in (cmd_name, f"{cmd_name}_"):
            if cmd_name.isidentifier() and (_FOLDER / f"{stem}.py").exists():
                command: click.Command = importlib.import_module(f"web.commands.{stem}").command
                return command
        return None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
def group() -> None:
    """Case management for grid governance. DATA names the place; unset: var/."""


def main() -> None:
    """Run a command; errors in plain words on standard error, exit 1 (2 for wrong usage or settings)."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # in good order, database and all
    try:
        group(prog_name="wangge", standalone_mode=True)
    except SettingsRefused as refused:
        _end(str(refused), 2)
    except WanggeError as error:
        _end("\n".join([error.message, *_fields(error)]), 1)


def _fields(error: WanggeError) -> list[str]:
    if not isinstance(error, Invalid):
        return []
    return [f"  {name}: {'; '.join(messages)}" for name, messages in error.fields.items()]


def _end(text: str, status: int) -> None:
    click.echo(text, err=True)
    sys.exit(status)


if __name__ == "__main__":
    main()
