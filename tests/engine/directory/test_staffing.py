from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy.orm import Session

from engine import directory
from engine.directory.models import ADMINISTRATORS
from tests.builders import BEFORE, NOW, a_city, a_person, an_account


@pytest.mark.parametrize(("first", "second"), list(permutations(ADMINISTRATORS, 2)))
def test_the_three_administrators_exclude_one_another(session: Session, first: str, second: str) -> None:
    centre, person = a_city(session).centre, a_person(session)
    directory.add_post(session, person.id, first, centre.id, NOW)
    with pytest.raises(directory.AdministratorsExclude):
        directory.add_post(session, person.id, second, centre.id, NOW)


def test_a_seat_becomes_no_administrator(session: Session) -> None:
    centre, person = a_city(session).centre, a_person(session)
    directory.add_post(session, person.id, "seat", centre.id, NOW)
    with pytest.raises(directory.AdministratorsExclude):
        directory.add_post(session, person.id, "audit_admin", centre.id, NOW)


def test_who_leaves_one_chair_may_take_the_other(session: Session) -> None:
    centre, person = a_city(session).centre, a_person(session)
    post = directory.add_post(session, person.id, "seat", centre.id, BEFORE)
    directory.end_post(session, post.id, NOW)
    assert directory.add_post(session, person.id, "audit_admin", centre.id, NOW).role == "audit_admin"


def test_a_grid_worker_needs_a_grid(session: Session) -> None:
    city = a_city(session)
    with pytest.raises(directory.BadPost):
        directory.add_post(session, a_person(session).id, "grid_worker", city.community_centre.id, NOW)


def test_a_user_name_is_given_once(session: Session) -> None:
    an_account(session, a_person(session), "lisi")
    with pytest.raises(directory.UsernameTaken):
        an_account(session, a_person(session), "lisi")


@pytest.mark.parametrize("username", ["x", "a b", "x" * 41, "a\n", "<b>"])
def test_a_strange_user_name_is_refused(session: Session, username: str) -> None:
    with pytest.raises(directory.BadUsername):
        directory.add_account(session, a_person(session).id, username, "wangge-2026")


def test_an_actor_holds_the_posts_of_the_moment(session: Session) -> None:
    city = a_city(session)
    dispatcher = city.dispatcher
    assert dispatcher.roles == {"seat"} and dispatcher.organisation_ids("seat") == (city.centre.id,)
    assert dispatcher.account_id is not None
    before = directory.get_actor(session, dispatcher.account_id, BEFORE - timedelta(days=1))
    assert before.posts == ()


def test_an_actor_is_called_by_post_name_and_place(session: Session) -> None:
    assert a_city(session).dispatcher.label == "坐席 张坐席 · 高亭镇综合信息指挥室"


def test_a_long_label_fits_the_record(session: Session) -> None:
    city = a_city(session)
    city.department.name = "局" * 120
    session.flush()
    assert city.handler.account_id is not None
    label = directory.get_actor(session, city.handler.account_id, NOW).label
    assert len(label) == 80 and label.endswith("…")


def test_the_clock_is_nobody(session: Session) -> None:
    assert directory.CLOCK.is_clock and directory.CLOCK.label == "时钟" and not directory.CLOCK.roles
