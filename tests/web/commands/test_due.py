"""`wangge due`: by the hours of a file, by typed ones under their name, or by those that an organisation keeps."""

from __future__ import annotations

import pytest

from tests.web.commands.conftest import Desk

ASKED = ("due", "--from", "2026-11-18T11:00", "--limit", "4 work_hour")  # a Wednesday
TWO = ("--by", "绘制人", "--approved-by", "审批人")


def test_hours_of_a_file_need_no_place(desk: Desk) -> None:
    told = desk.answer(*ASKED)
    assert (told["due"], told["office"]) == ("2026-11-18T16:00:00+08:00", "default")
    assert told["office_name"] == "机关办公时间" and desk.ask("SELECT to_regclass('office')") is None


def test_typed_hours_are_asked_by_their_name_or_by_who_keeps_them(desk: Desk, divisions: str) -> None:
    desk.answer("init", "--divisions", divisions, "--hours", "08:00-12:00,15:00-18:00", *TWO)
    for words in (("--office", "舟山市作息"), ("--organisation", "330921-centre")):
        told = desk.answer(*ASKED, *words)
        assert (told["due"], told["office_name"]) == ("2026-11-18T18:00:00+08:00", "舟山市作息")
    shown = desk.type(*ASKED, "--organisation", "330921-centre").output
    assert "2026-11-18T18:00:00+08:00  hours" in shown and "办公时间：舟山市作息" in shown
    assert desk.answer(*ASKED)["office"] == "default"


@pytest.mark.parametrize(("words", "said"), [
    (("--office", "没有的作息"), "没有「没有的作息」这个办公时间"), (("--organisation", "x"), "没有编码为「x」的单位"),
])
def test_what_is_not_there_is_said_in_plain_words(desk: Desk, divisions: str, words: tuple[str, ...],
                                                 said: str) -> None:
    before = desk.type(*ASKED, *words)
    assert before.exit_code == 1 and "这里还没有初始化" in before.output
    desk.answer("init", "--divisions", divisions, *TWO)
    after = desk.type(*ASKED, *words)
    assert after.exit_code == 1 and said in after.output
