"""How things fail: one root and five families; every concrete error lives in its own room.

The docstring of an error class is its default message. `code` is stable and published; facts are attributes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar


class WanggeError(Exception):
    """出错了。"""

    code: ClassVar[str] = "error"

    def __init__(self, message: str | None = None, **facts: Any) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.facts = facts
        super().__init__(self.message)


class NotFound(WanggeError):
    """没有找到，或不在您的管辖范围内。"""

    code = "not_found"


class NotAllowed(WanggeError):
    """您没有这项权限。"""

    code = "not_allowed"


class Conflict(WanggeError):
    """情况已经变了，请看最新内容后再试。"""

    code = "conflict"


class Invalid(WanggeError):
    """填写的内容有误。

    `fields` maps a field's name to its messages, shown beside the field.
    """

    code = "invalid"

    def __init__(
        self, message: str | None = None, fields: dict[str, list[str]] | None = None, **facts: Any
    ) -> None:
        super().__init__(message, **facts)
        self.fields = fields or {}


class Unavailable(WanggeError):
    """暂时不可用，请稍后再试。"""

    code = "unavailable"

    def __init__(self, message: str | None = None, retry_at: datetime | None = None, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.retry_at = retry_at
