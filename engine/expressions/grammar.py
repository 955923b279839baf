"""The grammar of the small language: what may be written, said by listing what is allowed and nothing else.

`parse` turns a text into a checked syntax tree or refuses it with a reason; nothing is executed here.
"""

from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Collection, Iterator

from engine.expressions.errors import ExpressionRefused
from engine.expressions.guards import LARGEST

MOST_CHARACTERS = 1_000
MOST_NODES = 300
FEEL_CONSTANTS = {"true": True, "false": False, "null": None}

_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd,
    ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod,
    ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Is, ast.IsNot,
    ast.IfExp, ast.Constant, ast.Name, ast.Load, ast.Subscript, ast.List, ast.Tuple, ast.Dict, ast.Call,
    ast.keyword,
)
_INSTEAD = {
    ast.Attribute: "不能用「.」取内容，请写方括号，例如 matter[\"limit\"]",
    ast.Lambda: "不能定义函数",
    ast.JoinedStr: "不能用 f\"…\"，请用 + 把文字连起来",
    ast.ListComp: "不能写循环", ast.SetComp: "不能写循环",
    ast.DictComp: "不能写循环", ast.GeneratorExp: "不能写循环",
    ast.Pow: "不能用乘方 **",
    ast.LShift: "不能用移位运算", ast.RShift: "不能用移位运算",
    ast.NamedExpr: "不能用 := 赋值",
    ast.Starred: "不能用 * 展开",
    ast.Slice: "不能取一段，只能取一项",
    ast.Set: "请用方括号写成列表，例如 [\"一般\", \"较大\"]",
}
_LOOK_ALIKES = dict(zip("“”‘’（），【】：＝＜＞！＋－", "\"\"''(),[]:=<>!+-", strict=True))
_GLUED = re.compile(r"(?<![\w.])[\d.][\w.]*?(?:and|else|for|if|in|is|or|not)\b")


def parse(text: str, functions: Collection[str], *, feel: bool = False) -> ast.Expression:
    """The checked tree of one expression; raises ExpressionRefused.

    `functions` are the names that may be called. With `feel`, true, false and null are constants as in DMN.
    """
    if len(text) > MOST_CHARACTERS:
        raise ExpressionRefused(text, f"超过 {MOST_CHARACTERS} 个字符")
    if not text.strip():
        raise ExpressionRefused(text, "是空的")
    return approve(read(text, "eval"), text, functions, feel=feel)


def read(text: str, mode: str) -> ast.AST:
    """Python's own parser, its many ways of failing turned into one; raises ExpressionRefused."""
    if "\\" in text:
        raise ExpressionRefused(text, "不能用反斜杠")
    if _GLUED.search(_outside_quotes(text)):
        raise ExpressionRefused(text, "数字与后面的词之间要有空格")
    try:
        return ast.parse(text.strip(), mode=mode)
    except (SyntaxError, ValueError, OverflowError, Warning) as error:
        raise ExpressionRefused(text, _why_unreadable(text, error)) from None
    except (RecursionError, MemoryError):
        raise ExpressionRefused(text, "嵌套太深") from None


def approve(tree: ast.AST, text: str, functions: Collection[str], *, feel: bool) -> ast.Expression:
    """The tree as an expression, when every node of it is allowed; raises ExpressionRefused."""
    whole = tree if isinstance(tree, ast.Expression) else ast.Expression(body=tree)  # type: ignore[arg-type]
    for count, node in enumerate(ast.walk(whole), start=1):
        problem = f"超过 {MOST_NODES} 个成分" if count > MOST_NODES else _problem(node)
        if problem:
            raise ExpressionRefused(text, problem)
    if feel:
        whole = _Feel().visit(whole)
    for problem in _call_problems(whole, functions):
        raise ExpressionRefused(text, problem)
    return ast.fix_missing_locations(whole)


def problem_of_name(name: str, functions: Collection[str] = ()) -> str | None:
    """Why data may not carry this name, in plain words; None when it may."""
    plain = unicodedata.normalize("NFKC", name)
    if not plain.isidentifier():
        return f"「{name}」不能作名称：只能用文字、数字和下划线，且不以数字开头"
    if plain.startswith("_"):
        return f"「{name}」不能作名称：不能以下划线开头"
    if plain in functions or plain in ("print", "printed"):
        return f"「{name}」已是固定的名称，请换一个"
    return None


class _Feel(ast.NodeTransformer):
    """true, false and null as DMN writes them."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in FEEL_CONSTANTS:
            return ast.copy_location(ast.Constant(FEEL_CONSTANTS[node.id]), node)
        return node


def _problem(node: ast.AST) -> str | None:
    if not isinstance(node, _ALLOWED):
        return _INSTEAD.get(type(node), f"不允许的写法（{type(node).__name__}）")
    match node:
        case ast.Constant(value=value):
            return _problem_of_constant(value)
        case ast.Name(id=name):
            return problem_of_name(name)
        case ast.Dict(keys=keys) if None in keys:
            return "不能用 ** 展开"
        case ast.Subscript(value=value) if not isinstance(value, (ast.Name, ast.Subscript)):
            return "方括号只能跟在名称后面"
        case ast.Compare(ops=ops, comparators=comparators):
            return _problem_of_is(ops, comparators)
    return None


def _problem_of_constant(value: object) -> str | None:
    if isinstance(value, int) and abs(value) >= LARGEST:
        return "数字太大（超过 64 位）"
    if value is not None and not isinstance(value, (str, int, float)):
        return "只能写文字、数字、True、False、None"
    return None


def _problem_of_is(ops: list[ast.cmpop], comparators: list[ast.expr]) -> str | None:
    for op, right in zip(ops, comparators, strict=True):
        is_none = isinstance(right, ast.Constant) and right.value is None
        if isinstance(op, (ast.Is, ast.IsNot)) and not is_none:
            return "「is」只能与 None 相比，其余请用 =="
    return None


def _call_problems(tree: ast.AST, functions: Collection[str]) -> Iterator[str]:
    called: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in functions:
                yield f"不能调用「{ast.unparse(node.func)[:40]}」，可用的函数：{'、'.join(sorted(functions))}"
            if any(keyword.arg is None or keyword.arg.startswith("_") for keyword in node.keywords):
                yield "不能用 ** 展开"
            called.add(id(node.func))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in functions and id(node) not in called:
            yield f"「{node.id}」是函数，要写成 {node.id}(…)"


def _why_unreadable(text: str, error: Exception) -> str:
    outside = _outside_quotes(text)
    for sign, plain in _LOOK_ALIKES.items():
        if sign in outside:
            return f"有中文标点「{sign}」，请改成英文的 {plain}"
    if isinstance(error, SyntaxError) and "=" in outside and "invalid syntax" in str(error.msg):
        return "写法不完整或有误；比较是否相等请写 =="
    if "too many nested" in str(error):
        return "嵌套太深"
    reason = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"写法有误（{reason}）"


def _outside_quotes(text: str) -> str:
    kept, quote = [], ""
    for sign in text:
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        else:
            kept.append(sign)
    return "".join(kept)
