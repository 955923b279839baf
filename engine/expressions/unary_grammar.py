"""Reading the unary tests of a DMN cell (S-FEEL): from text to a list of tests, or a refusal that says where.

    tests    = "-" | "" | "not" "(" list ")" | list
    list     = test { "," test }
    test     = literal | ("<" | "<=" | ">" | ">=" | "=" | "!=") endpoint | range
    range    = ("[" | "(" | "]") endpoint ".." endpoint ("]" | ")" | "[")
    endpoint = literal | name
    literal  = number | "text" | true | false | null
             | date("2026-01-01") | date and time("2026-01-01T08:30:00")
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from engine.expressions.errors import ExpressionRefused
from engine.expressions.grammar import FEEL_CONSTANTS, MOST_CHARACTERS, problem_of_name
from engine.expressions.guards import LARGEST

Operator = Literal["<", "<=", ">", ">=", "=", "!="]
_TOKEN = re.compile(r"""\s*(?:
    (?P<number>-?\d+(?:\.\d+)?) | (?P<text>"(?:[^"\\]|\\.)*") | (?P<operator><=|>=|!=|<|>|=(?!=)) |
    (?P<dots>\.\.) | (?P<sign>[()\[\],]) | (?P<name>[^\W\d]\w*) | (?P<end>\Z) )""", re.VERBOSE)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")


@dataclass(frozen=True, slots=True)
class Reference:
    """A name on the right of a comparison: its value is looked up when the table is asked."""

    name: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The value stands in this relation to the endpoint; a bare literal is `=`."""

    operator: Operator
    endpoint: Any


@dataclass(frozen=True, slots=True)
class Range:
    """The value lies between two endpoints, each of them counted in or not."""

    low: Any
    high: Any
    low_in: bool
    high_in: bool


Test = Comparison | Range


@dataclass(frozen=True, slots=True)
class Tests:
    """What one cell asks: any of the tests holds, or, `negated`, none; no tests: everything passes."""

    tests: tuple[Test, ...]
    negated: bool = False


def read_tests(text: str, names: Collection[str] | None) -> Tests:
    """The tests of one cell; `names` may be mentioned, None: any. Raises ExpressionRefused."""
    if len(text) > MOST_CHARACTERS:
        raise ExpressionRefused(text, f"超过 {MOST_CHARACTERS} 个字符")
    if text.strip() in ("", "-"):
        return Tests(())
    return _Reader(text, names).tests()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    place: int


