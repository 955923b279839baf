"""Every address that names a case, a task or a photo: outside one's scope it does not exist (S5)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from engine import attachments, cases, worklist
from tests.builders import NOW, PASSWORD
from tests.web.conftest import House, png

NAMES = {"number", "task", "task_id"}
ELSEWHERE = ("/imports/", "/hours/")  # whose numbers are their own, not a case's
KEYED = {"api.get_photo", "console.photo"}


@dataclass
class Foreign:
    """What the intruder must not reach."""

    number: str
    task: int
    key: str

    def address(self, rule: Rule) -> str:
        values = {"number": self.number, "task": self.task, "task_id": self.task, "key": self.key,
                  "verb": "urge", "process": "case", "secret": "a-guess"}  # fmt: skip
        return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: str(values[found[1]]), rule.rule)


@pytest.fixture(scope="module")
def foreign(house: House) -> Foreign:
    """A case of the township with its open task and a photo."""
    photo = attachments.add_photo(house.session, png(), kind="report", by=house.city.dispatcher.person_id, at=NOW)
    report = cases.Report(
        "楼道堆物", "3 号楼", division=house.city.township.code, origin="superior", photos=(photo.key,),
        contact={"name": "李四", "phone": "13800001111"},
    )  # fmt: skip
    case = cases.report_case(house.session, house.city.dispatcher, report, NOW)
    task = worklist.list_open(house.session, case.id)[0]
    house.session.commit()
    return Foreign(case.number, task.id, photo.key)


def rules(house: House) -> list[tuple[Rule, str]]:
    """Every route that names something of a case, once for each of its methods."""
    found = [
        (rule, method)
        for rule in house.app.url_map.iter_rules()
        if (rule.arguments & NAMES and not any(part in rule.rule for part in ELSEWHERE)) or rule.endpoint in KEYED
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})
    ]
    assert len(found) > 15
    return found


def status(house: House, client: FlaskClient, token: str, address: str, method: str) -> int:
    if address.startswith("/api/"):
        headers, body = {"Authorization": f"Bearer {token}"}, {"outcome": "void"} if "complete" in address else {}
        return client.open(address, method=method, headers=headers, json=body).status_code
    page = client.get("/console/preferences").get_data(as_text=True)
    found = re.search(r'csrf_token" value="([^"]+)"', page)
    data = {"csrf_token": found[1] if found else "", "outcome": "void", "reason": "看看", "version": "1"}
    return client.open(address, method=method, data=data if method == "POST" else None).status_code


def enter(house: House, username: str) -> tuple[FlaskClient, str]:
    client = house.app.test_client()
    given = {"username": username, "password": PASSWORD}
    token = client.post("/api/v1/tokens", json=given).get_json()["token"]
    page = client.get("/login").get_data(as_text=True)
    found = re.search(r'csrf_token" value="([^"]+)"', page)
    assert found is not None
    client.post("/login", data={**given, "csrf_token": found[1]})
    return client, token


def test_the_intruder_finds_nothing(house: House, foreign: Foreign) -> None:
    client, token = enter(house, "intruder")
    statuses = {
        f"{method} {rule.rule}": status(house, client, token, foreign.address(rule), method)
        for rule, method in rules(house)
    }
    assert {address: code for address, code in statuses.items() if code != 404} == {}


def test_the_dispatcher_finds_what_can_be_read(house: House, foreign: Foreign) -> None:
    client, token = enter(house, "dispatcher")
    others = {"console.suggestion", "residents.standing"}  # needs a suggestion; needs the secret of the link
    reads = [rule for rule, method in rules(house) if method == "GET" and rule.endpoint not in others]
    statuses = {rule.rule: status(house, client, token, foreign.address(rule), "GET") for rule in reads}
    assert {address: code for address, code in statuses.items() if code != 200} == {}
