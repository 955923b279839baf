"""What a form refers to must exist: matters in force, organisations, cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from engine import matters
from engine.cases.act import Act
from engine.cases.errors import ActInvalid
from engine.cases.models import SEVERITIES, URGENCIES, Case
from engine.processes import Form


def check_references(act: Act, form: Form, values: Mapping[str, Any]) -> None:
    """ActInvalid naming every field whose value points at nothing that may be used now."""
    problems = {}
    for field in form.fields:
        value = values.get(field.id)
        checker = _CHECKS.get(field.type)
        if value and checker is not None and (problem := checker(act, value)):
            problems[field.id] = [problem]
    if problems:
        raise ActInvalid(fields=problems)


def _matter(act: Act, code: str) -> str | None:
    try:
        act.keep(matters.get_admitted(act.session, code, act.at))
    except matters.MatterUnknown as problem:
        return problem.message
    return None


def _organisations(act: Act, codes: Any) -> str | None:
    wanted = {codes} if isinstance(codes, str) else set(codes)
    known = act.organisations_coded(wanted)
    if missing := "、".join(sorted(wanted - known.keys())):
        return f"没有编码为「{missing}」的单位，请重新选择。"
    over = "、".join(one.name for one in known.values() if one.valid_to is not None and one.valid_to <= act.at)
    if over:
        return f"「{over}」已停用，请重新选择。"
    city = act.case.path.split(".")[0]
    outside = "、".join(one.name for one in known.values() if one.division.path.split(".")[0] != city)
    if outside:
        return f"「{outside}」不在本市，可以转出，不能交办。"
    here = act.holder.division.path
    beside = "、".join(one.name for one in known.values() if not _is_in_line(here, one.division.path))
    return f"「{beside}」不在{act.holder.name}的上下级区划里，请上报，由上级交办。" if beside else None


def _is_in_line(here: str, there: str) -> bool:
    """Whether one division lies in the other: a centre hands work to its own place, below and above, not beside."""
    return f"{here}.".startswith(f"{there}.") or f"{there}.".startswith(f"{here}.")


def _case(act: Act, number: str) -> str | None:
    other = act.session.scalar(select(Case.id).where(Case.number == number))
    if other is None:
        return f"没有编号为「{number}」的事件。"
    return "重复件应指向另一个事件。" if other == act.case.id else None


def _severity(act: Act, value: str) -> str | None:
    return None if value in SEVERITIES else f"没有「{value}」这个等级。"


def _urgency(act: Act, value: str) -> str | None:
    return None if value in URGENCIES else f"没有「{value}」这个紧急程度。"


_CHECKS: dict[str, Callable[[Act, Any], str | None]] = {
    "matter": _matter,
    "organisation": _organisations,
    "organisations": _organisations,
    "case": _case,
    "severity": _severity,
    "urgency": _urgency,
}
