"""The words of the web's own failures in both languages."""

from __future__ import annotations

from typing import Any

from web import languages
from web.english import ENGLISH

_TITLES: dict[int, tuple[str, str]] = {
    400: ("请求有误", "Bad request"),
    401: ("请先登录", "Log in first"),
    403: ("没有权限", "Not allowed"),
    404: ("没有找到", "Not found"),
    405: ("不能这样请求", "Method not allowed"),
    409: ("情况已经变化", "Conflict"),
    412: ("内容已被修改", "Changed meanwhile"),
    413: ("内容太大", "Too large"),
    415: ("格式不支持", "Unsupported media type"),
    422: ("填写有误", "Invalid input"),
    428: ("缺少版本信息", "Precondition required"),
    429: ("请求太频繁", "Too many requests"),
    500: ("系统出错", "Something went wrong"),
    503: ("暂时不可用", "Unavailable"),
    507: ("存储空间已满", "Storage is full"),
}
_PLAIN: dict[str, tuple[str, str]] = {
    "bad_request": ("请求的内容无法读取。", "The request cannot be read."),
    "csrf": ("页面已过期，请刷新后再提交。", "This page has expired; reload it and submit again."),
    "unauthenticated": ("您还没有登录，或登录已经结束。", "You are not logged in, or your session has ended."),
    "not_allowed": ("您没有这项权限。", "You may not do this."),
    "not_found": ("没有找到，或不在您的管辖范围内。", "There is no such thing, or it is outside your jurisdiction."),
    "method_not_allowed": ("这个地址不接受这种请求。", "This address does not take this method."),
    "precondition_failed": ("内容已被别人修改，请看最新内容后再试。", "It was changed meanwhile; look again."),
    "precondition_required": ("请求缺少 If-Match。", "The request needs If-Match."),
    "too_large": ("上传的内容太大：照片一次最多 80 MB，其他请求最多 2 MB。",
                  "Too large: at most 80 MB of photos at once, 2 MB of anything else."),
    "media_type_unsupported": ("不支持这种格式。", "This media type is not supported."),
    "invalid": ("填写的内容有误，请看标出的各项。", "Some values are not valid; see the fields."),
    "too_many_requests": ("请求太频繁，请稍后再试。", "Too many requests; try again later."),
    "conflict": ("与已有的内容冲突。", "This conflicts with what is there already."),
    "storage_full": ("存储空间已满，请联系系统管理员；不需要文件的操作可以继续。",
                     "Storage is full; ask the system administrator. Acts without files go on."),
    "unavailable": ("暂时不可用，请稍后再试。", "Unavailable for the moment; try again soon."),
    "database_unavailable": ("数据库暂时不可用，请稍后再试；您的操作没有保存。",
                             "The database is unavailable for the moment; nothing was saved, try again soon."),
    "error": ("系统出错，已经记录；您的操作没有保存。", "Something went wrong and was logged; nothing was saved."),
}  # fmt: skip


def title(status: int) -> str:
    """The kind of failure in a few words of the reader's language."""
    return _TITLES.get(status, _TITLES[500])[languages.current() == "en"]


def plain(code: str, status: int) -> str:
    """What a failure of the web itself means, in the reader's language."""
    return _PLAIN.get(code, _TITLES.get(status, _TITLES[500]))[languages.current() == "en"]


def english(code: str, facts: dict[str, Any]) -> str:
    """What an error of the engine says in English; facts name people and places as they are called.

    `english`: the words of a table that says no.
    """
    plain = _PLAIN[code][1] if code in _PLAIN else code.replace("_", " ").capitalize() + "."
    text = facts.get("english") or ENGLISH.get(code) or plain
    winner, incident = facts.get("winner"), facts.get("incident")
    if incident:
        text += f" It was noted as incident #{incident} and the operators were told: no need to submit it again."
    return f"{text} ({winner})" if winner else text
