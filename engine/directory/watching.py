"""Log-ins and accounts as whoever watches over them sees them: who is in, since when, from where; who cannot get in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.directory.accounts import WINDOW
from engine.directory.models import Account, Division, FailedLogin, Organisation, Person, Post
from engine.directory.models import Session as LogIn
from engine.directory.queries import held, is_within
from engine.directory.sessions import IDLE, hash_of

State = Literal["open", "locked", "waiting", "first", "left"]
STATES: tuple[State, ...] = ("open", "locked", "waiting", "first", "left")
PAGE = 50


class LogInView(NamedTuple):
    """One log-in: whose, since when, from where; `ended` is "" while it opens something, or why it does not."""

    id: int
    account_id: int
    username: str
    name: str
    kind: str
    started_at: datetime
    seen_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    address: str
    device: str
    ended: str


class AccountView(NamedTuple):
    """One account as a row of the list; `role` and `place` are of its holder's first post now."""

    id: int
    username: str
    name: str
    state: State
    locked_until: datetime | None
    failures: int
    failed_at: datetime | None
    last_log_in: datetime | None
    alive: int
    role: str | None
    place: str | None


class Former(NamedTuple):
    """Whose log-in no longer opens anything, and why: revoked, idle, old, locked or left."""

    account_id: int
    username: str
    why: str
    by: str | None


def list_log_ins_now(session: Session, at: datetime, top: str, text: str = "", before: int | None = None,
                     most: int = PAGE) -> list[LogInView]:
    """The log-ins below a division that open something now, the newest first, by words of name or address."""
    asked = _log_ins(at).where(_alive(at), below(top))
    if text:
        asked = asked.where(sa.or_(*(column.contains(text, autoescape=True)
                                     for column in (Person.name, Account.username, LogIn.address))))
    return _read(session, asked, before, most)


def list_log_ins_of(session: Session, account_id: int, at: datetime, most: int = 30) -> list[LogInView]:
    """One account's log-ins, the newest first, ended ones too."""
    return _read(session, _log_ins(at).where(LogIn.account_id == account_id), None, most)


def list_log_ins_between(session: Session, at: datetime, top: str, since: datetime, until: datetime, text: str = "",
                         address: str = "", before: int | None = None, most: int = PAGE) -> list[LogInView]:
    """The log-ins below a division that began in a period, the newest first, by person or user name and address."""
    asked = _log_ins(at).where(LogIn.started_at >= since, LogIn.started_at < until, below(top))
    if text:
        asked = asked.where(sa.or_(Person.name == text, Account.username == text))
    if address:
        asked = asked.where(LogIn.address == address)
    return _read(session, asked, before, most)


def get_log_in(session: Session, session_id: int, at: datetime) -> LogInView | None:
    """One log-in, or None."""
    return next(iter(_read(session, _log_ins(at).where(LogIn.id == session_id), None, 1)), None)


def count_log_ins_now(session: Session, at: datetime, top: str) -> int:
    """How many log-ins below a division open something now."""
    asked = sa.select(sa.func.count()).select_from(LogIn).join(Account, Account.id == LogIn.account_id)
    return session.scalar(asked.where(_alive(at), below(top))) or 0


def find_former(session: Session, secret: str, at: datetime) -> Former | None:
    """Whose secret this was, and why it opens nothing any more; None when it is forgotten or still opens."""
    row = session.execute(_log_ins(at).where(LogIn.secret_hash == hash_of(secret))).first()
    if row is None:
        return None
    account = session.get_one(Account, row.account_id)
    why = "locked" if not account.is_enabled else "left" if _gone(account.person.left_at, at) else row.ended
    return Former(row.account_id, row.username, why, row.revoked_by) if why else None


def list_accounts(session: Session, at: datetime, top: str, text: str = "", state: str = "", after: str = "",
                  most: int = PAGE) -> list[AccountView]:
    """Accounts below a division by user name, searched by name or user name, of one state."""
    asked = _accounts(at).where(Account.username > after, below(top))
    if text:
        asked = asked.where(sa.or_(Person.name.contains(text, autoescape=True),
                                   Account.username.contains(text, autoescape=True)))
    if state in STATES:
        asked = asked.where(_state(at) == state)
    rows = session.execute(asked.order_by(Account.username).limit(most))
    return [AccountView(*row) for row in rows]


def find_account_view(session: Session, username: str, at: datetime, top: str = "") -> AccountView | None:
    """One account as the list shows it; None where there is none, or not below this division."""
    row = session.execute(_accounts(at).where(Account.username == username, below(top))).first()
    return AccountView(*row) if row else None


