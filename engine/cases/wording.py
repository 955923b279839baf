"""The record in sentences: each entry as a line of the timeline, in the office's verbs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from engine.audit.models import Entry
from engine.cases import claims
from engine.cases.words import WORDS, Language, word
from engine.directory import CLOCK, RESIDENT, label_in_english

Tone = Literal["plain", "blue", "red"]

_SAID: dict[str, tuple[str, str]] = {
    "report": ("上报", "reported it"),
    "claim": ("认领「{task}」", "claimed «{task}»"),
    "release": ("放回「{task}」", "released «{task}»"),
    "hand_over": ("把{whose}认领的「{task}」交给{to}", "handed «{task}» over from {whose} to {to}"),
    "free": ("把{whose}认领的「{task}」放回队列", "put «{task}», claimed by {whose}, back into the queue"),
    "verify/confirmed": ("现场核实：属实", "verified on site: confirmed"),
    "verify/prohibited": ("按禁止事项拒办，报督查员", "refused it as prohibited; the supervisors are told"),
    "verify/not_found": ("现场核实：未发现", "verified on site: nothing found"),
    "dispatch/own": ("受理，由本单位办理", "accepted, handled by the centre itself"),
    "dispatch/department": ("受理并分流至{handler_name}", "dispatched to {handler_name}"),
    "dispatch/several": ("受理并分流至{handler_name}，多部门协办", "dispatched to {handler_name}, jointly"),
    "dispatch/down": ("交办下级", "assigned down"),
    "dispatch/up": ("上报上级", "reported up"),
    "dispatch/answer": ("直接答复", "answered directly"),
    "dispatch/refuse": ("不予受理", "did not accept it"),
    "dispatch/transfer": ("转出", "handed it outside"),
    "dispatch/duplicate": ("认定为重复件，并入 {duplicate_of}", "found it a duplicate of {duplicate_of}"),
    "dispatch/void": ("作废", "voided it"),
    "dispatch/supplement": ("请反映人补正", "asked for more particulars"),
    "sign/sign": ("签收", "signed for it"),
    "sign/return": ("申请退回", "asked to return it"),
    "sign_assist/sign": ("签收（协办）", "signed for its part"),
    "sign_assist/return": ("申请退出协办", "asked to be released"),
    "decide_return/accept": ("同意退回", "accepted the return"),
    "decide_return/reject": ("驳回退回", "rejected the return"),
    "decide_return_above/accept": ("同意再次退回", "accepted the second return"),
    "decide_return_above/reject": ("裁定必须承办", "ruled that it must be handled"),
    "supplement/supplied": ("已补正", "supplied what was missing"),
    "handle_task/done": ("办结，反馈结果", "reported the result"),
    "lead_handle/done": ("主办部分办完", "finished the lead's part"),
    "assist_task/done": ("协办完成", "finished its part"),
    "conclude/done": ("汇总办结", "concluded the joint handling"),
    "check/pass": ("核查通过", "checked: passed"),
    "check/rework": ("核查不通过，返工", "checked: to be reworked"),
    "inform/told": ("已告知反映人", "told the resident"),
    "inform/unreachable": ("多次未联系上反映人", "could not reach the resident"),
    "call/told": ("补打电话，已告知反映人", "called and told the resident"),
    "call/unreachable": ("补打电话，仍未联系上", "called and could not reach the resident"),
    "contact": ("联系反映人（{method}）：{result}", "tried to reach the resident by {method}: {result}"),
    "contact/uncounted": ("联系反映人（{method}）：{result}；通道不通，不计",
                          "tried to reach the resident by {method}: {result}; the channel is down, it does not count"),
    "rate_in_person": ("当面听取评价：{rating}", "took the rating face to face: {rating}"),
    "acknowledge/acknowledged": ("应答，开始处置", "acknowledged the emergency"),
    "acknowledge_top/acknowledged": ("应答，开始处置", "acknowledged the emergency"),
    "first_report/sent": ("初报", "gave the first report"),
    "timer/climb": ("受理时限两次已过，自动提级", "the time to accept has passed twice: raised one level"),
    "timer/verify_late": ("到时未核实，直接分流", "not verified in time: goes on to the desk"),
    "timer/supplement_late": ("逾期未补正", "not supplied in time"),
    "timer/unanswered": ("逾时未应答，呼叫上一级", "nobody answered: the next level is rung"),
    "timer/unrated": ("7 天未评价，结束回访", "not rated in 7 days"),
    "timer": ("{element} 到时", "{element} is due"),
    "clock/remind": ("{stage}临期，提醒{late}", "{stage} is near: reminds {late}"),
    "clock/urge": ("{stage}到时未办，催办{late}", "{stage} is due and not done: urges {late}"),
    "clock/supervise": ("{stage}超期，{organisation}督办{late}",
                        "{stage} is overdue: {organisation} supervises {late}"),
    "clock/supervise/own": ("{stage}超期，列为{organisation}督办件",
                            "{stage} is overdue: on the watch list of {organisation}"),
    "clock/raise": ("{stage}仍未办，升级督办至{organisation}",
                    "{stage} still not done: raised to {organisation}"),
    "clock/daily": ("{stage}超期，每日提醒", "{stage} is overdue: daily reminder"),
    "clock/resume": ("挂账期满，恢复计时", "the hold is over: the clock runs again"),
    "urge": ("催办", "urged it"),
    "supervise": ("批示督办", "supervised it"),
    "reply": ("回复督办", "answered the supervision"),
    "withdraw": ("收回第 {entry} 条的催办督办", "took back what entry {entry} demanded"),
    "recall": ("撤回", "recalled it"),
    "reassign": ("改派", "took it from the unit to reassign it"),
    "raise": ("提级", "raised it one level"),
    "ask_extension": ("申请延期 {days} 个工作日", "asked for {days} more working days"),
    "ask_hold": ("申请挂账", "asked for a hold"),
    "decide_request/grant": ("同意{kind}申请", "granted the request: {kind}"),
    "decide_request/fewer": ("部分同意{kind}申请", "granted the request in part: {kind}"),
    "decide_request/refuse": ("不同意{kind}申请", "refused the request: {kind}"),
    "decide_request_above/grant": ("同意{kind}申请", "granted the request: {kind}"),
    "decide_request_above/fewer": ("部分同意{kind}申请", "granted the request in part: {kind}"),
    "decide_request_above/refuse": ("不同意{kind}申请", "refused the request: {kind}"),
    "timer/undecided": ("申请逾时未批，转上一级", "the request was not decided in time: the level above decides"),
    "extend": ("延期", "extended the deadline"),
    "hold": ("挂账", "put it on hold"),
    "resume": ("恢复计时", "let the clock run again"),
    "follow_up": ("续报", "followed up"),
    "follow": ("反映同样的情况，跟进这件事", "has seen the same and follows it"),
    "recount": ("{office}的办公时间有变，重新计算到期", "the office hours of {office} changed: counted anew"),
    "retry": ("异常 #{incident}：让出错的一步再做一次", "incident #{incident}: let the step that broke happen again"),
    "skip": ("异常 #{incident}：跳过「{element}」", "incident #{incident}: passed over «{element}»"),
    "send_back": ("异常 #{incident}：送回「{place}」", "incident #{incident}: sent the case back to «{place}»"),
    "unmask": ("查看反映人联系方式", "looked at the resident's contact"),
}
_RED = ("retry", "skip", "send_back", "urge", "supervise", "raise", "daily", "timer", "void", "refuse", "rework")
_BLUE = ("dispatch", "report", "sign")
_QUIET = ("description", "place", "title")  # shown above the timeline already


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline; `quotes` are the words that somebody wrote, `note` the rule behind it."""

    verb: str
    seq: int
    at: datetime
    actor: str
    is_clock: bool
    text: str
    tone: Tone
    quotes: tuple[str, ...]
    note: str
    versions: Mapping[str, Any]
    is_key: bool


