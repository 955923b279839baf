"""Ways of completing a task that are open for a time only, such as asking to return it (退回)."""

from __future__ import annotations

from datetime import datetime

from engine.cases import moments
from engine.cases.act import Act
from engine.cases.limits import rulings
from engine.errors import Conflict
from engine.processes import Form


class OutcomeLate(Conflict):
    """这种办理方式的时限已过。"""

    code = "outcome_late"


def require_in_time(act: Act, form: Form, outcome: str, opened_at: datetime) -> None:
    """OutcomeLate, with the row behind it, where an outcome was open only until a limit that has passed.

    The diagram names the stage of the table `limits` (`until`), counted from the opening of the task; the earliest
    of its rows counts. While the clock of the case stands still nothing passes.
    Source: requirements part 3 (return within min(1 working day, a quarter of the limit)), a local setting.
    """
    way = next(one for one in form.outcomes if one.id == outcome)
    found = rulings(act, way.until, opened_at) if way.until and act.case.stopped_at is None else []
    if found and act.at > found[0].due.at:
        due, fired = found[0].due.at, found[0].fired
        raise OutcomeLate(
            f"「{way.label}」应在 {moments.due_stamp(due, act.at)} 前提出（时限表第 {fired.number} 行，"
            f"{fired.cites or '本地设定，无条文'}），现在已过。请选别的办理方式；确实不该办的，请派遣的中心改派。",
            outcome=outcome, at=due, row=fired.number)
