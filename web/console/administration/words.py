"""The registers' words in the reader's language, and how a span of validity is written."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from engine.clock import ZONE
from engine.registers import first_day, last_day
from web.console import shell

WORDS: dict[str, dict[str, tuple[str, str]]] = {
    "organisation_kind": {"centre": ("中心", "Centre"), "department": ("部门", "Department"),
                          "platform": ("平台", "Platform"), "contractor": ("承包单位", "Contractor")},
    "grid_kind": {"general": ("综合网格", "General"), "dedicated": ("专属网格", "Dedicated"),
                  "boats": ("渔船网格", "Fishing boats")},
    "deed": {"added": ("新增", "added"), "changed": ("变更", "changed"), "ended": ("结束", "ended"),
             "founded": ("初始化", "founded"), "fetched": ("领取", "fetched"), "lock": ("锁定", "locked"),
             "unlock": ("解锁", "unlocked"), "log_out": ("下线", "logged out"), "searched": ("检索", "searched"),
             "opened": ("打开", "opened"),
             "exported": ("导出", "exported"), "asked": ("要求", "asked for"),
             "reset": ("重置密码", "reset the password"),
             "absent": ("请假", "absent"), "back": ("销假", "back"), "released": ("放回任务", "released tasks"),
             "upload": ("上传修改稿", "uploaded a draft"), "submit": ("提交审批", "asked for approval"),
             "withdraw": ("撤回修改稿", "withdrew the draft"), "approve": ("批准", "approved"),
             "reject": ("退回", "sent back"), "publish": ("发布", "published"),
             "replayed": ("重发", "sent again"), "dropped": ("放弃", "dropped"), "tried": ("试发", "tried"),
             "call_off": ("取消生效", "called off"), "called_back": ("撤回", "took back")},
}


def register_word(key: str, kind: str) -> str:
    """The word for a value; the value itself where there is none."""
    pair = WORDS[kind].get(key)
    return key if pair is None else pair[shell.language() == "en"]


def validity(row: Any) -> Any:
    """From when to when a row is in force, by its days."""
    since, until = first_day(row.valid_from), last_day(row.valid_to)
    if not since and not until:
        return _("always")
    if not until:
        return _("since %(day)s", day=since)
    return f"{since} – {until}" if since else _("until %(day)s", day=until)


def iso_day(at: datetime) -> str:
    """The day in the office's zone, as a form field takes it."""
    return at.astimezone(ZONE).date().isoformat()


def iso_local(at: datetime) -> str:
    """Day and second in the office's zone."""
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
