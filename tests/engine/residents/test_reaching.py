"""Who is reached by a message: whoever left a phone; a contact that does not open keeps nobody else waiting."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import residents
from engine.cases import sealing
from engine.cases.models import Contact
from tests.builders import a_case, a_city


def test_a_contact_that_does_not_open_keeps_nobody_else_waiting(session: Session) -> None:
    sealing.use_key("s" * 40)
    city = a_city(session)
    cases = [a_case(session, city.community, city.centre) for _ in range(4)]
    numbers = [case.number for case in cases]
    for case, bound_to, phone in zip(
            cases, (numbers[0], "another", numbers[2], numbers[3]), ("13800000001", "13800000002", "", "13800000004"),
            strict=True):
        session.add(Contact(case_id=case.id, sealed=sealing.seal(sealing.Resident("张三", phone), bound_to)))
    session.flush()
    found = residents.reach(session, [case.id for case in cases])
    assert {case_id: one.phone for case_id, one in found.items()} == {
        cases[0].id: "13800000001", cases[3].id: "13800000004"}
    assert found[cases[0].id].path.startswith(f"/r/{numbers[0]}/")