class _Reader:
    """Walks over the tokens of one cell, one step ahead."""

    def __init__(self, text: str, names: Collection[str] | None) -> None:
        self.text = text
        self.names = names
        self.tokens = self._tokens()
        self.at = 0

    def tests(self) -> Tests:
        negated = self._peek().text == "not"
        if negated:
            self._next()
            self._expect("(", "not 后面要写括号，例如 not(\"一般\")")
        found = [self._test()]
        while self._peek().text == ",":
            self._next()
            found.append(self._test())
        if negated:
            self._expect(")", "not 的括号没有关上")
        if self._peek().kind != "end":
            raise self._refused("多出的内容；几个值之间请用英文逗号")
        return Tests(tuple(found), negated)

    def _test(self) -> Test:
        token = self._peek()
        if token.kind == "operator":
            self._next()
            return Comparison(token.text, self._endpoint())  # type: ignore[arg-type]
        if token.text in ("[", "(", "]"):
            return self._range()
        value = self._endpoint()
        if self._peek().kind == "dots":
            raise self._refused("范围要带括号，例如 [1..5]")
        if isinstance(value, Reference):
            self.at -= 1
            raise self._refused(f"文字要加英文双引号，写成 \"{value.name}\"；与数据比较请写 = {value.name}")
        return Comparison("=", value)

    def _range(self) -> Range:
        place = self.at
        low_in = self._next().text == "["
        low = self._endpoint()
        if self._peek().kind != "dots":
            raise self._refused("范围中间要写两个点，例如 [1..5]")
        self._next()
        high = self._endpoint()
        if self._peek().text not in ("]", ")", "["):
            raise self._refused("范围没有关上，例如 [1..5] 或 (1..5)")
        found = Range(low, high, low_in, self._next().text == "]")
        problem = _problem_of_range(found)
        if problem:
            self.at = place
            raise self._refused(problem)
        return found

    def _endpoint(self) -> Any:
        token = self._next()
        if token.kind == "number":
            return self._number(token)
        if token.kind == "text":
            return _ESCAPE.sub(_unescaped, token.text[1:-1])
        if token.kind == "name":
            return self._named(token)
        self.at -= 1
        raise self._refused("这里要写一个值：数字、\"文字\"、true、false、null 或 date(\"2026-01-01\")")

    def _number(self, token: _Token) -> int | float:
        value = float(token.text) if "." in token.text else int(token.text)
        if abs(value) >= LARGEST:
            self.at -= 1
            raise self._refused("数字太大（超过 64 位）")
        return value

    def _named(self, token: _Token) -> Any:
        if token.text in FEEL_CONSTANTS:
            return FEEL_CONSTANTS[token.text]
        if token.text == "date" and self._peek().text in ("(", "and"):
            return self._date()
        calls = f"这里不能调用 {token.text}(…)" if self._peek().text == "(" else None
        problem = calls or _problem_of_reference(token.text, self.names)
        if problem:
            self.at -= 1
            raise self._refused(problem)
        return Reference(token.text)

    def _date(self) -> date:
        with_time = self._peek().text == "and"
        if with_time:
            self._next()
            self._expect("time", "要写成 date and time(\"2026-01-01T08:30:00\")")
        self._expect("(", "要写成 date(\"2026-01-01\")")
        token = self._next()
        try:
            read = datetime.fromisoformat if with_time else date.fromisoformat
            value = read(token.text.strip("\""))
        except ValueError:
            self.at -= 1
            raise self._refused("不是日期，要写成 date(\"2026-01-01\")") from None
        self._expect(")", "date 的括号没有关上")
        return value

    def _tokens(self) -> list[_Token]:
        found: list[_Token] = []
        place = 0
        while not found or found[-1].kind != "end":
            match = _TOKEN.match(self.text, place)
            if match is None or match.lastgroup is None:
                place += len(self.text[place:]) - len(self.text[place:].lstrip())
                raise _refused_at(self.text, place, _what_sign_means(self.text[place:]))
            found.append(_Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup)))
            place = match.end()
        return found

    def _peek(self) -> _Token:
        return self.tokens[min(self.at, len(self.tokens) - 1)]

    def _next(self) -> _Token:
        token = self._peek()
        self.at += 1
        return token

    def _expect(self, text: str, otherwise: str) -> None:
        if self._peek().text != text:
            raise self._refused(otherwise)
        self._next()

    def _refused(self, reason: str) -> ExpressionRefused:
        return _refused_at(self.text, self._peek().place, reason)


def _refused_at(text: str, place: int, reason: str) -> ExpressionRefused:
    return ExpressionRefused(text, f"第 {place + 1} 个字符处：{reason}")


def _problem_of_reference(name: str, names: Collection[str] | None) -> str | None:
    if name in ("True", "False", "None"):
        return "请写 true、false 或 null"
    if name in ("and", "or", "in", "if", "for"):
        return f"格子里不能写 {name}；几个值之间用英文逗号，几个条件请分列"
    if names is not None and name not in names:
        return f"文字要加英文双引号，写成 \"{name}\"；没有叫「{name}」的数据"
    return problem_of_name(name)


def _problem_of_range(found: Range) -> str | None:
    ends = [end for end in (found.low, found.high) if not isinstance(end, Reference)]
    if any(end is None or isinstance(end, (bool, str)) for end in ends):
        return "范围的两端要是数字或日期"
    if len(ends) < 2:
        return None
    if isinstance(ends[0], date) != isinstance(ends[1], date) or \
            isinstance(ends[0], datetime) != isinstance(ends[1], datetime):
        return "范围的两端要是同一种值"
    try:
        return "范围前大后小" if ends[0] > ends[1] else None
    except TypeError:
        return "范围的两端一个带时区，一个不带"


def _what_sign_means(rest: str) -> str:
    if rest.startswith("=="):
        return "相等写一个等号 =，或直接写值"
    if rest.startswith("'"):
        return "文字请用双引号"
    if rest.startswith("\""):
        return "双引号没有关上"
    if rest[0] in "“”‘’（），【】＜＞＝":
        return f"有中文标点「{rest[0]}」，请改成英文的"
    if rest.startswith("?"):
        return "不能用「?」，比较直接写 < <= > >= = !="
    return f"不认识「{rest[0]}」；可写值、\"文字\"、[1..5]、< 3、not(…) 或 -"


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return _ESCAPES.get(match[2], match[2])
