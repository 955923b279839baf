"""An answer that is kept under a key knows the entry that it acknowledges."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from engine.audit.models import Entry
from engine.cases.models import Answered
from tests.web.api.test_cases import REPORT
from tests.web.api.test_photos import send
from tests.web.conftest import Caller, House, png

Call = Callable[[str], Caller]


def acknowledged(house: House) -> list[tuple[str, int | None]]:
    """(verb of the entry, its number) of every answer kept, in their order."""
    house.session.rollback()
    there = sa.and_(Entry.case_id == Answered.case_id, Entry.seq == Answered.seq)
    asked = sa.select(Entry.verb, Answered.seq).join(Entry, there)
    rows = house.session.execute(asked.order_by(Answered.case_id, Answered.seq))
    return [(verb, seq) for verb, seq in rows]


def test_every_act_under_a_key_is_tied_to_its_entry(house: House, call: Call) -> None:
    number = call("dispatcher")("POST", "/cases", REPORT, Idempotency_Key="a").get_json()["number"]
    call("dispatcher")("POST", f"/cases/{number}/acts/urge", {"values": {}}, Idempotency_Key="b")
    assert acknowledged(house) == [("report", 1), ("urge", 2)]


def test_a_photo_sent_again_under_its_key_is_the_same_photo(house: House, call: Call) -> None:
    reporter = call("reporter")
    first, again = (send(reporter, png(), Idempotency_Key="photo") for _ in range(2))
    assert first.data == again.data and first.status_code == 201  # type: ignore[attr-defined]
    other = send(reporter, png(), "b.png", Idempotency_Key="photo")
    assert other.status_code == 422  # type: ignore[attr-defined]
