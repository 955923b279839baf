from __future__ import annotations

import pytest

from engine import founding
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
