"""A plan gives every division its bodies, with the names that the place itself uses."""

from typing import Any

import pytest

from engine.directory.places import DivisionRow
from engine.directory.plan import plan_bodies, stem

COUNTY = DivisionRow("330921", "岱山县", "county", None, "330921")
TOWN = DivisionRow("330921100", "高亭镇", "township", "330921", "330921.330921100")
PLAN: dict[str, Any] = {
    "platforms": {"market": {"zh": "市场监管平台"}},
    "levels": {
        "county": {"centre": {"name": "{division}中心", "posts": {"seat": 3}},
                   "departments": {"police": {"name": "{division}公安局"},
                                   "water_supply": {"name": "{stem}自来水公司", "kind": "contractor"}},
                   "department_posts": {"clerk": 2}},
        "township": {"centre": {"name": "{division}中心", "posts": {"seat": 2}},
                     "platforms": {"name": "{division}{platform}", "posts": {"clerk": 2}},
                     "departments": {"police": {"name": "{county}公安局{stem}派出所"}},
                     "department_posts": {"clerk": 1}},
    },
    "exceptions": {
        "330921": {"centre": "岱山县指挥中心", "below": {"township": {"centre": "{division}指挥室"}}},
    },
}


def test_every_body_is_named_by_its_place() -> None:
    assert [(body.code, body.name) for body in plan_bodies(PLAN, [COUNTY, TOWN])] == [
        ("330921-centre", "岱山县指挥中心"), ("330921-police", "岱山县公安局"),
        ("330921-water_supply", "岱山自来水公司"), ("330921100-centre", "高亭镇指挥室"),
        ("330921100-market-platform", "高亭镇市场监管平台"), ("330921100-police", "岱山县公安局高亭派出所")]


def test_a_company_is_a_contractor() -> None:
    kinds = {body.owner_kind: body.kind for body in plan_bodies(PLAN, [COUNTY])}
    assert kinds == {"centre": "centre", "police": "department", "water_supply": "contractor"}


def test_posts_come_from_the_level() -> None:
    assert [body.posts for body in plan_bodies(PLAN, [COUNTY])] == [{"seat": 3}, {"clerk": 2}, {"clerk": 2}]


@pytest.mark.parametrize(("name", "short"), [
    ("岱山县", "岱山"), ("昌国街道", "昌国"), ("普陀山镇", "普陀山"), ("洋山", "洋山"), ("东区", "东区")])
def test_a_stem_leaves_out_the_kind_of_place(name: str, short: str) -> None:
    assert stem(name) == short
