"""«现在该谁办»: the sentence that a case opens with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.cases.models import Case
from engine.cases.moments import due_stamp, stamp
from engine.cases.rows import TaskRow
from engine.cases.words import Language, word

_MUST: dict[str, tuple[str, str, str, str]] = {  # what is to be done, and what has not happened yet
    "verify": ("现场核实", "未核实", "verify it on site", "not verified yet"),
    "dispatch": ("受理并分流", "未受理", "accept and dispatch it", "not accepted yet"),
    "sign": ("签收", "未签收", "sign for it", "not signed for yet"),
    "sign_assist": ("签收（协办）", "未签收", "sign for its part", "not signed for yet"),
    "decide_return": ("对退回作出决定", "未决定", "decide on the return", "not decided yet"),
    "decide_request": ("审批申请", "未审批", "decide the request", "not decided yet"),
    "decide_request_above": ("审批申请", "未审批", "decide the request", "not decided yet"),
    "handle_task": ("办结", "已签收，未反馈", "finish it", "signed for, no result yet"),
    "assist_task": ("完成协办", "未反馈", "finish its part", "no result yet"),
    "lead_handle": ("办结本单位部分", "未反馈", "finish its own part", "no result yet"),
    "conclude": ("汇总办结", "未反馈", "conclude the joint handling", "no result yet"),
    "decide_return_above": ("裁定再次退回", "未裁定", "rule on the second return", "no ruling yet"),
    "supplement": ("补正材料", "未补正", "supply what is missing", "not supplied yet"),
    "check": ("核查", "未核查", "check it", "not checked yet"),
    "inform": ("告知反映人", "未告知", "tell the resident", "not told yet"),
    "call": ("打电话或上门告知", "短信没有送到，还没有人联系过", "call or visit the resident",
             "no message left and nobody has called"),
    "rate": ("记录评价", "未评价", "record the rating", "not rated yet"),
    "acknowledge": ("应答", "未应答", "acknowledge it", "not acknowledged yet"),
    "acknowledge_top": ("应答", "未应答", "acknowledge it", "not acknowledged yet"),
    "first_report": ("报送初报", "未报", "give the first report", "not given yet"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a sentence; what matters is strong, what went wrong is late."""

    text: str
    is_strong: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Turn:
    """The sentence, one a waiting task, and the notes under it."""

    sentences: tuple[tuple[Part, ...], ...]
    notes: tuple[str, ...]


def turn_of(case: Case, waiting: Sequence[TaskRow], names: dict[str, str], at: datetime,
            language: Language) -> Turn:
    """Who must act by when; `names`: holder, attention (who supervises), other (the duplicate's number)."""
    if case.closed_at is not None:
        return Turn((_closed(case, names, at, language),), ())
    sentences = tuple(_must(task, case, at, language) for task in waiting) or (_idle(language),)
    return Turn(sentences, tuple(_notes(case, names, at, language)))


def _must(task: TaskRow, case: Case, at: datetime, language: Language) -> tuple[Part, ...]:
    plain = (f"完成「{task.name}」", "未办", f"do «{task.name}»", "not done yet")
    zh, zh_not, en, en_not = _MUST.get(task.element, plain)
    due = None if case.stopped_at is not None else task.due_at
    late = due is not None and due < at
    who = Part(_who(task), is_strong=True)
    if language == "en":
        by = f" by {due_stamp(due, at, 'en')}" if due else ""
        return (who, Part(f" {'was' if late else 'is'} to {en}{by}; "), Part(en_not, late, late), Part("."))
    by = f"于{_spaced(due_stamp(due, at))}前" if due else ""
    return (who, Part(f" 应{by}{zh}，"), Part(zh_not, late, late), Part("。"))


def _spaced(text: str) -> str:
    return f" {text} " if text[0].isdigit() else f"{text} "


def _who(task: TaskRow) -> str:
    return f"{task.organisation} {task.assignee}" if task.assignee else task.organisation


def _idle(language: Language) -> tuple[Part, ...]:
    if language == "en":
        return (Part("No task is open: the case waits for its clock."),)
    return (Part("没有待办，等待流程到时继续。"),)


def _closed(case: Case, names: dict[str, str], at: datetime, language: Language) -> tuple[Part, ...]:
    assert case.closed_at is not None
    outcome = Part(word("outcome", case.outcome, language), is_strong=True)
    other = names.get("other", "")
    if language == "en":
        merged = f", see {other}" if other else ""
        return (Part(f"Closed {stamp(case.closed_at, at, 'en')}: "), outcome, Part(f"{merged}."))
    merged = f"，见 {other}" if other else ""
    return (Part(f"已于{_spaced(stamp(case.closed_at, at))}结案："), outcome, Part(f"{merged}。"))


def _notes(case: Case, names: dict[str, str], at: datetime, language: Language) -> list[str]:
    english = language == "en"
    notes: list[str] = []
    if case.stopped_at is not None:
        until = due_stamp(case.stopped_until, at, language) if case.stopped_until else ""
        zh = f"停钟中（挂账）{f'，至{_spaced(until)}'.rstrip() if until else ''}。"
        notes.append(f"On hold{f' until {until}' if until else ''}; the clock stands." if english else zh)
    if case.attention_level != case.level and names.get("attention"):
        notes.append(
            f"{names['attention']} supervises; {names['holder']} stays responsible for it and for being late."
            if english else f"已由{names['attention']}督办；承办和超期责任仍在{names['holder']}。")
    if case.emergency:
        notes.append("Emergency: the desk is skipped and the roster is rung; 110 / 119 / 120 first."
                     if english else "紧急事件：跳过分流，值班已呼叫；危及生命先拨 110 / 119 / 120。")
    return notes
