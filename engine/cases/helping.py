"""主办与协办: how far each co-handler is, for the lead and who supervises; a co-handler sees their own part alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.attachments.models import Attachment
from engine.audit.models import Entry
from engine.cases.models import Custody
from engine.directory import Actor

ASSIST = "assist"  # the process of a co-handler's part
STATES = {"return": "declined", "cancelled": "ended"}
Part = Mapping[str, Any]  # a task of a co-handler, as `contents` reads it


@dataclass(frozen=True, slots=True)
class Helper:
    """One co-handler: unsigned, working, done, declined (with the reason) or ended; `said`: the result or reason."""

    organisation_id: int
    organisation: str
    state: str
    due_at: datetime | None
    by: str
    at: datetime | None
    said: str

    @property
    def is_outstanding(self) -> bool:
        """Whether the lead still waits for them."""
        return self.state in ("unsigned", "working")


def helpers_of(custody: Sequence[tuple[Custody, str]], parts: Sequence[Part], entries: Sequence[Entry],
               texts: Mapping[int, Mapping[str, str]]) -> tuple[Helper, ...]:
    """The co-handlers of the latest handling, in the order in which they were named."""
    since = max((row.since for row, _ in custody if row.capacity == "handler"), default=None)
    found = {}
    for row, name in custody:
        own = [part for part in parts if part["organisation_id"] == row.organisation_id
               and part["opened_at"] >= row.since]
        if row.capacity == "assistant" and own and (since is None or row.since >= since):
            found[row.organisation_id] = _helper(row.organisation_id, name, own[-1], entries, texts)
    return tuple(found.values())


def _helper(organisation_id: int, name: str, part: Part, entries: Sequence[Entry],
            texts: Mapping[int, Mapping[str, str]]) -> Helper:
    if part["closed_at"] is None:
        state = "unsigned" if part["stage"] == "assign" else "working"
        return Helper(organisation_id, name, state, part["due_at"], "", None, "")
    entry = next((one for one in entries if (one.verb, one.at, one.actor) == (
        part["element"], part["closed_at"], part["closed_by"])), None)
    said = "；".join(texts.get(entry.seq, {}).values()) if entry else ""
    return Helper(organisation_id, name, STATES.get(part["outcome"], "done"), None, part["closed_by"],
                  part["closed_at"], said)


# what a co-handler sees -----------------------------------------------------------------------------------------------
def is_only_helper(actor: Actor, custody: Sequence[Custody]) -> bool:
    """Whether the reader knows the case as a co-handler alone: no seat, no supervisor, never its holder or handler."""
    if actor.has("seat", "supervisor", "grid_worker"):
        return False
    own = [row for row in custody if row.organisation_id in actor.organisation_ids()]
    return bool(own) and all(row.capacity == "assistant" for row in own)


def is_helping(session: Session, actor: Actor, case_id: int) -> bool:
    """The same, asked for one case within the scope of the session."""
    return is_only_helper(actor, session.scalars(select(Custody).where(Custody.case_id == case_id)).all())


def hides(actor: Actor, entry: Entry) -> bool:
    """Whether an entry tells of another co-handler's part."""
    return entry.verb in ("sign_assist", "assist_task") and entry.organisation_id not in actor.organisation_ids()


def own_photos(actor: Actor, photos: Sequence[Attachment], parts: Sequence[Part]) -> tuple[Attachment, ...]:
    """The photos without those of other co-handlers."""
    others = {part["id"] for part in parts if part["organisation_id"] not in actor.organisation_ids()}
    return tuple(one for one in photos if one.task_id not in others)
