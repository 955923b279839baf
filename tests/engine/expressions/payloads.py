"""What attackers write where an expression belongs; none of it may ever run."""

from __future__ import annotations

_BY_HAND = [
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

_WORDS = ("eval", "exec", "open", "type", "vars", "dir", "globals", "locals", "getattr", "setattr", "delattr",
          "hasattr", "compile", "input", "object", "super", "classmethod", "property", "memoryview", "bytearray",
          "callable", "id", "hash", "repr", "format", "print", "chr", "ord", "slice", "zip", "map", "filter", "next",
          "iter", "reversed", "enumerate", "range", "pow", "divmod", "isinstance", "issubclass", "exit", "quit")
_DUNDERS = ("__class__", "__bases__", "__mro__", "__subclasses__", "__globals__", "__builtins__", "__dict__",
            "__code__", "__closure__", "__func__", "__self__", "__module__", "__init__", "__new__", "__reduce__",
            "__reduce_ex__", "__getattribute__", "__format__", "__import__", "__loader__", "__spec__", "__call__",
            "__annotations__", "__wrapped__", "__defaults__", "__doc__", "gi_frame", "cr_frame", "ag_frame", "f_back",
            "f_globals", "f_builtins", "tb_frame", "func_globals", "mro")
_GUARDS = ("_getitem_", "_getattr_", "_getiter_", "_write_", "_print_", "_add_", "_times_", "_remainder_",
           "_unpack_sequence_", "_iter_unpack_sequence_", "_inplacevar_", "_apply_")
_WRAPPED = ("[{}][0]", "({} , 1)", "{{'a': {}}}", "1 if {} else 2", "x or {}", "not {}", "[[[[{}]]]]", "len([{}])",
            "max(1, {})", "x[{}]", "-{}", "x == {}", "sorted([1], key={})", "1 in [{}]")
_CORE = "().__class__.__base__.__subclasses__()"


def _wide(word: str) -> str:
    """The word in full-width letters, which Python reads as the plain ones."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in word)


def _bold(word: str) -> str:
    """The word in mathematical letters."""
    return "".join(chr(0x1D41A + ord(sign) - ord("a")) if "a" <= sign <= "z" else sign for sign in word)


REFUSED: tuple[str, ...] = tuple(dict.fromkeys([
    *_BY_HAND,
    *(f"{word}(x)" for word in _WORDS),
    *(f"x.{name}" for name in _DUNDERS),
    *(f"{name}(x, 'a')" for name in _GUARDS),
    *(form.format(_CORE) for form in _WRAPPED),
    *(f"{_wide(word)}('1')" for word in ("eval", "exec", "open", "type", "getattr")),
    *(f"{_bold(word)}('1')" for word in ("eval", "exec", "open", "type", "getattr")),
    *(f"x.{_wide(name)}" for name in ("__class__", "__globals__")), f"x.{_bold('real')}",
    "eval\u2060('1')", "ev\u00adal('1')", "\u0435val('1')", "op\u0435n('a')", "__\u0441lass__", "x\uff3b0\uff3d",
    "f'{().__class__}'", "rf'{x}'", "f\"{__import__('os')}\"", "'{}'.format(x)", "'{x.__init__}'.format_map(x)",
    "u'{0}'.format(x)", "b'%s' % x", "(lambda: x)()", "(lambda *a: a)(x)", "(i := x)", "[i := x]",
    "[y for y in [1]]", "[[y for y in x] for x in [1]]", "{y: y for y in x}", "sum(y for y in x)", "(yield x)",
    "(yield from x)", "(await x)", "x[0:1]", "x[:]", "x[::2]", "x[0:1, 2]", "x[*y]", "len(*x)", "len(**x)",
    "max(*x, *y)", "dict(**x)", "x if (y := 1) else 2", "x ** 99999999", "2 ** 2 ** 99", "1 << 10 ** 9", "~1", "1 @ 1",
    "9" * 5_000, "0x" + "f" * 17, "0b" + "1" * 70, "1e400j", "'" + "a" * 1_100 + "'", "'a' * 10 ** 9 ** 9",
    "[" * 201, "(" * 300, "{" * 199, "[" * 150 + "]" * 150, "x" + ".y" * 400, "x" + "()" * 300, "a" * 10_000,
    "1 if 1 else " * 90 + "1", "x == " * 200 + "x", "x, " * 300, "not " * 90 + _CORE, "[1, " * 200,
    "import os", "from os import system", "os.system('id')", "subprocess.run('id')", "sys.modules", "del x",
    "assert x", "raise x", "return x", "pass", "break", "global x", "nonlocal x", "with x: pass", "x: int", "x += 1",
    "@x", "match x:\n case 1: pass", "if x: y", "while x: y", "for y in x: y", "try: x", "class A: pass",
    "def f(): pass", "async def f(): pass", "x; y", "x\ny", "x\\\ny", "# comment", "x # comment\n; y", "'''", '"""',
    "\\", "'\\N{BULLET}'", "'\\x5f\\x5fclass\\x5f\\x5f'",
    "${x.y()}", "#{x.y()}", "${''.getClass().forName('java.lang.Runtime')}", "{{x.__class__}}", "<%= x %>", "=x.y()",
    "= for i in x return i", "= function(a) a", "=some y in x satisfies y", "=x instance of string",
]))


FAILED: tuple[str, ...] = (
    "x * 99999", "'a' * 99999", "[0] * 99999", "x % 5", "'%999999999d' % 1", "'%s' % x",
    "9223372036854775807 + 1", "9223372036854775807 * 9223372036854775807", "int(1e308)",
    "int('9' + '9' + d)",
    "round(1, -999999999)", "round(1.5, 999999999)", "big + big", "many + many", "1 / 0", "1 % 0", "x['b']",
    "n['b']", "absent", "n[0]", "sum(x)", "sum([many, many], [])", "int('a')", "float('a')", "min([])",
    "x < 1", "'a' + 1", "x - x", "deep == other", "str(deep)", "sorted([1, 'a'])", "max(1)", "len(1)", "-x",
    "int(d, 99)", "x[x]", "{n: 1}", "x in 5", "len(x, x)", "str(many)",
)
