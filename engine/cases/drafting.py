"""Drafts on their way: taken in through the gate, submitted, decided by a second person, in force from a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePath

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import audit, decisions, library, notices, processes
from engine.cases import consequences, gatekeeping
from engine.directory import Actor
from engine.errors import Invalid
from engine.library import DraftUnknown, Kind, Pack, Source, drafts, publishing, source_of
from engine.library.hardened import MOST_BYTES
from engine.library.models import Definition, Draft

DRAWS = ("designer",)
DECIDES = ("designer", "supervisor")
LONGEST_NOTE = 500
_UNREADABLE = frozenset({"xml_refused", "xml_unreadable"})
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,79}")


class NotTaken(Invalid):
    """没有收下这个文件。

    `fields["file"]` says why; what was there before stays as it was.
    """

    code = "draft_not_taken"


def may_draw(actor: Actor, pack: Pack) -> bool:
    """Whether somebody may change the rules of a pack: a designer of its place, or of one above."""
    return _sits_over(actor, pack, DRAWS)


def may_decide(actor: Actor, pack: Pack) -> bool:
    """Whether somebody may approve changes of a pack: another designer, or a supervisor, of its place or above."""
    return _sits_over(actor, pack, DECIDES)


def _sits_over(actor: Actor, pack: Pack, roles: tuple[str, ...]) -> bool:
    posts = [post for post in actor.posts if post.role in roles]
    if not pack.divisions:  # it rules everywhere: only the top of the place may touch it
        return any("." not in post.path for post in posts)
    return any(all(code.startswith(post.division_code) for code in pack.divisions) for post in posts)


def packs_drawn_by(actor: Actor) -> list[Pack]:
    """The packs that somebody may change."""
    return [pack for pack in library.packs().values() if may_draw(actor, pack)]


def list_drafts(session: Session, actor: Actor) -> list[Draft]:
    """The drafts that somebody may see: those of packs that they draw or decide."""
    return [one for one in library.list_drafts(session) if may_decide(actor, library.get_pack(one.pack))]


def get_draft(session: Session, actor: Actor, draft: int, lock: bool = False) -> Draft:
    """A draft that somebody may see; raises DraftUnknown."""
    found = library.get_draft(session, draft, lock)
    if not may_decide(actor, library.get_pack(found.pack)):
        raise DraftUnknown()
    return found


def take_in(session: Session, actor: Actor, content: bytes, file: str, *, pack: str, note: str, at: datetime,
            wanted: str = "", instead_of: int | None = None) -> Draft:
    """Keep an uploaded file as a draft, faults and all; `wanted` is the id it must have.

    `instead_of` is the draft that it corrects: that one is withdrawn. Raises NotTaken for what is no diagram or
    table, too large, hostile or unchanged; DraftUnknown for a pack that is not the actor's to change; DraftMoved.
    """
    _check_may_draw(actor, pack)
    source = _identified(content, file, pack, wanted)
    base = consequences.in_force(session, source, at)
    for finding in consequences.findings_of(session, source, at):
        if finding.code in _UNREADABLE:
            raise _not_taken(finding.message)
    if base is not None and base.sha256 == source.sha256:
        raise _not_taken(f"与现行的第 {base.version} 版一字不差，没有可发布的改动")
    if instead_of is not None:
        withdraw(session, actor, instead_of, at)
    return _keep(session, actor, source, base, note, at)


def take_cells(session: Session, actor: Actor, source: Source, cells: Mapping[tuple[int, int], str], *, note: str,
               at: datetime, instead_of: int | None = None) -> Draft:
    """Keep a table with some cells typed over as a draft; raises NotTaken when none differs, CellUnknown."""
    made = decisions.edited(source, cells)
    return take_in(session, actor, made.content, made.file, pack=source.pack, note=note, at=at,
                   wanted=source.definition_id, instead_of=instead_of)


def take_again(session: Session, actor: Actor, definition: int, at: datetime) -> Draft:
    """A draft of a former version's own bytes, submitted at once: the way back. Raises NotTaken, DraftUnknown."""
    row = library.get_definition(session, definition)
    _check_may_draw(actor, row.pack)
    source = library.source_from(row)
    base = consequences.in_force(session, source, at)
    if base is not None and base.sha256 == source.sha256:
        raise _not_taken(f"与现行的第 {base.version} 版一字不差，没有可发布的改动")
    made = _keep(session, actor, source, base, f"恢复第 {row.version} 版", at)
    drafts.submit(made, None, at)
    _ask_second(session, actor, made, at)
    return _moved(session, actor, "submit", made, at)


def submit(session: Session, actor: Actor, draft: int, wanted_from: datetime | None, at: datetime) -> Draft:
    """Ask a second person for approval; raises Refused while the gate finds errors, DraftMoved, DraftUnknown."""
    found = get_draft(session, actor, draft, lock=True)
    _check_may_draw(actor, found.pack)
    gatekeeping.refuse_errors(consequences.findings_of(session, drafts.source_of_draft(found), at))
    drafts.submit(found, wanted_from, at)
    _ask_second(session, actor, found, at)
    return _moved(session, actor, "submit", found, at)


def withdraw(session: Session, actor: Actor, draft: int, at: datetime) -> Draft:
    """Take a draft back; raises DraftMoved, DraftUnknown."""
    found = get_draft(session, actor, draft, lock=True)
    _check_may_draw(actor, found.pack)
    drafts.withdraw(found, actor.label, _person(actor), at)
    return _moved(session, actor, "withdraw", found, at)


