"""What sticks is named, with since when and why; a house in which nothing sticks has nothing to say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine import attachments, backups, demo, jobs, upkeep
from engine.attachments import storing
from engine.backups import keeping
from engine.backups.models import Backup
from engine.processes.models import Incident, Timer
from engine.settings import Settings
from engine.supervision.beats import JobBeat, beat
from tests.town import WEDNESDAY, Office

JOBS = {"due": timedelta(seconds=1), "notices": timedelta(seconds=2), "anchor": timedelta(minutes=5)}
TOPS = ["3309"]


@pytest.fixture(autouse=True)
def untried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store of one's own, and no plan of backups."""
    attachments.use_folder(tmp_path / "objects")
    monkeypatch.setattr(storing, "_tried", None)
    monkeypatch.setattr(keeping, "_here", None)


def at_work(office: Office, **jobs: JobBeat) -> None:
    """A worker that lives and did its jobs just now."""
    well: JobBeat = {"at": office.at.isoformat(), "problem": "", "since": ""}
    beat(office.session, "one", office.at, {name: jobs.get(name, well) for name in JOBS})


def look(office: Office) -> upkeep.House:
    office.session.flush()
    return upkeep.look(office.session, JOBS, TOPS, office.at)


def keys(house: upkeep.House) -> list[str]:
    return [one.key for one in house.concerns]


def test_all_is_well(office: Office) -> None:
    at_work(office)
    office.report()
    house = look(office)
    assert (keys(house), house.workers, house.late) == ([], 1, 0)
    assert house.database.size > 0 and house.database.connections >= 1


def test_a_silent_worker_comes_first(office: Office) -> None:
    office.report()
    assert keys(look(office))[0] == "no_worker"


def test_a_late_timer_is_named_with_its_reason(office: Office) -> None:
    office.report()
    office.session.execute(sa.update(Timer).values(due_at=WEDNESDAY - timedelta(hours=2)))
    at_work(office)
    house = look(office)
    assert keys(house) == ["late"] and house.concerns[0].since == WEDNESDAY - timedelta(hours=2)
    assert [(one.number, one.why) for one in house.overdue] == [(office.case.number, "waiting")]
    assert upkeep.look(office.session, JOBS, ["330921"], office.at).overdue == [], "elsewhere it has no number"


def test_a_late_timer_that_broke_leads_to_its_incident(office: Office) -> None:
    office.report()
    office.session.execute(sa.update(Timer).values(due_at=WEDNESDAY - timedelta(hours=2)))
    broken = Incident(case_id=office.case.id, element="accept", reason="no answer", attempts=3, at=WEDNESDAY,
                      last_at=WEDNESDAY, next_try_at=WEDNESDAY + timedelta(hours=1))
    office.session.add(broken)
    at_work(office)
    house = look(office)
    assert keys(house) == ["late", "incidents"]
    assert (house.overdue[0].why, house.overdue[0].incident, house.overdue[0].attempts) == ("incident", broken.id, 3)


def test_a_job_that_breaks_or_stays_away(office: Office) -> None:
    since = (office.at - timedelta(minutes=30)).isoformat()
    at_work(office, notices={"at": office.at.isoformat(), "problem": "OSError", "since": since},
            anchor={"at": since, "problem": "", "since": ""})
    house = look(office)
    said = [(one.key, one.facts["job"]) for one in house.concerns]
    assert said == [("job_broken", "notices"), ("job_late", "anchor")]
    assert house.concerns[0].since == office.at - timedelta(minutes=30)


def test_one_worker_that_does_it_well_is_enough(office: Office) -> None:
    at_work(office)
    bad: JobBeat = {"at": office.at.isoformat(), "problem": "OSError", "since": office.at.isoformat()}
    beat(office.session, "two", office.at, dict.fromkeys(JOBS, bad))
    assert keys(look(office)) == []


def test_backups_that_fail_or_grow_old(office: Office, tmp_path: Path) -> None:
    backups.use_place(Settings(data=tmp_path, demo=False))
    at_work(office)
    made = Backup(asked_at=office.at, state="made", ended_at=office.at - timedelta(hours=30), size=5, missing=0)
    office.session.add(made)
    assert keys(look(office)) == ["backup_old"]
    made.missing = 2
    office.session.add(Backup(asked_at=office.at, state="failed", ended_at=office.at, problem="full", missing=0))
    house = look(office)
    assert set(keys(house)) == {"backup_failed", "backup_missing"} and house.backups.last is made


def test_the_programs_name_their_versions(office: Office) -> None:
    found = {one.name: one for one in upkeep.programs(office.session)}
    assert found["SpiffWorkflow"].found == "3.2.0" and found["migration"].found == found["migration"].wanted != ""


def test_a_demo_is_anchored_when_it_is_made_and_again_soon_after_it_stood_still(office: Office) -> None:
    office.report()
    demo.seal(office.session, office.at)
    at_work(office)
    assert keys(look(office)) == []
    office.wait(office.at + timedelta(hours=5))
    at_work(office)
    assert "anchor" in keys(look(office))
    every = next(job.every for job in jobs.JOBS if job.name == "anchor")
    assert every <= timedelta(minutes=1), "whoever opens the page meanwhile is not alarmed for long"
    jobs.anchor_chains(office.session, office.at)
    assert "anchor" not in keys(look(office))
