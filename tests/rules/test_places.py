"""The place list of the demo city agrees with the statistics bureau's counts, and its plan covers it."""

from collections import Counter
from functools import cache
from pathlib import Path

from engine.directory.places import DivisionRow, read_divisions
from engine.directory.plan import Body, plan_bodies, read_plan
from engine.matters.catalogue import OWNERS

PLACES = Path(__file__).parents[2] / "rules" / "places"


@cache
def zhoushan() -> list[DivisionRow]:
    return read_divisions(PLACES / "zhoushan.csv")


@cache
def bodies() -> list[Body]:
    return plan_bodies(read_plan(PLACES / "zhoushan-organisations.yaml"), zhoushan())


def test_zhoushan_has_the_bureaus_divisions() -> None:
    levels = Counter(row.level for row in zhoushan())
    assert levels == {"city": 1, "county": 4, "township": 36, "community": 428}


def test_every_code_begins_with_its_parents() -> None:
    assert all(row.code.startswith(row.parent or "3309") for row in zhoushan())


def test_every_county_and_township_has_communities() -> None:
    parents = {row.parent for row in zhoushan()}
    assert all(row.code in parents for row in zhoushan() if row.level != "community")


def test_every_division_has_one_centre() -> None:
    centres = Counter(body.division for body in bodies() if body.kind == "centre")
    assert centres == {row.code: 1 for row in zhoushan()}


def test_every_township_has_the_four_platforms() -> None:
    platforms = Counter(body.division for body in bodies() if body.kind == "platform")
    assert platforms == {row.code: 4 for row in zhoushan() if row.level == "township"}


def test_daishan_calls_its_centres_as_its_programme_does() -> None:
    names = {body.code: body.name for body in bodies()}
    assert names["330921-centre"] == "岱山县社会治理综合指挥中心"
    assert names["330921100-centre"] == "高亭镇综合信息指挥室"


def test_every_owner_that_a_matter_may_name_exists_in_every_county() -> None:
    kinds = {body.owner_kind for body in bodies() if body.division == "330921"}
    assert set(OWNERS.values()) <= kinds


def test_boat_grids_belong_to_communities_that_exist() -> None:
    plan = read_plan(PLACES / "zhoushan-organisations.yaml")
    communities = {row.code for row in zhoushan() if row.level == "community"}
    assert set(plan["grids"]["boats"]["communities"]) <= communities