def count_by_state(session: Session, at: datetime, top: str) -> dict[str, int]:
    """How many accounts below a division are in each state."""
    state = _state(at).label("state")
    asked = sa.select(state, sa.func.count()).select_from(Account).join(Person, Person.id == Account.person_id)
    found = {name: number for name, number in session.execute(asked.where(below(top)).group_by(state))}
    return {name: found.get(name, 0) for name in STATES}


def list_failures(session: Session, username: str, at: datetime) -> Sequence[FailedLogin]:
    """The failed log-ins under a name since yesterday, the newest first."""
    return session.scalars(sa.select(FailedLogin).where(
        FailedLogin.username == username, FailedLogin.at > at - timedelta(days=1)).order_by(FailedLogin.at.desc())
        .limit(20)).all()


def below(top: str) -> sa.ColumnElement[bool]:
    """Whether an account's holder has or had a post at or below this division, or none anywhere; "" is everywhere."""
    if not top:
        return sa.true()
    place = sa.select(Post.id).join(Organisation, Organisation.id == Post.organisation_id).join(
        Division, Division.code == Organisation.division_code)
    mine = Post.person_id == Account.person_id
    return sa.or_(place.where(mine, is_within(Division.path, top)).correlate(Account).exists(),
                  ~sa.select(Post.id).where(mine).correlate(Account).exists())


def forgive(session: Session, account_id: int) -> None:
    """Forget the failed attempts of an account, so that the next right password opens it."""
    account = session.get_one(Account, account_id)
    account.failures, account.failed_at, account.locked_until = 0, None, None
    session.execute(sa.delete(FailedLogin).where(FailedLogin.username == account.username))
    session.flush()


def _accounts(at: datetime) -> sa.Select[*tuple[Any, ...]]:
    alive = sa.select(sa.func.count()).select_from(LogIn).where(LogIn.account_id == Account.id, _alive(at))
    last = sa.select(sa.func.max(LogIn.started_at)).where(LogIn.account_id == Account.id)
    post = (sa.select(Post.role, Organisation.name.label("place"))
            .join(Organisation, Organisation.id == Post.organisation_id)
            .where(Post.person_id == Account.person_id, held(Post, at)).order_by(Post.valid_from, Post.id)
            .limit(1).lateral("post"))
    failed = sa.select(sa.func.count()).where(FailedLogin.username == Account.username, FailedLogin.at > at - WINDOW)
    return (sa.select(Account.id, Account.username, Person.name, _state(at), Account.locked_until,
                      failed.scalar_subquery(), Account.failed_at, last.scalar_subquery(), alive.scalar_subquery(),
                      post.c.role, post.c.place)
            .join(Person, Person.id == Account.person_id).outerjoin(post, sa.true()))


def _state(at: datetime) -> sa.ColumnElement[str]:
    return sa.case((Person.left_at <= at, "left"), (Account.is_enabled.is_(False), "locked"),
                   (Account.locked_until > at, "waiting"), (Account.must_change, "first"), else_="open")


def _alive(at: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(LogIn.revoked_at.is_(None), LogIn.expires_at > at,
                   sa.or_(LogIn.kind == "token", LogIn.seen_at >= at - IDLE))


def _log_ins(at: datetime) -> sa.Select[*tuple[Any, ...]]:
    ended = sa.case((LogIn.revoked_at.is_not(None), "revoked"), (LogIn.expires_at <= at, "old"),
                    (sa.and_(LogIn.kind != "token", LogIn.seen_at < at - IDLE), "idle"), else_="")
    return (sa.select(LogIn.id, LogIn.account_id, Account.username, Person.name, LogIn.kind, LogIn.started_at,
                      LogIn.seen_at, LogIn.expires_at, LogIn.revoked_at, LogIn.revoked_by, LogIn.address,
                      LogIn.device, ended.label("ended"))
            .join(Account, Account.id == LogIn.account_id).join(Person, Person.id == Account.person_id))


def _read(session: Session, asked: sa.Select[*tuple[Any, ...]], before: int | None, most: int) -> list[LogInView]:
    if before is not None:
        asked = asked.where(LogIn.id < before)
    return [LogInView(*row) for row in session.execute(asked.order_by(LogIn.id.desc()).limit(most))]


def _gone(left_at: datetime | None, at: datetime) -> bool:
    return left_at is not None and left_at <= at
