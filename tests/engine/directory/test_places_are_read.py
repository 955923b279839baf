"""A place list is read parents first, with paths, and a broken one is refused by line."""

from pathlib import Path

import pytest

from engine.directory.places import PlacesInvalid, cut_prefecture, read_divisions, short_name, write_divisions

GOOD = [
    ("3309", "舟山市", "city", ""), ("330921", "岱山县", "county", "3309"),
    ("330921100", "高亭镇", "township", "330921"),
    ("330921100001", "沙涂社区居委会", "community", "330921100"),
]


def written(folder: Path, *lines: tuple[str, str, str, str]) -> Path:
    file = folder / "places.csv"
    write_divisions(file, lines)
    return file


def test_a_path_joins_the_codes_from_the_city_down(tmp_path: Path) -> None:
    assert read_divisions(written(tmp_path, *GOOD))[-1].path == "3309.330921.330921100.330921100001"


@pytest.mark.parametrize(("line", "fault"), [
    (("330921", "又一个", "county", "3309"), "重复"),
    (("330922", "嵊泗县", "county", "3310"), "上级「3310」"),
    (("3309", "", "county", "3309"), "6 位数字"),
    (("330922", "", "county", "3309"), "名称不能为空"),
    (("330922", "嵊泗县", "canton", "3309"), "级别「canton」"),
    (("330922", "嵊泗县", "county", ""), "只有市"),
])
def test_a_fault_is_told_with_its_line(tmp_path: Path, line: tuple[str, str, str, str], fault: str) -> None:
    with pytest.raises(PlacesInvalid, match=f"第 6 行：.*{fault}"):
        read_divisions(written(tmp_path, *GOOD, line))


def test_another_heading_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text("编码,名称\n", encoding="utf-8")
    with pytest.raises(PlacesInvalid, match="表头"):
        read_divisions(file)


@pytest.mark.parametrize(("name", "short"), [
    ("沙涂社区居委会", "沙涂社区"), ("茅岭村委会", "茅岭村"), ("高亭一村村委会", "高亭一村"),
    ("莲兴社区村委会", "莲兴社区"), ("公前居委会", "公前社区"), ("东海农场生活区", "东海农场生活区"),
])
def test_people_leave_out_the_committee(name: str, short: str) -> None:
    assert short_name(name) == short


def nation(folder: Path) -> Path:
    (folder / "cities.csv").write_text("code,name,provinceCode\n3309,舟山市,33\n3310,台州市,33\n", "utf-8")
    (folder / "areas.csv").write_text("code,name,cityCode\n330921,岱山县,3309\n331002,椒江区,3310\n", "utf-8")
    (folder / "streets.csv").write_text("code,name,areaCode\n330921100,高亭镇,330921\n", "utf-8")
    villages = "code,name,streetCode\n330921100001,沙涂社区居委会,330921100\n"
    (folder / "villages.csv").write_text(villages, "utf-8")
    return folder


def test_one_prefecture_is_cut_out_of_the_nation(tmp_path: Path) -> None:
    assert list(cut_prefecture(nation(tmp_path), "3309")) == GOOD


def test_a_prefecture_that_the_nation_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlacesInvalid, match="9999"):
        list(cut_prefecture(nation(tmp_path), "9999"))
