"""Deadlines and what follows them, in virtual time: climbing, measures, extensions, holds, Daishan's days."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine import cases
from engine.cases.errors import ActInvalid, ActNotAllowed, ActUnavailable
from tests.town import BASE, CITY, DAISHAN, TOWNSHIP, Office

COMMUNITY = f"{BASE[:12]}-centre"


# nobody accepts ---------------------------------------------------------------------------------------------------
@pytest.mark.cites("E4", "E20")
def test_over_the_national_day_holiday_nobody_accepts_and_it_climbs_rung_by_rung(office: Office) -> None:
    """Reported on the last working day at 16:30: an hour is left; the eighth working hour ends on 8 October."""
    office.at = office.at_office(9, 30, 16, 30)
    office.report()
    assert office.deadline("accept").due_at == office.at_office(10, 8, 11, 30)
    assert office.timers() == {"climb": office.at_office(10, 8, 16, 30)}
    office.wait(office.at_office(10, 8, 16, 29))
    assert office.case.level == "community"
    levels = []
    for _ in range(3):
        office.wait(office.timers()["climb"])
        levels.append((office.case.level, office.at))
    assert levels == [("township", office.at_office(10, 8, 16, 30)), ("county", office.at_office(10, 9, 16, 30)),
                      ("city", office.at_office(10, 10, 16, 30))]
    assert [(level, outcome) for level, _, outcome in office.custody()] == [
        ("community", "late"), ("township", "late"), ("county", "late"), ("city", None)]


@pytest.mark.cites("E20")
def test_at_the_top_it_stays_with_a_reminder_every_working_day(office: Office) -> None:
    office.report()
    while office.case.level != "city":
        office.wait(office.timers()["climb"])
    office.wait(office.at_office(3, 20, 17, 30))
    assert office.case.level == "city" and office.open == ["dispatch"]
    assert office.offered_to("dispatch") == f"{CITY}-centre"
    days = [entry.at.astimezone().date() for entry in office.entries("daily")]
    assert len(days) >= 5 and len(set(days)) == len(days)


@pytest.mark.cites("E4")
def test_an_accepted_case_does_not_climb(office: Office) -> None:
    office.report()
    office.do("dispatch", "own")
    assert "climb" not in office.timers()
    office.wait(office.at_office(3, 31, 9))
    assert office.case.level == "community"


# measures ---------------------------------------------------------------------------------------------------------
@pytest.mark.cites("E4")
def test_attention_rises_level_after_level_and_custody_stays(office: Office) -> None:
    """SR0107 has five working days: opened Wednesday 4 March, due Wednesday 11 March at 17:30."""
    office.report()
    office.walk(("dispatch", "department"), ("sign", "sign"))
    due = office.deadline("handle").due_at
    assert due == office.at_office(3, 11, 17, 30)
    office.wait(office.at_office(3, 20, 17))
    seen = {(entry.verb, entry.facts["level"]): entry.at
            for entry in office.entries("remind", "urge", "supervise", "raise") if entry.facts["stage"] == "handle"}
    assert seen[("remind", "community")] < due
    assert seen[("urge", "community")] == seen[("supervise", "community")] == due
    assert seen[("raise", "township")] == office.at_office(3, 13, 17, 30)
    assert seen[("raise", "county")] == office.at_office(3, 17, 17, 30)
    assert seen[("raise", "city")] == office.at_office(3, 19, 17, 30)
    assert (office.case.level, office.case.attention_level, office.open) == ("community", "city", ["handle_task"])
    assert (office.case.urged, office.case.supervised) == (1, 4)


@pytest.mark.cites("E4")
def test_the_reminder_comes_when_eighty_percent_of_the_limit_has_run(office: Office) -> None:
    """4 work hours from 09:00: 80 % is 3 h 12 min, after lunch at 13:12."""
    office.report()
    assert office.planned("accept") == ("remind", office.at_office(3, 4, 13, 12))


@pytest.mark.cites("E4")
def test_work_done_in_time_is_never_urged(office: Office) -> None:
    office.report()
    office.walk(("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))
    office.wait(office.at_office(4, 30, 9))
    assert office.entries("remind", "urge", "supervise", "raise", "daily") == []


# limits -----------------------------------------------------------------------------------------------------------
@pytest.mark.cites("E5")
def test_daishan_accepts_in_two_transfers_in_three_and_finishes_in_five_working_days(office: Office) -> None:
    office.report(grid=DAISHAN)
    assert office.case.level == "township" and office.case.pack == "daishan"
    assert office.deadline("accept").due_at == office.at_office(3, 6, 17, 30)
    office.do("dispatch", "department", matter="SR0201")
    assert office.deadline("sign").due_at == office.at_office(3, 9, 17, 30)
    office.do("sign", "sign")
    handle = office.deadline("handle")
    assert handle.due_at == office.at_office(3, 11, 17, 30) and handle.cites == "E5; DS 二(五)四"


@pytest.mark.cites("E5")
def test_in_daishan_a_shorter_limit_of_the_matter_wins(office: Office) -> None:
    office.report(grid=DAISHAN)
    office.walk(("dispatch", "department"), ("sign", "sign"))
    assert office.deadline("handle").limit == "5 work_day"
    office.report(grid=DAISHAN)
    office.do("dispatch", "own", matter="SR0105", urgency="urgent")
    assert office.deadline("handle").limit == "5 work_day"
    office.report(grid=DAISHAN)
    office.do("dispatch", "own", matter="SG0105")
    assert office.deadline("handle").limit == "3 work_day"


@pytest.mark.cites("E5")
def test_in_daishan_nobody_accepting_climbs_after_four_working_days(office: Office) -> None:
    office.report(grid=DAISHAN)
    assert office.timers() == {"climb": office.at_office(3, 10, 17, 30)}
    office.wait(office.at_office(3, 10, 17, 30))
    assert office.case.level == "county"


@pytest.mark.cites("E5")
def test_the_explanation_names_row_article_and_days(office: Office) -> None:
    office.report(grid=DAISHAN)
    accept, = cases.explain_deadlines(office.session, office.case, office.at)
    assert (accept["table"], accept["pack"], accept["version"], accept["article"]) == (
        "limits", "daishan", 1, "DS 二(五)四")
    assert [day["date"] for day in accept["days"] if day["counted"]] == ["2026-03-05", "2026-03-06"]


@pytest.mark.cites("E4")
def test_a_local_setting_says_that_no_article_gives_it(office: Office) -> None:
    office.report()
    accept, = cases.explain_deadlines(office.session, office.case, office.at)
    assert accept["article"] == "本地设定，无条文" and accept["cites"] == "E4"


@pytest.mark.cites("E4")
def test_the_total_clock_caps_a_hop_and_an_exhausted_one_does_not(office: Office) -> None:
    """SR0107: 4 h to accept, 4 h to sign, 5 days, 4 h to check, counted from the report."""
    office.report()
    office.walk(("dispatch", "department"), ("sign", "sign"))
    total = office.case.total_due_at
    assert total == office.at_office(3, 13, 13, 30)
    office.wait(office.at_office(3, 10, 9))
    office.walk(("handle_task", "done"), ("check", "rework"))
    again = office.deadline("handle")
    assert again.capped and again.due_at == total
    office.wait(office.at_office(3, 16, 9))
    office.walk(("handle_task", "done"), ("check", "rework"))
    last = office.deadline("handle")
    assert not last.capped and last.due_at == office.at_office(3, 23, 17, 30)


@pytest.mark.cites("E4")
def test_no_hop_resets_the_total_clock(office: Office) -> None:
    office.report(matter="SR0107")
    before = office.case.total_due_at
    office.wait(office.at_office(3, 4, 10))
    office.do("dispatch", "up", matter="SR0107")
    office.do("dispatch", "own", matter="SR0107")
    assert office.case.total_due_at == before


# extension --------------------------------------------------------------------------------------------------------
def handling(office: Office) -> None:
    """A department of the township has it in hand for the community."""
    office.report()
    office.do("dispatch", "department", organisation=f"{TOWNSHIP}-housing")
    office.do("sign", "sign")


def test_the_centre_that_dispatched_extends_and_everything_moves(office: Office) -> None:
    handling(office)
    later = office.at_office(3, 16, 17, 30)
    office.act("extend", office.who("seat", COMMUNITY), until=later.isoformat())
    deadline = office.deadline("handle")
    assert deadline.due_at == office.task("handle_task").due_at == later and office.case.due_at == later
    assert office.case.total_due_at == later and deadline.first_due_at == office.at_office(3, 11, 17, 30)
    office.wait(later)
    assert [entry.at for entry in office.entries("urge") if entry.facts["stage"] == "handle"] == [later]


def test_a_second_extension_is_decided_by_the_level_above(office: Office) -> None:
    handling(office)
    office.act("extend", office.who("seat", COMMUNITY), until=office.at_office(3, 16, 17, 30).isoformat())
    later = office.at_office(3, 18, 17, 30).isoformat()
    with pytest.raises(ActNotAllowed):
        office.act("extend", office.who("seat", COMMUNITY), until=later)
    office.act("extend", office.who("seat", f"{TOWNSHIP}-centre"), until=later)
    assert len(office.deadline("handle").extended or []) == 2


def test_the_asker_never_decides(office: Office) -> None:
    handling(office)
    with pytest.raises(ActNotAllowed):
        office.act("extend", office.who("clerk", f"{TOWNSHIP}-housing"), until=office.at_office(3, 16, 9).isoformat())


def test_a_centre_that_handles_itself_is_extended_by_the_level_above(office: Office) -> None:
    office.report()
    office.do("dispatch", "own")
    until = office.at_office(3, 16, 9).isoformat()
    with pytest.raises(ActNotAllowed):
        office.act("extend", office.who("seat", COMMUNITY), until=until)
    office.act("extend", office.who("seat", f"{TOWNSHIP}-centre"), until=until)


@pytest.mark.parametrize(("day", "hour", "error"), [(12, 9, ActUnavailable), (10, 9, None)])
def test_an_extension_comes_before_the_due_time(
    office: Office, day: int, hour: int, error: type[Exception] | None
) -> None:
    handling(office)
    office.wait(office.at_office(3, day, hour))
    until = office.at_office(3, 25, 9).isoformat()
    if error is None:
        office.act("extend", office.who("seat", COMMUNITY), until=until)
        assert office.deadline("handle").due_at == office.at_office(3, 25, 9)
    else:
        with pytest.raises(error):
            office.act("extend", office.who("seat", COMMUNITY), until=until)


def test_an_extension_ends_later_than_the_limit(office: Office) -> None:
    handling(office)
    with pytest.raises(ActInvalid) as refused:
        office.act("extend", office.who("seat", COMMUNITY), until=office.at_office(3, 10, 9).isoformat())
    assert set(refused.value.fields) == {"until"}


# hold -------------------------------------------------------------------------------------------------------------
def hold(office: Office, until: datetime) -> None:
    """The community's desk puts it on hold."""
    office.act("hold", office.who("seat", COMMUNITY), until=until.isoformat())


