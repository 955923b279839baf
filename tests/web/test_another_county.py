"""Everything with a number in its address: nobody of the next county, whatever their role, reads or changes it."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from engine import attachments, audit, cases, clock, directory, library, registers, worklist
from engine.audit.models import HouseEntry
from engine.cases import drafting
from engine.cases.models import Case
from engine.directory.models import Session as LogIn
from engine.notices.models import Inbox, Outbox
from engine.processes.models import Incident
from engine.supervision import bulk, exporting
from tests.builders import PASSWORD, a_centre, a_division, a_grid, an_actor, an_organisation
from tests.web.conftest import House, png

ROLES = ("seat", "supervisor", "clerk", "grid_worker", "designer", "system_admin", "security_admin", "audit_admin")
SHARED = {"citation", "code", "pack", "name", "filename", "channel", "kind", "definition", "other"}
"""What addresses name that is the same for everybody: articles, matters, packs, published diagrams, channels."""
IMPORTS = ("imported", "import_check", "import_confirm", "import_errors", "import_passwords", "import_withdraw")
HOURS = ("hours_of", "change_hours", "change_hours_days", "recount_hours", "rename_hours", "end_hours",
         "keep_hours")
Values = dict[str, object]


@pytest.fixture(scope="module")
def ours(house: House) -> dict[str, Values]:
    """One of everything in the county: what its addresses ask for, "" for all of them or by endpoint."""
    session, city, at = house.session, house.city, clock.now()
    centre = city.county_centre
    boss, keeper, guard, drawer = (
        an_actor(session, role, centre, None, f"岱山{role}", role)
        for role in ("supervisor", "system_admin", "security_admin", "designer"))
    case, task, key = a_case(house)
    act = bulk.start(session, boss, "ours", "urge", "请抓紧", None, [case.number], at)
    export = exporting.ask(session, boss, exporting.Asked("all", order="oldest"), at)
    people = registers.write({"people": [{"用户名": "newcomer", "姓名": "新人"}]})
    kept = registers.submit(session, keeper, "名册.xlsx", people, at)
    content = library.read_source(library.RULES / "daishan" / "limits.dmn").content + b"<!-- x -->"
    draft = drafting.take_in(session, drawer, content, "limits.dmn", pack="daishan", note="试", at=at)
    handler, head = city.handler.person_id or 0, boss.person_id or 0
    absence = registers.note_absence(session, keeper, handler, at + timedelta(days=2), None, None, "", at)
    duty = registers.add_duty(session, boss, centre.id, head, at, at + timedelta(days=1), at)
    message, letter = uuid.uuid4(), uuid.uuid4()
    session.add(Inbox(message_id=message, person_id=head, kind="urge", subject="催办", body="", case_id=case.id,
                      received_at=at))
    session.add(Outbox(id=letter, recipient_id=head, case_id=case.id, channel="email", kind="urge", subject="催办",
                       body="", made_at=at, next_try_at=at, dead_at=at, problem="x"))
    incident = Incident(case_id=case.id, element="dispatch", reason="lost", at=at, last_at=at, next_try_at=None,
                        cause="stuck", process="handle")
    session.add(incident)
    directory.open_session(session, guard.account_id or 0, "browser", at, "10.0.0.7")
    log_in = session.scalar(sa.select(LogIn.id).where(LogIn.account_id == guard.account_id))
    audit.note(session, keeper.label, [audit.Deed("added", "people", "newcomer 新人")], at)
    deed = session.scalar(sa.select(sa.func.max(HouseEntry.seq)))
    post = directory.list_posts(session, handler, at)[0].id
    week = {f"d{place}": "08:00-12:00" for place in range(8)}
    hours = registers.add_hours(session, keeper, {"name": "渔区作息", **week}, at)
    session.commit()
    common: Values = {
        "number": case.number, "task": task, "task_id": task, "key": key, "bulk_id": act.id, "case_id": case.id,
        "case": case.id, "seq": 1, "errand": export.id, "draft": draft.id, "absence": absence.id, "duty": duty.id,
        "letter": letter, "message": message, "post": post, "username": "handler", "incident": incident.id,
        "incident_id": incident.id, "verb": "urge", "process": "case", "secret": "a-guess"}
    return {"": common, **{f"console.{name}": {"number": hours.id} for name in HOURS},
            **{f"console.{name}": {"number": kept.id} for name in IMPORTS},
            "console.end_log_in": {"number": log_in}, "console.audited_deed": {"seq": deed},
            "console.change_account": {"verb": "reset"}, "console.edit_row": {"key": "people", "code": "handler"}}


def a_case(house: House) -> tuple[Case, int, str]:
    """A case of the township with its open task and a photo."""
    session, city, at = house.session, house.city, clock.now()
    photo = attachments.add_photo(session, png(), kind="report", by=city.dispatcher.person_id, at=at)
    report = cases.Report("楼道堆物", "3 号楼", division=city.township.code, origin="superior", photos=(photo.key,),
                          contact={"name": "李四", "phone": "13800001111"})
    case = cases.report_case(session, city.dispatcher, report, at)
    return case, worklist.list_open(session, case.id)[0].id, photo.key


@pytest.fixture(scope="module")
def neighbours(house: House) -> None:
    """Somebody of every role in the next county of the same city."""
    session = house.session
    county = a_division(session, "330902", "定海区", "county", house.city.city)
    centre = a_centre(session, county)
    for role in ROLES:
        body = an_organisation(session, county, "定海区城管局") if role == "clerk" else centre
        an_actor(session, role, body, a_grid(session, county) if role == "grid_worker" else None, "邻居", f"n-{role}")
    session.commit()


def rules(house: House) -> list[tuple[Rule, str]]:
    """Every route that names something of a county, once for each of its methods."""
    found = [(rule, method) for rule in house.app.url_map.iter_rules()
             if rule.arguments - SHARED - {"verb", "process"} or rule.endpoint == "console.edit_row"
             for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"})]
    assert len(found) > 60
    return [(rule, method) for rule, method in found if rule.rule not in KEYED_BY_LIST]


BODIES = {"complete": {"outcome": "void"}, "urge": {"values": {"reason": "看看"}}, "skip": {"reason": "看看"},
          "send-back": {"reason": "看看"}}
"""What the API wants to read before it looks."""
KEYED_BY_LIST = {"/console/queues/<key>", "/console/queues/<key>/bulk", "/console/queues/<key>/news",
                 "/console/queues/<key>/order", "/console/registers/<key>", "/console/registers/<key>/add"}
"""Their key is that of a list, which holds what its reader may see."""


def address(rule: Rule, ours: dict[str, Values]) -> str:
    values = {**ours[""], **ours.get(rule.endpoint, {})}
    return re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: str(values[found[1]]), rule.rule)


def enter(house: House, username: str) -> tuple[FlaskClient, str, str]:
    """A browser that is logged in, the token of its pages, and a program's."""
    client = house.app.test_client()
    given = {"username": username, "password": PASSWORD}
    program = client.post("/api/v1/tokens", json=given).get_json()["token"]
    token = _token(client.get("/login").text)
    assert client.post("/login", data={**given, "csrf_token": token}).status_code == 302
    return client, _token(client.get("/console/preferences").text), program


