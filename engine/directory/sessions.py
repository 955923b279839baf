"""Log-ins: a random secret for the device, its hash for us; ended by time, log-out, or an administrator."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.db import pipelines
from engine.db.hydrating import ask_together
from engine.directory import accounts, queries
from engine.directory.actors import Actor, actor_of
from engine.directory.models import Session as LogIn

Kind = Literal["browser", "token"]
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
KEPT = timedelta(days=183)
"""How long a log-in is kept after its end, and a failed one: six months (Cybersecurity Law art. 21(3))."""
_NOTED_EVERY = timedelta(minutes=1)
REMEMBERED = 4096  # tokens of which a process remembers what it was told last


@dataclass(frozen=True)
class Opened:
    """A log-in just made; the secret is told once and never kept."""

    secret: str
    expires_at: datetime
    account_id: int


@dataclass(frozen=True)
class Known:
    """Whom a secret belongs to at this request, and what that account has chosen."""

    session_id: int
    actor: Actor
    preferences: dict[str, Any]


def log_in(session: Session, username: str, password: str, address: str, kind: Kind, at: datetime,
           device: str = "") -> Opened:
    """Check the password and open a new log-in; raises what `accounts.check_password` raises."""
    account = accounts.check_password(session, username, password, address, at)
    return open_session(session, account.id, kind, at, address, device)


def open_session(session: Session, account_id: int, kind: Kind, at: datetime, address: str = "",
                 device: str = "") -> Opened:
    """A new log-in of this account, without asking for a password; `device` is as it calls itself."""
    secret = secrets.token_urlsafe(32)
    opened = Opened(secret, at + LONGEST, account_id)
    session.add(
        LogIn(
            secret_hash=hash_of(secret),
            account_id=account_id,
            kind=kind,
            started_at=at,
            seen_at=at,
            expires_at=opened.expires_at,
            address=address[:45],
            device=_printable(device),
        )
    )
    session.flush()
    return opened


class AnotherAsks(Exception):
    """What was presumed of a secret is not so any more: nothing may be done for it, ask anew who it is."""


def find_known(session: Session, secret: str, kind: Kind, at: datetime, to_read: bool = False) -> Known | None:
    """Whose secret this is, or None once it was revoked, grew old or idle, or its account was shut out.

    `to_read`: the request only reads, see `queries.of_log_in`.

    Posts are read afresh each time: what changes about a person counts from the next request on.
    """
    secret_hash = hash_of(secret)
    (found,) = ask_together(session, queries.of_log_in(secret_hash, at, to_read))
    if found is not None and kind == "token":
        _last(secret_hash).found = found
    log_in, known = _read(found, kind, at)
    if known is not None and kind == "browser" and at - log_in.seen_at > _NOTED_EVERY:
        session.execute(sa.update(LogIn).where(LogIn.id == log_in.session_id).values(seen_at=at))
    return known


def presume(session: Session, secret: str, at: datetime) -> Known | None:
    """Whose token this was when it was asked about last, or None: then it must be asked about now.

    What the directory says today travels with the session's first question. Where that differs in anything, the
    question raises AnotherAsks, and what it found is given to nobody: a presumption is never acted on.
    """
    secret_hash = hash_of(secret)
    last = _last(secret_hash).found
    known = _read(last, "token", at)[1]
    if known is None or known.actor.must_change:
        return None

    def judge(answers: pipelines.Answers) -> None:
        if answers != [last]:
            raise AnotherAsks

    pipelines.put_ahead(session, [queries.of_log_in(secret_hash, at)], judge)
    return known


@dataclass(slots=True)
class _Last:
    """What the directory said of a secret when it was asked last."""

    found: bytes | None = None


@lru_cache(maxsize=REMEMBERED)
def _last(secret_hash: str) -> _Last:
    return _Last()


@lru_cache(maxsize=REMEMBERED)
def _rows(found: bytes) -> tuple[queries.Held, Actor]:
    held = queries.read_held(found)
    return held[0], actor_of(held)


def _read(found: bytes | None, kind: Kind, at: datetime) -> tuple[queries.Held, Known | None]:
    if found is None:
        return queries.Held(), None
    log_in, actor = _rows(found)
    if log_in.kind != kind or not log_in.is_enabled or not _is_alive(log_in, at):
        return log_in, None
    return log_in, Known(log_in.session_id, actor, dict(log_in.preferences or {}))


def revoke(session: Session, session_id: int, at: datetime, by: str | None = None) -> None:
    """End one log-in; its secret opens nothing from the next request on. `by`: somebody else than its user."""
    ended = sa.update(LogIn).where(LogIn.id == session_id, LogIn.revoked_at.is_(None))
    session.execute(ended.values(revoked_at=at, revoked_by=by))


def is_revoked(session: Session, session_id: int) -> bool:
    """Whether a log-in was ended by somebody, or is forgotten; one that only grew old or idle was not."""
    asked = sa.select(LogIn.revoked_at).where(LogIn.id == session_id)
    found = session.execute(asked).first()
    return found is None or found.revoked_at is not None


def revoke_secret(session: Session, secret: str, at: datetime) -> None:
    """End the log-in of this secret, if there is one."""
    ended = sa.update(LogIn).where(LogIn.secret_hash == hash_of(secret), LogIn.revoked_at.is_(None))
    session.execute(ended.values(revoked_at=at))


def revoke_all(session: Session, account_id: int, at: datetime, except_session: int | None = None,
               by: str | None = None) -> int:
    """End every log-in of an account, such as after a new password, save the one in use; how many were alive."""
    ended = sa.update(LogIn).where(LogIn.account_id == account_id, LogIn.revoked_at.is_(None))
    if except_session is not None:
        ended = ended.where(LogIn.id != except_session)
    gone = session.execute(ended.values(revoked_at=at, revoked_by=by).returning(LogIn.kind, LogIn.seen_at,
                                                                                LogIn.expires_at)).all()
    return sum(is_alive_at(one.kind, one.seen_at, one.expires_at, at) for one in gone)


def forget_ended(session: Session, at: datetime) -> int:
    """Delete log-ins that ended longer ago than logs are kept, and say how many."""
    gone = sa.delete(LogIn).where(LogIn.expires_at < at - KEPT).returning(LogIn.id)
    return len(session.scalars(gone).all())


def is_alive_at(kind: str, seen_at: datetime, expires_at: datetime, at: datetime) -> bool:
    """Whether a log-in that nobody revoked still opens something."""
    return expires_at > at and (kind == "token" or at - seen_at <= IDLE)


def _is_alive(log_in: queries.Held, at: datetime) -> bool:
    return log_in.revoked_at is None and is_alive_at(log_in.kind, log_in.seen_at, log_in.expires_at, at)


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())[:200]


def hash_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
