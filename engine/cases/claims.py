"""What a phone claims about the time of a report, in words: a claim and nothing more, our own time counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.cases.words import Language
from engine.clock import ZONE

BELIEVED = 120  # seconds by which a phone's clock may differ before anybody is told


def words(facts: Mapping[str, Any], language: Language) -> str:
    """«手机记的时间 3月4日 09:00，40 分钟后发出；手机时钟快 1 天，以平台收到的时间为准»; "" where nothing is odd."""
    off, waited = off_words(int(facts.get("device_ahead") or 0), language), int(facts.get("waited") or 0)
    said = [off] if off else []
    if facts.get("noted_at") and (off or waited >= BELIEVED):
        noted = datetime.fromisoformat(str(facts["noted_at"])).astimezone(ZONE)
        span = _span(waited, language) if waited >= BELIEVED else ""
        later = f" and sent it {span} later" if language == "en" else f"，{span}后发出"
        told = "the phone noted it on" if language == "en" else "手机记的时间"
        said.insert(0, f"{told} {noted:%Y-%m-%d %H:%M}{later if span else ''}")
    return ("; " if language == "en" else "；").join(said)


def off_words(ahead: int, language: Language) -> str:
    """By how much the phone's clock is wrong, given the seconds it runs ahead; "" when it is right."""
    if abs(ahead) < BELIEVED:
        return ""
    span = _span(abs(ahead), language)
    if language == "en":
        return f"its clock is {span} {'fast' if ahead > 0 else 'slow'}; our time of receipt counts"
    return f"手机时钟{'快' if ahead > 0 else '慢'} {span}，以平台收到的时间为准"


def _span(seconds: int, language: Language) -> str:
    """A span in its largest unit that fits."""
    for size, zh, en in ((86_400, "天", "d"), (3_600, "小时", "h"), (60, "分钟", "min")):
        if seconds >= size * 0.95:
            return f"{round(seconds / size)} {en if language == 'en' else zh}"
    return f"{seconds} {'s' if language == 'en' else '秒'}"
