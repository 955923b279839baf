"""采集建档: a report becomes a case with a number, a place, a holder and a running diagram."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import phonenumbers
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from engine import attachments, directory, library, matters, processes
from engine.cases import custody
from engine.cases.act import Act
from engine.cases.clocks import open_total
from engine.cases.covering import cover, has_identity_number
from engine.cases.errors import PlaceUncovered, ReportInvalid
from engine.cases.hosting import Host
from engine.cases.models import (
    CHANNELS,
    ORIGINS,
    SEVERITIES,
    URGENCIES,
    Case,
    CaseWords,
    Contact,
    Numbering,
    Uncounted,
)
from engine.cases.projection import project
from engine.cases.sealing import Resident, phone_hash, seal
from engine.cases.searching import search_vector
from engine.clock import ZONE
from engine.directory.models import Division, Grid, Organisation
from engine.matters.models import Matter

SHORT = 40  # what is made into a title of words that have none
LONGEST = {"description": 5000, "place": 300, "title": 120, "settled": 2000, "first_handling": 2000}
PROCESS = "case"


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody tells us. `division` and `grid` are codes; `settled` says how it was settled on the spot.

    `noted_at` is when a phone says it was written down, `device_at` what the phone's clock showed when it was sent:
    both are kept as claims, our own time counts.
    """

    description: str
    place: str
    title: str | None = None
    division: str | None = None
    grid: str | None = None
    lat: float | None = None
    lng: float | None = None
    matter: str | None = None
    urgency: str = "normal"
    severity: str | None = None
    origin: str | None = None
    channel: str = "web"
    contact: Mapping[str, str] | None = None
    settled: str | None = None
    first_handling: str | None = None
    happened_at: datetime | None = None
    photos: tuple[str, ...] = ()
    noted_at: datetime | None = None
    device_at: datetime | None = None


@dataclass(slots=True)
class _Spot:
    division: Division
    grid: Grid | None
    problems: dict[str, list[str]] = field(default_factory=dict)


def report_case(session: Session, actor: directory.Actor, report: Report, at: datetime) -> Case:
    """File a report and start its diagram; the case waits where the diagram waits first.

    Raises ReportInvalid naming every field that is wrong, PlaceUncovered where no centre could take it.
    Source: GB 6.4 采集建档; YC 34.
    """
    report, covered = _covered(report)
    problems = check_report(report, at)
    division, grid = _spot(session, actor, report, at, problems)
    matter = _matter(session, report, at, problems)
    if problems or division is None:
        raise ReportInvalid(fields=problems)
    with session.no_autoflush:
        return _file(session, actor, report, division, grid, matter, at, {"covered": covered} if covered else {})


def _file(session: Session, actor: directory.Actor, report: Report, division: Division, grid: Grid | None,
          matter: Matter | None, at: datetime, notes: dict[str, Any]) -> Case:
    case = _case(session, actor, report, division, grid, matter, at)
    act = Host(session, case, actor, at, is_new=True)
    _place_with_holder(act, actor, division, grid)
    session.add(case)
    session.flush()
    session.add(Uncounted(case_id=case.id, kind="arrived", at=at))
    words = search_vector(f"{case.title} {case.description} {case.place}", path=case.path, opened_at=case.opened_at)
    session.add(CaseWords(case_id=case.id, search=words))
    attachments.attach(session, case.id, report.photos, "report")
    if resident := _resident(report):
        session.add(
            Contact(
                case_id=case.id,
                sealed=seal(resident, case.number),
                phone_hash=phone_hash(resident.phone) if resident.phone else None,
            )
        )
    custody.take(act, act.holder, "holder")
    if case.matter_code:
        open_total(act)
    _start(act)
    act.record(
        "report",
        origin=case.origin,
        channel=case.channel,
        place=case.division_code,
        photos=len(report.photos),
        **notes,
        **_claims(report, at),
    )
    return case


def _covered(report: Report) -> tuple[Report, int]:
    """The report without identity numbers in its words, and how many were covered."""
    told = {name: cover(text) for name in LONGEST if (text := getattr(report, name))}
    clean: dict[str, Any] = {name: text for name, (text, __) in told.items()}
    contact = {name: cover(text)[0] if text and name == "name" else text
               for name, text in (report.contact or {}).items()}
    return replace(report, contact=contact or None, **clean), sum(number for __, number in told.values())


