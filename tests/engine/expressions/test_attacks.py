"""Texts that try to get out of the small language: refused before they run, or failing in bounds."""

from __future__ import annotations

import pytest

from engine.expressions import ExpressionFailed, ExpressionRefused, compile_assignments, compile_expression

REFUSED = [
    # walking from a value to the machine
    "().__class__.__bases__[0].__subclasses__()", "''.__class__.__mro__[1].__subclasses__()",
    "x.__class__", "x.__init__.__globals__", "x.f.__code__", "(1).__class__", "[].__class__.__base__",
    "x['a'].__dict__", "x.gi_frame.f_back.f_globals", "len.__self__", "x.mro()", "case.update", "x.real",
    # names that belong to the machine
    "__import__('os').system('id')", "__builtins__", "__builtins__['open']", "_getitem_(x, 1)", "_add_(1, 2)",
    "__name__", "_", "_x", "x__roles__.y", "print", "print('a')", "printed", "__debug__",
    # functions nobody offered
    "eval('1')", "exec('a=1')", "open('/etc/passwd')", "getattr(x, 'a')", "setattr(x, 'a', 1)", "globals()",
    "locals()", "vars()", "dir()", "type(x)", "object()", "compile('1', '', 'eval')", "input()",
    "breakpoint()", "help()", "iter(x)", "range(10)", "map(len, x)", "super()", "memoryview(x)", "now()",
    # functions as values, calls of something that is no name
    "len", "sorted(x, key=len)", "[len][0](x)", "(len)('a') + max", "x['f']()", "(lambda: 1)()", "x()()",
    "min(x, **y)", "min(*x)", "max(x, __a=1)",
    # format strings and templates
    "f'{x.__class__}'", "f'{x!r:>{y}}'", "'{0.__class__}'.format(x)", "'%s'.__mod__(x)", "'a'.join(x)",
    "str.format('{0.__class__}', x)", "''.format_map(x)",
    # loops, generators, definitions
    "[i for i in x]", "{i for i in x}", "{i: i for i in x}", "(i for i in x)", "any(i for i in x)",
    "lambda: 0", "(yield)", "await x", "(y := 1)", "[*x]", "{**x}", "x[1:2]", "x[::-1]", "x[...]",
    # bombs in the text
    "9**9**9", "1 << 99999", "1 >> 1", "~x", "x @ y", "x | y", "x & y", "x ^ y", "9" * 400, "1e9j", "b'a'",
    "(" * 250 + ")" * 250, "(" * 400 + "1" + ")" * 400, "-" * 900 + "1", "[" * 90 + "]" * 90 + "[0]",
    "not " * 240 + "1", "x" + "[0]" * 320, "+".join(["1"] * 400), "1" * 2000, "x" * 1001,
    # other shapes of text
    "", "   ", "a = 1", "import os", "a; b", "del x", "x if", "1 2", "\x00", "x\x00", "\ud800", "'\\x41'",
    "1if x else 2", "x is y", "'a'[0]", "`x`", "$x", "x -> y", "x.y", "x?.y", "...",
    # letters that look like others
    "ｅｖａｌ('1')", "＿＿import＿＿('os')", "__ｉmport__('os')", "x．y", "x。__class__", "𝓮𝓿𝓪𝓵('1')",
    "ｏｐｅｎ('a')", "“a”", "x ＝＝ 1", "len（x）", "x\u202e__ssalc__", "x\u200b.y", "ｐrint",
]

FAILED = [
    "x * 99999", "'a' * 99999", "[0] * 99999", "x % 5", "'%999999999d' % 1", "'%s' % x",
    "9223372036854775807 + 1", "9223372036854775807 * 9223372036854775807", "int(1e308)",
    "int('9' + '9' + d)",
    "round(1, -999999999)", "round(1.5, 999999999)", "big + big", "many + many", "1 / 0", "1 % 0", "x['b']",
    "n['b']", "absent", "n[0]", "sum(x)", "sum([many, many], [])", "int('a')", "float('a')", "min([])",
    "x < 1", "'a' + 1", "x - x", "deep == other", "str(deep)", "sorted([1, 'a'])", "max(1)", "len(1)", "-x",
    "int(d, 99)", "x[x]", "{n: 1}", "x in 5", "len(x, x)", "str(many)",
]

DATA = {"x": "text", "n": {"a": 1}, "d": "9" * 5000, "big": "a" * 9_000, "many": [0] * 9_000}


def _deep() -> list[object]:
    found: list[object] = []
    for _ in range(5_000):
        found = [found]
    return found


@pytest.mark.parametrize("text", REFUSED)
def test_an_attack_is_refused_before_it_runs(text: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        compile_expression(text)
    assert refused.value.text == text and refused.value.reason


@pytest.mark.parametrize("text", FAILED)
def test_what_fails_while_running_says_text_and_reason(text: str) -> None:
    expression = compile_expression(text)
    with pytest.raises(ExpressionFailed) as failed:
        expression.evaluate(DATA | {"deep": _deep(), "other": _deep()})
    assert failed.value.text == text and failed.value.reason


def test_the_corpus_is_large_enough() -> None:
    assert len(set(REFUSED)) >= 120 and len(set(FAILED)) >= 30


@pytest.mark.parametrize("name", ["_getitem_", "_add_", "__builtins__", "len", "_times_"])
def test_data_cannot_replace_a_guard_or_a_helper(name: str) -> None:
    expression = compile_expression("len(x['a']) + 1 * 2")
    assert expression.evaluate({"x": {"a": "ab"}, name: lambda *_: 99}) == 4


@pytest.mark.parametrize("text", [
    "import os", "a.b = 1", "a, b = 1, 2", "a = b = 1", "a: int = 1", "a += 1", "def f(): pass", "print('a')",
    "for i in x: pass", "a[0] = 1", "del a", "len = 1", "_a = 1", "case = 1", "ｌｅｎ = 1", "x", "", "# x",
    "a = open('x')", "a = x.y", "if x: a = 1", "class A: pass", "global a", "*a, b = x", "print = 1",
    "a = (b := 1)", "a = 1\n" * 51, "with x: a = 1", "while 1: a = 1", "try:\n a = 1\nfinally:\n a = 2",
    "a = " + "1" * 5_000,
])
def test_a_script_holds_nothing_but_assignments(text: str) -> None:
    with pytest.raises(ExpressionRefused):
        compile_assignments(text, reserved=("case",))


@pytest.mark.parametrize("line", ["a = [a, a]", "a = a + a", "a = {'x': a, 'y': a}", "a = str(a) + str(a)"])
def test_a_script_that_doubles_with_every_line_is_stopped(line: str) -> None:
    script = compile_assignments("\n".join(["a = ['0123456789']", *[line] * 40]))
    with pytest.raises(ExpressionFailed):
        script.run({})
