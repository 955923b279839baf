"""What the page of a case says: whose turn it is, what happened, when."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from engine.audit.models import Entry
from engine.cases.lamps import Clock, lamp_of
from engine.cases.models import Case
from engine.cases.moments import ZONE, ago, brief, due_stamp, stamp
from engine.cases.rows import TaskRow
from engine.cases.turns import turn_of
from engine.cases.wording import line_of

NOW = datetime(2026, 11, 19, 14, 20, tzinfo=ZONE)  # a Thursday
DAY = timedelta(days=1)


@pytest.mark.parametrize("at,said,due", [
    (NOW - timedelta(minutes=15), "今天 14:05", "今天 14:05"),
    (NOW - DAY, "昨天 14:20", "昨天 14:20"),
    (NOW + DAY, "明天 14:20", "明天 14:20"),
    (NOW - 6 * DAY, "11 月 13 日 14:20", "11 月 13 日（周五）14:20"),
    (NOW - 400 * DAY, "2025 年 10 月 15 日 14:20", "2025 年 10 月 15 日（周三）14:20"),
])
def test_a_moment_is_said_as_in_an_office(at: datetime, said: str, due: str) -> None:
    assert (stamp(at, NOW), due_stamp(at, NOW)) == (said, due)


def test_a_narrow_column_says_the_hour_today_and_the_date_before() -> None:
    said = [brief(NOW - days * DAY, NOW) for days in (0, 1, 6, 400)]
    assert said == ["14:20", "昨天 14:20", "11-13", "2025-10-15"]
    assert [ago(NOW - timedelta(seconds=s), NOW) for s in (5, 300, 7300, 200_000)] == [
        "刚刚", "5 分钟前", "2 小时前", "2 天前"]


def test_a_late_handler_is_named_with_what_is_missing() -> None:
    turn = turn_of(_case(attention_level="county"), [_task("handle_task", NOW - 6 * DAY)],
                   {"holder": "高亭镇综合信息指挥室", "attention": "岱山县指挥中心"}, NOW, "zh")
    assert _said(turn) == "高亭镇综合执法平台 应于 11 月 13 日（周五）14:20 前办结，已签收，未反馈。"
    assert turn.sentences[0][2].is_late
    assert turn.notes == ("已由岱山县指挥中心督办；承办和超期责任仍在高亭镇综合信息指挥室。",)


def test_while_the_clock_stands_nobody_is_late() -> None:
    case = _case(stopped_at=NOW - DAY, stopped_until=NOW + DAY)
    turn = turn_of(case, [_task("handle_task", NOW - 6 * DAY)], {}, NOW, "zh")
    assert not any(part.is_late for part in turn.sentences[0])
    assert turn.notes == ("停钟中（挂账），至明天 14:20。",)


def test_a_task_that_the_table_does_not_know_is_named_as_drawn() -> None:
    said = _said(turn_of(_case(), [_task("meet", NOW, "会商")], {}, NOW, "zh"))
    assert "应于今天 14:20 前完成「会商」，未办。" in said
    assert "is to do «会商»" in _said(turn_of(_case(), [_task("meet", NOW + DAY, "会商")], {}, NOW, "en"))


def test_a_closed_case_says_how_it_ended() -> None:
    case = _case(closed_at=NOW - DAY, stage="closed", outcome="duplicate")
    assert _said(turn_of(case, [], {"other": "DS-1"}, NOW, "zh")) == "已于昨天 14:20 结案：重复件，见 DS-1。"


@pytest.mark.parametrize("verb,facts,actor,zh,en", [
    ("dispatch", {"outcome": "department", "handler_name": "综合执法平台"}, "坐席 张三", "受理并分流至综合执法平台",
     "dispatched to 综合执法平台"),
    ("raise", {"stage": "handle", "organisation": "岱山县"}, "时钟", "办结仍未办，升级督办至岱山县",
     "finish still not done: raised to 岱山县"),
    ("urge", {}, "督查员 李四", "催办", "urged it"),
    ("timer", {"element": "climb"}, "时钟", "受理时限两次已过，自动提级",
     "the time to accept has passed twice: raised one level"),
    ("meet", {"task": "会商", "outcome": "agreed"}, "坐席 张三", "会商：agreed", "会商 · agreed"),
])
def test_an_entry_is_a_sentence(verb: str, facts: dict[str, Any], actor: str, zh: str, en: str) -> None:
    entry = Entry(case_id=1, seq=1, at=NOW, actor=actor, verb=verb, facts=facts, versions={}, element=None)
    assert line_of(entry, {}, "zh").text == zh
    assert line_of(entry, {}, "en").text == en


def test_the_clock_names_the_row_that_made_it_act() -> None:
    entry = Entry(case_id=1, seq=1, at=NOW, actor="时钟", verb="urge", versions={}, element=None,
                  facts={"stage": "handle", "late": "综合执法平台", "row": 6, "cites": "E4; GB 6.4c"})
    line = line_of(entry, {"reason": "两日内办结", "description": "在上面"}, "zh")
    assert (line.text, line.note, line.tone) == ("办结到时未办，催办综合执法平台", "督办表第 6 行 · GB 6.4c", "red")
    assert line.quotes == ("两日内办结",)


@pytest.mark.parametrize("due,warn,stopped,lamp", [
    (NOW + DAY, NOW + DAY / 2, None, "green"), (NOW + DAY, NOW, None, "yellow"), (NOW - DAY, None, None, "red"),
    (NOW, NOW - DAY, None, "yellow"), (NOW - DAY, None, NOW, "grey"), (None, None, None, "none"),
])
def test_the_lamp(due: datetime | None, warn: datetime | None, stopped: datetime | None, lamp: str) -> None:
    assert lamp_of(NOW, due, warn, stopped) == lamp


@pytest.mark.parametrize("left,working,lamp,zh,en", [
    (timedelta(minutes=12), True, "yellow", "剩 12 分钟", "12 min left"),
    (timedelta(hours=3, minutes=50), True, "green", "剩 3 工作时", "3 work h left"),
    (timedelta(hours=17), True, "green", "剩 2 工作日", "2 work d left"),
    (-timedelta(hours=50), False, "red", "超 2 天", "2 d over"),
    (timedelta(0), True, "red", "已超期", "overdue"),
    (timedelta(seconds=20), True, "yellow", "剩不到 1 分钟", "under 1 min left"),
])
def test_what_is_left_is_said_in_the_unit_of_the_limit(left: timedelta, working: bool, lamp: Any, zh: str,
                                                       en: str) -> None:
    clock = Clock(lamp, NOW, "handle", left, working)
    assert (clock.words("zh"), clock.words("en")) == (zh, en)


def _case(**changed: Any) -> Case:
    return Case(**{"level": "township", "attention_level": "township", "stage": "handle", **changed})


def _task(element: str, due: datetime, name: str = "办理") -> TaskRow:
    return TaskRow(1, 1, element, name, "办理", "clerk", 1, "高亭镇综合执法平台", None, None, NOW, due, 1)


def _said(turn: Any) -> str:
    return "".join(part.text for part in turn.sentences[0])
