"""The words of letters that leave the house, in both languages: a number, a kind, a link; never what a case says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from engine.notices.channels import public_url
from engine.notices.manners import Manners

Language = Literal["zh", "en"]
_PRIVATE = re.compile(r"(?<![\d-])(?:\d{17}[\dXx]|\d{15,19}|(?:\+?86)?1[3-9]\d{9})(?![\d-])|[\w.+-]+@[\w-]+\.[\w.-]+")


def without_personal(text: str) -> str:
    """The text with whatever looks like a phone, an identity or card number or an address covered."""
    return _PRIVATE.sub("***", " ".join(text.split()))


def link_to(notice_id: UUID | None) -> str:
    """Where the receiver opens this notice, or the whole inbox; empty where the place's address is not known."""
    return f"{public_url()}/console/inbox{f'/{notice_id}' if notice_id else ''}" if public_url() else ""


def link_of(path: str) -> str:
    """The address of a page for everybody; empty where the place's address is not known."""
    return f"{public_url()}{path}" if public_url() else ""


def body(subject: str, link: str, language: str) -> str:
    """What a letter about one notice says."""
    where = link or ("Log in to see it." if language == "en" else "请登录系统查看。")
    if language == "en":
        return f"{subject}\n\n{where}\n\n{_FOOT[1]}"
    return f"{subject}\n\n{where}\n\n{_FOOT[0]}"


_FOOT = ("为保护个人信息，通知只写编号和种类，内容请登录后查看。此邮件由系统自动发出，请勿回复；"
         "要改送达方式，见「偏好设置 → 通知方式」。",
         "To protect personal data a notice gives a number and a kind only; log in for the rest. It was sent by a "
         "program: please do not answer. How you are told is chosen under Preferences, Notices.")


def digest(kinds: Iterable[str], manners: Manners, language: str) -> tuple[str, str]:
    """Subject and first lines of a digest: how many notices of which kind."""
    counted = Counter(manners.kind(kind).key for kind in kinds)
    total = sum(counted.values())
    english = language == "en"
    named = {kind: manners.kinds[kind].name_en if english else manners.kinds[kind].name for kind in counted}
    said = [f"{named[kind]}: {number}" if english else f"{named[kind]} {number} 条"
            for kind, number in counted.most_common()]
    subject = f"Digest: {total} notices" if english else f"通知汇总：{total} 条"
    return subject, ("; " if english else "；").join(said)
