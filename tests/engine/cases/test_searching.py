"""What a search finds."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.cases.searching import any_query, bigrams, overlap, search_query, search_vector

TEXT = "人民路与蓬莱路口雨水井盖缺失，已放警示牌 DS-2611-004182 A栋"


QUESTIONS = ["井盖", "雨水井盖", "路口 警示", "缺", "失", "004182", "ds-2611", "a栋", "Ds"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_search_finds_every_probe_of_the_text(session: Session, question: str) -> None:
    assert _matches(session, question)


@pytest.mark.parametrize("question", ["噪音", "盖井", "失已", "4182", "井盖 噪音"])
def test_a_search_does_not_find_what_is_not_there(session: Session, question: str) -> None:
    assert not _matches(session, question)


@pytest.mark.parametrize("question", ["", "，。！", "' | '", "()&"])
def test_a_question_without_words_searches_nothing(question: str) -> None:
    assert search_query(question) is None
    assert any_query(question) is None


def test_a_long_text_is_still_a_vector(session: Session) -> None:
    vector = search_vector("啊" * 50_000, "x" * 9_000)
    assert session.scalar(sa.text("SELECT CAST(:v AS tsvector) @@ CAST(:q AS tsquery)"),
                          {"v": vector, "q": search_query("啊啊啊")})


def test_the_shorter_text_decides_the_overlap() -> None:
    assert overlap(bigrams("雨水井盖缺失"), bigrams("路口雨水井盖缺失，已放警示牌")) == 1.0
    assert overlap(bigrams("雨水井盖缺失"), bigrams("夜间施工噪音")) == 0.0


def _matches(session: Session, question: str) -> bool:
    statement = sa.text("SELECT CAST(:v AS tsvector) @@ CAST(:q AS tsquery)")
    return bool(session.scalar(statement, {"v": search_vector(TEXT), "q": search_query(question)}))
