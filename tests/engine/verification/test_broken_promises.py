"""Each promise is broken by SQL, and `verify` finds that one and no other; a healthy house has no finding."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine import jobs, notices
from engine.cases import repeating
from engine.verification import verify
from tests.town import Office

AT = timedelta(days=8)


@pytest.fixture
def house(office: Office) -> Office:
    """A house in which a little of everything has happened: cases open and closed, photos, notices, an anchor."""
    session = office.session
    office.resident()
    office.walk(("dispatch", "department"), ("sign", "sign"), ("handle_task", "done"), ("check", "pass"))
    office.walk(("inform", "told"), ("rate", "satisfied"))
    office.report(severity="major")
    office.report()
    answer = repeating.Answer(200, {"number": office.case.number})
    repeating.keep_answer(session, 1, "key", "hash", answer, office.at)
    session.execute(text("UPDATE answered SET case_id = :id, seq = 1"), {"id": office.case.id})
    office.wait(office.at + AT)
    notices.deliver_due(session, office.at)
    jobs.anchor_chains(session, office.at)
    session.flush()
    return office


def broken(house: Office) -> dict[str, int]:
    """How many violations of which promise."""
    house.session.expire_all()
    found = verify(house.session, house.at)
    return {name: finding.violations for name, finding in found.items() if finding.violations}


def change(house: Office, sql: str) -> None:
    """Do what nobody may do."""
    for table in ("entry", "anchor", "anchored"):
        house.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    assert house.session.execute(text(sql)).rowcount != 0  # type: ignore[attr-defined]


def test_a_healthy_house_keeps_every_promise_and_something_was_looked_at(house: Office) -> None:
    found = verify(house.session, house.at)
    assert {name: finding.examples for name, finding in found.items() if finding.violations} == {}
    assert [name for name, finding in found.items() if finding.checked == 0] == ["I7"]  # no worker lives here


OPEN = "(SELECT max(id) FROM \"case\")"
LAST = f"(case_id, seq) = (SELECT case_id, max(seq) FROM entry WHERE case_id = {OPEN} GROUP BY case_id)"


@pytest.mark.parametrize(("promise", "sql"), [
    ("I1", "UPDATE answered SET seq = 4711"),
    ("I2", f'UPDATE "case" SET entries = entries + 1 WHERE id = {OPEN}'),
    ("I3", f'UPDATE "case" SET urged = urged + 1 WHERE id = {OPEN}'),
    ("I3", f"""UPDATE "case" SET place = '别处' WHERE id = {OPEN}"""),
    ("I5", "DELETE FROM timer WHERE (instance_id, task) = (SELECT instance_id, task FROM timer LIMIT 1)"),
    ("I5", "INSERT INTO timer (instance_id, task, element, hangs_on, due_at, interrupting) "
           "SELECT max(id), 9999, 'ghost', 1, '2027-01-01', true FROM instance"),
    ("I6", "DELETE FROM inbox WHERE message_id = (SELECT id FROM outbox WHERE delivered_at IS NOT NULL LIMIT 1)"),
    ("I6", "UPDATE outbox SET dead_at = delivered_at WHERE id = (SELECT id FROM outbox WHERE delivered_at IS NOT NULL "
           "LIMIT 1)"),
    ("I9", f"UPDATE entry SET actor = '别人' WHERE {LAST}"),
    ("I9", f"UPDATE entry SET at = at - interval '1 hour' WHERE {LAST}"),
    ("I9", "UPDATE anchor SET chains = chains + 1"),
    ("I9", "UPDATE anchored SET hash = repeat('0', 64) WHERE case_id = (SELECT case_id FROM anchored LIMIT 1)"),
])
def test_it_is_found_and_nothing_else(house: Office, promise: str, sql: str) -> None:
    change(house, sql)
    assert list(broken(house)) == [promise]


def test_i4_a_state_that_no_longer_loads(house: Office) -> None:
    change(house, "UPDATE instance SET state = substr(state, 1, length(state) - 9) || '\\x7d'::bytea WHERE id = "
                  "(SELECT max(id) FROM instance)")
    assert list(broken(house)) == ["I4"]


def test_i4_a_state_bound_to_other_bytes(house: Office) -> None:
    change(house, "UPDATE instance SET definition_sha256 = repeat('0', 64)")
    assert list(broken(house)) == ["I4"]


def test_i2_and_i9_an_entry_that_was_cut_off(house: Office) -> None:
    change(house, f"DELETE FROM entry WHERE {LAST}")
    assert {"I2", "I9"} <= set(broken(house))


def test_i9_a_case_that_vanished_with_everything_it_had(house: Office) -> None:
    change(house, f"DELETE FROM entry WHERE case_id = {OPEN}")
    assert "I9" in broken(house)


def test_i7_counts_while_a_worker_lives(house: Office) -> None:
    house.session.execute(text("INSERT INTO beat (worker, at) VALUES ('w', :at)"), {"at": house.at})
    assert broken(house) == {}
    house.report()
    house.at += timedelta(hours=5)
    house.session.execute(text("UPDATE beat SET at = :at"), {"at": house.at})
    assert list(broken(house)) == ["I7"]


def attachment_file(house: Office) -> str:
    """Where a photo of the house lies."""
    key = house.session.scalar(text("SELECT key FROM attachment LIMIT 1"))
    return str(key)


@pytest.fixture
def photo_file(house: Office, tmp_path: object) -> str:
    """The file of one photo."""
    return f"{tmp_path}/photos/{attachment_file(house)}"


def test_i10_a_photo_that_is_gone(house: Office, photo_file: str) -> None:
    os.remove(photo_file)
    assert broken(house) == {"I10": 1}


def test_i10_a_photo_that_was_exchanged(house: Office, photo_file: str) -> None:
    with open(photo_file, "wb") as file:
        file.write(b"another")
    assert broken(house) == {"I10": 1}


def test_i10_a_file_that_nobody_knows_is_tolerated_for_an_hour(house: Office, photo_file: str) -> None:
    stray = f"{os.path.dirname(photo_file)}/stray.jpg"
    with open(stray, "wb") as file:
        file.write(b"half a photo")
    written = house.at.timestamp()
    os.utime(stray, (written - 1800, written - 1800))
    assert broken(house) == {}
    os.utime(stray, (written - 3700, written - 3700))
    assert broken(house) == {"I10": 1}


def test_i8_an_index_that_no_longer_fits_its_table(house: Office) -> None:
    """An index over a function that answers otherwise than when the index was made."""
    crooked = ("CREATE OR REPLACE FUNCTION crooked(bigint) RETURNS bigint IMMUTABLE LANGUAGE plpgsql "
               "AS 'BEGIN RETURN {} $1; END'")
    house.session.execute(text(crooked.format("")))
    house.session.execute(text('CREATE INDEX ix_crooked ON "case" (crooked(id))'))
    assert broken(house) == {}
    house.session.execute(text(crooked.format("-")))
    assert broken(house) == {"I8": 1}
