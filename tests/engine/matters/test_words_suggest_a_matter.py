"""The suggestion for a report: what was found, what counts more, and nothing when nothing fits."""

from dataclasses import dataclass

from engine.matters.guessing import Guess, Worded, guess


@dataclass(frozen=True)
class Named:
    code: str
    name: str
    keywords: str


LIST: list[Worded] = [
    Named("A", "雨水井盖缺失", "雨水井盖|井盖"),
    Named("B", "电力井盖损坏", "电力井盖|井盖"),
    Named("C", "电梯困人", "电梯+困|电梯"),
    Named("D", "咨询", "怎么申请"),
]


def test_the_reasons_are_the_words_found() -> None:
    assert guess("桥头雨水井盖没了", LIST)[0] == Guess("A", 0.52, ("雨水井盖", "井盖"))


def test_a_word_inside_a_longer_one_does_not_win() -> None:
    assert [one.code for one in guess("桥头雨水井盖没了", LIST)] == ["A", "B"]


def test_both_parts_of_a_joined_keyword_must_occur() -> None:
    assert "电梯+困" not in guess("电梯坏了", LIST)[0].why
    assert guess("电梯里困了三个人", LIST)[0].why[0] == "电梯+困"


def test_nothing_found_suggests_nothing() -> None:
    assert guess("今天天气很好", LIST) == []


def test_no_more_than_asked_for() -> None:
    assert len(guess("井盖和电梯怎么申请", LIST, most=2)) == 2


def test_equal_guesses_come_in_the_order_of_their_codes() -> None:
    assert [one.code for one in guess("井盖", LIST)] == ["A", "B"]


def test_a_matter_without_keywords_is_found_by_its_name() -> None:
    assert guess("有人高空抛物", [Named("E", "高空抛物", "")])[0].why == ("高空抛物",)
