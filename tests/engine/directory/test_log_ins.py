from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import directory
from engine.directory.models import Session as LogIn
from tests.builders import NOW, a_person, an_account

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def account_id(session: Session) -> int:
    return an_account(session, a_person(session)).id


def test_a_secret_is_known_by_its_hash_alone(session: Session, account_id: int) -> None:
    opened = directory.open_session(session, account_id, "browser", NOW)
    kept = session.scalars(select(LogIn)).one()
    assert opened.secret not in repr(vars(kept)) and len(kept.secret_hash) == 64


def test_the_secret_tells_who_asks(session: Session, account_id: int) -> None:
    opened = directory.open_session(session, account_id, "browser", NOW)
    known = directory.find_known(session, opened.secret, "browser", NOW)
    assert known is not None and known.actor.account_id == account_id


def test_a_made_up_secret_opens_nothing(session: Session) -> None:
    assert directory.find_known(session, "made-up", "browser", NOW) is None


def test_a_browser_left_alone_for_half_an_hour_is_out(session: Session, account_id: int) -> None:
    secret = directory.open_session(session, account_id, "browser", NOW).secret
    assert directory.find_known(session, secret, "browser", NOW + 31 * MINUTE) is None


def test_work_keeps_a_browser_in(session: Session, account_id: int) -> None:
    secret = directory.open_session(session, account_id, "browser", NOW).secret
    for minute in range(0, 120, 20):
        assert directory.find_known(session, secret, "browser", NOW + minute * MINUTE)


def test_after_twelve_hours_everybody_logs_in_again(session: Session, account_id: int) -> None:
    secret = directory.open_session(session, account_id, "token", NOW).secret
    assert directory.find_known(session, secret, "token", NOW + 11 * HOUR)
    assert directory.find_known(session, secret, "token", NOW + 12 * HOUR) is None


def test_a_revoked_secret_is_dead_at_once(session: Session, account_id: int) -> None:
    secret = directory.open_session(session, account_id, "token", NOW).secret
    directory.revoke_secret(session, secret, NOW)
    assert directory.find_known(session, secret, "token", NOW) is None


def test_a_token_is_no_browser_session(session: Session, account_id: int) -> None:
    secret = directory.open_session(session, account_id, "token", NOW).secret
    assert directory.find_known(session, secret, "browser", NOW) is None


def test_the_others_can_be_ended_and_this_one_kept(session: Session, account_id: int) -> None:
    here = directory.open_session(session, account_id, "browser", NOW).secret
    there = directory.open_session(session, account_id, "browser", NOW).secret
    mine = directory.find_known(session, here, "browser", NOW)
    assert mine is not None
    directory.revoke_all(session, account_id, NOW, except_session=mine.session_id)
    found = [directory.find_known(session, secret, "browser", NOW) for secret in (here, there)]
    assert found[0] is not None and found[1] is None


def test_a_disabled_account_is_out_at_the_next_request(session: Session, account_id: int) -> None:
    secret = directory.open_session(session, account_id, "token", NOW).secret
    directory.disable_account(session, account_id, NOW)
    assert directory.find_known(session, secret, "token", NOW) is None


def test_ended_log_ins_are_forgotten_after_six_months(session: Session, account_id: int) -> None:
    directory.open_session(session, account_id, "token", NOW)
    assert directory.forget_ended(session, NOW + timedelta(days=183)) == 0
    assert directory.forget_ended(session, NOW + timedelta(days=184)) == 1
