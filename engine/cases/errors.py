"""How an act on a case fails."""

from __future__ import annotations

from engine.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable


class CaseUnknown(NotFound):
    """没有这个事件，或不在您的管辖范围内。"""

    code = "case_unknown"


class CaseClosed(Conflict):
    """这个事件已经结案。"""

    code = "case_closed"


class ReportInvalid(Invalid):
    """上报内容有误。"""

    code = "report_invalid"


class ActInvalid(Invalid):
    """填写的内容有误。"""

    code = "act_invalid"


class ActUnavailable(Conflict):
    """现在不能这样办。"""

    code = "act_unavailable"


class ActNotAllowed(NotAllowed):
    """您的岗位不能这样办。"""

    code = "act_not_allowed"


class PlaceUncovered(Unavailable):
    """这个地方还没有设立网格化服务管理中心，事件没有去处。"""

    code = "place_uncovered"
