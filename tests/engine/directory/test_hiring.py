from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import directory
from engine.directory.models import Account, Person
from tests.builders import NOW, a_city

HEADER = "name,role,organisation,grid,username,password\n"


def write(tmp_path: Path, *lines: str) -> Path:
    file = tmp_path / "people.csv"
    file.write_text(HEADER + "\n".join(lines), encoding="utf-8")
    return file


def test_everybody_of_the_file_gets_a_post_and_a_log_in(session: Session, tmp_path: Path) -> None:
    city = a_city(session)
    seat = f"钱坐席,seat,{city.centre.code},,qian,wangge-2026"
    worker = f"孙网格,grid_worker,{city.community_centre.code},{city.grid.code},sun,wangge-2026"
    assert directory.take_on(session, write(tmp_path, seat, worker), NOW) == 2
    made = session.scalar(sa.select(Account.id).where(Account.username == "sun"))
    assert made is not None and directory.get_actor(session, made, NOW).posts[0].grid_id == city.grid.id


@pytest.mark.parametrize(
    "bad", ["x,seat,nowhere,,aa,wangge-2026", "x,king,{centre},,aa,wangge-2026", "x,seat,{centre},,aa,short"]
)
def test_a_bad_line_is_named_and_nobody_is_taken_on(session: Session, tmp_path: Path, bad: str) -> None:
    centre = a_city(session).centre.code
    before = session.scalar(sa.select(sa.func.count()).select_from(Person))
    file = write(tmp_path, f"好人,seat,{centre},,hao,wangge-2026", bad.format(centre=centre))
    with pytest.raises(directory.StaffListInvalid, match="第 3 行"):
        directory.take_on(session, file, NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == before


def test_another_header_is_refused(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("name,phone\n", encoding="utf-8")
    with pytest.raises(directory.StaffListInvalid, match="第 1 行"):
        directory.take_on(session, file, NOW)
