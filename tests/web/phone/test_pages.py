"""The grid worker's phone as the server sees it: with a script and without, once and again, at every level."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from werkzeug.test import TestResponse

from engine import cases, clock, directory, library, matters
from engine.audit.models import Entry
from engine.cases.models import Case
from engine.worklist.models import Task
from tests.builders import an_actor
from tests.web.conftest import House, png
from tests.web.console.conftest import Browser, browse

__all__ = ["browse"]
Browse = Callable[[str], Browser]
DRAFT = {"description": "小区西门井盖松动，已放警示牌", "place": "人民路与蓬莱路口", "key": "k" * 32, "way": "report"}
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module", autouse=True)
def listed(house: House) -> None:
    matters.load_list(house.session, matters.load_catalogue(library.RULES / "base" / "matters.csv"))
    house.session.commit()


@pytest.fixture
def worker(browse: Browse) -> Browser:
    return browse("reporter")


def send(browser: Browser, **changed: Any) -> TestResponse:
    """A draft as the phone's script sends it."""
    return browser.post("/phone/reports", {**DRAFT, **changed}, **JSON)


def count(house: House) -> int:
    house.session.rollback()
    return house.session.scalar(sa.select(sa.func.count()).select_from(Case)) or 0


def case_of(house: House, answer: TestResponse) -> Case:
    house.session.rollback()
    number = answer.get_json()["number"]
    return house.session.scalars(sa.select(Case).where(Case.number == number)).one()


def key() -> str:
    import uuid

    return uuid.uuid4().hex


def test_a_plain_form_files_with_a_photo(house: House, worker: Browser) -> None:
    answer = worker.post("/phone/reports", {**DRAFT, "key": key(), "photos": (io.BytesIO(png()), "a.png")})
    assert answer.status_code == 302
    page = worker.get(answer.headers["Location"]).text
    assert "已受理登记" in page and "/console/photos/" in page


def test_the_same_draft_from_two_devices_is_one_case(house: House, browse: Browse) -> None:
    same, before = key(), count(house)
    one, other = browse("reporter"), browse("reporter")
    first, second = send(one, key=same), send(other, key=same, device_at="2026-03-04T01:00:00Z")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json()["number"] == second.get_json()["number"] and count(house) == before + 1


def test_the_same_draft_with_other_words_names_the_case_and_sends_nothing(house: House, browse: Browse) -> None:
    same = key()
    first = send(browse("reporter"), key=same)
    before = count(house)
    answer = send(browse("reporter"), key=same, description="后来又改了几个字")
    assert answer.status_code == 409 and answer.get_json()["number"] == first.get_json()["number"]
    assert "先前已经发出" in answer.get_json()["said"] and count(house) == before
    plain = browse("reporter").post("/phone/reports", {**DRAFT, "key": same, "description": "后来又改了几个字"})
    assert plain.status_code == 409 and "后来又改了几个字" in plain.text


def test_anothers_key_is_not_mine(house: House, browse: Browse) -> None:
    same = key()
    mine, theirs = send(browse("reporter"), key=same), send(browse("dispatcher"), key=same)
    assert mine.get_json()["number"] != theirs.get_json()["number"]


@pytest.mark.parametrize("hours, said", [(24, "手机时钟快 1 天"), (-24, "手机时钟慢 1 天"), (0, "")])
def test_a_phone_clock_a_day_wrong_is_told_and_our_time_counts(
        house: House, worker: Browser, hours: int, said: str) -> None:
    device = clock.now() + timedelta(hours=hours)
    answer = send(worker, key=key(), device_at=device.isoformat(), noted_at=(device - timedelta(hours=1)).isoformat())
    assert said in answer.get_json()["clock"] and bool(answer.get_json()["clock"]) == bool(said)
    case = case_of(house, answer)
    assert abs(case.opened_at - clock.now()) < timedelta(minutes=1)
    entry = house.session.scalars(sa.select(Entry).where(Entry.case_id == case.id, Entry.seq == 1)).one()
    assert abs(entry.facts["device_ahead"] - hours * 3600) < 60 and entry.facts["waited"] == 3600
    me = worker.get(f"/phone/me?device_at={device.isoformat().replace('+', '%2B')}").get_json()
    assert said in me["clock"] and me["owner"] and me["ticket"]