def reject(session: Session, actor: Actor, draft: int, reason: str, at: datetime) -> Draft:
    """The second person says no, with a reason; raises DraftMoved, TwoPeopleNeeded, Invalid."""
    found = get_draft(session, actor, draft, lock=True)
    if not reason.strip():
        raise Invalid(fields={"reason": ["请写明退回的理由"]})
    drafts.decide(found, "rejected", by=actor.label, by_id=_person(actor), words=_short(reason), at=at)
    _tell(session, [found.drawn_by_id], notices.Said("修改稿 {draft} 被退回", _named(found)), at)
    return _moved(session, actor, "reject", found, at)


def approve(session: Session, actor: Actor, draft: int, at: datetime) -> Definition:
    """The second person says yes: a new version, in force when it was asked for and never in the past.

    Raises TwoPeopleNeeded, DraftMoved, Refused when the gate finds errors now, DraftUnknown.
    """
    found = get_draft(session, actor, draft, lock=True)
    person = _person(actor)
    drafts.check_second(found, person)
    source = drafts.source_of_draft(found)
    gatekeeping.refuse_errors(consequences.findings_of(session, source, at))
    moment = max(at, found.wanted_from) if found.wanted_from else at
    made, = publishing.publish(session, [source], by=found.drawn_by, approved_by=_other(actor.label, found.drawn_by),
                               at=at, in_force_from=moment)
    drafts.decide(found, "published", by=actor.label, by_id=person, words="", at=at, definition=made.id)
    _tell(session, [found.drawn_by_id],
          notices.Said("修改稿 {draft} 已批准，是第 {version} 版", {**_named(found), "version": made.version}), at)
    _moved(session, actor, "approve", found, at)
    gatekeeping.note_published(session, [made], at)
    return made


def call_off(session: Session, actor: Actor, definition: int, at: datetime) -> Definition:
    """Take back a version that was approved for a later day; raises AlreadyInForce, DefinitionUnknown, DraftUnknown."""
    _check_may_draw(actor, library.get_definition(session, definition).pack)
    row = publishing.withdraw_version(session, definition, at)
    audit.note(session, actor.label, [audit.Deed("call_off", "rules", f"{row.pack}/{row.file}",
                                                 {"version": row.version, "sha256": row.sha256})], at)
    return row


def count_to_decide(session: Session, actor: Actor) -> int:
    """How many drafts wait for this person's word."""
    if not actor.has(*DECIDES):
        return 0
    waiting = session.scalars(select(Draft.pack).where(
        Draft.state == "submitted", Draft.drawn_by_id != (actor.person_id or 0)))
    return sum(may_decide(actor, library.get_pack(pack)) for pack in waiting)


def _identified(content: bytes, file: str, pack: str, wanted: str) -> Source:
    """The file under its own id; raises NotTaken when that is none, or not the wanted one."""
    path = PurePath(file.replace("\\", "/"))
    suffix = path.suffix.lower()
    if suffix not in (".bpmn", ".dmn"):
        raise _not_taken("只收 .bpmn 流程图和 .dmn 决策表")
    if not content:
        raise _not_taken("文件是空的")
    if len(content) > MOST_BYTES:
        raise _not_taken("文件超过 2 MB")
    kind: Kind = "bpmn" if suffix == ".bpmn" else "dmn"
    name = wanted or path.stem
    own = processes.identified(source_of(content, definition_id=name, kind=kind, file=path.name, pack=pack))
    if wanted and own.definition_id != wanted:
        raise _not_taken(f"这个文件的编号是「{own.definition_id[:80]}」，这里要的是「{wanted}」")
    if not _ID.fullmatch(own.definition_id):
        raise _not_taken("编号只能用字母、数字、_ 和 -，以字母开头，最多 80 个字")
    return source_of(content, definition_id=own.definition_id, kind=kind, file=f"{own.definition_id}{suffix}",
                     pack=pack)


def _keep(session: Session, actor: Actor, source: Source, base: Definition | None, note: str, at: datetime) -> Draft:
    made = drafts.add_draft(session, source, by=actor.label, by_id=_person(actor), note=_short(note),
                            base_id=base.id if base else None, at=at)
    return _moved(session, actor, "upload", made, at)


def _ask_second(session: Session, actor: Actor, draft: Draft, at: datetime) -> None:
    """Those beside the one who drew it hear that a second person is wanted."""
    for body in actor.organisation_ids("designer"):
        _tell(session, notices.Holders(body, DECIDES, at), notices.Said("修改稿 {draft} 等待审批", _named(draft)), at)


def _named(draft: Draft) -> dict[str, str]:
    return {"draft": f"{draft.pack}/{draft.file}"}


def _tell(session: Session, people: Iterable[int] | notices.Holders, subject: notices.Said, at: datetime) -> None:
    notices.put(session, recipients=people, kind="rules", subject=subject, at=at)


def _moved(session: Session, actor: Actor, verb: str, draft: Draft, at: datetime) -> Draft:
    """Write what was done with a draft, and that it was, into the house's record."""
    facts: dict[str, object] = {"draft": draft.id, "sha256": draft.sha256}
    if draft.wanted_from:
        facts["wanted_from"] = draft.wanted_from.isoformat()
    audit.note(session, actor.label, [audit.Deed(verb, "rules", f"{draft.pack}/{draft.file}", facts)], at)
    session.flush()
    return draft


def _check_may_draw(actor: Actor, pack: str) -> None:
    if not may_draw(actor, library.get_pack(pack)):
        raise DraftUnknown()


def _not_taken(why: str) -> NotTaken:
    return NotTaken(f"没有收下这个文件：{why}。", fields={"file": [why]})


def _person(actor: Actor) -> int:
    if actor.person_id is None:
        raise DraftUnknown()
    return actor.person_id


def _other(label: str, drawn_by: str) -> str:
    """The approver's label; of two people who are called the same, the second says so."""
    return label if label != drawn_by else f"{label[:70]}（另一人）"


def _short(text: str) -> str:
    return text.strip()[:LONGEST_NOTE]