def _token(page: str) -> str:
    found = re.search(r'csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def everything(house: House) -> dict[str, int]:
    """How many rows each table holds, but for the log of repeated requests."""
    house.session.rollback()
    tables = [table for table in sa.inspect(house.session.get_bind()).get_table_names() if table != "session"]
    return {name: house.session.scalar(sa.text(f'SELECT sum(hashtext(t::text)::bigint) FROM "{name}" t')) or 0
            for name in tables}


@pytest.mark.parametrize("role", ROLES)
def test_the_next_county_finds_nothing(house: House, ours: dict[str, Values], neighbours: None, role: str) -> None:
    client, token, program = enter(house, f"n-{role}")
    before, answered = everything(house), {}
    for rule, method in rules(house):
        where = address(rule, ours)
        if where.startswith("/api/"):
            body = BODIES.get(where.rpartition("/")[2], {})
            answer = client.open(where, method=method, json=body, headers={"Authorization": f"Bearer {program}"})
        else:
            form = {"csrf_token": token, "outcome": "void", "reason": "看看", "version": "1", "姓名": "改了",
                    "decision": "reject", "person": "", "role": "seat"}
            answer = client.open(where, method=method, data=form if method == "POST" else None)
        if answer.status_code not in (403, 404):
            answered[f"{method} {rule.rule}"] = answer.status_code
    assert answered == {}
    after = everything(house)
    assert {name for name in before if before[name] != after[name]} == set()
