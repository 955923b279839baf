"""Every component in every state, from the tokens and templates that the pages use; ?lang= for the other language."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import render_template, url_for

from engine import deadlines
from engine.cases.callbacks import Tried
from engine.cases.demanding import Demanded
from engine.cases.helping import Helper
from engine.cases.lamps import Clock, Strip
from engine.cases.words import WORDS
from engine.supervision.boards import Week
from web import identity
from web.console import shell, trends
from web.console.blueprint import blueprint
from web.console.forms import FieldView, FormView

TOKENS = Path(__file__).parents[1] / "static" / "css" / "tokens.css"


@blueprint.get("/styleguide")
@identity.public
def styleguide() -> Any:
    """The style guide."""
    return render_template("styleguide.html", clocks=_clocks(), tokens=_tokens(), fields=_fields(), form=_form(),
                           page=_case(), attempts=_attempts(), case=SimpleNamespace(closed_at=None),
                           board=_board(), trend=trends.draw(_board().weeks), hours=_hours())


def _hours() -> tuple[deadlines.Week, ...]:
    """A usual week, and one open on Saturday morning with a summer of its own."""
    usual = deadlines.same_every_day(deadlines.read_spans("08:30-12:00，13:00-17:30"), False)
    saturday = (*usual[:5], deadlines.read_spans("09:00-11:30"), *usual[6:])
    summer = deadlines.same_every_day(deadlines.read_spans("08:00-12:00，14:30-18:30"), False)
    season = deadlines.Season((6, 1), (9, 30), summer)
    return deadlines.Week(usual), deadlines.Week(saturday, seasons=(season,))


def _clocks() -> list[Clock]:
    now = shell.now()
    hours = timedelta(hours=1)
    return [
        Clock("green", now + 3 * hours, "accept", 3 * hours, True, Strip(0.42, 0.8, 1.0)),
        Clock("yellow", now + hours / 5, "sign", hours / 5, True, Strip(0.88, 0.8, 1.0)),
        Clock("red", now - 32 * hours, "handle", -32 * hours, True, Strip(1.0, 0.5, 0.63, ((0.2, 0.3),))),
        Clock("grey", now, "handle", hours, True, Strip(0.55, 0.85, 1.0, ((0.4, 0.55),)), False, now + 40 * hours),
        Clock("green", now + 30 * hours, "total", 30 * hours, True, Strip(0.1, 0.8, 1.0), True),
        Clock("none"),
    ]


def _attempts() -> tuple[Tried, ...]:
    """None made, some, enough but all at once, enough."""
    later = shell.now() + timedelta(minutes=50)
    return (Tried(0, 0, 3, 3, False, None), Tried(1, 1, 3, 2, True, None), Tried(3, 3, 3, 1, False, later),
            Tried(3, 3, 3, 0, False, None))


@lru_cache(maxsize=1)
def _tokens() -> tuple[tuple[str, str], ...]:
    """Name and value of every token, as the one file of them says."""
    return tuple(re.findall(r"--([a-z0-9-]+):\s*([^;]+);", TOKENS.read_text(encoding="utf-8")))


def _fields() -> tuple[FieldView, ...]:
    choices = (("", (("a", "一般"), ("b", "较大"))),)
    return (
        FieldView("reason", "longtext", "理由 Reason", True, (), 1000),
        FieldView("matter", "select", "事项 Matter", True, (), None, choices, "a"),
        FieldView("until", "datetime", "到什么时候 Until", False, (), None),
        FieldView("attempts", "number", "联系次数 Attempts", True, (), None, value="2",
                  problems=("至少三次 Three at least",)),
        FieldView("photos", "photos", "照片 Photos", False, (), None, chosen=("k",)),
    )


def _case() -> SimpleNamespace:
    """A case with photos before and after, requests in every state, co-handlers in every state."""
    now, day = shell.now(), timedelta(days=1)
    photos = [SimpleNamespace(kind=kind, key="", src=url_for("static", filename="icon.svg"), added_at=now - day * age,
                              width=4, height=3) for kind, age in (("before", 2), ("after", 0), ("after", 0))]
    requests = [SimpleNamespace(
        kind="hold" if state == "refused" else "extension", state=state, asked_by="李承办", asked_at=now - day,
        days=None if state == "refused" else 3, until=None, condition="管线迁改完成" if state == "refused" else None,
        due_at=now + day, before=number, reason="材料未到，需要另行采购", decided_at=None if state == "open" else now,
        decided_by="张坐席", decision="先放警示牌" if state in ("fewer", "refused") else None,
        granted_until=now + 3 * day if state in ("granted", "fewer") else None)
        for number, state in enumerate(WORDS["request_state"])]
    helpers = [Helper(number, f"协办单位 {number + 1}", state, now + day if number < 2 else None, "王承办",
                      now if number > 1 else None, "不在本单位职责之内" if state == "declined" else "")
               for number, state in enumerate(WORDS["helper"])]
    demanded = [
        Demanded(number, "supervise", "杜督查", "高亭镇综合信息指挥室", now - day, now + day * wanted, replied,
                 "张坐席" if replied else None, "一周没有动静", "今天下午到场" if replied else "")
        for number, (wanted, replied) in enumerate(((1, None), (-0.5, None), (1, now)))]
    return SimpleNamespace(photos=photos, requests=requests, helpers=helpers, extended=[], demanded=demanded,
                           names={"handler": "综合执法平台"},
                           outstanding=[one for one in helpers if one.is_outstanding])


def _board() -> SimpleNamespace:
    """Eight weeks of a county, beside its city."""
    numbers = ((58, 57, 40, 31, 92), (61, 59, 44, 50, 92), (70, 66, 61, 55, 91), (66, 60, 52, 58, 93),
               (64, 56, 70, 60, 92), (0, 0, 12, 0, None), (72, 60, 66, 64, 93), (50, 43, 39, 41, 92))
    begin = shell.now() - timedelta(weeks=len(numbers))
    weeks = tuple(Week(begin + timedelta(weeks=number), *one) for number, one in enumerate(numbers))
    return SimpleNamespace(weeks=weeks, division="岱山县", above="舟山市")


def _form() -> FormView:
    return FormView((("pass", "核查通过"), ("rework", "发回重办")), (), "pass", ("没有这种办理方式。",),
                    (("attempts", "联系次数 Attempts", "至少三次 Three at least"),))
