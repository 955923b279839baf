"""The closed loop on a real database: rows, custody and the record, with people of four levels."""

from __future__ import annotations

import pytest

from engine import cases
from engine.cases.errors import ActNotAllowed, ActUnavailable, CaseClosed
from engine.cases.models import ContactRecord
from engine.worklist import OwnWork
from tests.town import COUNTY, DAISHAN, TOWNSHIP, Office

HANDLED = (("dispatch", "department"), ("sign", "sign"), ("handle_task", "done"), ("check", "pass"))
OWN = (("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))
STAGES = ["collect", "assign", "handle", "check", "feedback", "closed"]


@pytest.mark.cites("E1", "E12")
def test_a_case_passes_every_stage_and_closes(office: Office) -> None:
    office.resident()
    office.walk(*HANDLED, ("inform", "told"), ("rate", "satisfied"))
    seen = [entry.facts["set"]["stage"] for entry in office.entries() if "stage" in entry.facts["set"]]
    assert seen == STAGES and office.open == []
    assert (office.case.outcome, office.case.rating) == ("handled", "satisfied")


@pytest.mark.cites("E1", "E6")
def test_a_closed_case_is_sealed(office: Office) -> None:
    office.report()
    office.walk(*OWN)
    with pytest.raises(CaseClosed):
        office.act("urge", office.worker())
    assert all(outcome == "handled" or outcome == "done" for _, _, outcome in office.custody())


@pytest.mark.cites("E2")
def test_what_is_settled_on_the_spot_counts_and_closes_with_its_evidence(office: Office) -> None:
    worker = office.worker()
    photo = office.photo(worker)
    case = office.report(worker, settled="当场清走了。", photos=(photo,))
    assert (case.outcome, case.stage, case.result_text) == ("settled", "closed", "当场清走了。")
    assert office.entries("report")[0].facts["photos"] == 1 and case.due_at is None


@pytest.mark.cites("E2", "E20")
def test_what_is_not_settled_goes_where_the_first_rung_leads(office: Office) -> None:
    assert office.report().level == "community"
    assert office.report(grid=DAISHAN).level == "township"


@pytest.mark.cites("E2b")
def test_first_handling_is_reported_apart_and_the_case_goes_on(office: Office) -> None:
    case = office.report(first_handling="已拉警戒线。")
    assert case.first_handling == "已拉警戒线。" and case.outcome is None and office.open == ["dispatch"]


@pytest.mark.cites("E8")
def test_the_worker_verifies_and_rates_before_the_desk_sees_it(office: Office) -> None:
    office.report(origin="resident", channel="phone")
    assert office.open == ["verify"] and office.for_task(office.task("verify")).has("grid_worker")
    office.do("verify", "confirmed", severity="larger", urgency="urgent")
    assert (office.case.verified, office.case.severity, office.case.urgency) == ("confirmed", "larger", "urgent")
    assert office.open == ["dispatch"]


@pytest.mark.cites("E8")
def test_a_report_that_nobody_verifies_reaches_the_desk_in_time(office: Office) -> None:
    office.report(origin="resident", channel="chat")
    due = office.deadline("verify").due_at
    assert due == office.at_office(3, 4, 14)
    assert office.wait(due) == ["dispatch"] and office.case.verified is None


@pytest.mark.cites("E3", "E9")
def test_a_department_signs_handles_and_is_checked_by_the_centre(office: Office) -> None:
    office.report()
    office.do("dispatch", "department", organisation=f"{TOWNSHIP}-housing")
    assert office.offered_to("sign") == f"{TOWNSHIP}-housing"
    office.walk(("sign", "sign"), ("handle_task", "done"))
    assert office.offered_to("check") == "330902002001-centre"
    office.do("check", "pass")
    assert office.custody() == [("community", "holder", "handled"), ("township", "handler", "done")]


@pytest.mark.cites("E9")
def test_no_result_without_text_and_evidence(office: Office) -> None:
    office.report()
    office.walk(*HANDLED[:2])
    with pytest.raises(Exception) as refused:
        office.do("handle_task", "done", result="", evidence=[])
    assert set(refused.value.fields) == {"result", "evidence"}  # type: ignore[attr-defined]


@pytest.mark.cites("E9")
def test_nobody_checks_their_own_work(office: Office) -> None:
    office.report()
    seat = office.who("seat", "330902002001-centre")
    office.do("dispatch", "own", seat)
    office.do("handle_task", "done", seat)
    assert office.offered_to("check") == f"{TOWNSHIP}-centre"
    office.task("check").organisation_id = seat.posts[0].organisation_id
    with pytest.raises(OwnWork):
        office.do("check", "pass", seat)


@pytest.mark.cites("E3")
def test_several_units_the_case_waits_for_all_of_them(office: Office) -> None:
    office.report(grid=DAISHAN)
    units = ["330921-housing", "330921-police", "330921-urban_management"]
    office.do("dispatch", "several", lead=units[0], assistants=units[1:])
    assert office.do("sign", "sign") == ["lead_handle", "sign_assist", "sign_assist"]
    office.walk(("lead_handle", "done"), ("sign_assist", "sign"), ("sign_assist", "sign"), ("assist_task", "done"))
    assert office.open == ["assist_task"]
    assert office.do("assist_task", "done") == ["conclude"] and office.offered_to("conclude") == units[0]
    office.walk(("conclude", "done"), ("check", "pass"))
    assert [(capacity, outcome) for _, capacity, outcome in office.custody()] == [
        ("holder", "handled"), ("handler", "done"), ("assistant", "done"), ("assistant", "done")]


@pytest.mark.cites("E3")
def test_a_joint_handling_is_raised_and_every_unit_is_free_of_it(office: Office) -> None:
    office.report(grid=DAISHAN)
    office.do("dispatch", "several", lead="330921-housing", assistants=["330921-police"])
    supervisor = office.who("supervisor", "330921100-centre")
    office.walk(("sign", "sign"), ("sign_assist", "sign"))
    assert "raise" in {one.verb for one in cases.available_acts(office.session, supervisor, office.case, office.at)}
    assert office.act("raise", supervisor) == ["dispatch"] and office.case.level == "county"
    assert [(level, capacity, outcome) for level, capacity, outcome in office.custody()] == [
        ("township", "holder", "up"), ("county", "handler", "up"), ("county", "assistant", "up"),
        ("county", "holder", None)]


@pytest.mark.cites("E3")
def test_a_co_handler_may_decline_with_its_reason(office: Office) -> None:
    office.report(grid=DAISHAN)
    office.do("dispatch", "several", lead="330921-housing", assistants=["330921-police"])
    office.walk(("sign", "sign"), ("sign_assist", "return"), ("lead_handle", "done"))
    assert office.open == ["conclude"]
    assert [entry.facts["assisted"] for entry in office.entries("sign_assist")] == ["return"]


@pytest.mark.cites("E3", "E20")
def test_the_desk_reports_up_and_assigns_down_along_the_ladder(office: Office) -> None:
    office.report()
    assert office.do("dispatch", "up") == ["dispatch"] and office.case.level == "township"
    office.do("dispatch", "up")
    office.do("dispatch", "down", organisation=f"{TOWNSHIP}-centre")
    assert office.case.level == "township" and office.offered_to("dispatch") == f"{TOWNSHIP}-centre"
    assert office.custody() == [("community", "holder", "up"), ("township", "holder", "up"),
                                ("county", "holder", "down"), ("township", "holder", None)]


@pytest.mark.cites("E3")
def test_nobody_reports_up_from_the_top(office: Office) -> None:
    office.report()
    for _ in range(3):
        office.do("dispatch", "up")
    with pytest.raises(ActUnavailable):
        office.do("dispatch", "up")
    assert office.case.level == "city"


@pytest.mark.cites("E3")
def test_a_return_is_decided_by_the_centre_and_a_second_one_above(office: Office) -> None:
    office.report(grid=DAISHAN)
    office.walk(("dispatch", "department"), ("sign", "return"))
    assert office.offered_to("decide_return") == "330921100-centre"
    assert office.do("decide_return", "reject") == ["sign"]
    office.do("sign", "return")
    assert office.offered_to("decide_return_above") == "330921-centre"
    assert office.do("decide_return_above", "reject") == ["handle_task"] and office.case.returns == 2


@pytest.mark.cites("E3")
def test_an_accepted_return_frees_the_unit(office: Office) -> None:
    office.report()
    office.walk(("dispatch", "department"), ("sign", "return"), ("decide_return", "accept"))
    assert office.open == ["dispatch"] and office.case.handler_id is None
    assert office.custody()[-1] == ("township", "handler", "returned")


@pytest.mark.cites("E9")
def test_a_failed_check_sends_it_back_to_the_same_unit(office: Office) -> None:
    office.report()
    office.walk(*HANDLED[:3], ("check", "rework"))
    assert office.offered_to("handle_task") == f"{TOWNSHIP}-housing" and office.case.reworks == 1
    office.walk(("handle_task", "done"), ("check", "pass"))
    assert office.case.stage == "closed"


@pytest.mark.cites("E15")
def test_an_unhappy_resident_has_it_handled_again_once_and_checked_above(office: Office) -> None:
    office.resident()
    office.walk(*HANDLED, ("inform", "told"), ("rate", "dissatisfied"))
    assert office.offered_to("handle_task") == f"{TOWNSHIP}-housing" and office.case.outcome is None
    office.do("handle_task", "done")
    assert office.offered_to("check") == f"{TOWNSHIP}-centre"
    office.walk(("check", "pass"), ("inform", "told"), ("rate", "dissatisfied"))
    assert (office.case.reopened, office.case.stage, office.case.rating) == (1, "closed", "dissatisfied")


@pytest.mark.cites("E15")
def test_an_unreasonable_demand_may_be_set_aside_with_its_reason(office: Office) -> None:
    office.resident()
    office.walk(*OWN, ("inform", "told"), ("rate", "unreasonable"))
    assert (office.case.stage, office.case.reopened) == ("closed", 0)


@pytest.mark.cites("E4", "E15")
def test_the_resident_is_told_with_a_record_before_it_closes(office: Office) -> None:
    office.resident()
    assert office.walk(*OWN) == ["inform"] and office.case.closed_at is None
    office.do("inform", "told", method="phone", note="已说明")
    record = office.session.query(ContactRecord).filter_by(case_id=office.case.id).one()
    assert (record.method, record.result, record.counts) == ("phone", "reached", True)


@pytest.mark.cites("E15")
def test_an_unrated_case_closes_after_seven_days(office: Office) -> None:
    office.resident()
    office.walk(*OWN, ("inform", "told"))
    assert office.timers()["unrated"] == office.at_office(3, 11, 9)
    assert office.wait(office.at_office(3, 11, 8, 59)) == ["rate"]
    assert office.wait(office.at_office(3, 11, 9)) == [] and office.case.rating is None
    assert office.case.closed_at == office.at_office(3, 11, 9)


@pytest.mark.cites("E4")
@pytest.mark.parametrize(("way", "outcome"), [
    ("answer", "answered"), ("refuse", "refused"), ("transfer", "transferred")])
def test_an_end_without_handling_tells_the_resident(office: Office, way: str, outcome: str) -> None:
    office.resident()
    assert office.do("dispatch", way) == ["inform"]
    assert office.case.outcome == outcome and office.case.result_text == "情况属实，已处理。"


def test_a_duplicate_is_linked_and_its_reporter_told(office: Office) -> None:
    first = office.report()
    office.resident()
    assert office.do("dispatch", "duplicate", duplicate_of=first.number) == ["inform"]
    assert office.case.duplicate_of == first.id and office.case.outcome == "duplicate"


def test_a_void_case_closes_without_telling_anybody(office: Office) -> None:
    office.resident()
    assert office.do("dispatch", "void") == [] and office.case.outcome == "void"


@pytest.mark.cites("E4")
def test_missing_particulars_come_from_the_reporter(office: Office) -> None:
    office.report()
    assert office.do("dispatch", "supplement") == ["supplement"]
    assert office.for_task(office.task("supplement")).person_id == office.case.reporter_id
    assert office.do("supplement", "supplied") == ["dispatch"]


@pytest.mark.cites("E4")
def test_particulars_that_never_come_do_not_hold_it_up(office: Office) -> None:
    office.report()
    office.do("dispatch", "supplement")
    assert office.wait(office.timers()["supplement_late"]) == ["dispatch"]
    assert office.at == office.at_office(3, 9, 17, 30)


@pytest.mark.cites("E3")
def test_the_dispatcher_recalls_what_is_not_signed(office: Office) -> None:
    office.report()
    office.do("dispatch", "department")
    seat = office.who("seat", "330902002001-centre")
    assert office.act("recall", seat) == ["dispatch"] and office.custody()[-1][2] == "recalled"
    office.walk(("dispatch", "department"), ("sign", "sign"))
    with pytest.raises(ActUnavailable):
        office.act("recall", seat)


@pytest.mark.cites("E3")
@pytest.mark.parametrize("way", ["department", "several"])
def test_the_dispatcher_reassigns_what_is_signed(office: Office, way: str) -> None:
    office.report()
    office.walk(("dispatch", way), ("sign", "sign"))
    assert office.act("reassign", office.who("seat", "330902002001-centre")) == ["dispatch"]
    assert {outcome for _, capacity, outcome in office.custody() if capacity != "holder"} == {"reassigned"}


def test_the_unit_may_not_recall_its_own_work(office: Office) -> None:
    office.report()
    office.do("dispatch", "department", organisation=f"{TOWNSHIP}-housing")
    with pytest.raises(ActNotAllowed):
        office.act("recall", office.who("clerk", f"{TOWNSHIP}-housing"))


@pytest.mark.cites("E3")
@pytest.mark.parametrize("before", [(), HANDLED[:2]])
def test_a_superior_raises_a_case_a_level(office: Office, before: tuple[tuple[str, str], ...]) -> None:
    office.report()
    office.walk(*before)
    assert office.act("raise", office.who("supervisor", f"{COUNTY}-centre")) == ["dispatch"]
    assert office.case.level == "township" and office.case.handler_id is None


@pytest.mark.cites("E11")
def test_an_assignment_from_above_is_tracked_and_answered(office: Office) -> None:
    office.report(office.who("seat", f"{TOWNSHIP}-centre"), origin="superior")
    assert office.entries("report")[0].facts["tracked"] == "superior"
    assert office.walk(*OWN) == ["inform"]


@pytest.mark.cites("E15")
def test_the_reporter_hears_how_it_goes_and_may_urge(office: Office) -> None:
    office.report()
    office.do("dispatch", "up")
    office.act("urge", office.worker())
    assert office.case.urged == 1
