"""Drafts: what was uploaded or edited and waits to be tried, submitted and decided by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from engine.errors import Conflict, NotFound
from engine.library.models import Draft
from engine.library.publishing import TwoPeopleNeeded
from engine.library.source import Source, source_of

AT_WORK = ("open", "submitted")
LABEL = 80  # as wide as the columns that name people
_STATES = {"open": "还没有提交审批", "submitted": "正在等待审批", "published": "已经发布", "rejected": "已被退回",
           "withdrawn": "已经撤回"}


class DraftUnknown(NotFound):
    """没有这份修改稿，或不归您管。"""

    code = "draft_unknown"


class DraftMoved(Conflict):
    """这份修改稿的状态已经变了。"""

    code = "draft_moved"


def add_draft(session: Session, source: Source, *, by: str, by_id: int, note: str, base_id: int | None,
              at: datetime) -> Draft:
    """Keep a changed diagram or table; flushed."""
    made = Draft(definition_id=source.definition_id, kind=source.kind, pack=source.pack, file=source.file,
                 sha256=source.sha256, content=source.content, note=note, base_id=base_id, state="open",
                 drawn_by=by[:LABEL], drawn_by_id=by_id, drawn_at=at)
    session.add(made)
    session.flush()
    return made


def get_draft(session: Session, draft: int, lock: bool = False) -> Draft:
    """One draft with its bytes, locked where it is about to be moved; raises DraftUnknown."""
    row = session.get(Draft, draft, options=[undefer(Draft.content)], with_for_update=lock or None,
                      populate_existing=lock)
    if row is None:
        raise DraftUnknown()
    return row


def list_drafts(session: Session, most: int = 50) -> Sequence[Draft]:
    """Those at work first, then the newest of those that are over."""
    return session.scalars(
        select(Draft).order_by(Draft.state.in_(AT_WORK).desc(), Draft.id.desc()).limit(most)).all()


def source_of_draft(draft: Draft) -> Source:
    """The bytes of a draft, under the id and pack that it is meant for; version 0."""
    return source_of(draft.content, definition_id=draft.definition_id, kind="bpmn" if draft.kind == "bpmn" else "dmn",
                     file=draft.file, pack=draft.pack)


def submit(draft: Draft, wanted_from: datetime | None, at: datetime) -> None:
    """Ask for approval; `wanted_from` None means as soon as it is approved. Raises DraftMoved."""
    _expect(draft, "open")
    draft.state, draft.submitted_at, draft.wanted_from = "submitted", at, wanted_from


def withdraw(draft: Draft, by: str, by_id: int, at: datetime) -> None:
    """Take a draft back before it is decided; raises DraftMoved."""
    _expect(draft, *AT_WORK)
    draft.state, draft.decided_by, draft.decided_by_id, draft.decided_at = "withdrawn", by[:LABEL], by_id, at


def decide(draft: Draft, state: str, *, by: str, by_id: int, words: str, at: datetime,
           definition: int | None = None) -> None:
    """Note the second person's word; raises DraftMoved, and TwoPeopleNeeded when it is the first."""
    check_second(draft, by_id)
    draft.state, draft.decision, draft.definition = state, words, definition
    draft.decided_by, draft.decided_by_id, draft.decided_at = by[:LABEL], by_id, at


def check_second(draft: Draft, by_id: int) -> None:
    """Raise DraftMoved when a draft does not wait for a decision, TwoPeopleNeeded when it is the drawer's own."""
    _expect(draft, "submitted")
    if draft.drawn_by_id == by_id:
        raise TwoPeopleNeeded()


def _expect(draft: Draft, *states: str) -> None:
    if draft.state not in states:
        raise DraftMoved(f"这份修改稿{_STATES[draft.state]}，请看最新内容后再试。", state=draft.state)
