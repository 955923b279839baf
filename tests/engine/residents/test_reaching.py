"""Who is reached by a message: whoever left a phone; a contact that does not open keeps nobody else waiting."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import residents
from engine.cases import sealing
from engine.cases.models import Contact, Follower
from engine.notices import Whom
from tests.builders import NOW, a_case, a_city


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
    sealed = sealing.seal(sealing.Resident("", "13800000005"), numbers[1])
    follower = Follower(case_id=cases[1].id, at=NOW, sealed=sealed)
    session.add(follower)
    session.flush()
    asked = [*(Whom(case.id) for case in cases), Whom(cases[1].id, follower.id), Whom(cases[1].id, follower.id + 1)]
    found = residents.reach(session, asked)
    assert {whom: one.phone for whom, one in found.items()} == {
        Whom(cases[0].id): "13800000001", Whom(cases[3].id): "13800000004", asked[4]: "13800000005"}
    assert found[asked[0]].path.startswith(f"/r/{numbers[0]}/")
    visit = residents.by_link(session, numbers[1], found[asked[4]].path.rpartition("/")[2])
    assert (visit.case.id, visit.follower) == (cases[1].id, follower.id)
