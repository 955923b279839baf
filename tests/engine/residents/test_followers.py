"""Who follows a case instead of repeating it hears of its end like the reporter: a letter, or a notice for a worker."""

from __future__ import annotations

from sqlalchemy import select

from engine import cases, notices, residents
from engine.cases.models import Case
from engine.notices.models import Outbox
from tests.town import BASE, DAISHAN, Office

COMMUNITY = BASE[:12]
TOLD = ("楼道里堆满了垃圾。", "3 号楼")
CLOSED, REOPENED = "您跟进的 {} 已结案，请查看结果", "您跟进的 {} 将重新办理，请查看进展"
ROAD = (("dispatch", "own"), ("handle_task", "done"), ("check", "pass"))


def follow(office: Office, case: Case, phone: str) -> int | None:
    """A neighbour has seen the same."""
    asked = cases.Report(*TOLD, division=COMMUNITY, contact={"phone": phone})
    return residents.follow(office.session, case.number, asked, "10.0.0.1", office.at).follower


def letters(office: Office) -> list[tuple[int | None, int | None, str]]:
    """What goes to people without an account: about which case, to which follower, in which words."""
    office.session.flush()
    asked = select(Outbox.case_id, Outbox.follower_id, Outbox.subject).where(
        Outbox.recipient_id.is_(None), Outbox.kind.in_(("closed", "reopened")))
    return [(case, follower, words) for case, follower, words in office.session.execute(
        asked.order_by(Outbox.made_at, Outbox.case_id, Outbox.follower_id))]


def inbox(office: Office) -> list[tuple[int | None, int | None, str]]:
    """Which worker hears of an end, about which case, in which words."""
    asked = select(Outbox.recipient_id, Outbox.case_id, Outbox.subject).where(
        Outbox.channel == "inapp", Outbox.kind.in_(("closed", "reopened"))).order_by(Outbox.made_at, Outbox.case_id)
    return [(person, case, words) for person, case, words in office.session.execute(asked)]


def close(office: Office, case: Case) -> None:
    """The reporter is told, and content."""
    office.case = case
    office.do("inform", "told", method="phone")
    office.do("rate", "satisfied")
    assert case.closed_at is not None


def test_followers_with_a_phone_get_a_letter_with_their_own_link(office: Office, gateway: None) -> None:
    case = office.resident()
    first, again, silent, second = (follow(office, case, phone) for phone in (
        "13800002222", "138 0000 2222", "", "13800003333"))
    assert first and again and silent and second
    office.walk(*ROAD)
    close(office, case)
    assert letters(office) == [(case.id, one, CLOSED.format(case.number)) for one in (first, second)]
    sent = notices.take(office.session, "sms", office.at).letters
    assert {(one.address, one.link) for one in sent} == {
        (phone, f"https://wangge.example.cn/r/{case.number}/{residents.secret_of(case, key)}")
        for phone, key in (("13800002222", first), ("13800003333", second))}
    assert not any(word in one.subject for one in sent for word in ("13800", "垃圾", "3 号楼"))


def test_where_it_is_done_again_they_hear_of_that_too(office: Office, gateway: None) -> None:
    case = office.resident()
    one = follow(office, case, "13800002222")
    office.walk(*ROAD)
    office.do("inform", "told", method="phone")
    office.do("rate", "dissatisfied")
    assert case.reopened == 1 and letters(office) == [(case.id, one, REOPENED.format(case.number))]
    assert inbox(office) == [(case.reporter_id, case.id, f"{case.number} 发回重办")]


def test_reporters_of_what_was_joined_hear_of_the_end_under_their_own_number(office: Office, gateway: None) -> None:
    case = office.resident()
    joined = office.resident(contact={"name": "王某", "phone": "13800004444"})
    office.do("dispatch", "duplicate", duplicate_of=case.number)
    neighbour = follow(office, joined, "13800005555")
    office.do("inform", "told", method="phone")
    assert joined.closed_at is not None and letters(office) == [], "it goes on in the other"
    before, joined.reporter_id = inbox(office), office.worker(DAISHAN).person_id  # another grid's worker reported it
    office.session.flush()
    office.case = case
    office.walk(*ROAD)
    close(office, case)
    words = CLOSED.format(joined.number)
    assert set(letters(office)) == {(joined.id, None, words), (joined.id, neighbour, words)}
    assert {one.address for one in notices.take(office.session, "sms", office.at).letters} == {
        "13800004444", "13800005555"}
    assert set(inbox(office)) - set(before) == {
        (one.reporter_id, one.id, f"{one.number} 已结案") for one in (case, joined)}


def test_who_follows_what_is_joined_to_something_over_hears_so_at_once(office: Office, gateway: None) -> None:
    case = office.resident()
    office.walk(*ROAD)
    close(office, case)
    joined = office.resident()
    neighbour = follow(office, joined, "13800005555")
    told = [(joined.id, neighbour, CLOSED.format(joined.number))]
    office.do("dispatch", "duplicate", duplicate_of=case.number)
    assert letters(office) == told
    office.do("inform", "told", method="phone")
    assert joined.closed_at is not None and letters(office) == told, "once"


def test_a_reporter_who_left_no_phone_gets_no_letter(office: Office, gateway: None) -> None:
    case, joined = office.resident(), office.resident(contact={"name": "王某"})
    office.do("dispatch", "duplicate", duplicate_of=case.number)
    office.do("inform", "told", method="face")
    assert joined.closed_at is not None and joined.has_contact
    office.case = case
    office.walk(*ROAD)
    close(office, case)
    assert letters(office) == []


def test_without_a_channel_that_reaches_a_phone_nothing_waits(office: Office) -> None:
    case = office.resident()
    follow(office, case, "13800002222")
    office.walk(*ROAD)
    close(office, case)
    assert letters(office) == []
