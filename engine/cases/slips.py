"""What is printed of a case: the order to the unit that handles it (交办单), and the supervision of it (督办单)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from engine.attachments.models import Attachment
from engine.cases.explaining import explain_deadlines
from engine.cases.models import Case
from engine.cases.pages import CasePage, case_page
from engine.cases.sealing import Resident
from engine.cases.unmasking import unmask
from engine.cases.wording import Line
from engine.cases.words import Language
from engine.directory import Actor

Kind = Literal["order", "supervision"]
KINDS: tuple[Kind, ...] = ("order", "supervision")
MOST = 50  # sheets of one print job
PHOTOS = 3
_ORDERED, _SUPERVISED, _PUSHED = ("dispatch",), ("supervise", "raise"), ("urge", "supervise", "raise")


@dataclass(frozen=True, slots=True)
class Slip:
    """One sheet: `issuer` gives it to `unit`; `act` is the person's act that it puts on paper, None before one was.

    `times`: how often that was done to this case, by the clock too. `limits`: those that run (`explain_deadlines`).
    """

    case: Case
    page: CasePage
    issuer: str
    unit: str
    assistants: tuple[str, ...]
    act: Line | None
    times: int
    pushed: tuple[Line, ...]
    limits: Sequence[dict[str, Any]]
    contact: str
    photos: tuple[Attachment, ...]

    @property
    def words(self) -> str:
        """What whoever ordered or supervised it wrote; "" where nobody did."""
        return "\n".join(self.act.quotes) if self.act else ""

    @property
    def more_photos(self) -> int:
        """How many photos the sheet has no room for."""
        return len(self.page.photos) - len(self.photos)


def read_slips(session: Session, actor: Actor, kind: Kind, numbers: Sequence[str], at: datetime,
               language: Language = "zh", reason: str = "") -> list[Slip]:
    """A sheet for each of these cases, at most MOST; raises CaseUnknown, out of scope too.

    With a reason the resident's name and phone stand on them, and every look at them on the record (`unmask`):
    raises ActNotAllowed. Without one they are masked.
    """
    found = []
    for number in list(dict.fromkeys(numbers))[:MOST]:
        page = case_page(session, actor, number, at, language)
        shown = unmask(session, actor, number, reason, at) if reason and page.contact else None
        limits = [one for one in explain_deadlines(session, page.case, at, language, page.file)
                  if one["closed_at"] is None]
        found.append(_slip(kind, actor, page, limits, shown))
    return found


def _slip(kind: Kind, actor: Actor, page: CasePage, limits: list[dict[str, Any]], shown: Resident | None) -> Slip:
    is_order = kind == "order"
    acts = [line for line in page.lines if line.verb in (_ORDERED if is_order else _SUPERVISED)]
    holder, handler = page.names.get("holder", ""), page.names.get("handler", "")
    return Slip(
        case=page.case, page=page, issuer=_issuer(is_order, actor, page) or holder, unit=handler or holder,
        assistants=tuple(row.organisation for row in page.waiting if row.element.startswith("assist")),
        act=next((line for line in acts if not line.is_clock), None), times=len(acts), limits=limits,
        pushed=tuple(line for line in reversed(page.lines) if line.verb in _PUSHED),
        contact=f"{shown.name} {shown.phone}".strip() if shown else page.contact, photos=page.photos[:PHOTOS])


def _issuer(is_order: bool, actor: Actor, page: CasePage) -> str:
    """An order comes from the centre that dispatched it, a supervision from whoever prints it, where they supervise."""
    if is_order:
        return page.names.get("dispatcher", "")
    mine = next((post for post in actor.posts if post.role in ("supervisor", "seat")), None)
    return mine.organisation_name if mine else page.names.get("attention", "")
