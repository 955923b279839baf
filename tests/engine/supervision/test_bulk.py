"""Many cases urged and supervised at once: what is left out and why, row by row, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from engine import notices, registers
from engine.audit.models import Entry
from engine.cases import scope
from engine.cases.errors import ActInvalid, ActUnavailable
from engine.cases.models import Case, Demand
from engine.cases.terms import terms_of
from engine.db.session import create_engine
from engine.deadlines import Limit
from engine.directory import Actor
from engine.directory.models import Organisation
from engine.notices.models import Inbox
from engine.supervision import bulk, working
from engine.supervision.filters import Filters
from engine.supervision.models import BulkRow
from tests.builders import NOW, a_case, a_city, an_actor
from tests.town import BASE, CITY, COUNTY, DAISHAN, TOWNSHIP, Office

HOUR = timedelta(hours=1)
LATE = Filters("late")


@pytest.fixture
def boss(office: Office) -> Actor:
    """Who supervises the county."""
    return office.who("supervisor", f"{COUNTY}-centre")


@pytest.fixture
def late(office: Office) -> list[Case]:
    """Three cases of the county that nobody has accepted in time, and one of the other county."""
    found = [office.report(description=f"第 {number} 堆垃圾") for number in range(3)]
    office.report(grid=DAISHAN)
    office.session.execute(update(Case).values(due_at=office.at - HOUR, warn_at=office.at - 2 * HOUR))
    for case in found:
        office.session.refresh(case)
    return found


@contextmanager
def _as(session: Session, actor: Actor) -> Iterator[None]:
    with scope.seen_by(session, actor):
        yield


def _start(office: Office, boss: Actor, verb: str = "urge", chosen: bulk.Chosen = LATE, key: str = "k") -> int:
    with _as(office.session, boss):
        return bulk.start(office.session, boss, key, verb, "请抓紧", None, chosen, office.at).id


def _work(office: Office, most: int = 99) -> int:
    return sum(working.work_off(office.session, office.at) for _ in range(most))


def _states(office: Office, bulk_id: int) -> list[str]:
    rows = select(BulkRow.state).where(BulkRow.bulk_id == bulk_id).order_by(BulkRow.position)
    return list(office.session.scalars(rows))


def test_a_whole_figure_is_done_row_by_row_and_each_once(office: Office, boss: Actor, late: list[Case]) -> None:
    first = _start(office, boss)
    assert _start(office, boss) == first, "the same form sent twice"
    assert _work(office, 2) == 2 and _states(office, first) == ["done", "done", "waiting"]
    assert _work(office) == 1 and _work(office) == 0
    assert [case.urged for case in late] == [1, 1, 1]
    assert office.session.scalar(select(func.count()).select_from(Demand)) == 3


def test_a_plan_says_who_and_who_not(office: Office, boss: Actor, late: list[Case]) -> None:
    session = office.session
    with _as(session, boss):
        office.case = late[0]
        office.act("urge", boss)
        stranger = session.scalars(select(Case.number).where(Case.id.not_in([case.id for case in late]))).first()
        late[1].stage, late[1].closed_at, late[1].outcome = "closed", office.at, "handled"
        session.flush()
        every = bulk.plan(session, boss, "urge", LATE, office.at)
        ticked = bulk.plan(session, boss, "urge", [case.number for case in late] + [str(stranger)], office.at)
    assert (every.total, every.left_out) == (1, {"recent": 1})
    assert (ticked.total, ticked.left_out) == (1, {"recent": 1, "closed": 1, "gone": 1})
    assert [number for _, number in ticked.told] == [1]


def test_after_the_quiet_hour_it_may_be_said_again(office: Office, boss: Actor, late: list[Case]) -> None:
    _start(office, boss)
    _work(office)
    with _as(office.session, boss):
        assert bulk.plan(office.session, boss, "urge", LATE, office.at + HOUR - HOUR / 60).total == 0
        assert bulk.plan(office.session, boss, "urge", LATE, office.at + HOUR).total == 3
        assert bulk.plan(office.session, boss, "supervise", LATE, office.at).total == 3


def test_what_a_higher_level_holds_is_urged_and_not_supervised(office: Office, late: list[Case]) -> None:
    town = office.who("supervisor", f"{TOWNSHIP}-centre")
    office.session.execute(update(Case).where(Case.id == late[0].id).values(
        holder_id=office.who("seat", f"{COUNTY}-centre").posts[0].organisation_id))
    with _as(office.session, town):
        assert bulk.plan(office.session, town, "supervise", LATE, office.at).left_out == {"above": 1}
        assert bulk.plan(office.session, town, "urge", LATE, office.at).total == 3


def test_nothing_to_do_and_nothing_said_is_refused(office: Office, boss: Actor, late: list[Case]) -> None:
    with _as(office.session, boss):
        with pytest.raises(bulk.NothingChosen):
            bulk.start(office.session, boss, "a", "urge", "请抓紧", None, ["330902-0000-000001"], office.at)
        with pytest.raises(ActInvalid):
            bulk.start(office.session, boss, "b", "urge", "  ", None, LATE, office.at)
        with pytest.raises(ActInvalid):
            bulk.start(office.session, boss, "c", "supervise", "请抓紧", office.at, LATE, office.at)
        with pytest.raises(bulk.BulkUnknown):
            bulk.get_standing(office.session, boss, 10**9)


def test_a_case_that_was_closed_meanwhile_is_told_in_its_row(office: Office, boss: Actor, late: list[Case]) -> None:
    made = _start(office, boss)
    late[1].stage, late[1].closed_at, late[1].outcome = "closed", office.at, "handled"
    office.session.flush()
    _work(office)
    assert _states(office, made) == ["done", "refused", "done"]
    with _as(office.session, boss):
        rows = bulk.list_rows(office.session, bulk.get_standing(office.session, boss, made))
    assert [row.problem and row.problem["code"] for row in rows] == [None, "case_closed", None]
    assert [row.number for row in rows] == [case.number for case in late]


def test_two_acts_on_the_same_cases_do_not_say_it_twice(office: Office, boss: Actor, late: list[Case]) -> None:
    made = [_start(office, boss, key=key) for key in ("a", "b")]
    _work(office)
    assert [_states(office, one) for one in made] == [["done"] * 3, ["refused"] * 3]


def test_what_nobody_wants_any_more_is_cancelled(office: Office, boss: Actor, late: list[Case]) -> None:
    made = _start(office, boss)
    _work(office, 1)
    with _as(office.session, boss):
        bulk.cancel(office.session, boss, made, office.at)
    assert _work(office) == 0 and _states(office, made) == ["done", "cancelled", "cancelled"]


def test_somebody_who_lost_the_post_acts_no_more(office: Office, boss: Actor, late: list[Case]) -> None:
    made = _start(office, boss)
    office.session.execute(text("UPDATE post SET valid_to = :at WHERE person_id = :who"),
                           {"at": office.at, "who": boss.person_id})
    assert _work(office) == 3 and _states(office, made) == ["refused"] * 3


def test_all_is_taken_back_where_nobody_has_acted(office: Office, boss: Actor, late: list[Case]) -> None:
    session = office.session
    made = _start(office, boss)
    _work(office)
    notices.deliver_due(session, office.at)
    office.case = late[0]
    office.do("verify", "confirmed") if "verify" in office.open else office.do("dispatch", "own")
    with _as(session, boss):
        bulk.take_all_back(session, boss, made, office.at)
    _work(office)
    session.expire_all()
    assert _states(office, made) == ["done", "taken_back", "taken_back"]
    assert [case.urged for case in late] == [1, 0, 0]
    left = set(session.scalars(select(Inbox.case_id).where(Inbox.kind == "urge")))
    assert left == {late[0].id}
    assert [entry.verb for entry in _entries(office, late[1])][-2:] == ["urge", "withdraw"]


def test_one_row_is_taken_back_by_itself_and_not_after_half_an_hour(
        office: Office, boss: Actor, late: list[Case]) -> None:
    made = _start(office, boss)
    _work(office)
    with _as(office.session, boss):
        bulk.take_back(office.session, boss, made, late[0].id, office.at + HOUR / 2)
        bulk.take_back(office.session, boss, made, late[0].id, office.at + HOUR / 2)
        with pytest.raises(ActUnavailable):
            bulk.take_back(office.session, boss, made, late[1].id, office.at + HOUR / 2 + HOUR / 60)
    assert _states(office, made) == ["taken_back", "done", "done"]
    assert late[0].urged == 0 and len(_entries(office, late[0])) - len(_entries(office, late[1])) == 1


def _entries(office: Office, of: Case) -> list[Entry]:
    office.case = of
    return office.entries()


def test_somebody_else_sees_none_of_it(office: Office, boss: Actor, late: list[Case]) -> None:
    made = _start(office, boss)
    other = office.who("supervisor", f"{BASE[:9]}-centre")
    with _as(office.session, other), pytest.raises(bulk.BulkUnknown):
        bulk.cancel(office.session, other, made, office.at)


def _differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Daishan answers within a day and says nothing twice for three hours."""
    base = terms_of("base")
    daishan = replace(base, undo=HOUR, quiet=3 * HOUR, reply=Limit.parse("1 work_day"))
    monkeypatch.setattr(bulk, "terms_of", lambda pack: daishan if pack == "daishan" else base)