@pytest.mark.parametrize("wrong, field", [
    ({"place": ""}, "place"), ({"description": " "}, "description"), ({"way": "settled"}, "done"),
    ({"phone": "330921199001011234"}, "phone"), ({"lat": "99", "lng": "1"}, "place"),
    ({"matter": "nonsense"}, "matter"),
])
def test_a_faulty_draft_is_refused_by_field_in_both_ways(
        house: House, worker: Browser, wrong: dict[str, str], field: str) -> None:
    before = count(house)
    answer = send(worker, key=key(), **wrong)
    assert answer.status_code == 422 and field in answer.get_json()["fields"] and answer.get_json()["said"]
    plain = worker.post("/phone/reports", {**DRAFT, "key": key(), **wrong})
    assert plain.status_code == 422 and re.search(rf'data-problem="{field}">[^<]', plain.text), field
    assert count(house) == before


def test_a_file_that_is_no_photo_loses_nothing(house: House, worker: Browser) -> None:
    before = count(house)
    answer = send(worker, key=key(), photos=(io.BytesIO(b"GIF89a"), "a.gif"))
    assert answer.status_code == 422 and "photos" in answer.get_json()["fields"] and count(house) == before


def test_settled_on_the_spot_closes_and_first_handling_goes_on(house: House, worker: Browser) -> None:
    settled = case_of(house, send(worker, key=key(), way="settled", done="拧紧了"))
    assert (settled.outcome, settled.stage, settled.settled_text) == ("settled", "closed", "拧紧了")
    first = case_of(house, send(worker, key=key(), way="report", done="放了警示牌"))
    assert (first.first_handling, first.settled_text, first.closed_at) == ("放了警示牌", None, None)


def test_place_and_matter_travel_with_it(house: House, worker: Browser) -> None:
    guessed = worker.get(f"/phone/guess?description={DRAFT['description']}").get_json()["matters"]
    assert guessed and "井盖" in guessed[0]["name"]
    case = case_of(house, send(worker, key=key(), matter=guessed[0]["code"], lat="30.2432", lng="122.2012",
                               urgency="urgent"))
    assert (case.matter_code, case.lat, case.urgency, case.channel) == (guessed[0]["code"], 30.2432, "urgent", "app")


def test_what_may_be_the_same_is_named_while_one_writes(house: House, worker: Browser) -> None:
    number = send(worker, key=key(), description="路口的雨水井盖没了下雨看不见").get_json()["number"]
    told = worker.get("/phone/guess?description=路口的雨水井盖没了下雨看不见&place=人民路与蓬莱路口").get_json()
    assert f"/phone/cases/{number}" in [one["url"] for one in told["similar"]]


def verify_task(house: House) -> Task:
    """A resident's report that waits for the worker."""
    report = cases.Report("楼道堆物", "3 号楼", origin="phone", channel="phone", division=house.city.community.code)
    made = cases.report_case(house.session, house.city.dispatcher, report, clock.now())
    house.session.commit()
    return house.session.scalars(sa.select(Task).where(Task.case_id == made.id)).one()


def test_a_task_is_done_on_the_phone(house: House, worker: Browser) -> None:
    task = verify_task(house)
    assert "现场核实" in worker.get("/phone/tasks").text
    form = {"outcome": "confirmed", "note": "属实", "version": str(task.version)}
    faulty = worker.post(f"/phone/tasks/{task.id}", {**form, "note": "", "severity": "larger"})
    assert faulty.status_code == 422 and re.search(r'value="larger" selected', faulty.text)
    done = worker.post(f"/phone/tasks/{task.id}", {**form, "photos": (io.BytesIO(png()), "a.png")})
    assert done.status_code == 302 and done.headers["Location"] == "/phone/tasks"
    late = worker.post(f"/phone/tasks/{task.id}", {**form, "note": "写了很久的话"})
    assert late.status_code == 409 and "写了很久的话" in late.text


