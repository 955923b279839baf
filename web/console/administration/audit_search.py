"""Audit search: the records of cases and of the house, and log-ins, by who, what, where, when; each search noted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from flask import abort, make_response, redirect, render_template, request, url_for

from engine import audit, directory, registers
from engine.cases import auditing
from engine.clock import ZONE
from web import identity
from web.console import shell
from web.console.administration import audit_sheet, devices, who
from web.console.administration.fields import sheet_title
from web.console.blueprint import blueprint
from web.db import db

PAGE = 50
MOST_EXPORTED = 20_000
A_MONTH = timedelta(days=30)
FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)
Source = Literal["cases", "house", "log_ins"]
SOURCES: tuple[Source, ...] = ("cases", "house", "log_ins")
FIELDS = ("text", "verb", "number", "organisation", "address", "kind")


@dataclass(frozen=True)
class Asked:
    """The form: where, in which period, by which words; `unknown` are the fields that name nothing here."""

    of: Source
    since: datetime
    until: datetime
    words: dict[str, str]
    sought: audit.Sought
    unknown: tuple[str, ...]

    @property
    def noted(self) -> dict[str, str]:
        """What the record says of this search."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat(),
                **{name: text for name, text in self.words.items() if text}}


@blueprint.get("/audit")
def audit_search() -> Any:
    """One page of what was found, the newest first."""
    actor = who.require("audit")
    asked = _asked()
    found, more = _find(asked, PAGE)
    _note(actor, "searched", asked)
    return render_template(
        "audit.html", here="audit", asked=asked, found=found, more=more, verbs=auditing.verbs(shell.language()),
        kinds=kinds(), device_of=devices.device_of, until_day=(asked.until - timedelta(seconds=1)).astimezone(ZONE),
        sources=SOURCES)


@blueprint.get("/audit.xlsx")
def audit_export() -> Any:
    """Everything that was found, at most 20,000 lines, as a workbook of plain text."""
    actor = who.require("audit")
    asked = _asked()
    content = audit_sheet.workbook(asked.of, _export(asked))
    _note(actor, "exported", asked)
    answer = make_response(content)
    answer.headers["Content-Type"] = audit_sheet.XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{asked.of}.xlsx"'
    return answer


@blueprint.get("/audit/cases/<int(max=9223372036854775807):case>/<int(max=2147483647):seq>")
def audited_entry(case: int, seq: int) -> Any:
    """One entry of a case: what it says, and the proof that nobody changed it."""
    actor = who.require("audit")
    opened = auditing.open_entry(db.session(), case, seq, shell.language(), _top())
    if opened is None:
        abort(404)
    found, facts, proof = opened
    subject = f"{found.number} · {seq}"
    audit.note(db.session(), actor.label, [audit.Deed("opened", "audit", subject)], shell.now())
    return render_template("audited.html", here="audit", found=found, facts=facts, proof=proof, deed=None,
                           verbs=auditing.verbs(shell.language()))


@blueprint.get("/audit/house/<int(max=9223372036854775807):seq>")
def audited_deed(seq: int) -> Any:
    """One entry of the house's record, with its proof."""
    who.require("audit")
    deed, known = audit.find_deed(db.session(), seq), auditing.labels_below(db.session(), _top())
    if deed is None or (known is not None and deed.actor not in known):
        abort(404)
    return render_template("audited.html", here="audit", found=None, deed=deed, kinds=kinds(),
                           facts=audit_sheet.facts_of_deed(deed), proof=audit.prove_deed(db.session(), deed))


@blueprint.get("/house")
def house() -> Any:
    """Where the house's own record used to be."""
    who.require("audit")
    asked: dict[str, Any] = {**request.args.to_dict(), "of": "house"}
    return redirect(url_for("console.audit_search", **asked))


def kinds() -> dict[str, str]:
    """What the house's record is about, in the reader's language."""
    english = shell.language() == "en"
    more = {"accounts": ("账号", "Accounts"), "passwords": ("初始密码", "First passwords"), "place": ("本地", "Place"),
            "rules": ("流程与规则", "Diagrams and tables"), "audit": ("审计检索", "Audit search"),
            "notices": ("通知", "Notices"), "backups": ("备份", "Backups"),
            "hours": ("办公时间", "Office hours"), "recount": ("重新计算时限", "Deadlines counted anew")}
    return {**{sheet.key: sheet_title(sheet) for sheet in registers.all_sheets()},
            **{key: pair[english] for key, pair in more.items()}}


