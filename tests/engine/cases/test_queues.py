"""What waits on whose desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.cases import reading
from engine.cases.filters import Cursor, CursorInvalid, Filters
from engine.cases.models import Case
from engine.worklist.models import Deadline, Task
from tests.builders import NOW, City, a_case, a_city, an_actor

_tokens = count(1)
HOUR = timedelta(hours=1)


@pytest.fixture
def city(session: Session) -> City:
    return a_city(session)


def test_a_task_is_offered_to_the_seats_of_its_organisation_only(session: Session, city: City) -> None:
    task = _task(session, a_case(session, city.community, city.centre))
    assert _numbers(session, city.dispatcher, "dispatch") == [_number(session, task)]
    assert _numbers(session, city.intruder, "dispatch") == []


def test_a_task_claimed_by_another_or_barred_for_me_is_not_in_my_queue(session: Session, city: City) -> None:
    colleague = an_actor(session, "seat", city.centre, name="钱同事")
    claimed = _task(session, a_case(session, city.community, city.centre), assignee_id=colleague.person_id)
    _task(session, a_case(session, city.community, city.centre), excluded_id=city.dispatcher.person_id)
    assert _numbers(session, city.dispatcher, "dispatch") == []
    assert _number(session, claimed) in _numbers(session, colleague, "dispatch")


def test_a_grid_worker_gets_the_tasks_of_their_own_grid(session: Session, city: City) -> None:
    mine = _verify(session, city, city.grid.id)
    _verify(session, city, None)
    assert _number(session, mine) in _numbers(session, city.reporter, "verify")


def test_pages_follow_one_another_without_gap_or_repeat(session: Session, city: City) -> None:
    made = [_task(session, a_case(session, city.community, city.centre),
                  due_at=NOW + HOUR * (n // 3) if n % 5 else None) for n in range(17)]
    seen, cursor, pages = [], None, []
    while True:
        page = reading.queue(session, city.dispatcher, "dispatch", NOW, cursor=cursor, limit=4)
        pages.append(page)
        seen += [row.task.id for row in page.items if row.task]
        cursor = page.next
        if cursor is None:
            break
    assert sorted(seen) == sorted(task.id for task in made)
    assert [page.first for page in pages] == [1, 5, 9, 13, 17]
    assert pages[0].total == 17
    back = reading.queue(session, city.dispatcher, "dispatch", NOW, cursor=pages[2].previous, limit=4)
    assert [row.id for row in back.items] == [row.id for row in pages[1].items]
    assert back.first == 5


def test_the_counts_of_all_queues_are_one_statement(session: Session, city: City) -> None:
    _task(session, a_case(session, city.community, city.centre))
    with _counted(session) as statements:
        counts = reading.queue_counts(session, city.dispatcher, NOW)
    assert counts["dispatch"] == 1 and counts["late"] == 0
    assert len(statements) == 1


@pytest.mark.parametrize("number", [5, 50])
def test_a_page_costs_the_same_statements_at_any_length(session: Session, city: City, number: int) -> None:
    for _ in range(number):
        _deadline(session, _task(session, a_case(session, city.community, city.centre)))
    with _counted(session) as statements:
        page = reading.queue(session, city.dispatcher, "dispatch", NOW)
    assert len(page.items) == number
    assert len(statements) == 2


def test_a_late_case_lies_in_the_late_queue_a_stopped_one_on_hold(session: Session, city: City) -> None:
    late = a_case(session, city.community, city.centre, due_at=NOW - HOUR)
    near = a_case(session, city.community, city.centre, due_at=NOW + HOUR, warn_at=NOW - HOUR)
    held = a_case(session, city.community, city.centre, stopped_at=NOW - HOUR)
    found = {key: _numbers(session, city.dispatcher, key) for key in ("late", "near", "held")}
    assert found == {"late": [late.number], "near": [near.number], "held": [held.number]}


def test_the_lamp_of_a_row_counts_office_time(session: Session, city: City) -> None:
    _deadline(session, _task(session, a_case(session, city.community, city.centre)))
    row = reading.queue(session, city.dispatcher, "dispatch", NOW + HOUR).items[0]
    assert (row.clock.lamp, row.clock.words("zh")) == ("green", "剩 2 工作时")
    assert row.clock.words("en") == "2 work h left"
    late = reading.queue(session, city.dispatcher, "dispatch", NOW + HOUR * 7).items[0]
    assert (late.clock.lamp, late.clock.words("zh")) == ("red", "超 3 工作时")
    assert late.clock.strip is not None and late.clock.strip.due < late.clock.strip.elapsed == 1


def test_filters_hold_all_at_once(session: Session, city: City) -> None:
    wanted = a_case(session, city.community, city.centre, urgency="urgent",
                    class_name="公用设施", words="雨水井盖缺失")
    a_case(session, city.community, city.centre, urgency="urgent", words="夜间噪音")
    filters = Filters.of({"urgency": "urgent", "matter": "公用设施", "text": "井盖", "holder": "x"})
    assert [row.number for row in reading.list_cases(session, filters, NOW).items] == [wanted.number]
    by_number = Filters(text=wanted.number.lower())
    assert [row.number for row in reading.list_cases(session, by_number, NOW).items] == [wanted.number]


def test_a_queue_of_another_role_is_not_found(session: Session, city: City) -> None:
    with pytest.raises(reading.QueueUnknown):
        reading.queue(session, city.dispatcher, "overdue", NOW)


@pytest.mark.parametrize("text", ["x", "====", "PnwwfDF8fHw", "é", "PnwwfHh8"])
def test_a_bad_cursor_is_refused(text: str) -> None:
    with pytest.raises(CursorInvalid):
        Cursor.parse(text)


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC),
                                    NOW.replace(tzinfo=None)])
def test_a_cursor_at_the_end_of_time_or_of_no_zone_is_refused(moment: datetime) -> None:
    with pytest.raises(CursorInvalid):
        Cursor.parse(Cursor(moment, 1).text())


def _numbers(session: Session, actor: Any, key: str) -> list[str]:
    return [row.number for row in reading.queue(session, actor, key, NOW).items]


def _number(session: Session, task: Task) -> str:
    return session.get_one(Case, task.case_id).number


def _task(session: Session, case: Case, element: str = "dispatch", role: str = "seat",
          **changed: Any) -> Task:
    values: dict[str, Any] = {
        "case_id": case.id, "instance_id": case.id, "token": next(_tokens), "element": element,
        "process": "handle", "name": "受理分流", "stage": "分流交办", "organisation_id": case.holder_id,
        "role": role, "opened_at": NOW, "due_at": NOW + HOUR * 3}
    task = Task(**{**values, **changed})
    session.add(task)
    session.flush()
    return task


def _verify(session: Session, city: City, grid: int | None) -> Task:
    case = a_case(session, city.community, city.community_centre)
    offered = case.holder_id if grid else city.centre.id
    return _task(session, case, "verify", "grid_worker", grid_id=grid, organisation_id=offered)


def _deadline(session: Session, task: Task) -> None:
    session.add(Deadline(
        case_id=task.case_id, task_id=task.id, stage="accept", opened_at=NOW, limit="4 work_hour",
        count="hours", office="default", warn_at=NOW + HOUR * 2,
        due_at=NOW + HOUR * 3, first_due_at=NOW + HOUR * 3,
        table_id="limits", pack="base", table_version=1, row=1, cites=""))
    session.flush()


class _counted:
    """Counts the statements of a block."""

    def __init__(self, session: Session) -> None:
        self.connection = session.connection()
        self.statements: list[str] = []

    def __enter__(self) -> list[str]:
        sa.event.listen(self.connection, "before_cursor_execute", self._seen)
        return self.statements

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.connection, "before_cursor_execute", self._seen)

    def _seen(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)
