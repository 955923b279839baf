"""Cases that nobody and nothing moves any more, and that nobody was told about."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.cases.models import Case
from engine.cases.watching import unnoticed


def list_stuck(session: Session) -> list[str]:
    """The numbers of the open cases that have neither an open task nor a timer nor an open incident."""
    return list(session.scalars(select(Case.number).where(*unnoticed()).order_by(Case.id)))
