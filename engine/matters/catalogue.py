"""The catalogue of matters as a file that an office edits: read, checked line by line, never half taken.

A CSV in UTF-8 with Chinese headings (`COLUMNS`) and Chinese words (`WORDS`); spreadsheets open and save it.
Source: GB 6.3 (what the centres do), requirement C1 (a list with versions).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from engine.deadlines import Limit, LimitInvalid, check_count
from engine.errors import Invalid

COLUMNS = {
    "编码": "code", "大类": "class_name", "小类": "subclass_name", "名称": "name", "关键词": "keywords",
    "承办部门": "owner_kind", "平台": "platform", "默认严重程度": "severity", "敏感": "sensitive",
    "立案条件": "filing_condition", "结案条件": "close_condition", "处置时限": "handle_limit",
    "分段时限": "stages", "计时方式": "count", "事项来源": "source", "时限来源": "limit_source",
    "准入日期": "admitted_from", "准入截止": "admitted_until", "清单版本": "list_version",
}
OWNERS = {
    "综合执法": "urban_management", "水利": "water", "消防救援": "fire", "公安": "police", "司法": "justice",
    "市场监管": "market", "住建": "housing", "民政": "civil_affairs", "卫生健康": "health",
    "交通运输": "transport", "生态环境": "ecology", "应急管理": "emergency", "人社": "human_resources",
    "农业农村": "agriculture", "海洋渔业": "fishery", "自然资源": "natural_resources", "教育": "education",
    "文广旅体": "culture_tourism", "信访": "petition", "政务服务": "government_services",
    "医保": "medical_insurance", "退役军人": "veterans", "妇联": "women_federation",
    "残联": "disabled_federation", "供水": "water_supply", "供电": "power_supply", "网格中心": "centre",
}
PLATFORMS = {"综治工作": "zongzhi", "市场监管": "market", "综合执法": "enforcement", "便民服务": "service"}
WORDS: Mapping[str, Mapping[str, str]] = {
    "承办部门": OWNERS,
    "平台": PLATFORMS,
    "默认严重程度": {"一般": "general", "较大": "larger", "重大": "major", "特别重大": "extreme"},
    "敏感": {"是": "yes", "否": "no"},
    "计时方式": {"按时": "hours", "次日": "next_day"},
}
UNIT_WORDS = {
    "工作时": "work_hour", "工作日": "work_day", "紧急分钟": "urgent_minute",
    "紧急工作时": "urgent_work_hour", "紧急工作日": "urgent_work_day",
    "日历日": "calendar_day", "日历月": "calendar_month",
}
HINTS = {
    "编码": "两个大写字母加四位数字，例如 SR0107，不再改", "关键词": "居民常说的话，用 | 隔开",
    "承办部门": "派遣时按它找单位", "处置时限": "数加单位，例如 4 工作时、3 工作日、1 日历月",
    "分段时限": "分几步办时写，例如 围挡 3 紧急工作时|修复 8 紧急工作时",
    "计时方式": "按时：从这一分钟起算；次日：从下一工作日起算", "事项来源": "条文或文件，例如 GB 6.3d",
    "时限来源": "条文，或「本地设定，无条文」", "准入日期": "写作 2026-01-31",
    "准入截止": "最后一天；临时事项不超过一年",
    "清单版本": "全表同一个，例如 2026-2；与已有版本不同才是新版本",
}
LOCAL = "本地设定，无条文"
OPTIONAL = {"关键词", "分段时限", "准入截止"}
_CODE = re.compile(r"[A-Z]{2}\d{4}")


class Stage(NamedTuple):
    """One step of a matter that is handled in steps, and the span allowed for it."""

    name: str
    limit: str


class Problem(NamedTuple):
    """What is wrong in which cell; the line is counted as a spreadsheet does, the heading being line 1."""

    line: int
    column: str
    message: str


class CatalogueInvalid(Invalid):
    """事项清单有错，未载入。

    `problems` holds every fault found, in the order of the file.
    """

    code = "catalogue_invalid"

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = [f"第 {p.line} 行「{p.column}」：{p.message}" for p in problems]
        super().__init__("事项清单有错，未载入：" + "；".join(lines[:20]), fields={"file": lines})
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class MatterRow:
    """A matter as the list admits it.

    Words are ids here, limits are spelt as everywhere («4 work_hour»), keywords stay joined by «|».
    `admitted_until` is the last day on which the matter is admitted; None: until withdrawn.
    """

    code: str
    class_name: str
    subclass_name: str
    name: str
    keywords: str
    owner_kind: str
    platform: str
    severity: str
    sensitive: bool
    filing_condition: str
    close_condition: str
    handle_limit: str
    stages: tuple[Stage, ...]
    count: str
    source: str
    limit_source: str
    admitted_from: date
    admitted_until: date | None
    list_version: str

    def is_admitted(self, day: date) -> bool:
        """Whether this matter may enter a grid on that day (C4, C6)."""
        return self.admitted_from <= day and (self.admitted_until is None or day <= self.admitted_until)


def load_catalogue(path: Path) -> list[MatterRow]:
    """Every matter of the file; raises CatalogueInvalid with line and column of each fault, or gives all."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CatalogueInvalid([Problem(1, "文件", "不是 UTF-8 编码，请另存为「CSV UTF-8」")]) from None
    return parse_catalogue(text)


