"""A resident at their browser, without an account and without a script."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import library, matters
from engine.attachments.models import Attachment
from engine.cases.models import Case, CaseWords
from engine.residents import knocking
from engine.residents.models import Knock
from tests.web.conftest import House, png

WORDS = {"description": "路口的雨水井盖没了，下雨天看不见。", "place": "人民路与蓬莱路口"}
IDENTITY = "330921199001011234"


@dataclass
class Resident:
    """A browser that knows nobody."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """A page."""
        return self.client.get(path)

    def post(self, path: str, **data: Any) -> TestResponse:
        """A form of a page, with the token of the session."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/r/").text)
        assert found is not None
        return self.client.post(path, data={"csrf_token": found[1], **data})

    def report(self, house: House, **data: Any) -> str:
        """The link of a fresh report."""
        answer = self.post("/r/new", step="send", division=house.city.community.code, **{**WORDS, **data})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@pytest.fixture(scope="module", autouse=True)
def listed(house: House) -> None:
    matters.load_list(house.session, matters.load_catalogue(library.RULES / "base" / "matters.csv"))
    house.session.commit()


@pytest.fixture(autouse=True)
def rested(house: House) -> None:
    """Nobody has knocked yet, and nothing was reported."""
    house.session.execute(sa.delete(Knock))
    house.session.execute(sa.update(Case).values(description="x", title="x", matter_code=None))
    house.session.execute(sa.update(CaseWords).values(search=""))
    house.session.commit()


@pytest.fixture
def resident(client: FlaskClient) -> Resident:
    return Resident(client)


def cases(house: House) -> int:
    house.session.rollback()
    return house.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0


def test_the_way_leads_from_the_place_to_a_number_and_a_link(house: House, resident: Resident) -> None:
    township, community = house.city.township, house.city.community
    assert f"in={township.code}" in resident.get("/r/new").text
    assert community.name in resident.get(f"/r/new?in={township.code}").text
    assert re.search(rf'value="{community.code}" selected', resident.get(f"/r/new?at={community.code}").text)
    asked = resident.post("/r/new", step="same", division=community.code, **WORDS)
    assert "怎么联系您" in asked.text and WORDS["description"] in asked.text
    link = resident.report(house, phone="13800001111")
    page = resident.get(link).text
    assert link.split("/")[2] in page and "收到了" in page and "前完成" in page and "一步一步怎么办" in page
    assert "网格员会到现场" in page and 'name="robots"' in page


def test_what_is_missing_is_said_and_what_was_typed_stays(house: House, resident: Resident) -> None:
    answer = resident.post("/r/new", step="same", division=house.city.community.code, description="灯坏了", place="")
    assert answer.status_code == 422
    assert "灯坏了" in answer.text and 'href="#place"' in answer.text and 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("step", ["same", "send", "words", "nonsense"])
def test_words_that_nobody_can_keep_are_no_accident(house: House, resident: Resident, step: str) -> None:
    answer = resident.post("/r/new", step=step, division="1", description="\0", place="字" * 400, phone="\0", key="x")
    assert answer.status_code < 500


def test_an_identity_number_for_a_phone_is_refused_and_nothing_is_lost(house: House, resident: Resident) -> None:
    before = cases(house)
    answer = resident.post("/r/new", step="send", division=house.city.community.code, phone=IDENTITY, name="陈某",
                           photos=(io.BytesIO(png()), "a.png"), **WORDS)
    assert answer.status_code == 422 and "这是身份证号" in answer.text
    assert WORDS["description"] in answer.text and "陈某" in answer.text
    kept = re.search(r'name="kept" value="([^"]+)"', answer.text)
    assert kept is not None and cases(house) == before
    link = resident.report(house, kept=kept[1], phone="13800001111")
    bound = house.session.scalars(sa.select(Attachment).where(Attachment.key == kept[1])).one()
    assert bound.case_id is not None and link.split("/")[2] in resident.get(link).text


def test_an_identity_number_in_the_words_is_covered_and_said(house: House, resident: Resident) -> None:
    link = resident.report(house, description=f"我是{IDENTITY}，灯坏了")
    page = resident.get(link).text
    assert "已经遮住" in page and IDENTITY not in page and "330*************34" in page


def test_the_same_page_sent_twice_is_one_case(house: House, resident: Resident) -> None:
    key = "a" * 32
    first = resident.report(house, key=key)
    before = cases(house)
    second = resident.report(house, key=key)
    assert cases(house) == before
    assert first.split("?")[0] == second.split("?")[0] and "没有重复" in resident.get(second).text


