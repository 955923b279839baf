"""The supervisor's board over HTTP: few questions, figures that open their cases, acts on many from preview to undo."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from engine import clock
from engine.cases.models import Case
from engine.supervision import filters, working
from tests.builders import an_actor
from tests.web.conftest import House
from tests.web.console.conftest import Browser
from web.db import db

Browse = Callable[[str], Browser]
MOST = 15
HOUR = timedelta(hours=1)
NAMES = re.compile("竹屿社区|高亭镇|岱山县|舟山市|综合信息指挥室|综合行政执法局|杜督查|"
                   "楼道里堆了垃圾，三天没人收|请抓紧")  # the last two somebody typed
CHINESE = re.compile(r"[一-鿿]+")


@pytest.fixture
def boss(house: House, browse: Browse) -> Browser:
    """The supervisor of the county at the browser."""
    if not house.session.scalar(sa.text("SELECT count(*) FROM account WHERE username = 'boss'")):
        an_actor(house.session, "supervisor", house.city.county_centre, name="杜督查", username="boss")
        house.session.commit()
    return browse("boss")


@pytest.fixture
def make_late(house: House, browse: Browse) -> Iterator[Callable[[int], list[str]]]:
    """Makes cases that nobody has accepted in time; with the test they are late no more, and no act on many waits."""
    found: list[str] = []

    def make(number: int) -> list[str]:
        reporter, said = browse("reporter"), {"description": "楼道里堆了垃圾，三天没人收", "place": "3 号楼"}
        made = [reporter.post("/console/cases", said).headers["Location"].rpartition("/")[2] for _ in range(number)]
        found.extend(made)
        _set_due(house, made, -HOUR)
        return made

    yield make
    _work(house)
    _set_due(house, found, 1000 * HOUR)


@pytest.fixture
def late(make_late: Callable[[int], list[str]]) -> list[str]:
    """The numbers of three cases that nobody has accepted in time."""
    return make_late(3)


def _set_due(house: House, numbers: list[str], ahead: timedelta) -> None:
    due = clock.now() + ahead
    house.session.execute(sa.update(Case).where(Case.number.in_(numbers)).values(due_at=due, warn_at=due - HOUR))
    house.session.commit()


@contextmanager
def _sent_by(engine: sa.Engine) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def _work(house: House) -> int:
    done = 0
    while working.work_off(house.session, clock.now()):
        house.session.commit()
        done += 1
    house.session.rollback()
    return done


def _go(boss: Browser, verb: str, **form: Any) -> str:
    answer = boss.post(f"/console/supervision/{verb}", {"step": "go", "reason": "请抓紧", **form})
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.split("<main", 1)[1]))


def test_the_board_asks_few_questions_however_many_are_late(
        house: House, boss: Browser, make_late: Callable[[int], list[str]]) -> None:
    counted = []
    with house.app.app_context():
        engine = db.engine
    for more in (1, 12):
        make_late(more)
        boss.get("/console/supervision")
        with _sent_by(engine) as sent:
            assert boss.get("/console/supervision").status_code == 200
        counted.append(len(sent))
    assert counted[0] == counted[1] <= MOST, "\n".join(sent)


@pytest.mark.parametrize("state", filters.STATES)
def test_every_figure_opens_its_cases_and_says_what_it_counts(boss: Browser, late: list[str], state: str) -> None:
    text = boss.get(f"/console/supervision?state={state}").text
    shown = text.split('id="list"', 1)[1]
    assert (late[0] in shown) is (state in ("late", "unaccepted", "arrived"))
    week = boss.get(f"/console/supervision?state={state}&week=2026-01-07&unit=d330921100&stage=assign&but=a%7Cb")
    assert week.status_code == 200


def test_a_place_without_cases_has_nothing_to_signal(house: House, browse: Browse) -> None:
    an_actor(house.session, "supervisor", house.city.sibling_centre, name="闲督查", username="idle")
    house.session.commit()
    text = browse("idle").get("/console/supervision").text
    assert text.count("没有要提醒的") == 2 and "<table" not in text and "NaN" not in text


def test_a_fragment_says_why_and_who_held_it(boss: Browser, late: list[str]) -> None:
    text = boss.get(f"/console/supervision/cases/{late[0]}", HX_Request="true").text
    assert "规则" in text and 'class="ladder"' in text and "<html" not in text


def test_it_is_complete_in_english(house: House, boss: Browser, late: list[str]) -> None:
    where = _go(boss, "supervise", number=late, reason="Please hurry")
    assert _work(house) == 3
    for path in ("/console/supervision?state=today", where, "/console/bulk", "/console/supervision/demands"):
        said = _words(boss.get(f"{path}{'&' if '?' in path else '?'}lang=en").text)
        assert CHINESE.search(NAMES.sub("", said)) is None, said
    boss.get("/console/supervision?lang=zh")


def test_a_preview_a_job_a_result_and_all_taken_back(house: House, boss: Browser, late: list[str]) -> None:
    preview = boss.post("/console/supervision/supervise", {"number": [*late, "330921-0000-000000"]})
    assert "批示督办 3 件？" in preview.text and "不在您的辖区" in preview.text
    key = re.search(r'name="key" value="([^"]+)"', preview.text)
    assert key is not None
    where = _go(boss, "supervise", number=late, key=key[1], reply_by="2031-01-01T09:00")
    assert _go(boss, "supervise", number=late, key=key[1]) == where, "the same form twice is one act"
    page = boss.get(where)
    assert "3 件中办成 0 件" in page.text and "every 1s" in page.text
    assert _work(house) == 3
    page = boss.get(where)
    assert "3 件中办成 3 件" in page.text and "every 1s" not in page.text
    assert all(number in page.text for number in late)
    assert late[0] in boss.get("/console/supervision/demands").text
    assert "请抓紧" in boss.get(f"/console/cases/{late[0]}").text
    assert "前书面反馈" in boss.get(f"/console/slips/supervision?number={late[0]}").text
    [one] = house.session.scalars(sa.select(Case.id).where(Case.number == late[0])).all()
    boss.post(f"{where}/undo/{one}")
    assert "已收回 1" in boss.get(where).text
    boss.post(f"{where}/undo")
    assert _work(house) == 2 and "已收回 3" in boss.get(where).text
    assert late[0] not in boss.get("/console/supervision/demands").text


def test_a_whole_figure_is_urged_and_stopped_halfway(house: House, boss: Browser, late: list[str]) -> None:
    preview = boss.post("/console/supervision/urge", {"all": "1", "state": "late"})
    total = int((re.search(r"催办 (\d+) 件？", preview.text) or ["", "0"])[1])
    assert total >= 3
    where = _go(boss, "urge", all="1", state="late")
    working.work_off(house.session, clock.now())
    house.session.commit()
    boss.post(f"{where}/cancel")
    assert _work(house) == 0
    assert f"{total} 件中办成 1 件" in boss.get(where).text and f"未轮到即停止 {total - 1}" in boss.get(where).text
    again = boss.post("/console/supervision/urge", {"all": "1", "state": "late"})
    assert "一小时内刚办过" in again.text


@pytest.mark.parametrize(("form", "status", "said"), [
    ({"reason": " "}, 422, "请填写原因"), ({"reply_by": "2001-01-01T09:00"}, 422, "将来"),
    ({"reply_by": "soon"}, 422, "时间请写成"), ({"reply_by": "9999-12-31T23:59-10:00"}, 422, "时间请写成"),
    ({"number": "330921-0000-000000"}, 409, "没有可以办的")])
def test_what_is_wrong_is_said_and_nothing_is_done(
        house: House, boss: Browser, late: list[str], form: dict[str, str], status: int, said: str) -> None:
    given = {"step": "go", "reason": "请抓紧", "number": late[0], **form}
    answer = boss.post("/console/supervision/supervise", given)
    assert answer.status_code == status and said in answer.text
    assert _work(house) == 0


def test_nobody_else_gets_in(browse: Browse, boss: Browser, late: list[str]) -> None:
    where = _go(boss, "urge", number=late[:1])
    handler, dispatcher = browse("handler"), browse("dispatcher")
    for path in ("/console/bulk", "/console/supervision/demands", where, f"/console/supervision/cases/{late[0]}"):
        assert handler.get(path).status_code == 403
    assert handler.post("/console/supervision/urge", {"number": late}).status_code == 403
    for path in (where, f"{where}9"):
        assert dispatcher.get(path).status_code == 404
        assert dispatcher.post(f"{path}/undo").status_code == 404
    assert boss.post("/console/supervision/void", {"number": late}).status_code == 404