def _asked() -> Asked:
    of: Source = next((one for one in SOURCES if one == request.args.get("of")), "cases")
    words = {name: request.args.get(name, "").strip()[:80] for name in FIELDS}
    if any("\0" in text for text in words.values()):
        abort(422)
    until = _day("until", shell.now().astimezone(ZONE)) + timedelta(days=1)
    since = _day("since", until - A_MONTH)
    sought, unknown = _sought(of, since, until, words)
    return Asked(of, since, until, words, sought, unknown)


def _sought(of: Source, since: datetime, until: datetime,
            words: dict[str, str]) -> tuple[audit.Sought, tuple[str, ...]]:
    """The question to the record, and the fields that name nothing: then nothing is found and it is said."""
    session, text = db.session(), words["text"]
    verbs = auditing.verbs_called(words["verb"]) if words["verb"] else None
    if of != "cases":
        known = auditing.labels_below(session, _top()) if of == "house" else None
        return audit.Sought(since, until, known, text, verbs, kind=words["kind"]), ()
    actors = auditing.labels_of(session, text) if text else None
    case_id = auditing.find_case_id(session, words["number"], _top()) if words["number"] else None
    bodies = auditing.bodies_of(session, words["organisation"]) if words["organisation"] else None
    unknown = tuple(name for name, known in (("number", case_id), ("organisation", bodies))
                    if words[name] and known is None)
    return audit.Sought(since, until, actors, "" if actors else text, verbs, case_id, bodies), unknown


def _find(asked: Asked, most: int) -> tuple[list[Any], dict[str, str] | None]:
    """A page, and the address of the next one."""
    if asked.unknown:
        return [], None
    reader: Callable[[int], list[Any]] = {"cases": _entries, "house": _deeds, "log_ins": _log_ins}[asked.of](asked)
    found = reader(most + 1)
    if len(found) <= most:
        return found, None
    last = found[most - 1]
    cursor = (f"{last.entry.at.isoformat()}|{last.entry.case_id}|{last.entry.seq}" if asked.of == "cases"
              else str(last.seq if asked.of == "house" else last.id))
    return found[:most], {**request.args.to_dict(), "before": cursor}


def _entries(asked: Asked) -> Callable[[int], list[Any]]:
    at, _, rest = request.args.get("before", "").partition("|")
    try:
        case_id, seq = map(int, rest.split("|")) if rest else (0, 0)
        before = audit.Cursor(datetime.fromisoformat(at), case_id, seq) if rest else None
    except ValueError:
        abort(422)
    return lambda most: list(auditing.search(db.session(), asked.sought, shell.language(), before, most,
                                             _top()))


def _deeds(asked: Asked) -> Callable[[int], list[Any]]:
    before = request.args.get("before", type=int)
    return lambda most: list(audit.find_deeds(db.session(), asked.sought, before, most))


def _log_ins(asked: Asked) -> Callable[[int], list[Any]]:
    before, words = request.args.get("before", type=int), asked.words
    return lambda most: list(directory.list_log_ins_between(
        db.session(), shell.now(), _top(), asked.since, asked.until, words["text"], words["address"], before, most))


def _export(asked: Asked) -> list[list[str]]:
    found, __ = _find(asked, MOST_EXPORTED)
    rows = {"cases": audit_sheet.entry_cells, "house": audit_sheet.deed_cells, "log_ins": audit_sheet.log_in_cells}
    return [rows[asked.of](one) for one in found]


def _note(actor: directory.Actor, verb: str, asked: Asked) -> None:
    """The search itself goes on the record, page by page."""
    facts = {**asked.noted, **({"before": request.args["before"]} if request.args.get("before") else {})}
    audit.note(db.session(), actor.label, [audit.Deed(verb, "audit", asked.of, facts)], shell.now())


def _top() -> str:
    """The highest division whose record this administrator searches."""
    return who.top_of(identity.current_actor(), "audit")


def _day(name: str, otherwise: datetime) -> datetime:
    """The beginning of a day typed in the form, in the office's zone; a day beyond any record is the last of them."""
    text = request.args.get(name, "").strip()
    try:
        day = datetime.fromisoformat(text[:10]).date() if text else otherwise.astimezone(ZONE).date()
    except ValueError:
        day = otherwise.astimezone(ZONE).date()
    return datetime.combine(min(max(day, FIRST), LAST), time(), ZONE)
