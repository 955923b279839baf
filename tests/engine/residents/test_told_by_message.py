"""A seat tells a reporter by SMS: the message leaves with number and link, and nothing of it is kept in the outbox."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import library, notices, residents
from engine.cases import callbacks
from engine.notices.models import Outbox
from tests.town import Office

pytestmark = pytest.mark.usefixtures("gateway")


@pytest.mark.parametrize("method, sent", [("sms", 1), ("link", 1), ("phone", 0)])
def test_the_result_is_told_by_number_and_link(office: Office, method: str, sent: int) -> None:
    case = office.resident(place="蓬莱新村 7 幢")
    office.walk(("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))
    office.do("inform", "told", method=method)
    rows = office.session.scalars(select(Outbox).where(Outbox.kind == "result")).all()
    assert len(rows) == sent
    for row in rows:
        assert (row.channel, row.recipient_id, row.case_id) == ("sms", None, case.id)
        assert row.subject == f"您反映的 {case.number} 已有结果，请查看并评价" and "13800001111" not in row.subject
        letter, = notices.take(office.session, "sms", office.at).letters
        assert letter.address == "13800001111"
        assert letter.link == f"https://wangge.example.cn/r/{case.number}/{residents.secret_of(case)}"
        assert residents.by_link(office.session, case.number, letter.link.rpartition("/")[2]).case.id == case.id


def test_a_message_that_never_got_there_does_not_close_a_case(office: Office) -> None:
    office.resident()
    office.walk(("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))
    office.do("inform", "told", method="sms")
    asked = (office.session, office.case, library.pinned(office.session, office.case.release_id), office.at)
    assert callbacks.is_certain(*asked)
    letter = office.session.scalars(select(Outbox).where(Outbox.kind == "result")).one()
    letter.dead_at = office.at
    office.session.flush()
    assert notices.given_up(office.session, office.case.id) == {"sms"} and not callbacks.is_certain(*asked)
    letter.dead_at, letter.delivered_at = None, office.at
    office.session.flush()
    assert callbacks.is_certain(*asked)
