"""What the walk leaves in the record: each way through the diagrams does the operations that write it down."""

import pytest

from tests.scenarios.desk import Desk
from tests.scenarios.test_together import joint


@pytest.mark.cites("E3", "E9")
def test_each_co_handler_leaves_its_result() -> None:
    desk = joint()
    desk.walk(("sign_assist", "sign"), ("sign_assist", "return"), ("assist_task", "done"))
    assert desk.done.count("record_assist") == 2


@pytest.mark.cites("E8")
def test_what_the_worker_verified_is_noted() -> None:
    desk = Desk(origin="resident")
    desk.do("verify", "confirmed", note="属实")
    assert desk.done == ["record_verification"]


@pytest.mark.cites("E3")
def test_an_accepted_return_is_noted() -> None:
    desk = Desk()
    desk.walk(("dispatch", "department"), ("sign", "return"), ("decide_return", "accept"))
    assert desk.done[-1] == "return_to_dispatcher"


@pytest.mark.cites("E3", "E9")
def test_each_rejected_return_is_noted() -> None:
    desk = Desk()
    desk.walk(("dispatch", "department"), ("sign", "return"), ("decide_return", "reject"), ("sign", "return"))
    desk.do("decide_return_above", "reject")
    assert desk.done.count("reject_return") == 2