def test_a_step_that_breaks_keeps_the_words_and_tells_its_number(
    house: House, worker: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("severity")

    monkeypatch.setitem(cases.OPERATIONS, "cases.record_verification", broken)
    task = verify_task(house)
    form = {"outcome": "confirmed", "note": "写了很久的话", "version": str(task.version)}
    answer = worker.post(f"/phone/tasks/{task.id}", {**form, "photos": (io.BytesIO(png()), "a.png")})
    assert answer.status_code == 503 and "写了很久的话" in answer.text and "已记为异常 #" in answer.text


@pytest.mark.cites("C9")
def test_what_nobody_may_ask_of_a_worker_is_refused_on_the_phone(house: House, worker: Browser, browse: Browse) -> None:
    task = verify_task(house)
    number = house.session.get_one(Case, task.case_id).number
    assert "属禁止事项，拒办" in worker.get(f"/phone/cases/{number}").text
    form = {"outcome": "prohibited", "ban": "enforcement", "note": "要我去罚款", "version": str(task.version)}
    assert worker.post(f"/phone/tasks/{task.id}", form).status_code == 302
    page = browse("dispatcher").get(f"/console/cases/{number}").text
    assert "按禁止事项拒办" in page and "要我去罚款" in page


@pytest.mark.cites("E15")
def test_what_i_reported_is_followed_and_urged(house: House, worker: Browser) -> None:
    number = send(worker, key=key()).get_json()["number"]
    assert number in worker.get("/phone/reported").text and number in worker.get("/phone/reported?list=grid").text
    page = worker.get(f"/phone/cases/{number}").text
    assert "到了哪一步" in page and f"/phone/cases/{number}/acts/urge" in page
    assert worker.post(f"/phone/cases/{number}/acts/urge", {"reason": "群众着急"}).status_code == 302
    house.session.rollback()
    assert house.session.scalars(sa.select(Case.urged).where(Case.number == number)).one() == 1
    for verb in ("supervise", "hold", "nonsense"):
        assert worker.post(f"/phone/cases/{number}/acts/{verb}", {"reason": "x"}).status_code in (403, 409, 422)


def test_a_page_that_no_signal_needs_is_there_and_keeps_nobodys_data(worker: Browser) -> None:
    answer = worker.get("/phone/sw.js")
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert worker.get("/phone/manifest.webmanifest").get_json()["start_url"] == "/phone/"
    page = worker.get("/phone/")
    assert "worker-src 'self'" in page.headers["Content-Security-Policy"] and 'class="noscript"' in page.text
    assert worker.get("/phone/outbox").status_code == worker.get("/phone/offline").status_code == 200


def test_somebody_elses_case_does_not_exist_on_the_phone(house: House, worker: Browser, browse: Browse) -> None:
    number = send(worker, key=key()).get_json()["number"]
    stranger = browse("intruder")
    assert stranger.get(f"/phone/cases/{number}").status_code == 404
    assert stranger.post(f"/phone/cases/{number}/acts/urge", {}).status_code == 404


def test_nobody_without_a_log_in_sends_anything(house: House) -> None:
    client = house.app.test_client()
    assert client.post("/phone/reports", data=DRAFT).status_code == 400  # no token of a page
    assert client.get("/phone/me", headers=JSON).status_code == 302


def ticket_of(browser: Browser) -> dict[str, str]:
    """What this phone sends with later."""
    return {**JSON, "X-Phone-Ticket": browser.get("/phone/me").get_json()["ticket"]}


def test_a_ticket_hands_in_what_waited_when_nobody_is_logged_in(house: House, worker: Browser) -> None:
    headers, stranger, same = ticket_of(worker), house.app.test_client(), key()
    answers = [stranger.post("/phone/outbox", data={**DRAFT, "key": same}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()
    case = case_of(house, answers[0])
    assert (case.reporter_id, case.grid_id) == (house.city.reporter.person_id, house.city.grid.id)
    assert stranger.get("/phone/tasks", headers=headers).status_code == 302


def test_the_ticket_counts_not_who_is_logged_in_now(house: House, worker: Browser, browse: Browse) -> None:
    headers, other = ticket_of(worker), browse("dispatcher")
    answer = other.client.post("/phone/outbox", data={**DRAFT, "key": key()}, headers=headers)
    assert case_of(house, answer).reporter_id == house.city.reporter.person_id


@pytest.mark.parametrize("ticket", ["", "x", "WzEsMV0.aaaa.bbbb", "\u00e9"])
def test_without_a_ticket_nothing_is_handed_in_even_with_a_log_in(
        house: House, worker: Browser, ticket: str) -> None:
    before = count(house)
    answer = worker.client.post("/phone/outbox", data=DRAFT, headers={**JSON, "X-Phone-Ticket": ticket})
    assert answer.status_code == 401 and count(house) == before


def test_a_ticket_dies_with_the_log_out_with_time_and_with_the_account(house: House, browse: Browse) -> None:
    client = house.app.test_client()

    def status(headers: dict[str, str]) -> int:
        return client.post("/phone/outbox", data={**DRAFT, "key": key()}, headers=headers).status_code

    worker = browse("reporter")
    out = ticket_of(worker)
    worker.post("/logout")
    assert status(out) == 401
    with time_machine.travel(clock.now() - timedelta(days=8), tick=True):
        old = ticket_of(browse("reporter"))
    assert status(old) == 401
    leaver = an_actor(house.session, "grid_worker", house.city.community_centre, house.city.grid, username="leaver")
    house.session.commit()
    gone = ticket_of(browse("leaver"))
    assert status(gone) == 201 and leaver.account_id is not None
    directory.disable_account(house.session, leaver.account_id, clock.now())
    house.session.commit()
    assert status(gone) == 401


@pytest.mark.cites("E15")
def test_a_worker_takes_the_rating_at_the_door_and_reads_it_back(house: House, browse: Browse, worker: Browser) -> None:
    said = {"description": "人民路的路灯不亮", "place": "人民路 12 号", "phone": "13800001111"}
    number = worker.post("/console/cases", said).headers["Location"].rpartition("/")[2]
    case = house.session.scalars(sa.select(Case).where(Case.number == number)).one()
    task = house.session.scalars(sa.select(Task).where(Task.case_id == case.id)).one()
    browse("dispatcher").post(f"/console/tasks/{task.id}", {"outcome": "answer", "reply": "已安排更换。"})
    assert "登记联系" in worker.get(f"/phone/cases/{number}").text
    met = {"method": "face", "result": "reached"}
    assert worker.post(f"/phone/cases/{number}/acts/contact", {**met, "method": "phone"}).status_code == 422
    assert worker.post(f"/phone/cases/{number}/acts/contact", met).status_code == 302
    address, given = f"/phone/cases/{number}/acts/rate_in_person", {"rating": "dissatisfied", "reason": "还是不亮"}
    refused = worker.post(address, given)
    assert refused.status_code == 422 and "还是不亮" in refused.text and "念给本人听" in refused.text
    done = worker.post(address, {**given, "rating": "satisfied", "reason": "", "read_back": "true"})
    assert done.status_code == 302
    house.session.rollback()
    assert (case.rating, case.stage) == ("satisfied", "closed")


ANDROID = "Mozilla/5.0 (Linux; Android 9; SM-J330F) AppleWebKit/537.36 Chrome/96.0 Mobile Safari/537.36"
IPAD = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 Version/15.0 Safari/605.1.15"


@pytest.mark.parametrize(("who", "headers", "leads_to"), [
    ("reporter", {"User-Agent": ANDROID}, "/phone/"), ("reporter", {"Sec-CH-UA-Mobile": "?1"}, "/phone/"),
    ("reporter", {"User-Agent": IPAD}, "/console/queues/"), ("dispatcher", {"User-Agent": ANDROID}, "/console/queues/"),
    ("reporter", {"Sec-CH-UA-Mobile": "?0"}, "/console/queues/"),
])
def test_on_a_phone_the_log_in_of_a_worker_leads_to_the_phones_page(
    browse: Browse, who: str, headers: dict[str, str], leads_to: str
) -> None:
    answer = browse(who).get("/console/", **headers)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(leads_to)
