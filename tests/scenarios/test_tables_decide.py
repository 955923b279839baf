"""Tables decide: a county that sets a row otherwise and publishes has it so, and no line of the program is touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import cases, library, residents
from engine.cases import gatekeeping, pages, unmasking
from engine.cases.clocks import list_open
from engine.cases.duplicates import case_duplicates
from engine.cases.errors import ActInvalid, ActNotAllowed, ActUnavailable
from engine.cases.hosting import host_for
from engine.supervision import asides, filters
from tests.town import BASE, DAISHAN, TOWNSHIP, Office

SEAT, LEAD, HELPER = (f"{TOWNSHIP}-{kind}" for kind in ("centre", "housing", "enforcement"))
ALONE = "协办单位不单独申请延期或挂账：请与主办单位商量，由主办单位申请。"


def publish(office: Office, table: str, *changes: tuple[str, str], pack: str = "base") -> None:
    """A table of the base pack with some cells changed, through the gate, for new cases from now on."""
    text = (library.RULES / "base" / f"{table}.dmn").read_text("utf-8")
    for old, new in changes:
        assert text.count(old) == 1, (table, old)
        text = text.replace(old, new)
    source = library.source_of(text.encode(), definition_id=table, kind="dmn", file=f"{table}.dmn", pack=pack)
    gatekeeping.publish(office.session, [source], by="绘制人", approved_by="审批人", at=office.at)
    office.at += timedelta(minutes=1)


def cell(table: str, row: int, column: int, text: str) -> str:
    """An answer as the file writes it."""
    return f'<outputEntry id="{table}_{row}_out_{column}"><text>{text}</text>'


def at_work(office: Office, several: bool = False) -> Office:
    """A case that the housing unit of the township handles, alone or with a co-handler, from now on."""
    office.report(grid=BASE)
    office.do("dispatch", "up")
    if several:
        office.do("dispatch", "several", lead=LEAD, assistants=[HELPER])
        office.walk(("sign", "sign"), ("sign_assist", "sign"))
    else:
        office.walk(("dispatch", "department"), ("sign", "sign"))
    return office


def ask(office: Office, who: str = LEAD, days: int = 2) -> list[str]:
    """Its clerk asks for more days."""
    return office.act("ask_extension", office.who("clerk", who), days=days)


def refused(office: Office, who: str, role: str = "clerk") -> list[str]:
    """What the page of the case says instead of a button."""
    found = cases.acts_and_refusals(office.session, office.who(role, who), office.case, office.at)[1]
    return [one.refusal for one in found]


def offered(office: Office, who: str, role: str = "clerk") -> set[str]:
    """The acts that the page offers."""
    return {one.verb for one in cases.available_acts(office.session, office.who(role, who), office.case, office.at)}


# requests -------------------------------------------------------------------------------------------------------------
def test_a_co_handler_is_told_that_the_lead_asks(office: Office) -> None:
    at_work(office, several=True)
    assert refused(office, HELPER) == [ALONE] and "ask_extension" not in offered(office, HELPER)
    assert refused(office, LEAD) == [] and {"ask_extension", "ask_hold"} <= offered(office, LEAD)
    assert refused(office, SEAT, "seat") == []
    for verb, values in (("ask_extension", {"days": 1}), ("ask_hold", {"condition": "等材料"})):
        with pytest.raises(ActUnavailable) as told, office.session.begin_nested():
            office.act(verb, office.who("clerk", HELPER), **values)
        assert told.value.message == ALONE
    assert ask(office) == ["assist_task", "decide_request", "lead_handle"]
    office.do("assist_task", "done", by=office.who("clerk", HELPER), result="围挡已拆")
    assert refused(office, HELPER) == []  # who has done their part asks for nothing any more


def test_where_the_table_lets_a_co_handler_ask_their_own_due_time_moves(office: Office) -> None:
    publish(office, "requests", (cell("requests", 1, 1, '"nobody"'), cell("requests", 1, 1, '"dispatcher"')))
    at_work(office, several=True)
    lead, own = (office.deadline(stage).due_at for stage in ("handle", "assist"))
    assert refused(office, HELPER) == []
    assert ask(office, HELPER) == ["assist_task", "decide_request", "lead_handle"]
    assert office.offered_to("decide_request") == SEAT
    office.do("decide_request", "grant")
    assert office.deadline("assist").due_at > own and office.deadline("handle").due_at == lead


def test_overdue_a_unit_is_told_why_there_is_no_button_unless_the_table_says_otherwise(office: Office) -> None:
    at_work(office)
    office.wait(office.at_office(3, 12, 9))
    assert refused(office, LEAD) == ["已经超期，延期应在到期前提出。"]
    assert "ask_hold" in offered(office, LEAD)
    publish(office, "requests", (cell("requests", 2, 1, '"nobody"'), cell("requests", 2, 1, '"above"')))
    with pytest.raises(ActUnavailable) as told, office.session.begin_nested():
        ask(office)  # a running case keeps its rules
    assert "到期前" in told.value.message
    at_work(office)
    office.wait(office.at + timedelta(days=15))
    assert refused(office, LEAD) == [] and ask(office) == ["decide_request_above", "handle_task"]


def test_how_many_the_centre_decides_itself_is_a_cell(office: Office) -> None:
    publish(office, "requests", ("&gt;= 1", "&gt;= 2"))
    at_work(office)
    for _ in range(2):
        assert ask(office, days=1) == ["decide_request", "handle_task"]
        office.do("decide_request", "grant")
    assert ask(office, days=1) == ["decide_request_above", "handle_task"]


def test_a_centre_that_grants_without_being_asked_goes_by_the_same_table(office: Office) -> None:
    at_work(office)
    seat, above = office.who("seat", SEAT), office.who("seat", "330902-centre")
    for day in (13, 16):
        who = seat if day == 13 else above
        if who is above:
            with pytest.raises(ActNotAllowed), office.session.begin_nested():
                office.act("extend", seat, until=office.at_office(3, day, 17).isoformat())
        office.act("extend", who, until=office.at_office(3, day, 17).isoformat())
    assert office.deadline("handle").due_at == office.at_office(3, 16, 17)
    assert office.entries("extend")[0].versions["requests"] == "base/1"


def test_a_centre_that_the_table_lets_grant_nothing_reads_why_instead_of_a_button(office: Office) -> None:
    publish(office, "requests", (cell("requests", 5, 1, '"dispatcher"'), cell("requests", 5, 1, '"nobody"')),
            ('requests_5_out_2"><text>""', 'requests_5_out_2"><text>"本县不延期、不挂账。"'))
    at_work(office)
    assert not {"extend", "hold"} & offered(office, SEAT, "seat")
    assert refused(office, SEAT, "seat") == ["本县不延期、不挂账。"] == refused(office, LEAD)
    for verb in ("extend", "hold"):
        with pytest.raises(ActUnavailable) as told, office.session.begin_nested():
            office.act(verb, office.who("seat", SEAT), until=office.at_office(3, 13, 17).isoformat())
        assert told.value.message == "本县不延期、不挂账。"


def test_whoever_may_not_grant_the_next_extension_has_no_button_for_it(office: Office) -> None:
    at_work(office)
    above = "330902-centre"
    assert "extend" in offered(office, SEAT, "seat")
    office.act("extend", office.who("seat", SEAT), until=office.at_office(3, 13, 17).isoformat())
    office.walk(("handle_task", "done"), ("check", "rework"))  # the deadline that was extended is over
    assert "extend" not in offered(office, SEAT, "seat") and "extend" in offered(office, above, "seat")
    assert refused(office, SEAT, "seat") == [] and "hold" in offered(office, SEAT, "seat")
    with pytest.raises(ActNotAllowed), office.session.begin_nested():
        office.act("extend", office.who("seat", SEAT), until=office.at_office(3, 20, 17).isoformat())


def test_a_county_overrides_the_table_for_its_own_cases_alone(office: Office) -> None:
    publish(office, "requests", (cell("requests", 5, 1, '"dispatcher"'), cell("requests", 5, 1, '"above"')),
            pack="daishan")
    at_work(office)
    assert ask(office) == ["decide_request", "handle_task"]
    office.report(grid=DAISHAN)
    office.walk(("dispatch", "department"), ("sign", "sign"))
    clerk = office.for_task(office.task("handle_task"))
    assert office.act("ask_extension", clerk, days=1) == ["decide_request_above", "handle_task"]
    assert office.entries("ask_extension")[0].versions["requests"] == "daishan/1"


def test_a_case_that_is_older_than_a_table_goes_by_the_one_that_came_with_the_program(
        office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work(office)
    pins = library.pinned(office.session, office.case.release_id)
    for name in ("requests", "lamp", "similar"):
        monkeypatch.delitem(pins, ("dmn", name))
    assert ask(office) == ["decide_request", "handle_task"]
    assert office.entries("ask_extension")[0].versions["requests"] == "base/0"
    office.do("decide_request", "grant")
    assert case_duplicates(office.session, office.case) == ()


# calling back ---------------------------------------------------------------------------------------------------------
def test_who_records_which_attempts_is_a_column(office: Office) -> None:
    office.resident(grid=BASE)
    office.do("dispatch", "answer", reply="已安排")
    worker = office.worker()

    def methods() -> set[str]:
        found = cases.available_acts(office.session, worker, office.case, office.at)
        contact = next(one for one in found if one.verb == "contact")
        field = next(one for one in contact.form.fields if one.id == "method")
        return {one.id for one in field.options}

    def attempt() -> None:
        values = {"method": "phone", "result": "no_answer"}
        cases.act_on(office.session, worker, office.case.number, "contact", values, office.at)

    assert methods() == {"face"}
    with pytest.raises(ActInvalid) as told, office.session.begin_nested():
        attempt()
    assert "由坐席登记" in told.value.fields["method"][0]
    publish(office, "contact_channel", (cell("contact_channel", 1, 4, "false"), cell("contact_channel", 1, 4, "true")))
    office.resident(grid=BASE)
    office.do("dispatch", "answer", reply="已安排")
    assert methods() == {"face", "phone"}
    attempt()
    assert office.entries("contact")[0].facts["method"] == "phone"


# who looks at the resident's contact ----------------------------------------------------------------------------------
def test_who_looks_at_the_contact_is_a_cell_and_the_page_asks_it_too(office: Office) -> None:
    publish(office, "unmask", ('"seat","clerk","supervisor"</text></inputEntry>', '"seat"</text></inputEntry>'),
            ("您的岗位不能查看反映人的联系方式。", "请坐席联系反映人。"))
    office.resident(grid=BASE)
    office.do("dispatch", "up")
    office.walk(("dispatch", "department"), ("sign", "sign"))
    number, seat, clerk = office.case.number, office.who("seat", SEAT), office.who("clerk", LEAD)
    told = {who: pages.case_page(office.session, who, number, office.at) for who in (seat, clerk)}
    assert (told[seat].unmask_refusal, told[clerk].unmask_refusal) == (None, "请坐席联系反映人。")
    with pytest.raises(ActNotAllowed) as refused, office.session.begin_nested():
        unmasking.unmask(office.session, clerk, number, "想打电话", office.at)
    assert refused.value.message == "请坐席联系反映人。" and office.entries("unmask") == []
    assert unmasking.unmask(office.session, seat, number, "约时间上门", office.at).phone
    assert office.entries("unmask")[0].versions["unmask"] == "base/2"


def test_a_co_handler_whom_the_table_lets_look_finds_the_contact_on_the_page(office: Office) -> None:
    publish(office, "unmask", (cell("unmask", 1, 1, "false"), cell("unmask", 1, 1, "true")))
    office.resident(grid=BASE)
    office.do("dispatch", "up")
    office.do("dispatch", "several", lead=LEAD, assistants=[HELPER])
    office.walk(("sign", "sign"), ("sign_assist", "sign"))
    clerk = office.who("clerk", HELPER)
    page = pages.case_page(office.session, clerk, office.case.number, office.at)
    assert page.contact and page.unmask_refusal is None
    assert unmasking.unmask(office.session, clerk, office.case.number, "约时间上门", office.at).phone


# what is shown --------------------------------------------------------------------------------------------------------
def test_when_the_lamp_turns_yellow_is_a_cell(office: Office) -> None:
    office.report()
    early = host_for(office.session, office.case, office.at)
    usual = {one.stage: one.warn_at for one in list_open(early)}
    publish(office, "lamp", (cell("lamp", 1, 1, "80"), cell("lamp", 1, 1, "50")))
    office.at -= timedelta(minutes=1)
    office.report()
    sooner = {one.stage: one.warn_at for one in list_open(host_for(office.session, office.case, office.at))}
    assert sooner["accept"] < usual["accept"]


def test_how_often_is_returned_often_is_a_cell(office: Office) -> None:
    office.report(grid=BASE)
    office.case.returns = 1
    office.session.flush()
    boss = office.who("supervisor", "330902-centre")

    def named() -> tuple[int, list[str]]:
        page = filters.list_page(office.session, boss, filters.Filters(state="returned"), office.at)
        return asides.read_asides(office.session, boss, office.at).returned, [one.number for one in page.items]

    assert named() == (0, [])
    publish(office, "returned", (cell("returned", 1, 1, "2"), cell("returned", 1, 1, "1")))
    assert named() == (1, [office.case.number])


def test_of_what_strangers_hear_is_a_row(office: Office) -> None:
    said: dict[str, Any] = {"description": "人民路路灯不亮，晚上很黑", "place": "人民路 12 号", "grid": BASE}
    number = office.report(**said).number

    def near() -> list[str]:
        found = residents.list_nearby(office.session, "路灯不亮", "人民路", BASE[:12], office.at)
        return [one.number for one in found]

    assert near() == [number]
    publish(office, "nearby", (cell("nearby", 3, 1, "true"), cell("nearby", 3, 1, "false")))
    assert near() == []
    publish(office, "nearby")
    publish(office, "similar", (cell("similar", 1, 3, "45"), cell("similar", 1, 3, "101")))
    assert near() == []


def test_the_page_of_a_case_names_what_may_be_the_same_by_its_own_release(office: Office) -> None:
    said: dict[str, Any] = {"description": "人民路路灯不亮，晚上很黑", "place": "人民路 12 号", "grid": BASE}
    first, second = office.report(**said), office.report(**said)
    publish(office, "similar", (cell("similar", 1, 1, "7"), cell("similar", 1, 1, "0")))
    page = pages.case_page(office.session, office.who("seat", f"{BASE[:12]}-centre"), second.number, office.at)
    assert [one.number for one in page.similar] == [first.number]
