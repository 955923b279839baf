"""A resident reports, looks it up, rates it, and is told the truth at every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from engine import cases, residents, worklist
from engine.cases import scope
from engine.cases.errors import ActNotAllowed, ReportInvalid
from engine.cases.models import Case, CaseWords, Contact, EntryText
from engine.cases.sealing import unseal
from engine.residents import knocking
from tests.town import Office

COMMUNITY = "330902002001"
LAMP = cases.Report("小区门口的路灯坏了三天，晚上很黑。", "蟠洋社区 3 号楼东侧", division=COMMUNITY,
                    contact={"name": "陈某", "phone": "138 0000 1111"})
IDENTITY = "330921199001011234"


def told(office: Office, visit: residents.Visit) -> residents.Standing:
    return residents.standing_of(office.session, visit, office.at)


def report(office: Office, key: str = "k1", **changed: Any) -> residents.Visit:
    from dataclasses import replace

    visit = residents.report(office.session, replace(LAMP, **changed), key, "10.0.0.1", office.at).visit
    office.case = visit.case
    return visit


def test_a_report_without_an_account_waits_for_the_grid_worker(office: Office) -> None:
    scope.act_as(office.session, scope.NOBODY)
    visit = report(office)
    assert (visit.case.origin, visit.case.channel, visit.case.reporter_id) == ("resident", "web", None)
    standing = told(office, visit)
    assert standing.stage == "collect" and "网格员会到现场看一看" in standing.sentences[0]
    assert "前完成" in standing.sentences[0]


def test_the_same_form_sent_twice_is_one_case(office: Office) -> None:
    first, second = report(office), report(office)
    assert first.case.id == second.case.id and first.secret == second.secret
    assert office.session.scalar(select(func.count()).select_from(Case)) == 1


def test_an_identity_number_is_covered_before_anything_is_kept(office: Office) -> None:
    words, place = f"我的身份证是{IDENTITY}，路灯坏了。", "３３０９２１１９９００１０１１２３Ｘ 门口"
    told = cases.Report(words, place, division=COMMUNITY)
    filed = residents.report(office.session, told, "k", "a", office.at)
    case = filed.visit.case
    assert filed.covered == 2
    searched = office.session.scalars(select(CaseWords.search).where(CaseWords.case_id == case.id)).one()
    assert case.description == "我的身份证是330*************34，路灯坏了。" and searched and IDENTITY not in searched
    assert case.place.startswith("３３０***") and "路灯" in case.title and "1990" not in case.title


def test_an_identity_number_in_place_of_a_phone_is_refused_in_clear_words(office: Office) -> None:
    with pytest.raises(ReportInvalid) as refused:
        report(office, contact={"phone": IDENTITY})
    assert "这是身份证号" in refused.value.fields["contact.phone"][0]
    assert IDENTITY not in str(refused.value.fields)


def test_a_link_opens_one_case_and_a_changed_one_opens_nothing(office: Office) -> None:
    visit, other = report(office), report(office, "k2")
    assert residents.by_link(office.session, visit.case.number, visit.secret).case.id == visit.case.id
    for number, secret in ((visit.case.number, other.secret), (visit.case.number, ""), ("x", visit.secret),
                           (visit.case.number, f"1.{visit.secret}"), (visit.case.number, "⁷." + visit.secret)):
        with pytest.raises(residents.LinkUnknown):
            residents.by_link(office.session, number, secret)


def test_number_and_phone_find_it_however_the_phone_is_spaced(office: Office) -> None:
    visit = report(office)
    for phone in ("13800001111", "138-0000-1111", "+86 138 0000 1111"):
        found = residents.by_phone(office.session, visit.case.number, phone, "10.0.0.1", office.at)
        assert found.secret == visit.secret


def test_an_unknown_number_and_a_wrong_phone_answer_alike(office: Office) -> None:
    visit = report(office)
    said = set()
    for number, phone in ((visit.case.number, "13900000000"), ("330902-2603-999999", "13800001111")):
        with pytest.raises(residents.NotFoundByPhone) as unknown:
            residents.by_phone(office.session, number, phone, "10.0.0.1", office.at)
        said.add((unknown.value.message, unknown.value.code, str(unknown.value.facts)))
    assert len(said) == 1


def test_guessing_ends_after_a_few_for_one_number_and_for_one_address(office: Office) -> None:
    visit = report(office)

    def guess(number: str, address: str) -> None:
        residents.by_phone(office.session, number, "13900000000", address, office.at)

    for place in range(knocking.WRONG_FOR.most):
        with pytest.raises(residents.NotFoundByPhone):
            guess(visit.case.number, f"10.0.0.{place}")
    with pytest.raises(residents.TooOften) as often:
        guess(visit.case.number, "10.0.9.9")
    assert often.value.retry_at == office.at + knocking.WRONG_FOR.within
    for number in range(knocking.WRONG_FROM.most):
        with pytest.raises(residents.NotFoundByPhone):
            guess(f"330902-2603-{number + 500:06d}", "10.1.1.1")
    with pytest.raises(residents.TooOften):
        guess("330902-2603-777777", "10.1.1.1")
    office.at += timedelta(minutes=16)
    assert residents.by_phone(office.session, visit.case.number, "13800001111", "10.1.1.1", office.at)


def test_reports_from_one_address_are_limited_and_old_knocks_forgotten(office: Office) -> None:
    for number in range(knocking.REPORT.most):
        report(office, f"k{number}")
    with pytest.raises(residents.TooOften):
        report(office, "one more")
    assert residents.forget_knocks(office.session, office.at + knocking.KEPT + timedelta(seconds=1)) > 0


def test_the_same_reported_near_by_is_shown_without_anybodys_words(office: Office) -> None:
    case = report(office).case
    found = residents.list_nearby(office.session, "门口路灯不亮", "蟠洋社区东侧", COMMUNITY, office.at)
    assert [one.number for one in found] == [case.number]
    assert "路灯" in found[0].kind and found[0].seen_by == 1
    assert "3 号楼" not in found[0].place and "三天" not in repr(found[0])


def test_what_is_about_people_is_shown_to_nobody(office: Office) -> None:
    report(office, description="隔壁夫妻天天吵架打架，闹离婚。")
    assert residents.list_nearby(office.session, "夫妻吵架闹离婚", "蟠洋社区", COMMUNITY, office.at) == []


def test_following_tells_how_many_and_opens_a_link_that_does_not_rate(office: Office) -> None:
    reporter = report(office)
    asked = cases.Report("路灯坏了晚上黑", "蟠洋社区东侧", division=COMMUNITY, contact={"phone": "13700002222"})
    follower = residents.follow(office.session, reporter.case.number, asked, "10.0.0.2", office.at)
    assert told(office, reporter).seen_by == 1 and told(office, follower).words == ""
    found = residents.by_phone(office.session, reporter.case.number, "13700002222", "10.0.0.2", office.at)
    assert found.follower == follower.follower
    assert office.entries("follow") and office.session.scalar(select(func.count()).select_from(Case)) == 1
    with pytest.raises(residents.FollowersDoNotRate):
        residents.answer(office.session, follower, 1, "satisfied", {}, None, office.at)


def test_only_what_was_shown_can_be_followed(office: Office) -> None:
    secret = report(office, description="隔壁夫妻天天吵架打架，闹离婚。").case.number
    for number in (secret, "330902-2603-000999"):
        with pytest.raises(residents.LinkUnknown):
            residents.follow(office.session, number, LAMP, "10.0.0.2", office.at)


def handled(office: Office) -> residents.Visit:
    visit = report(office)
    office.do("verify", "confirmed")
    office.walk(("dispatch", "department"), ("sign", "sign"), ("handle_task", "done"), ("check", "pass"),
                ("inform", "told"))
    return visit


def test_a_follower_sees_how_it_stands_and_nobodys_words(office: Office) -> None:
    reporter = report(office)
    asked = cases.Report("路灯坏了晚上黑", "蟠洋社区东侧", division=COMMUNITY)
    follower = residents.follow(office.session, reporter.case.number, asked, "10.0.0.2", office.at)
    office.do("verify", "confirmed")
    office.walk(("dispatch", "department"), ("sign", "sign"), ("handle_task", "done"), ("check", "pass"))
    assert told(office, reporter).result and not told(office, follower).result
    assert told(office, follower).stage == "feedback" and told(office, follower).asked == ()


def rate(office: Office, visit: residents.Visit, outcome: str, **values: str) -> None:
    asked = told(office, visit).asked[0]
    residents.answer(office.session, visit, asked.task, outcome, values, asked.version, office.at)


@pytest.mark.cites("E15")
def test_a_resident_rates_once_and_sees_it(office: Office) -> None:
    visit = handled(office)
    standing = told(office, visit)
    assert standing.result and [one.element for one in standing.asked] == ["rate"]
    assert standing.asked[0].until is not None and "请您评价" in standing.sentences[0]
    rate(office, visit, "satisfied", note=f"谢谢，身份证{IDENTITY}")
    after = told(office, visit)
    assert (after.rating, after.asked, after.closed_at) == ("satisfied", (), office.at)
    assert IDENTITY not in "".join(office.session.scalars(select(EntryText.text)))
    with pytest.raises(worklist.TaskTaken):
        residents.answer(office.session, visit, standing.asked[0].task, "satisfied", {}, None, office.at)


@pytest.mark.cites("E15")
def test_unhappy_with_a_reason_opens_it_again_once(office: Office) -> None:
    visit = handled(office)
    rate(office, visit, "dissatisfied", reason="灯还是不亮")
    assert office.case.reopened == 1 and "发回重办" in told(office, visit).sentences[-1]
    office.walk(("handle_task", "done"), ("check", "pass"), ("inform", "told"))
    rate(office, visit, "dissatisfied", reason="还是不亮")
    assert office.case.stage == "closed" and office.case.reopened == 1


def test_a_resident_may_not_call_the_demand_unreasonable_nor_do_others_work(office: Office) -> None:
    visit = handled(office)
    assert [one.id for one in told(office, visit).asked[0].form.outcomes] == ["satisfied", "basic", "dissatisfied"]
    with pytest.raises(ActNotAllowed):
        rate(office, visit, "unreasonable", reason="x")
    other = report(office, "k2")
    task = office.task("verify")
    with pytest.raises(worklist.NotYourTask):
        residents.answer(office.session, other, task.id, "confirmed", {"note": "x"}, None, office.at)
    with pytest.raises(worklist.NotYourTask):
        residents.answer(office.session, visit, task.id, "confirmed", {"note": "x"}, None, office.at)


def test_a_resident_supplies_what_is_missing(office: Office) -> None:
    visit = report(office)
    office.do("verify", "confirmed")
    office.do("dispatch", "supplement", missing="请说明是哪一盏灯")
    asked = told(office, visit).asked
    assert [one.element for one in asked] == ["supplement"]
    form = asked[0].form
    residents.answer(office.session, visit, asked[0].task, form.outcomes[0].id,
                     {field.id: "东门第二盏" for field in form.fields if field.required}, asked[0].version, office.at)
    assert office.open == ["dispatch"]


def test_the_contact_is_sealed_and_the_page_says_when_it_is_late(office: Office) -> None:
    visit = report(office)
    contact = office.session.get_one(Contact, visit.case.id)
    assert unseal(contact.sealed, visit.case.number).name == "陈某"
    late = office.at + timedelta(days=30)
    standing = residents.standing_of(office.session, visit, late)
    assert standing.is_late and "已经超过时限" in standing.sentences[1]
    english = residents.standing_of(office.session, visit, late, "en")
    assert "late" in english.sentences[1]
