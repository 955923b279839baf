"""How the engine talks to the database: one kind of connection pool, one kind of session."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker

from engine.clock import stopwatch
from engine.db import pipelines, writing

QUIET = 1.0  # seconds that a connection may lie in the pool and still count as alive
PREPARED_AT = 2  # a statement is prepared when it comes for the third time on its connection
_LAST = "last_used"

writing.install()
pipelines.install()


def create_engine(url: str, **options: Any) -> sa.Engine:
    """A pool of psycopg connections that are asked for a sign of life before use, unless they were in use just now.

    What people typed stays out of error texts.
    Whoever makes it disposes of it: a connection that is garbage-collected open is a warning.
    """
    made = sa.make_url(url)
    if made.drivername in ("postgres", "postgresql"):
        made = made.set(drivername="postgresql+psycopg")
    settings: dict[str, Any] = {
        "pool_size": 5, "max_overflow": 10, "pool_timeout": 10,
        "hide_parameters": True,
        "connect_args": {"connect_timeout": 5, "application_name": "wangge", "prepare_threshold": PREPARED_AT,
                         **_watching(made)}, **options,
    }
    if settings.get("poolclass") is sa.NullPool:
        del settings["pool_size"], settings["max_overflow"], settings["pool_timeout"]
    engine = sa.create_engine(made, **settings)
    tune(engine)
    return engine


def tune(engine: sa.Engine) -> None:
    """What every engine of ours does beyond SQLAlchemy's own ways."""
    greet_when_quiet(engine)
    pipelines.use(engine)


def greet_when_quiet(engine: sa.Engine) -> None:
    """Ask a connection for a sign of life when it has lain still; where there is none, all of its age are replaced.

    What breaks between two uses in quick succession is told as the loss of the database that it is.
    """

    @event.listens_for(engine, "checkin")
    def note(connection: Any, record: Any) -> None:
        record.info[_LAST] = stopwatch()

    @event.listens_for(engine, "checkout")
    def greet(connection: Any, record: Any, proxy: Any) -> None:
        last = record.info.get(_LAST)
        if last is not None and stopwatch() - last > QUIET and not _is_alive(engine, connection):
            raise InvalidatePoolError


def _is_alive(engine: sa.Engine, connection: Any) -> bool:
    try:
        return bool(engine.dialect.do_ping(connection))
    except engine.dialect.loaded_dbapi.Error:
        return False


def _watching(url: sa.URL) -> dict[str, object]:
    """Lets both sides of a network notice within ten seconds that the other lost its power: what it held is free then.

    A socket on the same machine needs no watching; options that the address brings along are left as they are.
    """
    host = str(url.host or url.query.get("host", ""))
    if not host or host.startswith("/"):
        return {}
    ours: dict[str, object] = {"keepalives_idle": 4, "keepalives_interval": 2, "keepalives_count": 3}
    if "options" not in url.query:
        ours["options"] = "-c tcp_keepalives_idle=4 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    return ours


def session_factory(engine: sa.Engine) -> sessionmaker[Session]:
    """Makes plain sessions; rooms flush, and only the two edges (web request, worker job) commit."""
    return sessionmaker(engine, expire_on_commit=False)