def _claims(report: Report, at: datetime) -> dict[str, Any]:
    """What the phone claims about time: when it was noted, how long it then waited (seconds), how far it is off."""
    claims: dict[str, Any] = {}
    if report.noted_at is not None:
        claims["noted_at"] = report.noted_at.astimezone(UTC).isoformat(timespec="seconds")
    if report.device_at is not None:
        claims["device_ahead"] = round((report.device_at - at).total_seconds())
    if report.noted_at is not None and report.device_at is not None:
        claims["waited"] = round((report.device_at - report.noted_at).total_seconds())
    return claims


def check_report(report: Report, at: datetime) -> dict[str, list[str]]:
    """What is wrong with a report by itself, by field; empty when nothing is."""
    problems: dict[str, list[str]] = {}
    if not report.description.strip():
        problems["description"] = ["请写明发生了什么。"]
    if not report.place.strip():
        problems["place"] = ["请写明在哪里。"]
    for name, most in LONGEST.items():
        text = getattr(report, name)
        if text and len(text) > most:
            problems[name] = [f"最多 {most} 字，现在有 {len(text)} 字，请精简。"]
    problems |= _unknown_words(report) | _unstorable(report)
    if report.happened_at is not None and report.happened_at > at + timedelta(minutes=5):
        problems["happened_at"] = ["发生时间在将来，请核对。"]
    if position := _wrong_position(report.lat, report.lng):
        problems["place"] = [position]
    if wrong := wrong_phone((report.contact or {}).get("phone")):
        problems["contact.phone"] = [wrong]
    return problems


WORDS = (("urgency", URGENCIES), ("severity", SEVERITIES), ("origin", ORIGINS), ("channel", CHANNELS))


def _unknown_words(report: Report) -> dict[str, list[str]]:
    given = ((name, getattr(report, name), words) for name, words in WORDS)
    return {name: [f"没有「{value}」这个值，可用：{'、'.join(words)}。"]
            for name, value, words in given if value is not None and value not in words}


def _unstorable(report: Report) -> dict[str, list[str]]:
    """Texts with characters that no database or file can hold: NUL and halves of a surrogate pair."""
    given = {name: getattr(report, name) for name in LONGEST} | {
        f"contact.{name}": text for name, text in (report.contact or {}).items()}
    return {name: ["含有不能保存的字符。"] for name, text in given.items()
            if text and ("\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text))}


def _wrong_position(lat: float | None, lng: float | None) -> str | None:
    if lat is None or lng is None:
        return None if lat is lng else "经度和纬度要同时给出。"
    return None if -90 <= lat <= 90 and -180 <= lng <= 180 else "经纬度不在地球上，请重新定位。"


def wrong_phone(phone: str | None) -> str | None:
    """What is wrong with a phone number that was given; None when nothing is, or when there is none."""
    if not phone:
        return None
    if has_identity_number(phone):
        return "这是身份证号，不是电话号码。请填手机号；办理不需要身份证号。"
    return None if is_phone(phone) else f"「{phone[:30]}」不是有效的电话号码。"


def is_phone(text: str) -> bool:
    """A mobile or fixed number as dialled in China, or an international one with its plus sign."""
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, "CN"))
    except phonenumbers.NumberParseException:
        return False


def _resident(report: Report) -> Resident | None:
    contact = report.contact or {}
    resident = Resident(str(contact.get("name") or "")[:60], str(contact.get("phone") or "").strip())
    return resident if resident.name or resident.phone else None


def _spot(
    session: Session, actor: directory.Actor, report: Report, at: datetime, problems: dict[str, list[str]]
) -> tuple[Division | None, Grid | None]:
    grid = None
    if report.grid:
        grid = session.scalars(select(Grid).where(Grid.code == report.grid)).first()
        if grid is None:
            problems["place.grid"] = [f"没有编码为「{report.grid}」的网格。"]
    elif not report.division:
        grid = _own_grid(session, actor)
    code = report.division or (grid.division_code if grid else None)
    code = code or (actor.posts[0].division_code if actor.posts else None)
    division = session.get(Division, code) if code else None
    if division is None:
        problems["place.division"] = [f"没有代码为「{code}」的区划。" if code else "请选择所在社区（村）。"]
    elif grid is None:
        grid = session.scalars(
            select(Grid)
            .where(Grid.division_code == division.code, Grid.valid_from <= at,
                   (Grid.valid_to.is_(None)) | (Grid.valid_to > at))
            .order_by(Grid.code)
            .limit(1)
        ).first()
    return division, grid


