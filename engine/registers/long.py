"""Workbooks that take longer than a page may: a worker looks through them, and a worker writes them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine import errands
from engine.directory import Actor
from engine.errands import Errand
from engine.registers import keeping
from engine.registers.models import Import
from engine.registers.previewing import Preview, preview_of
from engine.registers.writing import with_errors

CHECK, CONFIRM = "import check", "import confirm"


def begin_check(session: Session, actor: Actor, kept: Import, at: datetime) -> Errand:
    """Let a worker find out what a workbook would do, as its administrators see it; once for all of one division."""
    keeping.require(actor, keeping.MAY)
    if kept.state != "waiting":
        raise keeping.ImportOver
    running = find_check(session, actor, kept)
    if running is not None and running.ended_at is None:
        return running
    return errands.ask(session, actor, CHECK, {"import": kept.id, "top": keeping.top_of(actor)}, at)


def find_check(session: Session, actor: Actor, kept: Import) -> Errand | None:
    """The last look through a workbook by an administrator of the same division; None before there was one."""
    return errands.find_like(session, CHECK, {"import": kept.id, "top": keeping.top_of(actor)})


def begin_confirm(session: Session, actor: Actor, kept: Import, digest: str, at: datetime) -> Errand:
    """Let a worker confirm one's part as it was shown; with the last part it writes everything."""
    keeping.require(actor, keeping.MAY)
    if kept.state != "waiting":
        raise keeping.ImportOver
    running = find_confirm(session, kept)
    if running is not None and running.ended_at is None:
        return running
    return errands.ask(session, actor, CONFIRM, {"import": kept.id, "digest": digest}, at)


def find_confirm(session: Session, kept: Import) -> Errand | None:
    """The last confirmation of a workbook, whoever gave it; None before there was one."""
    return errands.find_like(session, CONFIRM, {"import": kept.id})


def preview_kept(check: Errand | None) -> Preview | None:
    """What a look through a workbook found; None while it goes on, or when it failed."""
    return Preview.read(check.result) if check is not None and check.state == "done" else None


def faults_kept(check: Errand | None) -> bytes:
    """The workbook with its faults, as a look through it found them; raises ErrandUnknown once it is forgotten."""
    if check is None or check.file is None:
        raise errands.ErrandUnknown
    return check.file


def check_step(work: errands.Work) -> bool:
    """The whole workbook, looked through in one go."""
    errand, session = work.errand, work.session
    kept = keeping.get_import(session, work.actor, errand.payload["import"])
    workbook, plan = keeping.plan_of(session, work.actor, kept, work.at, work.tell)
    if not kept.digest:
        keeping.note_plan(kept, plan)
    errand.result, errand.done = preview_of(plan).kept(), errand.total or 0
    if plan.problems:
        errand.file_name, errand.file = f"{kept.name}-错误.xlsx", with_errors(workbook, plan.problems)
    return True


def confirm_step(work: errands.Work) -> bool:
    """One administrator's part; with the last part everything is written in this one transaction."""
    errand = work.errand
    kept = keeping.confirm(work.session, work.actor, errand.payload["import"], errand.payload["digest"], work.at,
                           work.tell)
    errand.result, errand.done = {"state": kept.state}, errand.total or 0
    return True