def line_of(entry: Entry, texts: Mapping[str, str], language: Language) -> Line:
    """The sentence of an entry with the free words that belong to it."""
    is_clock = entry.actor == CLOCK.name
    quotes = tuple(text for field, text in texts.items() if field not in _QUIET)
    return Line(entry.verb, entry.seq, entry.at, _actor(entry, is_clock, language), is_clock,
                _sentence(entry, is_clock, language), _tone(entry), quotes, _note(entry.facts, language),
                entry.versions, entry.verb not in ("claim", "release", "remind", "daily"))


def _actor(entry: Entry, is_clock: bool, language: Language) -> str:
    if language == "zh":
        return entry.actor
    return "The clock" if is_clock else "A resident" if entry.actor == RESIDENT.name else label_in_english(entry.actor)


def _sentence(entry: Entry, is_clock: bool, language: Language) -> str:
    facts = entry.facts
    outcome = str(facts.get("outcome") or "")
    element = str(facts.get("element") or entry.element or "")
    keys = [f"{entry.verb}/{outcome}", f"{entry.verb}/{element}", entry.verb]
    if is_clock:
        keys.insert(0, f"clock/{entry.verb}")
        if facts.get("organisation") == facts.get("late"):
            keys.insert(0, f"clock/{entry.verb}/own")
    if facts.get("counts") is False:
        keys.insert(0, f"{entry.verb}/uncounted")
    found = next((_SAID[key] for key in keys if key in _SAID), None)
    if found is not None:
        return found[language == "en"].format_map(_Facts(facts, element, language))
    return _plain(entry, outcome, language)