def test_a_file_that_is_no_photo_is_named_and_nothing_is_filed(house: House, resident: Resident) -> None:
    before = cases(house)
    answer = resident.post("/r/new", step="send", division=house.city.community.code,
                           photos=(io.BytesIO(b"<svg/>"), "a.svg"), **WORDS)
    assert answer.status_code == 422 and "只收 JPG" in answer.text and cases(house) == before


def test_what_is_near_by_is_shown_first_and_can_be_followed(house: House, resident: Resident) -> None:
    number = resident.report(house).split("/")[2]
    shown = resident.post("/r/new", step="same", division=house.city.community.code, **WORDS)
    assert "是不是这几件里的" in shown.text and "井盖" in shown.text and number in shown.text
    before = cases(house)
    followed = resident.post("/r/follow", number=number, division=house.city.community.code, phone="13700002222",
                             **WORDS)
    assert followed.status_code == 302 and cases(house) == before
    page = resident.get(followed.headers["Location"]).text
    assert "您已跟进" in page and WORDS["description"] not in page
    mine = resident.post("/r/new", step="details", division=house.city.community.code, **WORDS)
    assert "怎么联系您" in mine.text


def test_what_was_not_shown_cannot_be_followed(house: House, resident: Resident) -> None:
    number = resident.report(house, description="隔壁夫妻吵架闹离婚").split("/")[2]
    answer = resident.post("/r/follow", number=number, division=house.city.community.code, **WORDS)
    assert answer.status_code == 404 and "打不开" in answer.text


def test_number_and_phone_open_it_and_wrong_ones_answer_alike(house: House, resident: Resident) -> None:
    link = resident.report(house, phone="138 0000 1111").split("?")[0]
    number = link.split("/")[2]
    found = resident.post("/r/find", number=f" {number} ", phone="13800001111")
    assert found.status_code == 302 and found.headers["Location"] == link
    said = set()
    for asked, phone in ((number, "13911112222"), ("330921-2603-999999", "13800001111")):
        answer = resident.post("/r/find", number=asked, phone=phone)
        alert = re.search(r'role="alert".*?</div>', answer.text, re.DOTALL)
        said.add((answer.status_code, alert[0] if alert else ""))
    assert len(said) == 1 and next(iter(said))[0] == 404


def test_guessing_is_stopped_over_all_processes_and_says_until_when(house: House, resident: Resident) -> None:
    for _ in range(knocking.WRONG_FOR.most):
        assert resident.post("/r/find", number="330921-2603-000001", phone="1").status_code == 404
    answer = resident.post("/r/find", number="330921-2603-000001", phone="1")
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 60 and "太频繁" in answer.text


def test_too_many_reports_keep_what_was_written(house: House, resident: Resident) -> None:
    for _ in range(knocking.REPORT.most):
        resident.report(house)
    answer = resident.post("/r/new", step="send", division=house.city.community.code, phone="13800001111", **WORDS)
    assert answer.status_code == 429 and WORDS["description"] in answer.text and "13800001111" in answer.text


def test_photos_of_strangers_are_counted_before_they_are_taken(
        house: House, resident: Resident, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocking, "PHOTO", knocking.Door("photo", 2, knocking.PHOTO.within))
    kept = house.session.scalar(sa.select(sa.func.count()).select_from(Attachment)) or 0
    answer = resident.post("/r/new", step="send", division=house.city.community.code, **WORDS,
                           photos=[(io.BytesIO(png()), f"{number}.png") for number in range(4)])
    house.session.rollback()
    assert answer.status_code == 429 and WORDS["description"] in answer.text
    assert house.session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == kept + 2


@pytest.mark.parametrize("secret", ["x", "0" * 22, "1.x", "..%2f", "%00", "字"])
def test_a_wrong_link_says_so_and_nothing_else(house: House, resident: Resident, secret: str) -> None:
    number = resident.report(house).split("/")[2]
    answers = {resident.get(f"/r/{each}/{secret}").text.replace(each, "") for each in (number, "330921-2603-999999")}
    assert len({re.sub(r'nonce="[^"]+"', "", text) for text in answers}) == 1


def test_an_answer_that_nobody_asked_for_changes_nothing(house: House, resident: Resident) -> None:
    link = resident.report(house).split("?")[0]
    for data in ({}, {"task": "1"}, {"task": "99999999999", "outcome": "satisfied"}, {"task": "x", "outcome": "\0"}):
        assert resident.post(link, **data).status_code in (403, 404, 409, 422)


def test_the_pages_read_in_english_too(house: House, resident: Resident) -> None:
    for path in ("/r/", "/r/new", f"/r/new?in={house.city.township.code}", "/r/find"):
        page = resident.get(f"{path}{'&' if '?' in path else '?'}lang=en").text
        assert 'lang="en"' in page and "for residents" in page
