"""Workbooks on their way: uploaded, previewed, confirmed by everybody who answers for a part, applied at once."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from engine import audit
from engine.cases import sealing
from engine.directory import Actor, is_within
from engine.errors import Conflict, NotAllowed, NotFound
from engine.registers import bodies, hostile, list_of_matters, rosters, staff
from engine.registers.applying import FirstPassword, apply
from engine.registers.models import Import
from engine.registers.planning import Desk, Plan, Tell, say_nothing
from engine.registers.reading import Workbook, read_workbook
from engine.registers.sheets import SECURITY, SYSTEM, all_sheets

MAY = (SYSTEM, SECURITY)
READ = (*MAY, "audit_admin")
LARGE = 150_000  # bytes: some two thousand people with their posts
_ONE_AT_A_TIME = 7_740_007
_A_WEEK = timedelta(days=7)
_PLANNERS = {
    "organisations": bodies.plan_organisations, "grids": bodies.plan_grids, "people": staff.plan_people,
    "posts": staff.plan_posts, "duties": rosters.plan_duties, "matters": list_of_matters.plan_matters}


class ImportUnknown(NotFound):
    """没有这份导入文件。"""

    code = "import_unknown"


class ImportOver(Conflict):
    """这份文件已经写入或撤回。"""

    code = "import_over"


class ImportFaulty(Conflict):
    """文件里还有错误，什么也没有写入；请下载错误表，改好再传。"""

    code = "import_faulty"


class PlanChanged(Conflict):
    """预览之后登记的内容变了，请再看一遍预览。"""

    code = "plan_changed"


class NotYoursToConfirm(NotAllowed):
    """这一部分不由您确认：岗位由安全管理员，其余由系统管理员。"""

    code = "not_yours_to_confirm"


class PasswordsFetched(NotFound):
    """初始密码表只能下载一次，已经下载过了；需要时请安全管理员重置密码。"""

    code = "passwords_fetched"


class PasswordsNotYours(NotAllowed):
    """这份文件是上级的，初始密码表由上级的管理员下载。"""

    code = "passwords_not_yours"


def make_plan(session: Session, workbook: Workbook, at: datetime, top: str = "", whole: bool = False,
              tell: Tell = say_nothing) -> Plan:
    """What this workbook would do to the registers below `top` (a path), and everything that is wrong with it."""
    desk = Desk(session, at, workbook.rows, top, whole, list(workbook.problems), tell=tell)
    for sheet in all_sheets():
        if workbook.rows.get(sheet.key):
            _PLANNERS[sheet.key](desk, sheet)
    order = {sheet.key: place for place, sheet in enumerate(all_sheets())}
    changes = [change for found in desk.planned.values() for change in found.values()]
    return Plan(sorted(changes, key=lambda one: (order[one.sheet], one.line)),
                sorted(set(desk.problems), key=lambda one: (order[one.sheet], one.line)))


def submit(session: Session, actor: Actor, name: str, content: bytes, at: datetime,
           matters_from: datetime | None = None) -> Import:
    """Take a workbook in and keep it until it is confirmed; nothing else changes. Raises WorkbookRefused.

    A large one is looked at for what is no workbook; what it would do is worked out by `long.begin_check`.
    """
    require(actor, MAY)
    kept = Import(name=name[-120:] or "导入.xlsx", sha256=hashlib.sha256(content).hexdigest(), content=content,
                  state="waiting", uploaded_at=at, uploaded_by=actor.label, matters_from=matters_from,
                  confirmed={}, digest="", counts={}, top=top_of(actor))
    if is_large(kept):
        hostile.inspect(content)
    else:
        note_plan(kept, make_plan(session, read_workbook(content), at, top_of(actor)))
    session.add(kept)
    session.flush()
    return kept


def is_large(kept: Import) -> bool:
    """Whether what it does takes longer than a page may: then a worker reads it, and a worker writes it."""
    return kept.content is not None and len(kept.content) > LARGE


def note_plan(kept: Import, plan: Plan) -> None:
    """Keep beside a workbook what it would do in short, and who must confirm it."""
    kept.confirmed, kept.digest, kept.counts = dict.fromkeys(plan.owners), plan.digest, plan.counts


def list_imports(session: Session, actor: Actor, most: int = 50) -> Sequence[Import]:
    """What was uploaded, the newest first; the workbooks themselves (10 MB each) stay in the table."""
    asked = sa.select(Import).where(_concerns(actor)).options(defer(Import.content))
    return session.scalars(asked.order_by(Import.id.desc()).limit(most)).all()


def get_import(session: Session, actor: Actor, import_id: int) -> Import:
    """What was uploaded under this number; raises ImportUnknown, for administrators of other divisions too."""
    found = session.scalars(sa.select(Import).where(Import.id == import_id, _concerns(actor))).first()
    if found is None:
        raise ImportUnknown
    return found


def _concerns(actor: Actor) -> sa.ColumnElement[bool]:
    """Workbooks from above or below the divisions of an administrator; those that do not say where from, for all."""
    tops = [post.path for post in actor.posts if post.role in READ]
    above = {".".join(way[:length]) for way in (top.split(".") for top in tops) for length in range(len(way))}
    return sa.or_(Import.top.in_(above), *(is_within(Import.top, top) for top in tops)) if tops else sa.false()


def plan_of(session: Session, actor: Actor, kept: Import, at: datetime,
            tell: Tell = say_nothing) -> tuple[Workbook, Plan]:
    """The rows of a kept workbook and what it would do now; raises ImportOver."""
    if kept.content is None:
        raise ImportOver
    workbook = read_workbook(kept.content)
    return workbook, make_plan(session, workbook, at, top_of(actor), tell=tell)


def confirm(session: Session, actor: Actor, import_id: int, digest: str, at: datetime,
            tell: Tell = say_nothing) -> Import:
    """Confirm one's own part of what was shown; with the last confirmation everything is written at once.

    `tell` hears of each row twice: when it is looked through once more, and when it is written.
    Raises ImportOver, ImportFaulty, PlanChanged (then nothing counts as confirmed), NotYoursToConfirm.
    """
    require(actor, MAY)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(_ONE_AT_A_TIME)))
    kept = get_import(session, actor, import_id)
    session.refresh(kept, with_for_update=True)
    if kept.state != "waiting":
        raise ImportOver
    __, plan = plan_of(session, actor, kept, at, lambda done, total: tell(done, 2 * total))
    if plan.problems:
        raise ImportFaulty
    if plan.digest != digest:
        raise PlanChanged
    mine = [role for role in plan.owners if actor.has(role)]
    if not mine:
        raise NotYoursToConfirm
    before = kept.confirmed if kept.digest == digest else {}
    kept.confirmed = {role: actor.label if role in mine else before.get(role) for role in plan.owners}
    kept.digest = digest
    if all(kept.confirmed.values()):
        _finish(session, kept, plan, at, lambda done, total: tell(total + done, 2 * total))
    session.flush()
    return kept


def withdraw(session: Session, actor: Actor, import_id: int, at: datetime) -> Import:
    """Take a workbook back before it is applied; raises ImportOver."""
    require(actor, MAY)
    kept = get_import(session, actor, import_id)
    session.refresh(kept, with_for_update=True)
    if kept.state != "waiting":
        raise ImportOver
    kept.state, kept.content, kept.ended_at = "withdrawn", None, at
    session.flush()
    return kept


def fetch_passwords(session: Session, actor: Actor, import_id: int, at: datetime) -> list[FirstPassword]:
    """The first passwords of an import, once; raises PasswordsFetched, PasswordsNotYours."""
    require(actor, MAY)
    kept = get_import(session, actor, import_id)
    if kept.top and not actor.is_above(kept.top, *MAY):
        raise PasswordsNotYours
    session.refresh(kept, with_for_update=True)
    if kept.secrets is None:
        raise PasswordsFetched
    found = [FirstPassword(*one) for one in orjson.loads(sealing.open_sealed(kept.secrets, _label(kept)))]
    kept.secrets = None
    audit.note(session, actor.label, [audit.Deed("fetched", "passwords", f"{kept.id} {kept.name}",
                                                 {"people": len(found)})], at)
    return found


def forget_passwords(session: Session, at: datetime) -> int:
    """Drop first passwords that nobody fetched within a week; how many lists."""
    old = sa.update(Import).where(Import.secrets.is_not(None), Import.ended_at < at - _A_WEEK)
    return len(session.scalars(old.values(secrets=None).returning(Import.id)).all())


def _finish(session: Session, kept: Import, plan: Plan, at: datetime, tell: Tell) -> None:
    by = "、".join(str(who) for who in kept.confirmed.values())
    first = apply(session, plan, by, at, kept.matters_from, tell)
    if first:
        kept.secrets = sealing.seal_bytes(orjson.dumps([list(one) for one in first]), _label(kept))
    kept.state, kept.content, kept.ended_at, kept.counts = "applied", None, at, plan.counts


def _label(kept: Import) -> str:
    return f"first-passwords-{kept.id}"


def require(actor: Actor, roles: Sequence[str]) -> None:
    """Raises NotYoursToConfirm unless the actor holds one of these roles."""
    if not actor.has(*roles):
        raise NotYoursToConfirm


def top_of(actor: Actor) -> str:
    """The highest division whose registers this administrator keeps."""
    return min((post.path for post in actor.posts if post.role in MAY), key=len, default="")
