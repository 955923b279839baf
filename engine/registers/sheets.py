"""The sheets of a workbook and their columns: what an office types, what it means, who answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine import directory, matters

Kind = Literal["text", "code", "name", "phone", "email", "number", "date", "moment", "choice"]
SYSTEM, SECURITY = "system_admin", "security_admin"
ORGANISATION_KINDS = {"中心": "centre", "部门": "department", "平台": "platform", "承包单位": "contractor"}
GRID_KINDS = {"综合网格": "general", "专属网格": "dedicated", "渔船网格": "boats"}
MOST_ROWS = 20_000
POST_IDENTITY = ("用户名", "角色", "单位编码", "网格编码")
OFFICE = "办公时间"
DUTY_IDENTITY = ("单位编码", "用户名", "开始")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what may stand in it, and a sentence for the sheet of explanation.

    `fixed`: once there it never changes.
    """

    title: str
    kind: Kind
    required: bool = False
    longest: int = 120
    options: tuple[str, ...] = ()
    hint: str = ""
    hint_en: str = ""
    title_en: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its key in addresses, its title in the workbook, the administrator who answers for it."""

    key: str
    title: str
    title_en: str
    owner: str
    identity: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)

    @property
    def titles(self) -> tuple[str, ...]:
        """The headings in their order."""
        return tuple(column.title for column in self.columns)


def roles() -> Mapping[str, str]:
    """Name of every role → the role."""
    return {names[0]: role for role, names in directory.ROLE_NAMES.items()}


def owner_words(kind: str) -> Mapping[str, str]:
    """What a body of this kind may be called upon for: word → id."""
    if kind == "platform":
        return matters.PLATFORMS
    return {"网格中心": "centre"} if kind == "centre" else matters.OWNERS


def _date(title: str, title_en: str, hint: str, hint_en: str) -> Column:
    return Column(title, "date", hint=hint, hint_en=hint_en, title_en=title_en)


def _organisations() -> Sheet:
    words = tuple(dict.fromkeys([*matters.OWNERS, *matters.PLATFORMS]))
    return Sheet("organisations", "单位", "Organisations", SYSTEM, ("编码",), (
        Column("编码", "code", True, 60, hint="全市唯一，不再改，例如 330921-housing", title_en="Code",
               hint_en="Unique and never changed, such as 330921-housing"),
        Column("名称", "name", True, 120, hint="单位全称", title_en="Name", hint_en="The full name"),
        Column("种类", "choice", True, options=tuple(ORGANISATION_KINDS), title_en="Kind", fixed=True,
               hint="中心每个区划一个；平台指乡镇「四平台」",
               hint_en="One centre a division; platforms are a town's four"),
        Column("承办类别", "choice", True, options=words, title_en="Answers for",
               hint="派遣时按它找单位；平台写平台名，中心写「网格中心」", hint_en="By which dispatching finds it"),
        Column("区划代码", "code", True, 12, hint="4、6、9 或 12 位统计用区划代码", title_en="Division", fixed=True,
               hint_en="4, 6, 9 or 12 digits"),
        Column(OFFICE, "text", longest=40, hint="不填为机关办公时间；名称见「办公时间」页", title_en="Office hours",
               hint_en="Empty: the usual hours; the page of office hours has the names"),
        _date("启用日期", "From", "不填为一直有效", "Empty: always"),
        _date("停用日期", "Until", "最后一天；停用前要先办完在办任务、结束岗位",
              "The last day; open tasks and posts end first"),
    ))


def _grids() -> Sheet:
    return Sheet("grids", "网格", "Grids", SYSTEM, ("编码",), (
        Column("编码", "code", True, 20, hint="社区（村）代码加三位序号，停用后不再使用", title_en="Code",
               hint_en="The community's code and three digits; never used again"),
        Column("名称", "name", True, 80, hint="例如 竹屿社区 01 网格", title_en="Name", hint_en="What people call it"),
        Column("区划代码", "code", True, 12, hint="所在社区（村）的 12 位代码", title_en="Division", fixed=True,
               hint_en="The community's 12 digits"),
        Column("类型", "choice", options=tuple(GRID_KINDS), hint="不填为综合网格", title_en="Kind",
               hint_en="Empty: general"),
        Column("层级", "number", longest=1, hint="1、2 或 3，不填为 1", title_en="Tier", hint_en="1, 2 or 3; empty: 1"),
        Column("户数", "number", longest=6, hint="宜 300 至 500 户（GB 5）", title_en="Households",
               hint_en="300 to 500 as a rule"),
        _date("启用日期", "From", "不填为导入当天", "Empty: the day of the import"),
        _date("停用日期", "Until", "最后一天；停用前要先结束网格员岗位", "The last day; end its posts first"),
    ))


def _people() -> Sheet:
    return Sheet("people", "人员", "People", SYSTEM, ("用户名",), (
        Column("用户名", "code", True, 40, hint="登录用，全市唯一，不再改；2 至 40 个字、字母、数字或 . _ -",
               title_en="User name", hint_en="For logging in; unique and never changed"),
        Column("姓名", "name", True, 60, title_en="Name", hint="本人姓名", hint_en="As in the papers"),
        Column("手机", "phone", longest=20, hint="不得与别人相同", title_en="Phone", hint_en="Nobody else's"),
        Column("邮箱", "email", longest=120, hint="收通知用", title_en="E-mail", hint_en="For notices"),
        _date("离任日期", "Left on", "最后一天；之后不能登录，岗位同时结束",
              "The last day; posts end, log-in ends"),
    ))


def _posts() -> Sheet:
    return Sheet("posts", "岗位", "Posts", SECURITY, POST_IDENTITY, (
        Column("用户名", "code", True, 40, hint="「人员」表里的用户名", title_en="User name",
               hint_en="Of the sheet of people"),
        Column("角色", "choice", True, options=tuple(roles()), title_en="Role",
               hint="坐席、督查员在中心，承办人在部门或平台，网格员要写网格",
               hint_en="Seats in centres, clerks in departments"),
        Column("单位编码", "code", True, 60, hint="「单位」表里的编码", title_en="Organisation", hint_en="Its code"),
        Column("网格编码", "code", longest=20, hint="只有网格员填", title_en="Grid", hint_en="Grid workers only"),
        _date("到岗日期", "From", "不填为导入当天；在岗的不能改", "Empty: the day of the import; fixed once held"),
        _date("离岗日期", "Until", "最后一天", "The last day"),
    ))


def _duties() -> Sheet:
    return Sheet("duties", "值班", "Duty roster", SYSTEM, DUTY_IDENTITY, (
        Column("单位编码", "code", True, 60, hint="中心的编码；只有中心排值班", title_en="Centre",
               hint_en="A centre's code"),
        Column("用户名", "code", True, 40, hint="在这个中心有岗位的人", title_en="User name",
               hint_en="Somebody with a post there"),
        Column("开始", "moment", True, hint="写作 2026-01-31 08:30", title_en="From", hint_en="Write 2026-01-31 08:30"),
        Column("结束", "moment", True, hint="写作 2026-02-01 08:30；紧急事件先呼叫值班的人", title_en="Until",
               hint_en="Emergencies ring whoever is on duty"),
    ))


def _matters() -> Sheet:
    optional = matters.OPTIONAL
    columns = tuple(
        Column(title, "choice" if title in matters.WORDS else "text", title not in optional, 2000,
               tuple(matters.WORDS.get(title, ())), hint=matters.HINTS.get(title, ""), title_en=key.replace("_", " "))
        for title, key in matters.COLUMNS.items())
    return Sheet("matters", "事项", "Matters", SYSTEM, ("编码",), columns)


def all_sheets() -> tuple[Sheet, ...]:
    """Every sheet in the order in which a workbook is applied."""
    return (_organisations(), _grids(), _people(), _posts(), _duties(), _matters())


def offering(sheet: Sheet, title: str, options: tuple[str, ...]) -> Sheet:
    """The sheet with a list to choose from in one of its columns."""
    return replace(sheet, columns=tuple(
        replace(column, kind="choice", options=options) if column.title == title else column
        for column in sheet.columns))


def get_sheet(key: str) -> Sheet:
    """The sheet with this key; raises KeyError."""
    return {sheet.key: sheet for sheet in all_sheets()}[key]
