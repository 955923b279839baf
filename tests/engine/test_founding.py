"""The first day of a place: what it is given, and that nobody holds two keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import attachments, audit, deadlines, directory, founding, library, matters
from engine.db import tables
from engine.directory.models import Division, Organisation, Person
from engine.directory.places import PlacesInvalid
from engine.founding import Founded, Site
from engine.jobs import JOBS, Job
from tests.builders import BEFORE, NOW, a_division

LINES = ("code,name,level,parent", "3309,舟山市,city,", "330921,岱山县,county,3309", "330921100,高亭镇,township,330921",
         "330921100001,沙涂社区居委会,community,330921100")
ADMINISTRATORS = {"system_admin": "周管", "security_admin": "吴安", "audit_admin": "郑审"}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    file = tmp_path / "divisions.csv"
    file.write_text("\n".join(LINES), encoding="utf-8")
    return founding.read_site(None, file, None)


def found(session: Session, site: Site, **changed: Any) -> Founded:
    values: dict[str, Any] = {"by": "绘制人", "approved_by": "审批人", "administrators": ADMINISTRATORS, "at": NOW,
                              **changed}
    return founding.found_place(session, site, founding.matching_packs(site.divisions), **values)


def test_each_administrator_is_somebody_else_and_opens_one_door(session: Session, site: Site) -> None:
    founded = found(session, site)
    seen = []
    for one in founded.administrators:
        opened = directory.log_in(session, one.username, one.password, "127.0.0.1", "browser", NOW)
        known = directory.find_known(session, opened.secret, "browser", NOW)
        assert known is not None
        seen.append((known.actor.person_id, known.actor.roles))
    assert len({person for person, _ in seen}) == 3
    assert [roles for _, roles in seen] == [{role} for role in ADMINISTRATORS]


def test_no_two_passwords_are_alike(session: Session, site: Site) -> None:
    passwords = {one.password for one in found(session, site).administrators}
    assert len(passwords) == 3 and all(len(password) == 19 for password in passwords)


def test_every_level_gets_its_centre(session: Session, site: Site) -> None:
    found(session, site)
    assert session.scalars(select(Organisation.name).order_by(func.length(Organisation.division_code))).all() == [
        f"{name}网格化服务管理中心" for name in ("舟山市", "岱山县", "高亭镇", "沙涂社区")]


def test_rules_are_in_force_from_that_moment(session: Session, site: Site) -> None:
    founded = found(session, site)
    release = library.current_release(session, "daishan", NOW)
    assert {source.pack for source in library.pinned(session, release).values()} == {"base", "daishan"}
    assert founded.definitions == len([*library.working_copies("base"), *library.working_copies("daishan")])
    with pytest.raises(library.DefinitionUnknown):
        library.current_release(session, "base", NOW - timedelta(seconds=1))


def test_only_packs_that_rule_a_division_of_the_place_are_taken(site: Site) -> None:
    assert [pack.id for pack in founding.matching_packs(site.divisions)] == ["base", "daishan"]
    assert [pack.id for pack in founding.matching_packs(site.divisions[:1])] == ["base"]
    assert [pack.id for pack in founding.matching_packs(site.divisions, ["daishan"])] == ["base"]


def test_a_place_with_data_is_left_alone(session: Session, site: Site) -> None:
    a_division(session, "4206", "襄阳市", "city")
    with pytest.raises(founding.PlaceNotEmpty):
        found(session, site)
    assert session.scalars(select(Division.code)).all() == ["4206"]


def test_it_happens_once(session: Session, site: Site) -> None:
    found(session, site)
    with pytest.raises(founding.PlaceNotEmpty):
        found(session, site)


@pytest.mark.parametrize("changed", [
    {"approved_by": "绘制人"}, {"by": " "}, {"by": "长" * 61},
    {"administrators": {**ADMINISTRATORS, "audit_admin": "周管"}},
    {"administrators": {**ADMINISTRATORS, "audit_admin": ""}},
])
def test_two_and_three_different_names_are_needed(session: Session, site: Site, changed: dict[str, Any]) -> None:
    with pytest.raises(founding.NamesNeeded):
        found(session, site, **changed)
    assert session.scalars(select(Person)).all() == []


def test_the_place_of_the_house_has_its_departments() -> None:
    site = founding.read_site("zhoushan", None, None)
    assert len(site.divisions) == 469 and "urban_management" in site.plan["levels"]["city"]["departments"]


def test_a_place_that_nobody_brought_is_named_with_those_that_are() -> None:
    with pytest.raises(founding.PlaceUnknown, match="zhoushan"):
        founding.read_site("atlantis", None, None)


def test_divisions_with_a_fault_are_refused(tmp_path: Path) -> None:
    (tmp_path / "divisions.csv").write_text(f"{LINES[0]}\n{LINES[2]}\n", encoding="utf-8")
    with pytest.raises(PlacesInvalid, match="330921|3309"):
        founding.read_site(None, tmp_path / "divisions.csv", None)


@pytest.mark.parametrize("content", [b"code,name,level,parent\n", "\n".join(LINES).encode("gbk")])
def test_a_list_that_is_empty_or_not_utf_8_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "divisions.csv").write_bytes(content)
    with pytest.raises(founding.SiteInvalid):
        founding.read_site(None, tmp_path / "divisions.csv", None)


@pytest.mark.parametrize("plan", ["levels: {}", "just words", "a: [", ""])
def test_a_plan_that_is_none_is_refused(tmp_path: Path, plan: str) -> None:
    (tmp_path / "plan.yaml").write_text(plan, encoding="utf-8")
    with pytest.raises(founding.SiteInvalid):
        founding.read_site("zhoushan", None, tmp_path / "plan.yaml")


def test_what_a_worker_or_a_stranger_leaves_by_being_there_is_nothing(session: Session, site: Site,
                                                                       tmp_path: Path) -> None:
    attachments.use_folder(tmp_path / "photos")
    directory.forget_failures(session, BEFORE)
    with pytest.raises(directory.WrongCredentials):
        directory.log_in(session, "root", "guess", "127.0.0.1", "browser", NOW)
    session.flush()
    for job in JOBS:
        if isinstance(job, Job):
            job.do(session, NOW)
    assert tables.filled(session.connection()) == []
    assert found(session, replace(site)).divisions == 4


def test_any_prefecture_is_cut_from_the_nation(session: Session) -> None:
    assert [row.code for row in founding.site_of("3309").divisions] == sorted(
        (row.code for row in founding.read_site("zhoushan", None, None).divisions), key=lambda code: (len(code), code))
    county = founding.site_of("3309", ["330921"])
    assert {row.level: sum(one.level == row.level for one in county.divisions) for row in county.divisions} == {
        "city": 1, "county": 1, "township": 7, "community": 88}
    assert founding.site_of("1101").divisions[0].name == "北京市"


@pytest.mark.parametrize(("city", "counties"), [("9999", []), ("33", []), ("330921", []), ("3309", ["420683"])])
def test_what_is_no_prefecture_is_refused(city: str, counties: list[str]) -> None:
    with pytest.raises(PlacesInvalid):
        founding.site_of(city, counties)


def test_the_hours_of_every_body_are_chosen(session: Session, site: Site) -> None:
    found(session, site, office="summer")
    assert set(session.scalars(select(Organisation.office))) == {"summer"}


def test_hours_that_nobody_knows_are_refused(session: Session, site: Site) -> None:
    with pytest.raises(deadlines.OfficeUnknown):
        found(session, site, office="never")


def test_the_list_is_a_version_and_the_record_begins(session: Session, site: Site) -> None:
    found(session, site)
    (version,) = matters.list_versions(session)
    assert (version.version, version.applied_at, len(version.rows)) == ("2026-1", NOW, len(matters.list_all(session)))
    assert {"founded", "added"} <= {deed.verb for deed in audit.list_deeds(session)}
