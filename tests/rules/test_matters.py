"""The shipped list of matters is complete, honest about its sources, and its words find it."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.matters.catalogue import LOCAL, PLATFORMS, MatterRow, load_catalogue
from engine.matters.guessing import guess

RULES = Path(__file__).parents[2] / "rules"
TODAY = date(2026, 11, 20)


@cache
def matters() -> dict[str, MatterRow]:
    return {row.code: row for row in load_catalogue(RULES / "base" / "matters.csv")}


def demo() -> dict[str, Any]:
    material: dict[str, Any] = yaml.safe_load((RULES / "places" / "zhoushan-demo.yaml").read_text("utf-8"))
    return material


def spoken(text: str) -> str:
    """A demo text as a case would carry it."""
    return text.format(place="人民路", community="沙涂社区", township="高亭镇", county="岱山县")


def test_the_list_is_long_enough_to_work_with() -> None:
    assert len(matters()) >= 200


def test_the_base_list_cites_only_the_national_standard() -> None:
    assert [row.code for row in matters().values() if not row.source.startswith(("GB 6.", LOCAL))] == []


def test_every_cited_article_exists() -> None:
    index = yaml.safe_load((RULES / "regulations" / "index.yaml").read_text("utf-8"))["articles"]
    cited = {row.source for row in matters().values() if not row.source.startswith(LOCAL)}
    assert cited <= set(index)


def test_no_handling_limit_pretends_to_have_an_article() -> None:
    assert [row.code for row in matters().values() if not row.limit_source.startswith(LOCAL)] == []


def test_every_function_of_the_standard_that_can_be_a_case_has_a_matter() -> None:
    cited = {row.source for row in matters().values()}
    assert {f"GB 6.3{letter}" for letter in "abcdefgij"} <= cited


def test_every_platform_takes_something() -> None:
    assert {row.platform for row in matters().values()} == set(PLATFORMS.values())


def test_staged_matters_end_with_their_handling_limit() -> None:
    staged = [row for row in matters().values() if row.stages]
    assert len(staged) == 3
    assert all(row.stages[-1].limit == row.handle_limit for row in staged)


def test_withdrawn_matters_stay_readable_but_are_not_admitted() -> None:
    withdrawn = [row.code for row in matters().values() if not row.is_admitted(TODAY)]
    assert withdrawn == ["JB0201", "JB0202"]


@pytest.mark.parametrize(("words", "code"), [
    ("人民路与蓬莱路口雨水井盖缺失，已放警示牌", "GY0101"),
    ("南峰村两户宅基地滴水纠纷，现场调解未成", "JF0202"),
    ("兰亭小区西门夜间施工噪音，三户联名投诉", "SG0101"),
    ("小学门口流动摊贩使用明火", "XF0106"),
    ("康居小区电梯反复故障困人", "AQ0107"),
    ("渔船「浙岱渔 03」靠泊后油污渗漏", "HJ0106"),
    ("独居老人申请代办高龄补贴", "DB0101"),
    ("询问：老旧小区加装电梯补贴怎么申请", "MS0104"),
])
def test_the_words_of_a_report_suggest_its_matter(words: str, code: str) -> None:
    assert guess(words, matters().values())[0].code == code


def test_demo_texts_name_admitted_matters() -> None:
    codes = {text["matter"] for part in ("texts", "duplicates") for text in demo()[part]}
    assert [code for code in codes if not matters()[code].is_admitted(TODAY)] == []


def test_nine_demo_texts_in_ten_are_guessed_within_three() -> None:
    texts = demo()["texts"]
    hits = [t for t in texts
            if t["matter"] in {one.code for one in guess(spoken(t["text"]), matters().values(), most=3)}]
    assert len(texts) >= 80
    assert len(hits) >= 0.9 * len(texts)


def test_demo_has_results_for_every_class_and_places_for_every_township() -> None:
    townships = [line.split(",")[0] for line in (RULES / "places" / "zhoushan.csv").read_text("utf-8").split()
                 if ",township," in line]
    assert {row.class_name for row in matters().values()} <= set(demo()["results"])
    assert set(townships) <= set(demo()["places"])


def test_demo_phones_lie_in_a_range_that_nobody_has() -> None:
    assert demo()["people"]["phone_prefix"].startswith("144")
