from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import directory
from engine.directory.models import Account, FailedLogin
from tests.builders import NOW, PASSWORD, a_person, an_account

MINUTE = timedelta(minutes=1)


@pytest.fixture
def account(session: Session) -> Account:
    return an_account(session, a_person(session), "zhangsan")


def try_in(
    session: Session, password: str, at: datetime = NOW, username: str = "zhangsan", address: str = "10.0.0.1"
) -> str:
    try:
        directory.log_in(session, username, password, address, "token", at)
    except (directory.WrongCredentials, directory.TooManyAttempts) as refused:
        return refused.code
    return "in"


def test_the_right_password_opens(session: Session, account: Account) -> None:
    assert try_in(session, PASSWORD) == "in"


def test_a_wrong_password_is_refused(session: Session, account: Account) -> None:
    assert try_in(session, "guess") == "wrong_credentials"


def test_five_failures_lock_even_the_right_password(session: Session, account: Account) -> None:
    assert [try_in(session, "guess") for _ in range(5)] == ["wrong_credentials"] * 5
    assert try_in(session, PASSWORD) == "too_many_attempts"


def test_the_lock_ends_after_a_quarter_of_an_hour(session: Session, account: Account) -> None:
    for _ in range(5):
        try_in(session, "guess")
    assert try_in(session, PASSWORD, NOW + 14 * MINUTE) == "too_many_attempts"
    assert try_in(session, PASSWORD, NOW + 15 * MINUTE) == "in"


def test_failures_long_ago_do_not_count(session: Session, account: Account) -> None:
    for minute in (0, 4, 8, 12):
        try_in(session, "guess", NOW + minute * MINUTE)
    assert try_in(session, "guess", NOW + 40 * MINUTE) == "wrong_credentials"
    assert try_in(session, PASSWORD, NOW + 41 * MINUTE) == "in"


def test_success_forgets_earlier_slips(session: Session, account: Account) -> None:
    for _ in range(4):
        try_in(session, "guess")
    assert try_in(session, PASSWORD) == "in"
    assert [try_in(session, "guess"), try_in(session, PASSWORD)] == ["wrong_credentials", "in"]


def test_an_unknown_name_locks_like_a_known_one(session: Session, account: Account) -> None:
    known = [try_in(session, "guess") for _ in range(7)]
    assert known == [try_in(session, "guess", username="nobody") for _ in range(7)]


def test_guessing_names_is_limited_by_address(session: Session) -> None:
    session.add_all(FailedLogin(address="10.0.0.9", username=f"name{n}", at=NOW) for n in range(50))
    session.flush()
    assert try_in(session, "guess", username="fresh", address="10.0.0.9") == "too_many_attempts"
    assert try_in(session, "guess", username="fresh", address="10.0.0.8") == "wrong_credentials"


def test_a_disabled_account_stays_out(session: Session, account: Account) -> None:
    directory.disable_account(session, account.id, NOW)
    assert try_in(session, PASSWORD) == "wrong_credentials"


def test_the_refusal_says_when_to_come_back(session: Session, account: Account) -> None:
    for _ in range(5):
        try_in(session, "guess")
    with pytest.raises(directory.TooManyAttempts) as refused:
        directory.log_in(session, "zhangsan", PASSWORD, "10.0.0.1", "token", NOW)
    assert refused.value.retry_at == NOW + 15 * MINUTE


def test_old_failures_are_forgotten(session: Session) -> None:
    session.add(FailedLogin(address="10.0.0.9", username="x", at=NOW - timedelta(days=2)))
    session.flush()
    assert directory.forget_failures(session, NOW) == 1
    assert session.scalars(select(FailedLogin)).all() == []


@pytest.mark.parametrize("password", ["short1", "abcdefghijkl", "1234567890123", "x1" * 101])
def test_a_weak_password_is_refused(session: Session, account: Account, password: str) -> None:
    with pytest.raises(directory.WeakPassword):
        directory.change_password(session, account.id, password)


def test_a_new_password_replaces_the_old(session: Session, account: Account) -> None:
    directory.change_password(session, account.id, "another-2026")
    assert [try_in(session, PASSWORD), try_in(session, "another-2026")] == ["wrong_credentials", "in"]
