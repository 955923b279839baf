"""R15: a backup made while people work, restored elsewhere, is one moment of the place, whole and readable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from engine import directory
from engine.cases import sealing
from engine.cases.models import Contact
from engine.directory.models import Account
from tests.builders import PASSWORD
from tests.engine.backups.conftest import Site
from tests.town import WEDNESDAY, Office

Make = Callable[..., Site]
PATIENCE = 240.0


def test_every_row_and_photo_comes_back(busy: Site, make_site: Make, tmp_path: Path) -> None:
    busy.back_up(tmp_path / "kept")
    elsewhere = make_site()
    elsewhere.restore(tmp_path / "kept")
    assert elsewhere.rows() == busy.rows() and elsewhere.photos() == busy.photos() != {}
    assert elsewhere.problems() == []


def test_people_log_in_afterwards_by_the_passwords_they_had(busy: Site, make_site: Make, tmp_path: Path) -> None:
    with busy.sessions().begin() as session:
        secret = directory.open_session(session, session.scalars(sa.select(Account.id)).first() or 0, "browser",
                                        WEDNESDAY).secret
    busy.back_up(tmp_path / "kept")
    elsewhere = make_site()
    elsewhere.restore(tmp_path / "kept")
    with elsewhere.sessions()() as session:
        opened = directory.log_in(session, "seat.330921100-centre.1", PASSWORD, "10.0.0.1", "browser", WEDNESDAY)
        assert directory.find_known(session, opened.secret, "browser", WEDNESDAY)
        assert directory.find_known(session, secret, "browser", WEDNESDAY), "who was logged in stays so"


def test_a_resident_can_be_called_afterwards(busy: Site, make_site: Make, tmp_path: Path) -> None:
    busy.back_up(tmp_path / "kept")
    elsewhere = make_site()
    elsewhere.restore(tmp_path / "kept")
    with elsewhere.sessions()() as session:
        contact = session.scalars(sa.select(Contact)).one()
        number = session.execute(sa.text('SELECT number FROM "case"')).scalar_one()
        assert sealing.unseal(contact.sealed, number).phone == "13800001111"


def test_people_go_on_while_it_is_made(busy: Site, make_site: Make, tmp_path: Path) -> None:
    did_more, enough = threading.Event(), threading.Event()
    sessions = busy.sessions()

    def go_on() -> None:
        while not enough.is_set():
            with sessions.begin() as session:
                office = Office(session)
                office.report(photos=(office.photo(office.worker()),))
                office.do("dispatch", "own")
            did_more.set()

    people = threading.Thread(target=go_on)
    people.start()
    try:
        assert did_more.wait(PATIENCE)
        made = busy.back_up(tmp_path / "kept")
        did_more.clear()
        assert did_more.wait(PATIENCE)
    finally:
        enough.set()
    people.join()
    elsewhere = make_site()
    elsewhere.restore(tmp_path / "kept")
    there, here = elsewhere.rows(), busy.rows()
    assert set(there["entry"]) < set(here["entry"]) and len(there["entry"]) == made.manifest["entries"]
    assert len(there["case"]) == made.manifest["cases"] and set(there["attachment"]) <= set(here["attachment"])
    assert elsewhere.problems() == []


def test_the_record_stays_closed_to_changes(busy: Site, make_site: Make, tmp_path: Path) -> None:
    busy.back_up(tmp_path / "kept")
    elsewhere = make_site()
    elsewhere.restore(tmp_path / "kept")
    with elsewhere.engine.connect() as connection:
        triggers = connection.scalars(sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")).all()
    assert triggers == ["anchor_append_only", "anchored_append_only", "division_version", "entry_append_only",
                        "house_entry_append_only", "organisation_version"]
