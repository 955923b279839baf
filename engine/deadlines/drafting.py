"""A draft of one year's calendar file from the `holidays` package, for a person to compare with the notice.

`python -m engine.deadlines.drafting 2027` writes rules/calendars/cn-2027.yaml. Run time reads only the file.
A year whose notice is not in NOTICES is drafted as projected: statutory days alone, no make-up days.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

import holidays
from holidays.version import __version__ as holidays_version

FOLDER = Path(__file__).resolve().parents[2] / "rules" / "calendars"
FIRST, LAST = 2004, 2027

# Number and date of the General Office's notice; earlier notices are known by title only.
NOTICES: Mapping[int, tuple[str, str]] = {
    2004: ("", ""), 2005: ("", ""), 2006: ("", ""), 2007: ("", ""),
    2008: ("国办发明电〔2007〕52号", "2007-12-15"), 2009: ("国办发明电〔2008〕42号", "2008-12-04"),
    2010: ("国办发明电〔2009〕27号", "2009-12-08"), 2011: ("国办发明电〔2010〕40号", "2010-12-10"),
    2012: ("国办发明电〔2011〕45号", "2011-12-06"), 2013: ("国办发明电〔2012〕33号", "2012-12-08"),
    2014: ("国办发明电〔2013〕28号", "2013-12-11"), 2015: ("国办发明电〔2014〕28号", "2014-12-16"),
    2016: ("国办发明电〔2015〕18号", "2015-12-10"), 2017: ("国办发明电〔2016〕17号", "2016-12-01"),
    2018: ("国办发明电〔2017〕12号", "2017-11-30"), 2019: ("国办发明电〔2018〕15号", "2018-12-04"),
    2020: ("国办发明电〔2019〕16号", "2019-11-21"), 2021: ("国办发明电〔2020〕27号", "2020-11-25"),
    2022: ("国办发明电〔2021〕11号", "2021-10-25"), 2023: ("国办发明电〔2022〕16号", "2022-12-08"),
    2024: ("国办发明电〔2023〕7号", "2023-10-25"), 2025: ("国办发明电〔2024〕12号", "2024-11-12"),
    2026: ("国办发明电〔2025〕7号", "2025-11-04"),
}
CHANGES: Mapping[int, str] = {
    2015: "国发明电〔2015〕1号（抗战胜利纪念日）",
    2018: "国办发明电〔2018〕15号（2019 年元旦安排中落在 2018 年 12 月的几天）",
    2019: "国办发明电〔2019〕3号（劳动节调整）",
    2020: "国办发明电〔2020〕1号（春节延长）",
    2022: "国办发明电〔2022〕16号（2023 年元旦安排中落在 2022 年 12 月的一天）",
}
COMPILED = ("由 PyPI holidays {version} 生成，2004—2026 年逐日与 PyPI chinesecalendar 核对；"
            "文号与日期为转录，编制时未阅读通知原件")
PROJECTED = "《全国年节及纪念日放假办法》（国务院令第795号，自 2025-01-01 施行）"


def draft(year: int) -> str:
    """The YAML text of that year's calendar file."""
    days = _Days()
    published = year in NOTICES
    rest = dict(days.rest(year) if published else days.statutory(year))
    work = dict(days.make_up(year)) if published else {}
    lines = [f"# {year} 年放假与调休；休息日含连休的周末，未列出的周六、周日照常休息。", f"year: {year}",
             *_heading(year), "rest_days:", *(f"  {day}: {name}" for day, name in rest.items()),
             "work_days:" if work else "work_days: {}", *(f"  {day}: {name}" for day, name in work.items())]
    return "\n".join(lines) + "\n"


def _heading(year: int) -> list[str]:
    compiled = f"compiled: {COMPILED.format(version=holidays_version)}"
    if year not in NOTICES:
        return ["status: projected", f"source: {PROJECTED}",
                f"note: {year} 年放假通知尚未收录，只列法定节日，无补假、调休；跨入该年的时限为暂定",
                compiled, "in_force: 2025-01-01"]
    number, dated = NOTICES[year]
    known = f"（{number}，{dated}）" if number else "（文号未查明）"
    changes = [f"changed_by: {CHANGES[year]}"] if year in CHANGES else []
    return ["status: published", f"source: 《国务院办公厅关于{year}年部分节假日安排的通知》{known}",
            *changes, compiled, f"in_force: {dated or f'{year}-01-01'}"]


class _Days:
    """The package's answers, reduced to what a calendar file says."""

    def __init__(self) -> None:
        self._known = holidays.country_holidays("CN", years=range(FIRST - 1, LAST + 2), language="zh_CN")

    def statutory(self, year: int) -> Iterator[tuple[date, str]]:
        for day in _days_of(year):
            names = self._own(day, observed=False)
            if names:
                yield day, names

    def rest(self, year: int) -> Iterator[tuple[date, str]]:
        for day in _days_of(year):
            if not self._known.is_working_day(day) and (name := self._holiday_of(day)):
                yield day, name

    def make_up(self, year: int) -> Iterator[tuple[date, str]]:
        given = {worked: rest for rest in self._known if (worked := self._worked_for(rest))}
        for day in _days_of(year):
            if day.weekday() > 4 and self._known.is_working_day(day):
                yield day, self._holiday_of(given[day]) or "调休"

    def _worked_for(self, rest: date) -> date | None:
        found = re.search(r"由 (\d{4}-\d\d-\d\d) 调休", self._known[rest])
        return date.fromisoformat(found.group(1)) if found else None

    def _own(self, day: date, observed: bool = True) -> str:
        names = [name.strip() for name in self._known.get(day, "").split(";")]
        wanted = [name.removesuffix("（补假）").replace("农历除夕", "春节") for name in names
                  if name and not name.startswith("休息日") and (observed or not name.endswith("（补假）"))]
        return "、".join(sorted(set(wanted)))

    def _holiday_of(self, day: date) -> str:
        """The holiday a day is named after: its own, or all those of the run of rest days that holds it."""
        if name := self._own(day, observed=False):
            return name
        while not self._known.is_working_day(day - timedelta(1)):
            day -= timedelta(1)
        names: list[str] = []
        while not self._known.is_working_day(day):
            names += [name for name in self._own(day).split("、") if name and name not in names]
            day += timedelta(1)
        return "、".join(names)


def _days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(1)


def main(arguments: list[str]) -> None:
    """Write the files of the years given, or of all of them."""
    for year in [int(word) for word in arguments] or range(FIRST, LAST + 1):
        (FOLDER / f"cn-{year}.yaml").write_text(draft(year), encoding="utf-8")
        sys.stdout.write(f"cn-{year}.yaml\n")


if __name__ == "__main__":
    main(sys.argv[1:])
