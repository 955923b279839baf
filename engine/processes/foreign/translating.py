"""Simple FEEL (`= x > 1`), JUEL (`${x > 1}`) and Python in our own language; only what can be said exactly."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

_TOKEN = re.compile(r"""\s*(?:
    (?P<number>\d+(?:\.\d+)?(?![\w.])) | (?P<text>"[^"\\]*"|'[^'"\\]*') | (?P<name>[^\W\d]\w*) |
    (?P<sign>&&|\|\||==|!=|<=|>=|[<>=!()\[\]{},.+\-*/?:]) | (?P<end>\Z) )""", re.VERBOSE)
LONGEST = 5_000  # more than any expression of ours may have
_CONSTANTS = {"true": "True", "false": "False", "null": "None"}
_COMPARED = {"feel": {"=": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">="},
             "juel": {"==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "eq": "==", "ne": "!=",
                      "lt": "<", "gt": ">", "le": "<=", "ge": ">="}}
_JOINED = {"feel": {"and": "and", "or": "or"}, "juel": {"and": "and", "&&": "and", "or": "or", "||": "or"}}
_WORDS = frozenset({
    "and", "or", "not", "if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between",
    "instance", "of", "function", "empty", "instanceof", "div", "mod", "eq", "ne", "lt", "gt", "le", "ge",
    "True", "False", "None", "is", "lambda",
})


def plain_script(script: str) -> str:
    """A script with `name += value` written out and `pass` left out; as it was when it says anything else."""
    script = _unindented(script)
    try:
        return _plain(script)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return script


def _plain(script: str) -> str:
    statements = ast.parse(script).body
    short = [one for one in statements if isinstance(one, (ast.AugAssign, ast.Pass))]
    if not short or any(isinstance(one, ast.AugAssign) and not isinstance(one.target, ast.Name) for one in short):
        return script
    return "\n".join(_written_out(one) for one in statements if not isinstance(one, ast.Pass))


def _unindented(script: str) -> str:
    """The lines without the indentation of the file around them: there are no blocks in our scripts."""
    if '"""' in script or "'''" in script:
        return script
    return "\n".join(line.strip() for line in script.strip().splitlines())


def _written_out(statement: ast.stmt) -> str:
    if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
        name = ast.Name(statement.target.id, ast.Load())
        return f"{name.id} = {ast.unparse(ast.BinOp(name, statement.op, statement.value))}"
    return ast.unparse(statement)


class _Unsayable(Exception):
    """The text says more than our language can."""


def is_foreign(text: str | None) -> bool:
    """Whether a text is written as FEEL or JUEL writes it."""
    written = (text or "").strip()
    return written.startswith(("${", "#{")) or (written.startswith("=") and not written.startswith("=="))


def translated(text: str, language: str = "") -> str | None:
    """The text in our language; None when it cannot be said exactly, or is not foreign.

    `language` is "feel" or "juel" where the file says so; else FEEL begins with `=` and JUEL stands in `${…}`.
    """
    written = text.strip()
    if written.startswith(("${", "#{")):
        written, language = (written[2:-1] if written.endswith("}") else "{"), "juel"
    elif is_foreign(written):
        written, language = written[1:], "feel"
    if language not in _COMPARED or len(written) > LONGEST:
        return None
    try:
        return _Reader(written, language).whole()
    except (_Unsayable, RecursionError):
        return None


class _Reader:
    """Reads one text by its precedence and writes it with brackets, so that no precedence of ours can change it."""

    def __init__(self, text: str, language: str) -> None:
        self.feel = language == "feel"
        self.compared = _COMPARED[language]
        self.joined = _JOINED[language]
        self.tokens = _tokens(text)
        self.at = 0

    def whole(self) -> str:
        """The whole text."""
        found = self._either()
        if self._kind() != "end":
            raise _Unsayable
        return found

    def _either(self) -> str:
        return self._joined("or", self._both)

    def _both(self) -> str:
        return self._joined("and", self._comparison)

    def _joined(self, word: str, inner: Callable[[], str]) -> str:
        parts = [inner()]
        while self.joined.get(self._text()) == word:
            self.at += 1
            parts.append(inner())
        return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"

    def _comparison(self) -> str:
        left = self._sum()
        sign = self.compared.get(self._text())
        if sign is None:
            return left
        self.at += 1
        right = self._sum()
        if self._text() in self.compared:
            raise _Unsayable
        return f"({left} {sign} {right})"

    def _sum(self) -> str:
        return self._reckoned("+-", self._product)

    def _product(self) -> str:
        return self._reckoned("*/", self._single)

    def _reckoned(self, signs: str, inner: Callable[[], str]) -> str:
        found: str = inner()
        while self._kind() == "sign" and self._text() in signs:
            sign = self._next()
            found = f"({found} {sign} {inner()})"
        return found

    def _single(self) -> str:
        token = self._text()
        if self._kind() == "sign" and token == "-":
            self.at += 1
            return f"(-{self._single()})"
        if token == "not" and self.feel:
            self.at += 1
            return f"(not {self._bracket()})" if self._text() == "(" else self._unsayable()
        if token in ("!", "not"):
            self.at += 1
            return f"(not {self._single()})"
        return self._bracket() if token == "(" else self._value()

    def _bracket(self) -> str:
        self.at += 1
        found = self._either()
        if self._next() != ")":
            raise _Unsayable
        return f"({found})"

    def _value(self) -> str:
        kind, token = self._kind(), self._next()
        if kind == "number":
            return token
        if kind == "text":
            return f'"{token[1:-1]}"' if token[0] == '"' or not self.feel else self._unsayable()
        if kind == "name" and token in _CONSTANTS:
            return _CONSTANTS[token]
        if kind != "name" or token in _WORDS:
            raise _Unsayable
        while self._text() == ".":
            self.at += 1
            token += f'["{self._next()}"]' if self._kind() == "name" else self._unsayable()
        if self._text() in ("(", "["):
            raise _Unsayable
        return token

    def _unsayable(self) -> str:
        raise _Unsayable

    def _kind(self) -> str:
        return self.tokens[min(self.at, len(self.tokens) - 1)][0]

    def _text(self) -> str:
        kind, text = self.tokens[min(self.at, len(self.tokens) - 1)]
        return "" if kind in ("text", "end") else text

    def _next(self) -> str:
        found = self.tokens[min(self.at, len(self.tokens) - 1)][1]
        self.at += 1
        return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    while not found or found[-1][0] != "end":
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _Unsayable
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found