def _plain(entry: Entry, outcome: str, language: Language) -> str:
    """What is said of a verb that the table does not know: the act's name, or the task and its outcome."""
    if entry.verb in WORDS["act"]:
        return word("act", entry.verb, language)
    rating = word("rating", outcome, language) if outcome in WORDS["rating"] else outcome
    task = _task(str(entry.facts.get("task") or entry.verb), language)
    return f"{task}：{rating}" if rating and rating != "done" and language != "en" else " · ".join(
        part for part in (task, rating) if part and part != "done")


def _task(name: str, language: Language) -> str:
    """The name of a task as the entry keeps it, in Chinese, or the English one of the same task."""
    return dict(WORDS["task"].values()).get(name, name) if language == "en" else name


class _Facts(dict[str, str]):
    """The facts of an entry as words; what it does not hold is left out of the sentence."""

    def __init__(self, facts: Mapping[str, Any], element: str, language: Language) -> None:
        super().__init__({key: str(value) for key, value in facts.items() if isinstance(value, str | int)})
        self["element"] = element
        self.update({key: _task(self[key], language) for key in ("task", "place") if key in self})
        if "stage" in facts:
            self["stage"] = word("limit_stage", str(facts["stage"]), language)
        if "request" in facts:
            self["kind"] = word("request", str(facts["request"]), language)
        told = {"method": "method", "result": "contacted"}
        self.update({name: word(kind, str(facts[name]), language) for name, kind in told.items() if name in facts})
        if isinstance(form := facts.get("form"), dict) and "rating" in form:
            self["rating"] = word("rating", str(form["rating"]), language)

    def __missing__(self, key: str) -> str:
        return ""


def _tone(entry: Entry) -> Tone:
    outcome = entry.facts.get("outcome")
    if entry.verb in _RED or outcome in _RED:
        return "red"
    return "blue" if entry.verb in _BLUE else "plain"


def _note(facts: Mapping[str, Any], language: Language) -> str:
    """What stands behind an entry: the clock's row and article, who let an act happen again, what a phone claims."""
    if by := facts.get("repeated_by"):
        number = facts.get("incident")
        return f"repeated after incident #{number} by {by}" if language == "en" else f"异常 #{number} 后由{by}重做"
    if name := facts.get("answers_name"):
        return f"the supervision now waits for {name}" if language == "en" else f"督办改由{name}回复"
    if facts.get("row") is None:
        return claims.words(facts, language)
    parts = (part.strip() for part in str(facts.get("cites") or "").split(";"))
    articles = "; ".join(part for part in parts if " " in part)
    if language == "en":
        return f"supervision table, row {facts['row']} · {articles or 'local setting'}"
    return f"督办表第 {facts['row']} 行 · {articles or '本地设定'}"
