"""Role × place over HTTP: what is outside one's scope does not exist, in every address that names it."""

from __future__ import annotations

import pytest

from engine import cases, directory, worklist
from tests.builders import NOW, PASSWORD, an_actor, an_organisation
from tests.web.conftest import Caller, House

PLACES = ("own", "child", "parent", "sibling", "other city")
SEES = {
    "seat": {"own", "child"},
    "supervisor": {"own", "child"},
    "county supervisor": {"own", "child", "parent", "sibling"},
    "clerk": set(),
    "grid_worker": {"child"},  # it lies in their grid
    "designer": set(),
    "system_admin": set(),
    "security_admin": set(),
    "audit_admin": set(),
}
READ = ("/cases/{number}", "/cases/{number}/entries", "/cases/{number}/deadlines", "/cases/{number}/tasks",
        "/tasks/{task}")  # fmt: skip
WRITE = ("/cases/{number}/acts/urge", "/tasks/{task}/claim", "/tasks/{task}/release")


@pytest.fixture(scope="module")
def reported(house: House) -> dict[str, tuple[str, int]]:
    """A case in each place with its first open task: (number, task)."""
    city, found = house.city, {}
    divisions = {
        "own": city.township, "child": city.community, "parent": city.county, "sibling": city.sibling,
        "other city": city.other,
    }  # fmt: skip
    for place, division in divisions.items():
        reporter = city.intruder if place == "other city" else city.dispatcher
        report = cases.Report("楼道堆物", "3 号楼", division=division.code, origin="superior")
        case = cases.report_case(house.session, reporter, report, NOW)
        task = worklist.list_open(house.session, case.id)[0]
        found[place] = (case.number, task.id)
    house.session.commit()
    return found


@pytest.fixture(scope="module")
def callers(house: House) -> dict[str, Caller]:
    """Somebody of every role at the township, and a supervisor of the county."""
    city, found = house.city, {}
    for role in SEES:
        where = city.county_centre if role.startswith("county") else city.centre
        where = an_organisation(house.session, city.county, "岱山县水利局") if role == "clerk" else where
        grid = city.grid if role == "grid_worker" else None
        an_actor(house.session, role.split()[-1], where, grid, username=f"m-{role.replace(' ', '-')}")
    house.session.commit()
    for role in SEES:
        client = house.app.test_client()
        given = {"username": f"m-{role.replace(' ', '-')}", "password": PASSWORD}
        found[role] = Caller(client, client.post("/api/v1/tokens", json=given).get_json()["token"])
    return found


@pytest.mark.parametrize("role", SEES)
def test_reading_keeps_to_the_table(
    role: str, callers: dict[str, Caller], reported: dict[str, tuple[str, int]]
) -> None:
    seen = {path: set[str]() for path in READ}
    for place, (number, task) in reported.items():
        for path in READ:
            status = callers[role]("GET", path.format(number=number, task=task)).status_code
            assert status in (200, 404)
            if status == 200:
                seen[path].add(place)
    assert seen == {path: SEES[role] for path in READ}


@pytest.mark.parametrize("role", SEES)
def test_what_is_not_seen_cannot_be_touched(
    role: str, callers: dict[str, Caller], reported: dict[str, tuple[str, int]]
) -> None:
    for place, (number, task) in reported.items():
        statuses = {callers[role]("POST", path.format(number=number, task=task)).status_code for path in WRITE}
        assert (statuses == {404}) == (place not in SEES[role]), (place, statuses)


@pytest.mark.parametrize("role", SEES)
def test_lists_show_nothing_else(role: str, callers: dict[str, Caller], reported: dict[str, tuple[str, int]]) -> None:
    places = {number: place for place, (number, _) in reported.items()}
    listed = callers[role]("GET", "/cases?limit=100").get_json()["items"]
    assert {places[case["number"]] for case in listed} == SEES[role]
    offered = {task["case"] for task in callers[role]("GET", "/tasks?limit=100").get_json()["items"]}
    assert {places[number] for number in offered} <= SEES[role]


def test_a_transfer_counts_from_the_next_request(house: House, reported: dict[str, tuple[str, int]]) -> None:
    actor = an_actor(house.session, "seat", house.city.centre, username="mover")
    house.session.commit()
    client = house.app.test_client()
    token = client.post("/api/v1/tokens", json={"username": "mover", "password": PASSWORD}).get_json()["token"]
    moved = Caller(client, token)
    before = moved("GET", f"/cases/{reported['own'][0]}").status_code
    assert actor.person_id is not None and actor.account_id is not None
    post = directory.list_posts(house.session, actor.person_id, NOW)[0]
    directory.end_post(house.session, post.id, NOW)
    directory.add_post(house.session, actor.person_id, "seat", house.city.other_centre.id, NOW)
    house.session.commit()
    after = {place: moved("GET", f"/cases/{number}").status_code for place, (number, _) in reported.items()}
    assert before == 200 and {place for place, status in after.items() if status == 200} == {"other city"}
    directory.disable_account(house.session, actor.account_id, NOW)
    house.session.commit()
    assert moved("GET", "/cases").status_code == 401