MORNINGS = {f"d{place}": "08:00-12:00" if place < 5 or place == 7 else "" for place in range(8)}


def _typed_hours(office: Office, code: str) -> None:
    """A centre and all below it keep hours that its administrator typed."""
    centre = office.session.scalars(select(Organisation).where(Organisation.code == code)).one()
    admin = an_actor(office.session, "system_admin", centre, name="作息管理员", username="hours.admin")
    registers.add_hours(office.session, admin, {"name": "上午作息", "take_over": "1", **MORNINGS}, office.at)


def test_an_answer_is_due_by_the_hours_that_the_cases_centre_keeps(office: Office, late: list[Case]) -> None:
    _typed_hours(office, f"{COUNTY}-centre")
    session, top = office.session, office.who("supervisor", f"{CITY}-centre")
    here, there = [case.number for case in late], office.case.number
    with _as(session, top):
        asked = [bulk.default_reply(session, bulk.plan(session, top, "supervise", chosen, office.at), office.at)
                 for chosen in (here, [there], [*here, there])]
        assert asked == [office.at_office(3, 6, 12), office.at_office(3, 6, 17, 30), None]
        bulk.start(session, top, "k", "supervise", "请答复", None, [*here, there], office.at)
    _work(office)
    replies = session.execute(select(Case.number, Demand.reply_by).join(Demand, Demand.case_id == Case.id))
    assert {number: moment for number, moment in replies} == {**dict.fromkeys(here, asked[0]), there: asked[1]}


