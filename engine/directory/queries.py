"""Every question that is asked of the directory about people, organisations and log-ins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from engine.db.hydrating import Question, ask_together
from engine.directory.models import Account, Division, FailedLogin, Grid, Organisation, Person, Post
from engine.directory.models import Session as LogIn


def find_account(session: Session, account_id: int) -> Account | None:
    """The account with its person."""
    return session.scalar(sa.select(Account).where(Account.id == account_id))


def find_account_of(session: Session, person_id: int) -> int | None:
    """The first account of a person."""
    return session.scalar(sa.select(Account.id).where(Account.person_id == person_id).order_by(Account.id).limit(1))


def find_account_named(session: Session, username: str) -> Account | None:
    """The account that logs in under this name."""
    return session.scalar(sa.select(Account).where(Account.username == username))


def lock_account(session: Session, account_id: int) -> Account:
    """The account's row as it is now, locked until the commit."""
    asked = sa.select(Account).where(Account.id == account_id)
    return session.scalars(asked.with_for_update(of=Account).execution_options(populate_existing=True)).one()


def list_posts(session: Session, person_id: int, at: datetime) -> list[Post]:
    """The posts that a person holds at that moment, the oldest first."""
    asked = sa.select(Post).where(Post.person_id == person_id, _valid(at))
    return list(session.scalars(asked.order_by(Post.valid_from, Post.id)))


def find_organisation_coded(session: Session, code: str) -> Organisation | None:
    """The organisation with this code."""
    return session.scalar(sa.select(Organisation).where(Organisation.code == code))


def get_organisation(session: Session, organisation_id: int) -> Organisation:
    """The organisation with this row id."""
    return session.get_one(Organisation, organisation_id)


def find_centre(session: Session, division_code: str) -> Organisation | None:
    """The centre of this very division."""
    asked = sa.select(Organisation).where(Organisation.division_code == division_code)
    return session.scalar(asked.where(Organisation.kind == "centre"))


def find_grid(session: Session, code: str) -> Grid | None:
    """The grid with this code."""
    return session.scalar(sa.select(Grid).where(Grid.code == code))


def find_person(session: Session, person_id: int) -> Person | None:
    """The person."""
    return session.get(Person, person_id)


def held(post: type[Post] | ReadOnlyColumnCollection[str, Any],
         at: datetime | sa.ColumnElement[datetime]) -> sa.ColumnElement[bool]:
    """Whether a post (an alias of it, or the columns of its table) is held at that moment."""
    return sa.and_(post.valid_from <= at, sa.or_(post.valid_to.is_(None), post.valid_to > at))


class Held(SimpleNamespace):
    """An account beside one of its holder's posts (its columns None without any), see `_held`."""


def read_account(session: Session, account_id: int, at: datetime) -> Sequence[Held]:
    """The account with each post its holder has at that moment, the oldest first; nothing for an unknown one."""
    (found,) = ask_together(session, (_BY_ACCOUNT, {"account_id": account_id, "at": at}))
    return read_held(found)


def of_log_in(secret_hash: str, at: datetime, to_read: bool = False) -> Question:
    """The same by the hash of a secret, with the log-in's own columns: every request asks this, once.

    `to_read`: from here to the commit each question is planned for its own values; a plan for any values would read
    a city as if it were a township, and a rare word as if it were a common one. What acts asks by keys and is planned
    once for all values: planning the one write costs more than doing it.
    """
    return _TO_READ if to_read else _TO_ACT, {"secret_hash": secret_hash, "at": at}


def read_held(found: bytes | None) -> list[Held]:
    """The rows of such an answer."""
    return [] if found is None else [_held_of(doc) for doc in orjson.loads(found)]


def _held_of(doc: dict[str, Any]) -> Held:
    for name in _MOMENTS:
        if (moment := doc.get(name)) is not None:
            doc[name] = datetime.fromisoformat(moment)
    return Held(**doc)


_MOMENTS = ("seen_at", "expires_at", "revoked_at")
_custody = sa.table("custody", sa.column("organisation_id"), sa.column("abroad"))
"""Of the room `cases`, by name: who may see what begins here, and every request asks it."""


