"""What notices say: a sentence and its facts, kept together and worded in the language of whoever reads it.

The sentence is Chinese and names its facts in braces; its English stands here. A fact that has a name in English brings
it along under its own name with `_en`. A notice without facts, from an earlier release, stays as it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

Facts = Mapping[str, str | int]
ENGLISH: Final[dict[str, str]] = {
    "{number} 待办：{task}": "{number} to do: {task}",
    "{number} 临期提醒": "{number} is due soon",
    "{number} 到时未办，催办": "{number} is due and not done: urged",
    "{number} 督办": "{number} supervised",
    "{number} 升级督办": "{number} supervised, raised a level",
    "{number} 超期提醒": "{number} is overdue",
    "{number} 催办": "{number} urged",
    "{number} 批示督办": "{number} supervised by a person",
    "{number} 督办转由你单位回复": "{number} the supervision now waits for your unit's answer",
    "{number} 催办已收回": "{number} the urge was taken back",
    "{number} 批示督办已收回": "{number} the supervision was taken back",
    "{number} 督办已回复": "{number} the supervision was answered",
    "{number} 督办到时未回复": "{number} the supervision was not answered in time",
    "有 {count} 件督办早已到时，至今未回复，请看督办清单":
        "{count} cases of supervision are long past their moment without an answer: see the list of supervision",
    "{number} {request}申请{outcome}": "{number} request for {request}: {outcome}",
    "{number} {request}申请已撤销：办理已经结束":
        "{number} request for {request} withdrawn: the handling has ended",
    "{number} 网格员按禁止事项拒办，请督查员核实":
        "{number} refused by a grid worker as prohibited: please look into it",
    "{number} 已列入跟踪督办": "{number} is on the watch list",
    "{number} 收到评价": "{number} was rated",
    "{number} 已结案": "{number} is closed",
    "{number} 发回重办": "{number} is to be done again",
    "{number} 有续报": "{number} has a follow-up report",
    "{number} 初报已提交": "{number} first report sent",
    "{number} 已转到{target}": "{number} moved on to {target}",
    "{number} 与 {other} 为同一事件，已合并跟踪": "{number} is the same as {other}; they are followed together",
    "{number} 紧急：请立即应答。危及生命先拨 110 / 119 / 120":
        "{number} emergency: answer at once. Danger to life: call 110 / 119 / 120 first",
    "{number} 异常 #{incident}：「{element}」走不下去": "{number} incident #{incident}: «{element}» cannot go on",
    "{number} 异常 #{incident}：不能自行继续": "{number} incident #{incident}: it cannot go on by itself",
    "修改稿 {draft} 等待审批": "Draft {draft} waits for approval",
    "修改稿 {draft} 被退回": "Draft {draft} was sent back",
    "修改稿 {draft} 已批准，是第 {version} 版": "Draft {draft} was approved: it is version {version}",
    "通知渠道「{channel}」发不出去，信在等；请看「运行状况」":
        "Channel «{channel}» sends nothing, letters wait; look at «How the house is doing»",
    "通知渠道「{channel}」恢复正常": "Channel «{channel}» works again",
}


class Said(NamedTuple):
    """A sentence with the facts that it names."""

    sentence: str
    facts: Facts

    def kept(self) -> dict[str, str | int]:
        """What the row of a notice keeps beside its Chinese words."""
        return {"said": self.sentence, **self.facts}


def chinese(said: Said) -> str:
    """The sentence as the office reads it."""
    return said.sentence.format_map(said.facts)


def worded(subject: str, kept: Facts | None, language: str) -> str:
    """The subject of a notice in this language; as it was sent where its English is not known."""
    sentence = ENGLISH.get(str(kept["said"])) if kept and language == "en" else None
    if kept is None or sentence is None:
        return subject
    return sentence.format_map({**kept, **{name.removesuffix("_en"): fact for name, fact in kept.items()
                                           if name.endswith("_en")}})