def test_the_times_of_an_act_on_many_are_those_of_the_places_of_its_cases(
        office: Office, late: list[Case], monkeypatch: pytest.MonkeyPatch) -> None:
    _differ(monkeypatch)
    session, top = office.session, office.who("supervisor", f"{CITY}-centre")
    here = [case.number for case in late]
    there = office.case.number
    with _as(session, top):
        alike, mixed = (bulk.plan(session, top, "supervise", chosen, office.at) for chosen in (here, [*here, there]))
        assert alike.reply == terms_of("base").reply and bulk.default_reply(session, alike, office.at)
        assert mixed.reply is None and bulk.default_reply(session, mixed, office.at) is None
        assert (alike.undo, mixed.undo) == (HOUR / 2, HOUR / 2)
        made = bulk.start(session, top, "k", "urge", "请抓紧", None, [*here, there], office.at)
        assert bulk.undo_until(session, bulk.get_standing(session, top, made.id)) == office.at + HOUR
    _work(office)
    with _as(session, top):
        again = bulk.plan(session, top, "urge", [*here, there], office.at + 2 * HOUR)
    assert (again.total, again.left_out) == (3, {"recent": 1})


def test_the_same_form_at_the_same_instant_is_one_act(make_database: Callable[..., str]) -> None:
    engine = create_engine(make_database(), pool_size=3)
    with Session(engine, expire_on_commit=False) as session, session.begin():
        city = a_city(session)
        actor = an_actor(session, "supervisor", city.county_centre, name="杜督查")
        number = a_case(session, city.community, city.centre).number
    made: list[int] = []

    def start() -> None:
        with Session(engine) as session, session.begin():
            made.append(bulk.start(session, actor, "same", "urge", "请抓紧", None, [number], NOW).id)

    with Session(engine) as first, first.begin():
        own = bulk.start(first, actor, "same", "urge", "请抓紧", None, [number], NOW).id
        second = Thread(target=start)
        second.start()
        with engine.connect() as watcher:
            while second.is_alive() and not watcher.scalar(_WAITING):
                watcher.rollback()
    second.join()
    with Session(engine) as session:
        assert made == [own] and session.scalar(select(func.count()).select_from(BulkRow)) == 1
    engine.dispose()


_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
