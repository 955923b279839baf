"""The five texts article by article: the index is true to the texts, and citations are held to it."""

from __future__ import annotations

import re
from datetime import date

import pytest

from engine.library.articles import (
    ArticleUnknown,
    articles,
    check_cites,
    cites_in,
    find_article,
    get_article,
    problems_of,
    regulations,
    requirements,
)

HOW_MANY = {"GB": 41, "YC": 84, "DS": 30, "XY": 42, "AK": 62}


def names(text: str) -> list[str]:
    return [cite.name for cite in cites_in(text)]


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("regulation", HOW_MANY)
def test_every_article_of_a_text_is_indexed(regulation: str) -> None:
    assert sum(one.regulation.id == regulation for one in articles().values()) == HOW_MANY[regulation]


@pytest.mark.parametrize("citation", articles())
def test_an_article_stands_in_its_text_word_for_word(citation: str) -> None:
    article = articles()[citation]
    whole = without_spaces(article.regulation.text())
    sentences = re.split(r"……|[。；;：:\n]", article.text)
    assert all(without_spaces(sentence) in whole for sentence in sentences)


def test_the_fifty_articles_of_yancheng_are_all_there() -> None:
    assert all(f"YC {number}" in articles() for number in range(1, 51))


@pytest.mark.cites("G9")
def test_the_programme_of_daishan_has_run_out_and_yanchengs_rules_have_not() -> None:
    on = date(2026, 11, 22)
    assert regulations()["DS"].is_expired(on)
    assert not regulations()["YC"].is_expired(on)
    assert regulations()["YC"].in_force == date(2021, 12, 8)


@pytest.mark.parametrize(("citation", "words"), [
    ("GB 6.4a", "应当及时予以协调解决"), ("DS 二(五)四", "2个工作日内受理"), ("YC 34", "經初步核實和評估后"),
    ("AK 11.5", "规范受理转办、跟踪督办、回访反馈"), ("XY 二4(5)", "接受评价"), ("GB 6.4 a", "处理不了的"),
    ("YC 第35条", "及時向鎮"), ("YC 10（1）", "依法采集"), ("AK 7.3.3 h", "双重管理"),
])
def test_a_citation_finds_its_article(citation: str, words: str) -> None:
    assert words in get_article(citation).text


def test_an_article_that_no_text_has_is_unknown() -> None:
    assert find_article("GB 6.4z") is None
    with pytest.raises(ArticleUnknown):
        get_article("YC 51")


@pytest.mark.parametrize(("text", "spelled_out"), [
    ("E5; DS 二(五)四", ["E5", "DS 二(五)四"]), ("YC 13–14, 16", ["YC 13", "YC 14", "YC 16"]),
    ("XY 二4(1–3)", ["XY 二4(1)", "XY 二4(2)", "XY 二4(3)"]), ("YC 8(1)–(2)", ["YC 8(1)", "YC 8(2)"]),
    ("GB 6.3a-c；E2b", ["GB 6.3a", "GB 6.3b", "GB 6.3c", "E2b"]), ("AK 10.4–10.5", ["AK 10.4", "AK 10.5"]),
    ("", []), ("本地设定，无条文", []),
])
def test_citations_are_spelled_out(text: str, spelled_out: list[str]) -> None:
    assert names(text) == spelled_out


@pytest.mark.parametrize(("text", "code"), [
    ("GB 6.9", "cite_unknown"), ("E99", "requirement_unknown"), ("YC 34", "cite_foreign"),
    ("see the law", "cite_unknown"), ("ZZ 1", "cite_unknown"),
])
def test_a_citation_that_does_not_hold_says_why(text: str, code: str) -> None:
    assert [problem.code for problem in problems_of(text, {"GB", "DS"}, "daishan")] == [code]


def test_a_pack_cites_its_own_text_and_its_ancestors() -> None:
    assert check_cites("E5; DS 二(五)四; GB 6.4c", "daishan") == []
    assert [problem.code for problem in check_cites("DS 二(五)四", "base")] == ["cite_foreign"]


def test_every_requirement_names_articles_that_exist() -> None:
    assert len(requirements()) == 116
    assert [one.id for one in requirements().values() if not set(one.articles) <= set(articles())] == []
