"""The end of making the demo city: everything delivered, every chain anchored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine import audit, notices


def seal(session: Session, at: datetime) -> None:
    """Deliver what waits and anchor all chains; the caller commits."""
    while notices.deliver_due(session, at, most=1000):
        pass
    audit.anchor(session, at)
