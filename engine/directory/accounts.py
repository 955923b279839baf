"""Accounts: passwords, and the lock after five wrong ones, counted in the database for every process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy.orm import Session

from engine.directory import queries
from engine.directory.actors import Actor
from engine.directory.models import Account, FailedLogin
from engine.errors import Invalid, NotAllowed, NotFound, Unavailable

WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=15)
FAILURES_PER_ACCOUNT = 5
FAILURES_PER_ADDRESS = 50
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200


class WrongCredentials(NotAllowed):
    """用户名或密码不对。"""

    code = "wrong_credentials"


class TooManyAttempts(Unavailable):
    """连续输错多次，登录暂时锁定，请稍后再试。"""

    code = "too_many_attempts"


class WeakPassword(Invalid):
    """密码至少 10 个字符，不能与用户名相同，且不能只用一种字符。"""

    code = "weak_password"


class PasswordMustChange(NotAllowed):
    """初始密码要先改成自己的，才能继续。"""

    code = "password_must_change"


class UnknownAccount(NotFound):
    """没有这个账号。"""

    code = "account_unknown"


@dataclass
class _Hashing:
    """How much work a password check costs; the unknown user's check costs the same."""

    hasher: PasswordHasher
    nobody: str


def _hashing(time_cost: int, memory_kib: int) -> _Hashing:
    hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
    return _Hashing(hasher, hasher.hash("nobody has this password"))


_current = _hashing(time_cost=2, memory_kib=19_456)  # the least that OWASP names for argon2id


def use_hashing(time_cost: int, memory_kib: int) -> None:
    """Let password checks of this process cost that much from now on; tests make them cheap."""
    global _current
    _current = _hashing(time_cost, memory_kib)


def hash_password(password: str) -> str:
    """The argon2id hash to keep; the same password never gives the same one twice."""
    return _current.hasher.hash(password)


def hash_random(password: str) -> str:
    """The hash of a password that was drawn at random (80 bits): guessing it needs no costly hash to be hopeless."""
    return _quick.hash(password)


_quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def check_strength(username: str, password: str) -> None:
    """Raises WeakPassword when too short, too long, the user's name, or of one kind of characters."""
    kinds = {"a" if c.isalpha() else "0" if c.isdigit() else "." for c in password}
    long_enough = SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD
    if not long_enough or password.lower() == username.lower() or len(kinds) < 2:
        raise WeakPassword(fields={"password": [(WeakPassword.__doc__ or "").strip()]})


def check_password(session: Session, username: str, password: str, address: str, at: datetime) -> Account:
    """The account that this name and password open.

    Raises WrongCredentials, or TooManyAttempts with the moment when trying again makes sense. An unknown name
    fails, locks and takes as long as a known one. What is counted must be committed even when this raises.
    """
    _refuse_blocked(session, username, address, at)
    account = queries.find_account_named(session, username)
    matches = _matches(account.password_hash if account else _current.nobody, password)
    if account is not None:
        account = queries.lock_account(session, account.id)
        if account.locked_until is not None and account.locked_until > at:
            raise TooManyAttempts(retry_at=account.locked_until)
        if matches and account.is_enabled and not _has_left(account, at):
            account.failures, account.failed_at, account.locked_until = 0, None, None
            session.execute(sa.delete(FailedLogin).where(FailedLogin.username == username))
            return account
        _count(account, at)
    session.add(FailedLogin(address=address, username=username[:80], at=at))
    session.flush()
    raise WrongCredentials


def change_own_password(session: Session, actor: Actor, old: str, new: str, address: str, at: datetime) -> None:
    """Another password for oneself; the old one proves who asks.

    Raises what `check_password` raises, and WeakPassword. Ending the other sessions is the caller's next step.
    """
    account = get_account(session, actor.account_id or 0)
    check_password(session, account.username, old, address, at)
    if new == old:
        raise WeakPassword("新密码不能与原来的相同。", fields={"password": ["新密码不能与原来的相同。"]})
    change_password(session, account.id, new)


def change_password(session: Session, account_id: int, password: str) -> None:
    """Set another password; ending the other sessions is the caller's next step. Raises WeakPassword."""
    account = get_account(session, account_id)
    check_strength(account.username, password)
    account.password_hash = hash_password(password)
    account.must_change = False
    account.failures, account.failed_at, account.locked_until = 0, None, None
    session.flush()


def set_first_password(session: Session, account_id: int, password: str) -> None:
    """Let an account in by a password drawn at random, once: the next page asks for another."""
    account = get_account(session, account_id)
    account.password_hash, account.must_change = hash_random(password), True
    account.failures, account.failed_at, account.locked_until = 0, None, None
    session.flush()


def set_language(session: Session, account_id: int, language: str) -> None:
    """Let this account read in that language from now on."""
    get_account(session, account_id).language = language
    session.flush()


def enable_account(session: Session, account_id: int, enabled: bool) -> None:
    """Let an account in, or shut it out from its next request on."""
    get_account(session, account_id).is_enabled = enabled
    session.flush()


def get_account(session: Session, account_id: int) -> Account:
    """The account; raises UnknownAccount."""
    account = queries.find_account(session, account_id)
    if account is None:
        raise UnknownAccount
    return account


def forget_failures(session: Session, at: datetime) -> int:
    """Delete failed log-ins that no limit looks at any more, and say how many."""
    old = sa.delete(FailedLogin).where(FailedLogin.at < at - timedelta(days=1))
    return len(session.scalars(old.returning(FailedLogin.id)).all())


def _has_left(account: Account, at: datetime) -> bool:
    return account.person.left_at is not None and account.person.left_at <= at


def _refuse_blocked(session: Session, username: str, address: str, at: datetime) -> None:
    """Raises TooManyAttempts when this name or address failed too often; spends no work on the password."""
    since = at - WINDOW
    for (count, first), limit in (
        (queries.failures_by_address(session, address, since), FAILURES_PER_ADDRESS),
        (queries.failures_by_name(session, username[:80], since), FAILURES_PER_ACCOUNT),
    ):
        if count >= limit and first is not None:
            raise TooManyAttempts(retry_at=first + WINDOW)


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _current.hasher.verify(password_hash, password[:LONGEST_PASSWORD])
    except (VerifyMismatchError, InvalidHashError):
        return False


def _count(account: Account, at: datetime) -> None:
    """One more failure; the fifth within a quarter of an hour locks the account for as long."""
    recent = account.failed_at is not None and account.failed_at > at - WINDOW
    account.failures = account.failures + 1 if recent else 1
    account.failed_at = at
    if account.failures >= FAILURES_PER_ACCOUNT:
        account.locked_until = at + LOCK
        account.failures = 0
