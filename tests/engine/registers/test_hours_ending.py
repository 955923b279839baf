"""Office hours that get another name, or end with a day: their bodies go on to others, and every deadline has hours."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit, deadlines, directory, jobs, registers, verification
from engine.cases import explain_deadlines
from engine.deadlines import offices
from engine.deadlines.models import KeptOffice
from engine.directory.models import Organisation
from engine.registers import hours, hours_changing
from engine.registers.applying import apply
from engine.registers.reading import clean
from tests.engine.registers.test_hours import COMMUNITY, OWN, SHORT, admin, hours_of, own_hours
from tests.town import DAISHAN, Office

FOREVER = {"until": "2026-03-04"}  # today, a Wednesday


def short_hours(office: Office, by: directory.Actor) -> KeptOffice:
    return own_hours(office, by, name="短作息", take_over="", **SHORT)


def end(office: Office, by: directory.Actor, row: KeptOffice, **typed: str) -> KeptOffice:
    return registers.end_hours(office.session, by, row.id, typed, office.at)


def refused(office: Office, by: directory.Actor, row: KeptOffice, **typed: str) -> dict[str, list[str]]:
    with pytest.raises(deadlines.HoursInvalid) as wrong:
        end(office, by, row, **typed)
    return dict(wrong.value.fields)


def name_kept(office: Office, code: str = COMMUNITY) -> str:
    return registers.get_cells(office.session, "organisations", code)["办公时间"]


# another name ---------------------------------------------------------------------------------------------------------
def test_another_name_changes_nothing_but_the_name(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    office.report()
    key, due = made.current, office.deadline("accept").due_at
    registers.rename_hours(office.session, by, made.id, {"name": " 海岛作息 "}, office.at)
    assert (hours_of(office), office.deadline("accept").due_at) == (key, due)
    assert registers.get_hours(office.session, by, made.id, office.at).outdated == 0
    assert explain_deadlines(office.session, office.case, office.at)[0]["office"]["name"] == "海岛作息"
    assert name_kept(office) == "海岛作息"
    deed = audit.list_deeds(office.session)[0]
    assert (deed.verb, deed.subject) == ("changed", "渔区作息")
    assert deed.facts == {"changed": {"名称": ["渔区作息", "海岛作息"]}}


def test_the_chain_of_changes_holds_under_every_name(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    by = admin(office)
    made = own_hours(office, by)
    first = made.current
    registers.rename_hours(office.session, by, made.id, {"name": "海岛作息"}, office.at)
    registers.change_week(office.session, by, made.id, {**SHORT, "since": "2026-03-05"}, office.at)
    monkeypatch.setattr(offices, "_states", {})  # as another process reads it
    assert len(deadlines.office_of(office.session, made.current).weeks) == 2
    assert len(deadlines.office_of(office.session, first).weeks) == 1


@pytest.mark.parametrize("name", ["", "机关办公时间", "短作息", "长" * 31])
def test_a_name_that_cannot_be_is_refused(office: Office, name: str) -> None:
    by = admin(office)
    made, _ = own_hours(office, by), short_hours(office, by)
    with pytest.raises(deadlines.HoursInvalid) as wrong:
        registers.rename_hours(office.session, by, made.id, {"name": name}, office.at)
    assert list(wrong.value.fields) == ["name"] and made.name == "渔区作息"


# an end ---------------------------------------------------------------------------------------------------------------
def test_hours_that_somebody_keeps_end_only_where_it_is_said_what_follows(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    (said,) = refused(office, by, made, **FOREVER)["then"]
    total = len(office.session.scalars(select(Organisation).where(Organisation.office == made.current)).all())
    assert said.startswith(f"还有 {total} 个单位在用（") and said.endswith("等），请选它们接着用哪套") and total > 3
    assert refused(office, by, made, until="2026-03-03", then="default").keys() == {"until"}
    assert refused(office, by, made, then="default").keys() == {"until"}
    assert refused(office, by, made, **FOREVER, then=f"o{made.id}").keys() == {"then"}
    assert made.ends_on is None and len(deadlines.list_changes(office.session, made.id)) == 1


def test_hours_that_nobody_keeps_end_by_themselves(office: Office) -> None:
    by = admin(office)
    made = short_hours(office, by)
    end(office, by, made, **FOREVER)
    assert (str(made.ends_on), made.followed_by) == ("2026-03-04", None)
    cells = registers.get_cells(office.session, "organisations", COMMUNITY)
    with pytest.raises(registers.RowInvalid) as wrong:
        registers.save_row(office.session, by, "organisations", {**cells, "办公时间": "短作息"}, office.at)
    assert "不在可选值内" in wrong.value.fields["办公时间"][0]


def test_work_opened_across_the_end_is_counted_by_both(office: Office) -> None:
    by = admin(office)
    made, short = own_hours(office, by), short_hours(office, by)
    end(office, by, made, **FOREVER, then=f"o{short.id}")
    office.at = office.at_office(3, 4, 16)
    office.report()  # two hours are left on Wednesday, then two from 09:00 by the hours that follow
    assert office.deadline("accept").due_at == office.at_office(3, 5, 11)
    assert hours_of(office) == made.current


def test_on_the_day_after_bodies_keep_what_follows(office: Office) -> None:
    by = admin(office)
    made, short = own_hours(office, by), short_hours(office, by)
    end(office, by, made, **FOREVER, then=f"o{short.id}")
    moving = len(office.session.scalars(select(Organisation).where(Organisation.office == made.current)).all())
    assert jobs.go_on_with_hours(office.session, office.at_office(3, 4, 23, 59)) == 0
    assert name_kept(office) == "渔区作息"
    office.at = office.at_office(3, 5, 0)
    assert jobs.go_on_with_hours(office.session, office.at) == moving > 3
    assert jobs.go_on_with_hours(office.session, office.at) == 0
    office.session.expire_all()
    assert hours_of(office) == short.current and name_kept(office) == "短作息"
    deed = audit.list_deeds(office.session)[0]
    assert (deed.actor, deed.verb, deed.facts["then"], deed.facts["bodies"]) == ("时钟", "ended", "短作息", moving)


def test_a_deadline_that_runs_across_the_end_keeps_its_moment_until_it_is_counted_anew(office: Office) -> None:
    by = admin(office)
    made, short = own_hours(office, by), short_hours(office, by)
    office.at = office.at_office(3, 4, 17)
    office.report()  # an hour, and three from 08:00
    due = office.deadline("accept").due_at
    assert due == office.at_office(3, 5, 11)
    end(office, by, made, **FOREVER, then=f"o{short.id}")
    assert office.deadline("accept").due_at == due
    registers.begin_recount(office.session, by, made.id, office.at)
    jobs.do_errands(office.session, office.at)
    office.session.expire_all()
    assert office.deadline("accept").due_at == office.at_office(3, 5, 12)  # three from 09:00
    found = verification.verify(office.session, office.at)
    assert not [name for name, one in found.items() if one.violations]


def test_what_follows_may_change_before_it_does(office: Office) -> None:
    by = admin(office)
    made, short = own_hours(office, by), short_hours(office, by)
    end(office, by, made, **FOREVER, then=f"o{short.id}")
    later = {**SHORT, "d3": "10:00-12:00", "since": "2026-03-05"}
    registers.change_week(office.session, by, short.id, later, office.at)
    office.at = office.at_office(3, 4, 17)
    office.report()  # an hour on Wednesday, two on Thursday from ten, one on Friday
    assert office.deadline("accept").due_at == office.at_office(3, 6, 10)


def test_hours_into_which_others_end_do_not_end_before_it_is_said_what_follows(office: Office) -> None:
    by = admin(office)
    made, short = own_hours(office, by), short_hours(office, by)
    end(office, by, made, **FOREVER, then=f"o{short.id}")
    assert refused(office, by, short, **FOREVER) == {"then": ["「渔区作息」停用后要接着用这套，请选接着用哪套"]}
    assert refused(office, by, short, **FOREVER, then=f"o{made.id}").keys() == {"then"}  # that one ends itself
    end(office, by, short, **FOREVER, then="default")
    assert jobs.go_on_with_hours(office.session, office.at_office(3, 5, 0)) > 3
    office.session.expire_all()
    assert hours_of(office) == "default"


def test_who_goes_on_by_way_of_hours_that_are_over_goes_on_to_what_these_have_become(office: Office) -> None:
    by = admin(office)
    made, short = own_hours(office, by), short_hours(office, by)
    last = own_hours(office, by, name="晚作息", take_over="", **SHORT)
    end(office, by, made, until="2026-03-10", then=f"o{short.id}")
    end(office, by, short, until="2026-03-05", then=f"o{last.id}")
    office.at = office.at_office(3, 6, 9)
    said = {"then": ["「渔区作息」停用后要接着用这套，请选接着用哪套"]}
    assert refused(office, by, last, until="2026-03-06") == said
    typed = {**SHORT, "d2": "10:00-12:00", "since": "2026-03-11"}
    registers.change_week(office.session, by, last.id, typed, office.at)
    office.at = office.at_office(3, 10, 17)
    office.report()  # an hour on Tuesday, two on Wednesday from ten, one on Thursday
    assert office.deadline("accept").due_at == office.at_office(3, 12, 10)


def test_two_workers_bring_bodies_on_with_one_entry(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    by = admin(office)
    made, listed = own_hours(office, by), deadlines.list_offices
    end(office, by, made, **FOREVER, then="default")

    def while_another_does(session: Session, to_change: bool = False) -> Sequence[KeptOffice]:
        hours_changing.move_bodies(session, hours.keeps(made.id), "default")
        return listed(session, to_change)

    before = len(audit.list_deeds(office.session))
    monkeypatch.setattr(deadlines, "list_offices", while_another_does)
    assert jobs.go_on_with_hours(office.session, office.at_office(3, 5, 0)) == 0
    assert len(audit.list_deeds(office.session)) == before


def test_an_end_to_come_is_taken_back(office: Office) -> None:
    by = admin(office)
    made, short = own_hours(office, by), short_hours(office, by)
    with pytest.raises(registers.HoursStay):
        registers.keep_hours(office.session, by, made.id, office.at)
    end(office, by, made, until="2026-03-05", then=f"o{short.id}")
    assert refused(office, by, made, until="2026-03-06", then="default").keys() == {"until"}
    registers.keep_hours(office.session, by, made.id, office.at_office(3, 5, 23, 59))
    assert (made.ends_on, made.followed_by) == (None, None) and hours_of(office) == made.current
    office.at = office.at_office(3, 5, 17)
    office.report()
    assert office.deadline("accept").due_at == office.at_office(3, 6, 11)  # by its own hours
    assert jobs.go_on_with_hours(office.session, office.at_office(3, 7, 0)) == 0
    end(office, by, made, until="2026-03-05", then="default")
    with pytest.raises(registers.HoursStay):
        registers.keep_hours(office.session, by, made.id, office.at_office(3, 6, 0))


def test_nothing_is_changed_beyond_the_last_day(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    end(office, by, made, until="2026-03-05", then="default")
    with pytest.raises(deadlines.HoursInvalid) as wrong:
        registers.change_week(office.session, by, made.id, {**OWN, "since": "2026-03-06"}, office.at)
    assert wrong.value.fields == {"since": ["这套办公时间用到 2026-03-05 为止，之后的不能改"]}
    typed = {"since": "2026-03-05", "until": "2026-03-06", "reason": "补"}
    with pytest.raises(deadlines.HoursInvalid) as wrong:
        registers.change_days(office.session, by, made.id, typed, office.at)
    assert list(wrong.value.fields) == ["until"]
    registers.change_days(office.session, by, made.id, {"since": "2026-03-05", "reason": "停工"}, office.at)
    office.at = office.at_office(3, 4, 17)
    office.report()  # an hour, a day off, three from 08:30 by what follows
    assert office.deadline("accept").due_at == office.at_office(3, 6, 11, 30)


def test_who_keeps_hours_that_end_is_still_changed_otherwise(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    end(office, by, made, until="2026-03-05", then="default")
    cells = registers.get_cells(office.session, "organisations", COMMUNITY)
    registers.save_row(office.session, by, "organisations", {**cells, "名称": "社区中心（新）"}, office.at)
    office.session.expire_all()
    assert (name_kept(office), hours_of(office)) == ("渔区作息", made.current)


def test_hours_chosen_before_they_end_are_not_given_after_it(office: Office) -> None:
    by = admin(office)
    made = short_hours(office, by)
    cells = {**registers.get_cells(office.session, "organisations", COMMUNITY), "办公时间": "短作息"}
    row, problems = clean(registers.get_sheet("organisations"), 1, cells)
    plan = registers.make_plan(office.session, registers.Workbook({"organisations": [row]}, problems, {}), office.at,
                               registers.top_of(by), whole=True)
    assert not plan.problems
    end(office, by, made, **FOREVER)
    with pytest.raises(deadlines.OfficeEnding):
        apply(office.session, plan, by.label, office.at)


def test_hours_called_otherwise_while_a_row_is_saved_are_unknown(office: Office) -> None:
    by = admin(office)
    made = own_hours(office, by)
    cells = {**registers.get_cells(office.session, "organisations", COMMUNITY), "名称": "社区中心（新）"}
    row, problems = clean(registers.get_sheet("organisations"), 1, cells)
    plan = registers.make_plan(office.session, registers.Workbook({"organisations": [row]}, problems, {}), office.at,
                               registers.top_of(by), whole=True)
    registers.rename_hours(office.session, by, made.id, {"name": "海岛作息"}, office.at)
    with pytest.raises(deadlines.OfficeUnknown):
        apply(office.session, plan, by.label, office.at)


def test_only_their_own_administrator_ends_or_renames_them(office: Office) -> None:
    made = own_hours(office, admin(office))
    below = admin(office, f"{DAISHAN[:6]}-centre")
    with pytest.raises(registers.HoursNotYours):
        end(office, below, made, **FOREVER, then="default")
    with pytest.raises(registers.HoursNotYours):
        registers.rename_hours(office.session, below, made.id, {"name": "新"}, office.at)
    with pytest.raises(registers.HoursNotYours):
        registers.keep_hours(office.session, below, made.id, office.at)
