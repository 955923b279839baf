from __future__ import annotations

import pytest
from python_calamine import CalamineWorkbook

from engine import founding, registers
from tests.web.commands.conftest import Desk

TWO = ("--by", "绘制人", "--approved-by", "审批人")


def test_an_empty_place_is_made_ready(desk: Desk, divisions: str) -> None:
    told = desk.answer("init", "--divisions", divisions, *TWO)
    assert (told["divisions"], told["organisations"], told["packs"]) == (2, 2, ["base", "daishan"])
    assert [one["role"] for one in told["administrators"]] == ["system_admin", "security_admin", "audit_admin"]
    assert desk.ask("SELECT count(*) FROM account") == 3 and desk.ask("SELECT count(*) FROM matter") == told["matters"]


def test_the_passwords_are_shown_and_only_their_hashes_kept(desk: Desk, divisions: str) -> None:
    shown = desk.type("init", "--divisions", divisions, *TWO).stdout
    hashes = desk.ask("SELECT string_agg(password_hash, ' ') FROM account")
    passwords = [line.split()[-1] for line in shown.splitlines()[-3:]]
    assert len(set(passwords)) == 3 and not any(password in hashes for password in passwords)


def test_an_expired_pack_is_named_and_can_be_left_out(desk: Desk, divisions: str) -> None:
    words = ("init", "--divisions", divisions, *TWO)
    assert "daishan" not in desk.type(*words, "--without", "daishan").output
    assert desk.ask("SELECT count(*) FROM definition WHERE pack = 'daishan'") == 0


def test_a_second_time_is_refused(desk: Desk, divisions: str) -> None:
    desk.answer("init", "--divisions", divisions, *TWO)
    assert isinstance(desk.refused("init", "--divisions", divisions, *TWO), founding.PlaceNotEmpty)
    assert desk.ask("SELECT count(*) FROM account") == 3


@pytest.mark.parametrize("words", [TWO, ("--place", "zhoushan"), ("--place", "zhoushan", "--by", "绘制人")])
def test_what_is_missing_is_asked_for_before_anything_happens(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("init", *words).exit_code == 2
    assert desk.ask("SELECT to_regclass('account')") is None


def test_staff_from_a_file_start_work(desk: Desk, divisions: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    desk.answer("init", "--divisions", divisions, *TWO)
    file = tmp_path_factory.mktemp("staff") / "staff.csv"
    file.write_text("name,role,organisation,grid,username,password\n张坐席,seat,330921-centre,,zhang,correct-horse-1\n",
                    encoding="utf-8")
    assert desk.type("staff", str(file)).exit_code == 0
    assert desk.ask("SELECT role FROM post JOIN account USING (person_id) WHERE username = 'zhang'") == "seat"


def test_one_name_for_two_is_refused(desk: Desk, divisions: str) -> None:
    same = desk.refused("init", "--divisions", divisions, "--by", "张三", "--approved-by", "张三")
    assert isinstance(same, founding.NamesNeeded)
    assert desk.ask("SELECT count(*) FROM division") == 0


def test_any_prefecture_with_some_of_its_counties_and_their_hours(desk: Desk) -> None:
    told = desk.answer("init", "--prefecture", "3309", "--county", "330921", "--office", "summer", *TWO)
    assert (told["divisions"], told["packs"]) == (97, ["base", "daishan"])
    assert desk.ask("SELECT string_agg(DISTINCT office, ' ') FROM organisation") == "summer"
    assert desk.ask("SELECT count(*) FROM account WHERE must_change") == 3


def test_a_prefecture_and_a_place_at_once_are_too_much(desk: Desk) -> None:
    assert desk.type("init", "--prefecture", "3309", "--place", "zhoushan", *TWO).exit_code == 2


@pytest.mark.parametrize(("words", "people"), [((), 0), (("--sample",), 325)])
def test_the_workbook_to_begin_with(desk: Desk, tmp_path_factory: pytest.TempPathFactory, words: tuple[str, ...],
                                    people: int) -> None:
    file = tmp_path_factory.mktemp("workbook") / "名册.xlsx"
    assert desk.type("workbook", str(file), *words).exit_code == 0
    with open(file, "rb") as written:
        sheets = CalamineWorkbook.from_filelike(written)
        assert sheets.sheet_names == ["说明", "单位", "网格", "人员", "岗位", "值班", "事项"]
        assert len(sheets.get_sheet_by_name("人员").to_python(skip_empty_area=False)) == people + 1


def test_hours_typed_as_one_line(desk: Desk, divisions: str) -> None:
    assert desk.type("init", "--divisions", divisions, *TWO, "--hours", "18:00-08:00").exit_code == 2
    desk.answer("init", "--divisions", divisions, *TWO, "--hours", "08:00-12:00,14:00-18:00")
    assert desk.ask("SELECT hours -> 'days' ->> 7 FROM office_change") == "08:00-12:00，14:00-18:00"
    assert desk.ask("SELECT count(*) FROM organisation JOIN office ON office.current = organisation.office") == 2


def test_whoever_stands_at_the_machine_gives_another_first_password(desk: Desk, divisions: str) -> None:
    desk.answer("init", "--divisions", divisions, *TWO)
    before = desk.ask("SELECT password_hash FROM account WHERE username = 'security.admin'")
    given = desk.type("password", "security.admin")
    assert given.exit_code == 0 and given.stdout.split()[0] == "security.admin"
    after = desk.ask("SELECT password_hash FROM account WHERE username = 'security.admin'")
    assert after != before and given.stdout.split()[-1] not in after
    assert desk.ask("SELECT must_change FROM account WHERE username = 'security.admin'") is True
    assert desk.ask("SELECT actor || verb FROM house_entry ORDER BY seq DESC LIMIT 1") == "命令行reset"
    assert isinstance(desk.refused("password", "nobody"), registers.RowUnknown)
