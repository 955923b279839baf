"""A workbook that takes longer than a page: looked through and written by a worker, whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from engine import directory, errands, jobs, registers
from engine.directory.models import Account
from engine.registers import keeping, long
from tests.builders import NOW, a_centre, an_actor
from tests.engine.registers.conftest import Counter


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LARGE", 0)


def hand_in(counter: Counter, **rows: list[dict[str, str]]) -> Any:
    return registers.submit(counter.session, counter.system, "名册.xlsx", registers.write(rows), NOW)


def work(counter: Counter) -> None:
    while jobs.do_errands(counter.session, NOW):
        pass


def looked_through(counter: Counter, kept: Any, by: directory.Actor | None = None) -> registers.Preview:
    long.begin_check(counter.session, by or counter.system, kept, NOW)
    work(counter)
    found = long.preview_kept(long.find_check(counter.session, by or counter.system, kept))
    assert found is not None
    return found


def known(counter: Counter) -> set[str]:
    return set(counter.session.scalars(sa.select(Account.username)))


def test_nothing_is_planned_before_a_worker_looked_and_its_preview_is_what_the_page_would_say(
        counter: Counter) -> None:
    rows = {"people": [counter.person()], "posts": [counter.post()]}
    kept = hand_in(counter, **rows)
    assert (kept.counts, kept.digest, kept.confirmed) == ({}, "", {})
    found = looked_through(counter, kept)
    plan = registers.plan_of(counter.session, counter.system, kept, NOW)[1]
    assert found == registers.preview_of(plan) and kept.digest == plan.digest and kept.counts == plan.counts
    assert found.moving == 2 and [one.subject for one in found.rows["add"]] == [
        change.subject for change in plan.changes]


def test_both_confirm_and_with_the_last_everything_is_written(counter: Counter) -> None:
    kept = hand_in(counter, people=[counter.person()], posts=[counter.post()])
    digest = looked_through(counter, kept).digest
    long.begin_confirm(counter.session, counter.system, kept, digest, NOW)
    work(counter)
    assert kept.state == "waiting" and "li" not in known(counter)
    long.begin_confirm(counter.session, counter.security, kept, digest, NOW)
    work(counter)
    assert kept.state == "applied" and "li" in known(counter) and kept.secrets is not None


def test_how_far_it_is_counts_rows(counter: Counter) -> None:
    told: list[tuple[int, int]] = []
    rows = registers.read_workbook(registers.write({"people": [counter.person(f"p{n}") for n in range(3)],
                                                    "posts": [counter.post("p1")]}))
    registers.make_plan(counter.session, rows, NOW, tell=lambda done, total: told.append((done, total)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_changed_since_the_look_is_looked_at_again(counter: Counter) -> None:
    kept = hand_in(counter, people=[counter.person()])
    digest = looked_through(counter, kept).digest
    an_actor(counter.session, "seat", a_centre(counter.session, counter.city.city), None, "王五", "li")
    long.begin_confirm(counter.session, counter.system, kept, digest, NOW)
    work(counter)
    writing = long.find_confirm(counter.session, kept)
    assert writing is not None and writing.problem and writing.problem["code"] == "plan_changed"
    assert kept.state == "waiting" and looked_through(counter, kept).digest != digest


def test_faults_come_back_as_a_sheet_and_nothing_is_written(counter: Counter) -> None:
    kept = hand_in(counter, people=[counter.person(), counter.person("wang", 手机="123")])
    found = looked_through(counter, kept)
    assert found.faults == 1 and found.problems[0].column == "手机"
    check = long.find_check(counter.session, counter.system, kept)
    assert registers.read_workbook(long.faults_kept(check)).rows["people"][1].cells["用户名"] == "wang"
    long.begin_confirm(counter.session, counter.system, kept, found.digest, NOW)
    work(counter)
    writing = long.find_confirm(counter.session, kept)
    assert writing is not None and writing.state == "failed" and "wang" not in known(counter)


def test_one_look_serves_both_administrators_of_a_division_and_no_third(counter: Counter) -> None:
    kept = hand_in(counter, people=[counter.person()])
    first = long.begin_check(counter.session, counter.system, kept, NOW)
    assert long.begin_check(counter.session, counter.security, kept, NOW).id == first.id
    elsewhere = an_actor(counter.session, "system_admin", counter.city.other_centre, None, "外管", "elsewhere")
    assert long.find_check(counter.session, elsewhere, kept) is None


def test_what_is_no_workbook_is_refused_at_the_door(counter: Counter) -> None:
    with pytest.raises(registers.WorkbookRefused):
        registers.submit(counter.session, counter.system, "名册.xlsx", b"PK\x03\x04 nothing", NOW)


def test_a_workbook_without_a_sheet_of_ours_is_refused_by_the_worker_in_words(counter: Counter) -> None:
    kept = registers.submit(counter.session, counter.system, "名册.xlsx", registers.template(), NOW)
    long.begin_check(counter.session, counter.system, kept, NOW)
    work(counter)
    check = long.find_check(counter.session, counter.system, kept)
    assert check is not None and check.problem and check.problem["facts"]["reason"] == "no_rows"
    with pytest.raises(errands.ErrandUnknown):
        long.faults_kept(check)


def test_what_is_taken_back_is_neither_looked_through_nor_written(counter: Counter) -> None:
    kept = hand_in(counter, people=[counter.person()])
    digest = looked_through(counter, kept).digest
    registers.withdraw(counter.session, counter.system, kept.id, NOW)
    with pytest.raises(registers.ImportOver):
        long.begin_check(counter.session, counter.system, kept, NOW)
    with pytest.raises(registers.ImportOver):
        long.begin_confirm(counter.session, counter.system, kept, digest, NOW)