def test_while_it_is_held_nothing_is_urged(office: Office) -> None:
    handling(office)
    hold(office, office.at_office(4, 1, 9))
    office.wait(office.at_office(3, 31, 17))
    assert office.entries("remind", "urge", "supervise", "raise") == [] and office.case.due_at is None


def test_afterwards_every_deadline_and_measure_moves_by_what_stood_still(office: Office) -> None:
    """Held from Wednesday 09:00 to the Wednesday after: five working days."""
    handling(office)
    hold(office, office.at_office(3, 18, 9))
    office.wait(office.at_office(3, 11, 9))
    office.act("resume", office.who("seat", COMMUNITY))
    deadline = office.deadline("handle")
    assert deadline.due_at == office.task("handle_task").due_at == office.at_office(3, 18, 17, 30)
    assert office.case.total_due_at == office.at_office(3, 20, 13, 30) and office.case.stopped_at is None
    office.wait(deadline.due_at)
    assert [entry.at for entry in office.entries("urge") if entry.facts["stage"] == "handle"] == [deadline.due_at]


def test_a_hold_ends_by_itself_when_it_was_agreed_to(office: Office) -> None:
    handling(office)
    hold(office, office.at_office(3, 11, 9))
    office.wait(office.at_office(3, 12, 9))
    resumed, = office.entries("resume")
    assert resumed.at == office.at_office(3, 11, 9)
    assert office.deadline("handle").due_at == office.at_office(3, 18, 17, 30)


