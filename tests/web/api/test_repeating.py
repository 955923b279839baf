from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from engine.cases.models import Answered, Case
from tests.web.api.test_cases import REPORT
from tests.web.conftest import Caller, House

Call = Callable[[str], Caller]


def count(house: House) -> int:
    house.session.rollback()
    return house.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0


def test_the_same_key_gives_the_same_answer_and_one_case(house: House, call: Call) -> None:
    caller, before = call("reporter"), count(house)
    first = caller("POST", "/cases", REPORT, Idempotency_Key="one")
    again = caller("POST", "/cases", REPORT, Idempotency_Key="one")
    assert (first.status_code, first.data) == (again.status_code, again.data) == (201, first.data)
    assert count(house) == before + 1


def test_five_at_once_make_one_case(house: House, call: Call) -> None:
    callers, before = [call("reporter") for _ in range(5)], count(house)
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda one: one("POST", "/cases", REPORT, Idempotency_Key="five"), callers))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1 and count(house) == before + 1


def test_another_request_under_the_key_is_refused(house: House, call: Call) -> None:
    caller = call("reporter")
    caller("POST", "/cases", REPORT, Idempotency_Key="two")
    other = caller("POST", "/cases", {**REPORT, "description": "别的事"}, Idempotency_Key="two")
    assert other.status_code == 422 and other.get_json()["code"] == "idempotency_mismatch"


def test_somebody_elses_key_is_another_key(house: House, call: Call) -> None:
    numbers = {
        call(who)("POST", "/cases", REPORT, Idempotency_Key="shared").get_json()["number"]
        for who in ("reporter", "dispatcher")
    }
    assert len(numbers) == 2


def test_a_failed_act_leaves_its_key_free(house: House, call: Call) -> None:
    caller = call("reporter")
    bad = {**REPORT, "place": {"text": "x", "division": "999999"}}
    assert caller("POST", "/cases", bad, Idempotency_Key="three").status_code == 422
    assert caller("POST", "/cases", REPORT, Idempotency_Key="three").status_code == 201


def test_an_answer_is_kept_thirty_days(house: House, call: Call) -> None:
    call("reporter")("POST", "/cases", REPORT, Idempotency_Key="old")
    house.session.rollback()
    house.session.execute(sa.update(Answered).values(at=Answered.at - timedelta(days=31)))
    house.session.commit()
    before = count(house)
    assert call("reporter")("POST", "/cases", REPORT, Idempotency_Key="old").status_code == 201
    assert count(house) == before + 1


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_bad_key_is_named(house: House, call: Call, key: str) -> None:
    answer = call("reporter")("POST", "/cases", REPORT, Idempotency_Key=key)
    assert answer.status_code == 422 and "Idempotency-Key" in answer.get_json()["fields"]
