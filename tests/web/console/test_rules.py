"""What is published can be read: tables as rows, diagrams with their citations, articles, the file itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine import library
from tests.web.conftest import House
from tests.web.console.conftest import Browser

Browse = Callable[[str], Browser]


def address(browser: Browser, name: str) -> str:
    """Where the page of what bears this name lies."""
    found = re.search(rf'href="(/console/rules/\d+)">{name}<', browser.get("/console/rules").text)
    assert found is not None
    return found.group(1)


def test_every_pack_is_listed_and_an_expired_text_says_so(browse: Browse) -> None:
    page = browse("dispatcher").get("/console/rules").text
    assert "事件办理闭环" in page and "层级阶梯" in page
    assert "依据的文本已于 2018-12-31 到期" in page


def test_a_table_shows_its_rows_with_their_articles(browse: Browse) -> None:
    browser = browse("dispatcher")
    page = browser.get(address(browser, "分流去向")).text
    assert 'id="row-1"' in page and "/console/articles/" in page


def test_a_diagram_shows_its_elements_and_gives_its_bytes(browse: Browse, house: House) -> None:
    browser = browse("dispatcher")
    place = address(browser, "事件办理闭环")
    assert "核查办理结果" in browser.get(place).text
    published = next(one for one in library.working_copies("base") if one.definition_id == "case")
    assert browser.get(f"{place}/file").data == published.content


def test_an_article_shows_its_text_and_a_requirement_its_articles(browse: Browse) -> None:
    browser = browse("dispatcher")
    assert "网格管理员在工作中发现" in browser.get("/console/articles/GB 6.4a").text
    assert "DS 二(五)四" in browser.get("/console/articles/E5").text


def test_what_was_never_published_is_not_found(browse: Browse) -> None:
    assert browse("dispatcher").get("/console/rules/999999").status_code == 404