def _held(*more: sa.ColumnElement[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Plain tables: no case hangs on them, so this need not pass the scope."""
    account, person, post = Account.__table__, Person.__table__, Post.__table__
    place, division, grid = Organisation.__table__, Division.__table__, Grid.__table__
    at = sa.bindparam("at", type_=post.c.valid_from.type)
    valid = sa.and_(post.c.person_id == person.c.id, held(post.c, at))
    asked = sa.select(
        *more,
        account.c.id.label("account_id"),
        sa.and_(account.c.is_enabled, sa.or_(person.c.left_at.is_(None), person.c.left_at > at)).label("is_enabled"),
        account.c.must_change,
        account.c.language,
        person.c.id.label("person_id"),
        person.c.name,
        post.c.role,
        place.c.id.label("organisation_id"),
        place.c.name.label("organisation_name"),
        place.c.kind.label("organisation_kind"),
        division.c.code.label("division_code"),
        division.c.name.label("division_name"),
        division.c.path,
        division.c.level,
        grid.c.id.label("grid_id"),
        grid.c.name.label("grid_name"),
        sa.exists().where(_custody.c.organisation_id == place.c.id, _custody.c.abroad).label("holds_abroad"),
    )
    joined = account.join(person, person.c.id == account.c.person_id).outerjoin(post, valid)
    joined = joined.outerjoin(place, place.c.id == post.c.organisation_id)
    joined = joined.outerjoin(division, division.c.code == place.c.division_code)
    joined = joined.outerjoin(grid, grid.c.id == post.c.grid_id)
    return asked.select_from(joined).order_by(post.c.valid_from, post.c.id)


def _as_json(asked: sa.Select[*tuple[Any, ...]], *beside: str) -> str:
    """The question as the driver takes it, its rows as one JSON: rows of so many columns cost SQLAlchemy much more."""
    inner = asked.compile(dialect=psycopg())  # type: ignore[no-untyped-call]
    return f"SELECT {', '.join(('json_agg(held)::text', *beside))} FROM ({inner}) AS held"


_log_in = LogIn.__table__
_BY_ACCOUNT = _as_json(_held().where(Account.__table__.c.id == sa.bindparam("account_id")))
_BY_SECRET = _held(
    Account.__table__.c.preferences,
    _log_in.c.id.label("session_id"), _log_in.c.kind, _log_in.c.seen_at, _log_in.c.expires_at, _log_in.c.revoked_at
).where(_log_in.c.account_id == Account.__table__.c.id, _log_in.c.secret_hash == sa.bindparam("secret_hash"))
_PLANNED = "set_config('plan_cache_mode', 'force_{}_plan', true)"
_TO_READ = _as_json(_BY_SECRET, _PLANNED.format("custom"))
_TO_ACT = _as_json(_BY_SECRET, _PLANNED.format("generic"))


def failures_by_address(session: Session, address: str, since: datetime) -> tuple[int, datetime | None]:
    """How often logging in failed from this address since then, and when for the first time."""
    return _failures(session, FailedLogin.address == address, since)


def failures_by_name(session: Session, username: str, since: datetime) -> tuple[int, datetime | None]:
    """How often logging in under this name failed since then, and when for the first time."""
    return _failures(session, FailedLogin.username == username, since)


def paths_of(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The path of each of these divisions."""
    asked = sa.select(Division.code, Division.path).where(Division.code.in_(list(codes)))
    return {code: path for code, path in session.execute(asked)}


def is_within(path: sa.SQLColumnExpression[str], top: str) -> sa.ColumnElement[bool]:
    """Whether a dotted path is this one or below it: one range that a btree answers («/» follows «.»)."""
    return sa.and_(path >= top, path < top + "/")


def _failures(session: Session, of: sa.ColumnElement[bool], since: datetime) -> tuple[int, datetime | None]:
    asked = sa.select(sa.func.count(), sa.func.min(FailedLogin.at)).where(of, FailedLogin.at > since)
    count, first = session.execute(asked).one()
    return count, first


def _valid(at: datetime) -> sa.ColumnElement[bool]:
    return held(Post, at)


class LogInOf(NamedTuple):
    """An account, whose it is and where its holder sits (codes and names)."""

    role: str
    username: str
    name: str
    organisation: str
    organisation_name: str
    division: str
    division_name: str
    level: str


def list_log_ins(session: Session, at: datetime) -> list[LogInOf]:
    """Every log-in with the first post behind it, by role, level and place."""
    asked = (
        sa.select(
            Post.role,
            Account.username,
            Person.name,
            Organisation.code,
            Organisation.name,
            Division.code,
            Division.name,
            Division.level,
        )
        .join(Account, Account.person_id == Post.person_id)
        .join(Person, Person.id == Post.person_id)
        .join(Organisation, Organisation.id == Post.organisation_id)
        .join(Division, Division.code == Organisation.division_code)
        .where(_valid(at), Account.is_enabled)
        .order_by(Post.role, sa.func.length(Division.path), Division.code, Account.username)
    )
    return [LogInOf(*row) for row in session.execute(asked)]
