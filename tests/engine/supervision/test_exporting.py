"""Lists out as workbooks: what the reader sees, no formula, dates of the office, and on the record."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import python_calamine
from sqlalchemy.orm import Session

from engine import audit, errands, jobs
from engine.cases import reading, scope
from engine.cases.filters import Filters
from engine.cases.sheets import safe_text
from engine.clock import ZONE
from engine.directory import Actor
from engine.supervision import boards, exporting
from engine.supervision.exporting import Asked
from tests.builders import NOW, City, a_case, an_actor

DAY = timedelta(days=1)
OPENED = NOW.astimezone(ZONE).replace(tzinfo=None)  # what a cell holds has no zone


def read(content: bytes) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def taken(session: Session, actor: Actor, **asked: Any) -> tuple[dict[str, list[list[Any]]], str]:
    with scope.seen_by(session, actor):
        name, content, rows = exporting.export(session, actor, Asked(**asked), NOW)
    sheets = read(content)
    assert len(next(iter(sheets.values()))) == rows + 1
    return sheets, name


def column(sheets: dict[str, list[list[Any]]], title: str) -> list[Any]:
    head, *rows = sheets["清单"]
    return [row[head.index(title)] for row in rows]


@pytest.fixture
def cases(session: Session, city: City) -> list[str]:
    """Three late cases of the township and one of its neighbour, the oldest due first."""
    mine = [a_case(session, city.community, city.centre, due_at=NOW - number * DAY, title=title, stage="assign",
                   class_name="公用设施")
            for number, title in ((3, "=HYPERLINK(\"http://x\",\"点我\")"), (2, "井盖没了"), (1, "+86 的电话没人接"))]
    a_case(session, city.other, city.other_centre, due_at=NOW - DAY, title="外面的", stage="assign")
    return [one.number for one in mine]


def test_a_queue_comes_out_as_it_is_seen(session: Session, city: City, supervisor: Actor, cases: list[str]) -> None:
    with scope.seen_by(session, supervisor):
        seen = reading.queue(session, supervisor, "overdue", NOW)
    sheets, name = taken(session, supervisor, key="overdue")
    assert column(sheets, "编号") == [row.number for row in seen.items] == cases
    assert column(sheets, "剩余或超期") == [row.clock.words() for row in seen.items]
    assert name.startswith("超期-2026") and name.endswith(".xlsx")


def test_nothing_that_people_wrote_is_a_formula(
        session: Session, city: City, supervisor: Actor, cases: list[str]) -> None:
    sheets, __ = taken(session, supervisor, key="overdue")
    assert column(sheets, "事由") == ["'=HYPERLINK(\"http://x\",\"点我\")", "井盖没了", "'+86 的电话没人接"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_whatever_a_spreadsheet_may_run_is_defused(text: str) -> None:
    assert safe_text(text) == f"'{text}"


def test_moments_are_moments_of_the_office(session: Session, city: City, supervisor: Actor, cases: list[str]) -> None:
    sheets, __ = taken(session, supervisor, key="all", order="newest")
    assert column(sheets, "上报时间")[0] == OPENED


def test_the_second_sheet_says_what_it_is_and_the_record_who_took_it(
        session: Session, city: City, supervisor: Actor, cases: list[str]) -> None:
    sheets, __ = taken(session, supervisor, key="search", filters={"text": cases[1], "lamp": "red"})
    about = dict(sheets["说明"])
    assert column(sheets, "编号") == [cases[1]]
    assert (about["清单"], about["内容"], about["时限状态"], about["件数"]) == ("全部事件", cases[1], "超期", 1)
    assert about["导出人"] == supervisor.label and about["导出时间"] == OPENED
    deed = audit.list_deeds_of(session, "lists", "全部事件")[0]
    assert (deed.verb, deed.subject, deed.actor) == ("exported", "全部事件", supervisor.label)
    assert deed.facts["rows"] == 1 and deed.facts["filters"] == {"text": cases[1], "lamp": "red"}


def test_it_speaks_english_too(session: Session, city: City, supervisor: Actor, cases: list[str]) -> None:
    sheets, name = taken(session, supervisor, key="overdue", language="en")
    assert list(sheets) == ["List", "About"] and sheets["List"][0][:2] == ["Number", "Subject"]
    assert name.startswith("Overdue-")


def test_a_cell_of_the_board_comes_out_as_it_counts(
        session: Session, city: City, supervisor: Actor, cases: list[str]) -> None:
    with scope.seen_by(session, supervisor):
        unit = boards.read_board(session, supervisor, NOW).units[0]
    sheets, __ = taken(session, supervisor, key="supervision",
                       filters={"state": "late", "unit": unit.key, "matter": "公用设施"})
    assert len(column(sheets, "编号")) == unit.late["公用设施"] == 3
    assert dict(sheets["说明"])["单位"] == unit.name and dict(sheets["说明"])["状态"] == "超期"
    with pytest.raises(exporting.ExportStale):
        taken(session, supervisor, key="supervision", filters={"unit": "o999999"})


def test_whoever_handles_no_cases_takes_no_lists_out(session: Session, city: City, cases: list[str]) -> None:
    admin = an_actor(session, "system_admin", city.centre)
    for actor in (admin, city.reporter):
        with pytest.raises(exporting.ExportNotAllowed):
            exporting.begin(session, actor, Asked("search"), NOW)
    with pytest.raises(reading.QueueUnknown):
        exporting.begin(session, city.dispatcher, Asked("overdue"), NOW)


def test_a_list_that_is_too_long_is_refused_in_clear_words(
        session: Session, city: City, supervisor: Actor, cases: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST", 2)
    with pytest.raises(exporting.ExportTooLarge, match="超过 2 件.*先筛选"):
        exporting.begin(session, supervisor, Asked("search"), NOW)


def test_a_worker_writes_a_long_list_with_the_eyes_of_who_asked(
        session: Session, city: City, supervisor: Actor, cases: list[str]) -> None:
    with scope.seen_by(session, supervisor):
        errand = exporting.ask(session, supervisor, Asked("all", order="oldest"), NOW)
        assert errand.total == len(reading.queue(session, supervisor, "all", NOW, Filters()).items)
    assert jobs.do_errands(session, NOW) == 1
    name, content = errands.file_of(session, supervisor, errand.id)
    assert errand.state == "done" and errand.done == errand.total == 3
    assert set(column(read(content), "编号")) == set(cases) and name.startswith("全部在办-")