def _own_grid(session: Session, actor: directory.Actor) -> Grid | None:
    grids = [post.grid_id for post in actor.posts if post.grid_id]
    return session.get(Grid, grids[0]) if grids else None


def _matter(session: Session, report: Report, at: datetime, problems: dict[str, list[str]]) -> Matter | None:
    if not report.matter:
        return None
    try:
        return matters.get_admitted(session, report.matter, at)
    except matters.MatterUnknown as problem:
        problems["matter"] = [problem.message]
        return None


def _case(
    session: Session,
    actor: directory.Actor,
    report: Report,
    division: Division,
    grid: Grid | None,
    matter: Matter | None,
    at: datetime,
) -> Case:
    pack = library.pack_for(division.path)
    title = (report.title or "").strip() or _title_of(report.description)
    contact = _resident(report)
    return Case(
        number=_next_number(session, division, at),
        title=title,
        description=report.description.strip(),
        matter_code=matter.code if matter else None,
        class_name=matter.class_name if matter else None,
        list_version=matter.list_version if matter else None,
        place=report.place.strip(),
        division_code=division.code,
        path=division.path,
        grid_id=grid.id if grid else None,
        lat=report.lat,
        lng=report.lng,
        origin=report.origin or _origin_of(actor),
        channel=report.channel,
        severity=report.severity or (matter.severity if matter else "general"),
        urgency=report.urgency,
        emergency=False,
        settled_text=(report.settled or "").strip() or None,
        first_handling=(report.first_handling or "").strip() or None,
        has_contact=contact is not None,
        stage="collect",
        reporter_id=actor.person_id,
        returns=0,
        reworks=0,
        reopened=0,
        urged=0,
        supervised=0,
        opened_at=at,
        pack=pack.id,
        release_id=library.current_release(session, pack.id, at),
        entries=0,
        head_hash="",
        salt=secrets.token_hex(16),
    )


def _title_of(description: str) -> str:
    first = description.strip().replace("\n", " ")
    for mark in "。；！？":
        first = first.split(mark)[0]
    return first if len(first) <= SHORT else f"{first[: SHORT - 1]}…"


def _origin_of(actor: directory.Actor) -> str:
    return "grid_worker" if actor.has("grid_worker") else "phone" if actor.posts else "resident"


def _next_number(session: Session, division: Division, at: datetime) -> str:
    """The next case number of a county and month, such as 330921-2611-000042; never given twice."""
    local = at.astimezone(ZONE)
    county = ".".join(division.path.split(".")[:2]).split(".")[-1]
    prefix = f"{county}-{local:%y%m}"
    row = insert(Numbering).values(prefix=prefix, last=1)
    last = session.execute(
        row.on_conflict_do_update(
            index_elements=[Numbering.prefix], set_={"last": Numbering.last + 1}
        ).returning(Numbering.last)
    ).scalar_one()
    return f"{prefix}-{last:06d}"


def _place_with_holder(act: Act, actor: directory.Actor, division: Division, grid: Grid | None) -> None:
    """Who receives it: a seat files into its own centre, everybody else where the ladder's first hop leads (E20)."""
    case = act.case
    emergency = act.ask(
        "triage",
        {
            "severity": case.severity,
            "urgency": case.urgency,
            "emergency": False,
            "level": "grid",
            "owner_kind": "",
            "platform": "",
        },
    ).one
    case.emergency = emergency["way"] == "emergency"
    seats = [post for post in actor.posts if post.role == "seat" and division.path.startswith(post.path)]
    if seats and not case.emergency:
        holder = act.organisation(seats[0].organisation_id)
    else:
        holder = _first_hop(act, division, "emergency" if case.emergency else "first")
    case.holder_id, case.level, case.attention_level = holder.id, holder.division.level, holder.division.level


def _first_hop(act: Act, division: Division, direction: str) -> Organisation:
    level = act.ask("ladder", {"from_level": "grid", "direction": direction}).one["to_level"]
    centre = act.centre_at(division.path, level) or act.centre_at(division.path, division.level)
    if centre is None:
        raise PlaceUncovered(division=division.code)
    return centre


def _start(act: Host) -> None:
    source = act.source(PROCESS, "bpmn")
    step = processes.start(source, act, {})
    instance = processes.store(act.session, act.case.id, source, act.case.release_id, step, act.at)
    project(act, instance, step)
