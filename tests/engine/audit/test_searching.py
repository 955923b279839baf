"""The record is found again by who, what and where, proves itself, and shows where it was touched."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from engine import audit
from engine.audit.models import Entry
from engine.cases import auditing
from engine.directory.models import Organisation
from tests.town import COUNTY, WEDNESDAY, Office

ALL = audit.Sought(WEDNESDAY - timedelta(days=1), WEDNESDAY + timedelta(days=1))


def sought(**more: Any) -> audit.Sought:
    return audit.Sought(**{"since": ALL.since, "until": ALL.until, **more})


def test_by_person_under_every_post_and_every_former_name_of_the_body(office: Office) -> None:
    office.report()
    worker = office.worker()
    body = office.session.get_one(Organisation, worker.posts[0].organisation_id)
    before, body.name = body.name, "改了名的中心"
    deed = audit.Deed("changed", "organisations", f"{body.code} {before}", {"changed": {"名称": [before, body.name]}})
    audit.note(office.session, "系统管理员", [deed], WEDNESDAY)
    labels = auditing.labels_of(office.session, worker.name)
    assert labels is not None and {worker.label, f"网格员 {worker.name} · 改了名的中心"} <= set(labels)
    found = auditing.search(office.session, sought(actors=labels), "zh")
    assert [(one.number, one.said) for one in found] == [(office.case.number, "上报")]
    assert auditing.labels_of(office.session, "没有这个人") is None
    assert auditing.labels_of(office.session, "时钟") == ("时钟",)


def test_by_body_verb_case_and_day(office: Office) -> None:
    office.report()
    bodies = auditing.bodies_of(office.session, office.worker().posts[0].organisation_name)
    assert auditing.verbs_called("上报") == ("report",) and bodies is not None
    hits: list[dict[str, Any]] = [
        {"organisations": bodies}, {"verbs": ("report",)}, {"case_id": office.case.id}, {"words": office.worker().name}]
    for more in hits:
        assert [one.number for one in auditing.search(office.session, sought(**more), "en")] == [office.case.number]
    misses: list[dict[str, Any]] = [
        {"organisations": (0,)}, {"verbs": ("urge",)}, {"case_id": 0}, {"words": COUNTY},
        {"since": WEDNESDAY + timedelta(hours=1)}]
    for more in misses:
        assert auditing.search(office.session, sought(**more), "zh") == []


def test_a_case_elsewhere_has_no_number_here(office: Office) -> None:
    office.report()
    number, path = office.case.number, office.case.path
    for top, known in (("", True), (path, True), (path.rpartition(".")[0], True), (f"{path}.1", False), ("99", False)):
        assert (auditing.find_case_id(office.session, number, top) == office.case.id) is known, top


def test_pages_go_on_where_the_last_one_ended(office: Office) -> None:
    for _ in range(3):
        office.report()
    whole = auditing.search(office.session, ALL, "zh")
    first = auditing.search(office.session, ALL, "zh", most=2)
    last = first[-1].entry
    rest = auditing.search(office.session, ALL, "zh", audit.Cursor(last.at, last.case_id, last.seq))
    assert [one.entry for one in (*first, *rest)] == [one.entry for one in whole] and len(whole) >= 3


def test_an_entry_proves_itself_until_somebody_touches_it(office: Office) -> None:
    office.report()
    entry = office.session.scalars(sa.select(Entry).where(Entry.case_id == office.case.id)).one()
    fresh = audit.prove(office.session, entry)
    assert fresh.holds and fresh.anchored_at is None
    anchor = audit.anchor(office.session, WEDNESDAY + timedelta(minutes=1))
    proof = audit.prove(office.session, entry)
    assert (proof.holds, proof.anchored_at, proof.anchor_hash) == (True, anchor.at, anchor.hash)
    office.session.execute(sa.text("ALTER TABLE entry DISABLE TRIGGER USER"))
    office.session.execute(sa.update(Entry).where(Entry.case_id == office.case.id).values(actor="别人"))
    office.session.refresh(entry)
    touched = audit.prove(office.session, entry)
    assert not touched.holds and not touched.is_sealed and touched.follows


def test_a_deed_of_the_house_proves_itself(office: Office) -> None:
    audit.note(office.session, "系统管理员", [audit.Deed("added", "grids", "G1"), audit.Deed("added", "grids", "G2")],
               WEDNESDAY)
    first, second = (audit.find_deeds(office.session, sought(kind="grids", words=name))[0] for name in ("G1", "G2"))
    assert audit.prove_deed(office.session, first).holds and audit.prove_deed(office.session, second).holds
    second.facts = {"changed": {}}
    assert not audit.prove_deed(office.session, second).holds
    office.session.expire(second)


def test_what_was_written_stays_sealed(office: Office) -> None:
    office.report(description="张家门口的井盖没了", contact={"name": "陈某", "phone": "13800001111"})
    entry = office.session.scalars(sa.select(Entry).where(Entry.case_id == office.case.id)).one()
    facts = auditing.said_facts(office.session, entry, "zh")
    assert {one.name for one in facts if one.is_sealed} >= {"情况", "地点", "标题"}
    said = " ".join(f"{one.name} {one.value}" for one in facts)
    assert "井盖" not in said and "1380000" not in said
    holder = office.session.get_one(Organisation, office.case.holder_id).name
    assert "来源 网格员上报" in said and f"承接中心 {holder}" in said
