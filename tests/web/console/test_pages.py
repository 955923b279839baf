"""Every page answers, escapes what people typed, and costs the same whatever its length."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import an_actor
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]
CHINESE = re.compile("[一-鿿]")
SEAT_PAGES = [
    "queues/dispatch",
    "queues/late",
    "queues/closed",
    "queues/open?urgency=urgent&text=井盖",
    "cases",
    "cases/new",
    "cases/new/hints?description=人民路雨水井盖没了看不见",
    "counts",
    "inbox",
    "preferences",
    "supervision",
    "supervision?state=near",
    "queues/dispatch/news?since=2026-11-01T00:00:00%2B00:00",
    "styleguide",
]


@pytest.mark.parametrize("path", SEAT_PAGES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pages_of_a_seat_answer(browse: Browse, path: str, language: str) -> None:
    answer = browse("dispatcher").get(f"/console/{path}{'&' if '?' in path else '?'}lang={language}")
    assert answer.status_code == 200


@pytest.mark.parametrize("username,queue", [("reporter", "verify"), ("dispatcher", "dispatch"), ("handler", "sign")])
def test_home_is_the_first_queue_of_the_post(browse: Browse, username: str, queue: str) -> None:
    assert browse(username).get("/console/").headers["Location"].startswith("/console/queues/")
    assert browse(username).get(f"/console/queues/{queue}").status_code == 200


def test_somebody_without_a_queue_is_told_what_their_work_is(house: House, browse: Browse) -> None:
    an_actor(house.session, "audit_admin", house.city.county_centre, name="陈审计", username="auditor")
    house.session.commit()
    answer = browse("auditor").get("/console/")
    assert answer.status_code == 200 and "wangge verify" in answer.text


@pytest.mark.parametrize("path", ["cases/nothing", "queues/nothing", "queues/overdue", "pane/nothing", "photos/no"])
def test_what_is_not_there_is_a_404_page(browse: Browse, path: str) -> None:
    answer = browse("dispatcher").get(f"/console/{path}")
    assert answer.status_code == 404
    assert "申请权限" in answer.text


def test_the_board_is_for_those_who_supervise(browse: Browse) -> None:
    assert browse("handler").get("/console/supervision").status_code == 403


def test_markup_that_somebody_typed_is_text(house: House, browse: Browse) -> None:
    mean = '<script>alert(1)</script><img src=x onerror="alert(2)">'
    answer = browse("reporter").post("/console/cases", {"description": mean, "place": mean})
    number = answer.headers["Location"].rpartition("/")[2]
    dispatcher = browse("dispatcher")
    for path in (f"cases/{number}", f"queues/dispatch?case={number}", f"cases?text={mean}"):
        text = dispatcher.get(f"/console/{path}").text
        assert "<script>alert" not in text and "<img src=x" not in text
    assert "&lt;script&gt;alert(1)" in dispatcher.get(f"/console/cases/{number}").text


def test_a_desk_costs_the_same_statements_with_5_and_50_rows(house: House, browse: Browse) -> None:
    browser, reporter = browse("dispatcher"), browse("reporter")
    counted = []
    for more in (1, 4, 45):  # the first one fills the caches of published rules
        for _ in range(more):
            reporter.post("/console/cases", {"description": "楼道里堆了垃圾，三天没人收", "place": "3 号楼"})
        with _Counted() as statements:
            answer = browser.get("/console/queues/dispatch")
        counted.append(len(statements))
        assert answer.status_code == 200
    assert answer.text.count('class="row') >= 50
    assert counted[1] == counted[2]


def test_new_arrivals_are_announced_and_counted_with_the_filters(browse: Browse) -> None:
    browser, reporter = browse("dispatcher"), browse("reporter")
    address = re.search(r'id="news" hx-get="([^"]+)"', browser.get("/console/queues/dispatch?urgency=normal").text)
    assert address is not None
    path = address.group(1).replace("&amp;", "&")
    assert "新到" not in browser.get(path).text
    for urgency in ("normal", "urgent"):
        reporter.post("/console/cases", {"description": "路灯不亮", "place": "3 号楼", "urgency": urgency})
    assert "1 件新到 · 显示" in browser.get(path).text


def test_the_chrome_is_english_on_request(house: House, browse: Browse) -> None:
    text = browse("dispatcher").get("/console/queues/held?lang=en").text
    said = re.sub(r"<[^>]+>", " ", text.split("<main", 1)[1]).replace("竹屿社区", "")
    assert CHINESE.search(said) is None, said
    assert "Nothing waits here" in said


class _Counted:
    """Counts the statements of a block on every engine."""

    def __enter__(self) -> list[str]:
        self.statements: list[str] = []
        sa.event.listen(sa.Engine, "before_cursor_execute", self._seen)
        return self.statements

    def __exit__(self, *_: object) -> None:
        sa.event.remove(sa.Engine, "before_cursor_execute", self._seen)

    def _seen(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)
