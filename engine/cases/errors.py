"""How an act on a case fails."""

from __future__ import annotations

from engine.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable, WanggeError

MEASURE = "measure"  # what an incident names where no element of a diagram broke


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


class MeasureBroken(Unavailable):
    """到时的提醒或督办没有办成。"""

    code = "measure_broken"

    def __init__(self, kind: str, problem: WanggeError) -> None:
        super().__init__(f"到时的措施「{kind}」没有办成：{problem.message}", **{**problem.facts, "element": MEASURE})


class PlaceUncovered(Unavailable):
    """这个地方还没有设立网格化服务管理中心，事件没有去处。"""

    code = "place_uncovered"
