"""Which programs are at work here: our own, the engine of diagrams, the database, and the shape of its tables."""

from __future__ import annotations

import platform
from importlib.metadata import version
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.db import migrate


class Program(NamedTuple):
    """A program or the shape of the tables; `wanted` differs from `found` where an upgrade is due."""

    name: str
    found: str
    wanted: str = ""


def programs(session: Session) -> list[Program]:
    """The versions, ours first."""
    shape = migrate.current(session.connection()) or ""
    return [
        Program("wangge", version("wangge")),
        Program("migration", shape, migrate.head() or ""),
        Program("SpiffWorkflow", version("SpiffWorkflow")),
        Program("PostgreSQL", str(session.scalar(sa.text("SHOW server_version")))),
        Program("Python", platform.python_version()),
        Program("SQLAlchemy", version("SQLAlchemy")),
        Program("Flask", version("Flask")),
    ]