def parse_catalogue(text: str) -> list[MatterRow]:
    """Every matter of this text, checked as `load_catalogue` does."""
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise CatalogueInvalid([Problem(1, name, "缺少这一列") for name in missing])
    rows, problems = parse_rows((reader.line_num, cells) for cells in reader)
    if problems:
        raise CatalogueInvalid(problems)
    return rows


def parse_rows(numbered: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[list[MatterRow], list[Problem]]:
    """The matters of rows (line, cells by heading) that were read elsewhere, and every fault found."""
    problems: list[Problem] = []
    rows: list[MatterRow] = []
    seen: dict[str, int] = {}
    for line, cells in numbered:
        clean = {name: (cells.get(name) or "").strip() for name in COLUMNS}
        found = list(_check(line, clean))
        first = seen.setdefault(clean["编码"], line)
        if first != line:
            found.append(Problem(line, "编码", f"与第 {first} 行重复"))
        problems += found
        if not found:
            rows.append(_row(clean))
    return rows, problems


def _check(line: int, cells: Mapping[str, str]) -> Iterable[Problem]:
    for name, value in cells.items():
        if not value:
            if name not in OPTIONAL:
                yield Problem(line, name, "不能为空")
        elif message := _fault(name, value):
            yield Problem(line, name, message)
    if (limit := _limit(cells["处置时限"])) and not _can_count(limit, cells["计时方式"]):
        yield Problem(line, "计时方式", f"「{limit.words()}」不能{cells['计时方式']}起算")
    since, until = _date(cells["准入日期"]), _date(cells["准入截止"])
    if since and until and until < since:
        yield Problem(line, "准入截止", "早于准入日期")


def _fault(name: str, value: str) -> str | None:
    if name in WORDS and value not in WORDS[name]:
        return f"「{value}」不在可选值内：{'、'.join(WORDS[name])}"
    if name == "编码" and not _CODE.fullmatch(value):
        return f"「{value}」应为两个大写字母加四位数字"
    if name in {"准入日期", "准入截止"} and _date(value) is None:
        return f"「{value}」不是日期，应写作 2026-01-31"
    if name == "处置时限" and not _limit(value):
        return _no_limit(value)
    if name == "分段时限":
        return next((_no_limit(part) for part in value.split("|") if not _stage(part)), None)
    if name == "时限来源" and not value.startswith((LOCAL, "GB", "YC", "DS", "XY", "AK")):
        return f"应为条文，或以「{LOCAL}」开头"
    return None


def _no_limit(value: str) -> str:
    return f"「{value}」不是时限，应写作「4 工作时」，单位为{'、'.join(UNIT_WORDS)}"


def _limit(value: str) -> Limit | None:
    amount, _, unit = value.partition(" ")
    try:
        return Limit.parse(f"{amount} {UNIT_WORDS.get(unit, unit)}")
    except LimitInvalid:
        return None


def _can_count(limit: Limit, word: str) -> bool:
    try:
        return word not in WORDS["计时方式"] or bool(check_count(limit, WORDS["计时方式"][word]))
    except LimitInvalid:
        return False


def _stage(part: str) -> Stage | None:
    name, _, span = part.strip().partition(" ")
    limit = _limit(span)
    return Stage(name, str(limit)) if name and limit else None


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _row(cells: Mapping[str, str]) -> MatterRow:
    plain = {COLUMNS[name]: WORDS[name][value] if name in WORDS else value for name, value in cells.items()}
    stages = [_stage(part) for part in plain["stages"].split("|") if part]
    since = _date(plain["admitted_from"])
    limit = _limit(plain["handle_limit"])
    assert since and limit  # checked above
    return MatterRow(
        code=plain["code"], class_name=plain["class_name"], subclass_name=plain["subclass_name"],
        name=plain["name"], keywords=plain["keywords"], owner_kind=plain["owner_kind"],
        platform=plain["platform"], severity=plain["severity"], sensitive=plain["sensitive"] == "yes",
        filing_condition=plain["filing_condition"], close_condition=plain["close_condition"],
        handle_limit=str(limit), stages=tuple(stage for stage in stages if stage),
        count=plain["count"], source=plain["source"], limit_source=plain["limit_source"],
        admitted_from=since, admitted_until=_date(plain["admitted_until"]),
        list_version=plain["list_version"],
    )


def cells_of(row: MatterRow) -> dict[str, str]:
    """A matter as its row in the sheet: the way back of what `parse_rows` reads."""
    plain = {key: str(getattr(row, key) or "") for key in COLUMNS.values()}
    plain["sensitive"] = "yes" if row.sensitive else "no"
    plain["handle_limit"] = _limit_words(row.handle_limit)
    plain["stages"] = "|".join(f"{stage.name} {_limit_words(stage.limit)}" for stage in row.stages)
    back = {title: {value: word for word, value in words.items()} for title, words in WORDS.items()}
    return {title: back.get(title, {}).get(plain[key], plain[key]) for title, key in COLUMNS.items()}


def _limit_words(limit: str) -> str:
    amount, _, unit = limit.partition(" ")
    return f"{amount} {next((word for word, one in UNIT_WORDS.items() if one == unit), unit)}" if limit else ""
