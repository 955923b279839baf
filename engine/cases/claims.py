"""What a phone claims about the time of a report, in words: a claim and nothing more, our own time counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.cases.words import Language
from engine.clock import ZONE

BELIEVED = 120  # seconds by which a phone's clock may differ before anybody is told


def words(facts: Mapping[str, Any], language: Language) -> str:
    """«手机记的时间 3月4日 09:00；手机时钟快 1 天，以平台收到的时间为准»; "" where no phone claimed anything."""
    said = []
    if facts.get("noted_at"):
        noted = datetime.fromisoformat(str(facts["noted_at"])).astimezone(ZONE)
        said.append(f"the phone noted it on {noted:%Y-%m-%d %H:%M}" if language == "en"
                    else f"手机记的时间 {noted:%Y-%m-%d %H:%M}")
    if off := off_words(int(facts.get("device_ahead") or 0), language):
        said.append(off)
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
