"""The English view: nothing Chinese but names and what somebody typed, and that says of itself that it is Chinese."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import sqlalchemy as sa
import time_machine
from lxml import html

from engine import clock, notices
from tests.builders import PASSWORD, an_actor
from tests.web.conftest import Caller, House
from tests.web.console.conftest import Browser

CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
READ_OUT = ("alt", "aria-label", "placeholder", "label")
TYPED_INTO = ("input", "textarea", "code", "script", "style")
CITED = re.compile(r"\b(?:DS|XY|YC|AK|GB) ?[一二三四五六七八九十]+[()（）一二三四五六七八九十\d]*")
NAMED = ("«值班»", "绘制人", "审批人")  # a sheet of the workbook, which is read by this name; who published
DESCRIPTION, PLACE = "人民路与蓬莱路口雨水井盖没了，下雨看不见", "人民路与蓬莱路口"
ROLES = {"supervisor": "杜督查", "designer": "孙设计", "system_admin": "吴系统", "security_admin": "郑安全",
         "audit_admin": "冯审计"}
MOST_PAGES = 30


@pytest.fixture(scope="module")
def names(house: House, listed: None) -> re.Pattern[str]:
    """A case on its way and one just reported; the names that the registers hold and the titles of the cases."""
    for role, name in ROLES.items():
        an_actor(house.session, role, house.city.county_centre, name=name, username=role)
    house.session.commit()
    reporter, dispatcher, handler, boss = (_caller(house, name) for name in (
        "reporter", "dispatcher", "handler", "supervisor"))
    number = [_reported(reporter, word) for word in ("路口", "门前")][-1]
    _complete(dispatcher, number, "department", {"organisation": house.city.department.code, "matter": "GY0101"})
    _complete(handler, number, "sign", {})
    boss("POST", f"/cases/{number}/acts/supervise", {"values": {"reason": "一周没有动静"}})
    asked = {"values": {"days": 3, "reason": "材料未到"}}
    assert handler("POST", f"/cases/{number}/acts/ask_extension", asked).status_code < 300
    notices.deliver_due(house.session, clock.now())
    house.session.execute(sa.text("UPDATE account SET language = 'en'"))
    house.session.commit()
    return re.compile("|".join(map(re.escape, sorted(set(_names(house)), key=len, reverse=True))))


def _caller(house: House, username: str) -> Caller:
    client = house.app.test_client()
    answer = client.post("/api/v1/tokens", json={"username": username, "password": PASSWORD})
    return Caller(client, answer.get_json()["token"])


def _reported(call: Caller, word: str) -> str:
    said = {"description": DESCRIPTION + word, "matter": "GY0101", "place": {"text": PLACE}}
    return str(call("POST", "/cases", said).get_json()["number"])


def _complete(call: Caller, number: str, outcome: str, values: dict[str, Any]) -> None:
    task = call("GET", f"/cases/{number}/tasks").get_json()["items"][0]
    answer = call("POST", f"/tasks/{task['id']}/complete", {"outcome": outcome, "values": values})
    assert answer.status_code < 300, answer.text


def _names(house: House) -> Iterator[str]:
    for table in ("person", "organisation", "division", "grid"):
        yield from house.session.scalars(sa.text(f"SELECT name FROM {table}"))
    yield from house.session.scalars(sa.text('SELECT title FROM "case"'))
    yield from NAMED


def chinese_left(page: str, names: re.Pattern[str]) -> list[str]:
    """What of a page is Chinese without saying so: texts and what is read out, names and citations aside."""
    found = []
    for one in html.fromstring(page).iter():
        if isinstance(one.tag, str):
            texts = [] if one.tag in TYPED_INTO else [one.text, *(child.tail for child in one)]
            said = [text for text in (*texts, *(one.get(name) for name in READ_OUT)) if text and CHINESE.search(text)]
            if said and not _is_chinese(one):
                found += [text for text in said if CHINESE.search(CITED.sub("", names.sub("", text)))]
    return [" ".join(text.split()) for text in found]


def _is_chinese(one: Any) -> bool:
    language = next((each.get("lang") for each in (one, *one.iterancestors()) if each.get("lang")), "")
    return bool(language.startswith("zh"))


def _shape(path: str) -> str:
    """Pages that differ by what they show only are one page."""
    return re.sub(r"=[^&]*", "=", re.sub(r"[0-9a-f-]{36}|\d[\d-]*|[A-Z]{2}\d{4}", "#", path))


def walked(browser: Browser, start: str) -> Iterator[tuple[str, str]]:
    """Address and text of every page that links lead to from here, one of each shape."""
    waiting, seen = deque([start]), set[str]()
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.popleft()
        if _shape(path) in seen or re.search("logout|styleguide|lang=|/static/", path):
            continue
        seen.add(_shape(path))
        answer = browser.get(path)
        if answer.status_code == 302:
            waiting.append(urlsplit(answer.headers["Location"])._replace(scheme="", netloc="").geturl())
        elif answer.status_code == 200 and "html" in answer.headers["Content-Type"] and answer.text.strip():
            yield path, answer.text
            links = re.findall(r'(?:href|hx-get)="(/[^"#]*)', answer.text)
            waiting += [urljoin(path, link.replace("&amp;", "&")) for link in links]


def _stranger(house: House) -> Browser:
    """A resident, who reads English by a cookie."""
    client = house.app.test_client()
    client.set_cookie("language", "en")
    return Browser(client, "")


@pytest.mark.parametrize("who, start", [
    ("", "/r/"), ("reporter", "/phone/"), ("dispatcher", "/console/"), ("handler", "/console/"),
    *((role, "/console/") for role in ROLES)])
def test_everything_but_names_is_english(
        house: House, browse: Callable[[str], Browser], names: re.Pattern[str], who: str, start: str) -> None:
    pages = dict(walked(browse(who) if who else _stranger(house), start))
    left = {path: found for path, text in pages.items() if (found := chinese_left(text, names))}
    assert left == {} and len(pages) > 3


@pytest.mark.parametrize("day, words", [
    ("2026-12-31T17:00+08:00", ("New Year&#39;s Day", "The rest-day notice for 2027 is not loaded")),
    ("2026-02-13T17:00+08:00", ("make-up workday (Spring Festival)",))])
def test_the_days_of_a_due_time_are_named_in_english(
        house: House, browse: Callable[[str], Browser], names: re.Pattern[str], day: str,
        words: tuple[str, ...]) -> None:
    with time_machine.travel(day, tick=False):
        number = _reported(_caller(house, "reporter"), "路口")
        page = browse("dispatcher").get(f"/console/cases/{number}?tab=deadlines").text
    assert chinese_left(page, names) == [] and all(one in page for one in words)