def test_a_drawn_timer_stands_still_too(office: Office) -> None:
    """Nobody accepted yet: the climb, due at 14:00 on the 5th, moves by five working days."""
    office.report()
    assert office.timers() == {"climb": office.at_office(3, 5, 9)}
    office.act("hold", office.who("seat", f"{TOWNSHIP}-centre"), until=office.at_office(3, 11, 9).isoformat())
    office.wait(office.at_office(3, 10, 17, 30))
    assert office.case.level == "community" and office.open == ["dispatch"]
    office.wait(office.at_office(3, 11, 9))
    assert office.timers() == {"climb": office.at_office(3, 12, 9)}


def test_a_task_that_opens_during_a_hold_has_its_whole_limit_afterwards(office: Office) -> None:
    office.report()
    office.do("dispatch", "department", organisation=f"{TOWNSHIP}-housing")
    hold(office, office.at_office(3, 11, 9))
    office.do("sign", "sign")
    assert office.case.due_at is None and office.planned("handle") is None
    office.wait(office.at_office(3, 11, 9))
    assert office.deadline("handle").due_at == office.at_office(3, 18, 17, 30)
    assert office.planned("handle") == ("remind", office.deadline("handle").warn_at)


@pytest.mark.cites("E4")
def test_what_was_due_before_an_act_is_done_before_it_however_late_the_worker_is(office: Office) -> None:
    office.report()
    office.at = office.deadline("accept").due_at.astimezone(office.at.tzinfo)
    office.do("dispatch", "own")
    assert [entry.verb for entry in office.entries()][-4:] == ["remind", "urge", "supervise", "dispatch"]


# late workers -----------------------------------------------------------------------------------------------------
def test_a_hold_that_has_run_out_is_over_before_the_next_act(office: Office) -> None:
    handling(office)
    hold(office, office.at_office(3, 11, 9))
    office.at = office.at_office(3, 11, 10)
    office.do("handle_task", "done")
    assert [entry.verb for entry in office.entries()][-2:] == ["resume", "handle_task"]
    assert office.deadline("check").due_at == office.at_office(3, 11, 15)


@pytest.mark.parametrize("way", ["nobody", "department"])
def test_a_worker_that_slept_for_weeks_leaves_the_same_record(office: Office, way: str) -> None:
    seen = []
    for often in (True, False):
        office.at = office.at_office(3, 4, 9)
        office.report()
        if way == "department":
            office.walk(("dispatch", "department"), ("sign", "sign"))
        while often and (due := cases.next_due(office.session)) is not None and due < office.at_office(3, 31, 9):
            office.wait(due)
        office.wait(office.at_office(3, 31, 9))
        seen.append([(entry.at, entry.verb, entry.facts.get("level"), entry.facts.get("stage"))
                     for entry in office.entries()])
    assert seen[0] == seen[1] and len(seen[0]) > 12
