"""The sentences of a resident's page: who does what until when, without the office's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.cases.models import Case
from engine.cases.moments import due_stamp, stamp
from engine.cases.words import Language, word
from engine.worklist.models import Task


@dataclass(frozen=True, slots=True)
class Names:
    """What the sentences call by name; `joined` is the stage of the case that this one was joined to."""

    holder: str
    handler: str
    joined: str


_NOW = {
    "verify": ("网格员会到现场看一看", "The grid worker will come and look"),
    "supplement": ("请您补充情况，见下面", "Please tell us what is missing, see below"),
    "rate": ("已有结果，请您评价", "There is a result; please rate it"),
    "call": ("已有结果，{holder}会打电话或者上门告诉您", "There is a result; {holder} will call or visit you"),
    "inform": ("已有结果，{holder}会联系您", "There is a result; {holder} will contact you"),
}
_STAGE = {
    "collect": ("已收到，正在核实", "Received, being verified"),
    "assign": ("{holder}会决定由谁来办", "{holder} decides who will handle it"),
    "handle": ("{handler}正在办理", "{handler} is handling it"),
    "check": ("已经办完，正在核查办得怎么样", "It has been handled and is being checked"),
    "feedback": ("已有结果", "There is a result"),
}
_ENDED = {
    "handled": ("已经办好", "It has been handled"), "settled": ("已当场解决", "It was settled on the spot"),
    "answered": ("已经答复", "It has been answered"),
    "refused": ("没有受理，原因见下面", "It was not accepted; see why below"),
    "transferred": ("已转给有权处理的单位，说明见下面", "It was handed to the body in charge; see below"),
    "duplicate": ("和另一件是同一件事，已并在一起办", "It is the same as another case and was joined to it"),
    "void": ("没有作为事件办理，说明见下面", "It was not handled as a case; see below"),
}


def sentences(case: Case, waiting: Sequence[Task], names: Names, due: datetime | None, at: datetime,
              language: Language) -> tuple[str, ...]:
    """What is going on, and until when; what has gone wrong with the time is said too."""
    if case.closed_at is not None:
        return tuple(_closed(case, names, at, language))
    said = [_now(case, waiting, names, due, at, language)]
    if case.stopped_at is not None:
        said.append(_stopped(case, at, language))
    elif due is not None and due < at:
        said.append("It is late; the level above has been told." if language == "en"
                    else "已经超过时限，系统已催办，上一级也会知道。")
    if case.reopened and case.stage in ("handle", "check"):
        said.append("You were not satisfied: the same unit handles it again and the level above checks it."
                    if language == "en" else "您上次不满意，已发回重办，这次由上一级核查。")
    return tuple(said)


def _now(case: Case, waiting: Sequence[Task], names: Names, due: datetime | None, at: datetime,
         language: Language) -> str:
    english = language == "en"
    pair = next((_NOW[task.element] for task in waiting if task.element in _NOW), None) or _STAGE[case.stage]
    text = pair[english].format(holder=names.holder, handler=names.handler or names.holder)
    if due is None:
        return f"{text}{'.' if english else '。'}"
    moment = due_stamp(due, at, language)
    if due < at:
        return f"{text}; it was due {moment}." if english else f"{text}，原定 {moment} 前完成。"
    return f"{text}, by {moment}." if english else f"{text}，{moment} 前完成。"


def _stopped(case: Case, at: datetime, language: Language) -> str:
    until = due_stamp(case.stopped_until, at, language) if case.stopped_until else ""
    if language == "en":
        return f"It is on hold{f' until {until}' if until else ''}; the clock stands meanwhile."
    return f"暂时办不了，先挂起{f'到 {until}' if until else ''}，期间不计时。"


def _closed(case: Case, names: Names, at: datetime, language: Language) -> list[str]:
    english = language == "en"
    ended = _ENDED.get(case.outcome or "", _ENDED["handled"])[english]
    assert case.closed_at is not None
    when = stamp(case.closed_at, at, language)
    said = [f"{ended} ({when})." if english else f"{ended}（{when}）。"]
    if names.joined:
        stage = word("stage", names.joined, language)
        said.append(f"That case stands at: {stage}." if english else f"那一件现在到了：{stage}。")
    return said
