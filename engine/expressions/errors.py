"""How a text of the small language fails: refused at the door, or failed while it ran."""

from __future__ import annotations

from engine.errors import Invalid


class ExpressionRefused(Invalid):
    """这段表达式不能使用。

    `text` and `reason` are facts; the reason is plain Chinese and says what to write instead if we know it.
    """

    code = "expression_refused"

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"表达式「{shortened(text)}」不能使用：{reason}", text=text, reason=reason)
        self.text = text
        self.reason = reason


class ExpressionFailed(Invalid):
    """这段表达式没有算出结果。"""

    code = "expression_failed"

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(f"表达式「{shortened(text)}」没有算出结果：{reason}", text=text, reason=reason)
        self.text = text
        self.reason = reason


def shortened(text: str, most: int = 120) -> str:
    """The text fit for one line of a message: printable, one line, cut where it is long."""
    line = "".join(sign if sign.isprintable() else " " for sign in text[:most])
    return line + "…" if len(text) > most else line
