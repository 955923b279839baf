"""Taking many people on at once, from a file."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from engine.directory import queries, staffing
from engine.errors import Invalid, WanggeError

HEADER = ("name", "role", "organisation", "grid", "username", "password")


class StaffListInvalid(Invalid):
    """人员名单有错，没有载入。"""

    code = "staff_list_invalid"


def take_on(session: Session, file: Path, at: datetime) -> int:
    """Take on everybody of a CSV file (name, role, organisation, grid, username, password); how many they were.

    Organisation and grid are codes. Raises StaffListInvalid naming the line; then nobody was taken on.
    """
    taken = 0
    with session.begin_nested(), file.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.DictReader(lines)
        if tuple(rows.fieldnames or ()) != HEADER:
            raise StaffListInvalid(f"第 1 行：表头应为 {','.join(HEADER)}", line=1)
        for row in rows:
            try:
                _take_on_one(session, row, at)
            except WanggeError as problem:
                raise StaffListInvalid(f"第 {rows.line_num} 行：{problem.message}", line=rows.line_num) from problem
            taken += 1
    return taken


def _take_on_one(session: Session, row: dict[str, str], at: datetime) -> None:
    organisation = queries.find_organisation_coded(session, row["organisation"])
    grid = queries.find_grid(session, row["grid"]) if row["grid"] else None
    if organisation is None or (row["grid"] and grid is None):
        raise StaffListInvalid("没有这个单位或网格")
    person = staffing.add_person(session, row["name"])
    staffing.add_post(session, person.id, row["role"], organisation.id, at, grid.id if grid else None)
    staffing.add_account(session, person.id, row["username"], row["password"], must_change=True)
