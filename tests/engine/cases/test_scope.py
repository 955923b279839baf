"""Role × where the case is: the reviewed table of who sees what, for every table that hangs on a case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from engine.audit.models import Entry
from engine.cases import filters, finding, reading, scope
from engine.cases.models import Case, CaseWords, Contact, ContactRecord, Custody, EntryText, Rating, Stop
from engine.directory import Actor
from engine.worklist.models import Deadline, Measure, Task
from tests.builders import NOW, City, a_case, a_city, a_custody, a_division, a_grid, an_actor, an_organisation

WHERE: dict[str, Callable[[Session, City], Case]] = {
    "own": lambda s, c: a_case(s, c.township, c.centre),
    "child": lambda s, c: a_case(s, c.community, c.community_centre),
    "parent": lambda s, c: a_case(s, c.county, c.county_centre),
    "sibling": lambda s, c: a_case(s, c.sibling, c.sibling_centre),
    "other city": lambda s, c: a_case(s, c.other, c.other_centre),
    "own, closed": lambda s, c: a_case(s, c.township, c.centre, **CLOSED),
    "my grid": lambda s, c: a_case(s, c.community, c.community_centre, grid_id=c.grid.id),
    "my grid, closed": lambda s, c: a_case(s, c.community, c.community_centre, grid_id=c.grid.id, **CLOSED),
    "next grid": lambda s, c: a_case(s, c.community, c.community_centre, grid_id=a_grid(s, c.community).id),
    "held elsewhere": lambda s, c: held(s, a_case(s, c.sibling, c.sibling_centre), c.centre),
    "handled elsewhere": lambda s, c: held(
        s, a_case(s, c.sibling, c.sibling_centre), c.department, "handler"
    ),
    "handled, closed": lambda s, c: held(
        s, a_case(s, c.other, c.other_centre, **CLOSED), c.department, "assistant"
    ),
    "reported elsewhere": lambda s, c: a_case(
        s, c.sibling, c.sibling_centre, reporter_id=c.reporter.person_id
    ),
}
CLOSED: dict[str, Any] = {"stage": "closed", "outcome": "handled", "closed_at": NOW}
BELOW = {"own", "child", "own, closed", "my grid", "my grid, closed", "next grid"}
HANDLED = {"handled elsewhere", "handled, closed"}
SEES: dict[str, set[str]] = {
    "seat": BELOW | {"held elsewhere"},
    "supervisor": BELOW | {"held elsewhere"},
    "clerk": HANDLED,
    "supervisor of a department": HANDLED,
    "clerk of another department": set(),
    "grid_worker": {"my grid", "reported elsewhere"},
    "designer": set(),
    "system_admin": set(),
    "security_admin": set(),
    "audit_admin": set(),
    "nobody": set(),
}


def held(session: Session, case: Case, by: Any, capacity: str = "holder") -> Case:
    a_custody(session, case, by, capacity, until=NOW)
    return case


def actor(session: Session, city: City, who: str) -> Actor:
    if who == "nobody":
        return scope.NOBODY
    if who == "grid_worker":
        return city.reporter
    if who == "clerk":
        return city.handler
    if who == "clerk of another department":
        return an_actor(session, "clerk", an_organisation(session, city.county, "岱山县水利局"))
    if who == "supervisor of a department":
        return an_actor(session, "supervisor", city.department)
    return an_actor(session, who, city.centre)


@pytest.fixture(autouse=True)
def scoped() -> None:
    scope.install(Session)


@pytest.mark.parametrize("who", SEES)
def test_everybody_sees_what_the_table_says(session: Session, who: str) -> None:
    city = a_city(session)
    cases = {made(session, city).id: where for where, made in WHERE.items()}
    scope.act_as(session, actor(session, city, who))
    assert {cases[seen] for seen in session.scalars(sa.select(Case.id))} == SEES[who]


@pytest.mark.parametrize("frequent", [False, True])
@pytest.mark.parametrize("who", SEES)
def test_a_search_finds_what_everybody_sees(session: Session, who: str, frequent: bool,
                                            monkeypatch: pytest.MonkeyPatch) -> None:
    """The two ways to search: in the order of the list, and by the index; both bring the same rows."""
    monkeypatch.setattr(finding, "DENSE", 0 if frequent else len(WHERE) + 1)
    city = a_city(session)
    cases = {made(session, city).number: where for where, made in WHERE.items()}
    session.execute(sa.update(CaseWords).values(search=CaseWords.search.concat(sa.func.to_tsvector("simple", "井盖"))))
    scope.act_as(session, actor(session, city, who))
    for order in filters.ORDERS:
        found = reading.list_cases(session, filters.Filters(text="井盖"), NOW, order=order).items
        assert {cases[row.number] for row in found} == SEES[who]
    assert reading.list_cases(session, filters.Filters(text="噪音"), NOW).items == ()


def test_the_county_sees_the_township_but_not_a_code_that_only_begins_alike(session: Session) -> None:
    city = a_city(session)
    alike = a_division(session, "3309211", "岱山县一", "county", city.city)
    mine, foreign = a_case(session, city.township, city.centre), a_case(session, alike, city.sibling_centre)
    scope.act_as(session, an_actor(session, "supervisor", city.county_centre))
    assert session.get(Case, mine.id, populate_existing=True) is not None
    assert set(session.scalars(sa.select(Case.id))) & {foreign.id} == set()


def test_two_posts_see_both(session: Session) -> None:
    city = a_city(session)
    near, far = a_case(session, city.township, city.centre), a_case(session, city.other, city.other_centre)
    both = Actor(1, 1, "x", posts=city.dispatcher.posts + city.intruder.posts)
    scope.act_as(session, both)
    assert set(session.scalars(sa.select(Case.id))) == {near.id, far.id}


def _hang_rows(session: Session, case: Case, city: City) -> None:
    at = {"case_id": case.id, "opened_at": NOW, "due_at": NOW}
    task = Task(
        **at,
        instance_id=case.id,
        token=1,
        element="sign",
        process="handle",
        name="签收",
        stage="handle",
        organisation_id=city.centre.id,
        role="seat",
    )
    deadline = Deadline(
        **at,
        stage="handle",
        limit="1 work_day",
        count="next_day",
        office="default",
        warn_at=NOW,
        first_due_at=NOW,
        table_id="limits",
        pack="base",
        table_version=1,
        row=1,
        cites="",
    )
    session.add_all(
        [
            task,
            deadline,
            Contact(case_id=case.id, sealed=b"x"),
            EntryText(case_id=case.id, seq=1, field="a", text="b"),
            ContactRecord(case_id=case.id, at=NOW, by="x", method="phone", result="reached"),
            Rating(case_id=case.id, round=0, at=NOW, by="x", rating="satisfied", channel="phone"),
            Stop(case_id=case.id, since=NOW, reason="x", by="x"),
            Entry(
                case_id=case.id,
                seq=1,
                at=NOW,
                actor="x",
                verb="report",
                facts={},
                versions={},
                previous_hash="",
                hash="x",
            ),
        ]
    )
    session.flush()
    session.add(Measure(case_id=case.id, deadline_id=deadline.id, kind="urge", at=NOW, row=1, cites=""))
    session.flush()


BOUND = [Task, Deadline, Measure, Custody, Contact, ContactRecord, Rating, Stop, Entry, EntryText]


@pytest.mark.parametrize("model", BOUND)
def test_what_hangs_on_a_foreign_case_does_not_exist(session: Session, model: Any) -> None:
    city = a_city(session)
    mine, foreign = (
        a_case(session, city.township, city.centre),
        a_case(session, city.other, city.other_centre),
    )
    for case in (mine, foreign):
        _hang_rows(session, case, city)
    scope.act_as(session, city.dispatcher)
    assert set(session.scalars(sa.select(model.case_id))) == {mine.id}
    assert set(session.scalars(sa.select(aliased(model).case_id))) == {mine.id}
    assert session.scalar(sa.select(sa.func.count()).select_from(model)) == 1


def test_a_foreign_case_is_neither_changed_nor_deleted(session: Session) -> None:
    city = a_city(session)
    foreign = a_case(session, city.other, city.other_centre)
    scope.act_as(session, city.dispatcher)
    changed = sa.update(Case).where(Case.id == foreign.id).values(title="x").returning(Case.id)
    assert session.scalars(changed).all() == []
    gone = sa.delete(Custody).where(Custody.case_id == foreign.id).returning(Custody.id)
    assert session.scalars(gone).all() == []


def test_aliases_joins_subqueries_and_counts_are_narrowed(session: Session) -> None:
    city = a_city(session)
    mine, foreign = (
        a_case(session, city.township, city.centre),
        a_case(session, city.other, city.other_centre),
    )
    scope.act_as(session, city.dispatcher)
    other = aliased(Case)
    assert session.scalars(sa.select(other.id).where(other.id == foreign.id)).all() == []
    joined = sa.select(Custody.case_id).join(Case, Case.id == Custody.case_id)
    assert session.scalars(joined).all() == [mine.id]
    inner = sa.select(Case.id).subquery()
    assert session.scalar(sa.select(sa.func.count()).select_from(inner)) == 1
    assert session.scalar(sa.select(sa.exists().where(Case.id == foreign.id))) is False


def test_a_get_of_a_foreign_case_gives_none(session: Session) -> None:
    city = a_city(session)
    foreign = a_case(session, city.other, city.other_centre)
    session.expunge_all()
    scope.act_as(session, city.dispatcher)
    assert session.get(Case, foreign.id) is None


def test_inside_a_verb_the_scope_is_lifted_and_comes_back(session: Session) -> None:
    city = a_city(session)
    a_case(session, city.other, city.other_centre)
    scope.act_as(session, city.dispatcher)
    with scope.unscoped(session), scope.unscoped(session):
        assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0


def test_another_actor_on_the_same_session_has_another_scope(session: Session) -> None:
    city = a_city(session)
    mine = a_case(session, city.township, city.centre)
    for who, seen in ((city.dispatcher, [mine.id]), (city.intruder, []), (city.dispatcher, [mine.id])):
        scope.act_as(session, who)
        assert session.scalars(sa.select(Case.id)).all() == seen
