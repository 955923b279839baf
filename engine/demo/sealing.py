"""The end of making the demo city: everything delivered, every chain anchored."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from engine import audit, notices

READ_AFTER = timedelta(hours=36)  # older notices have been read by their people


def seal(session: Session, at: datetime) -> None:
    """Deliver what waits, let the old notices be read, and anchor all chains; the caller commits."""
    while notices.deliver_due(session, at, most=1000, pass_on=False):  # nobody gets mail about an old story
        pass
    notices.mark_all_read(session, at - READ_AFTER)
    audit.anchor(session, at)
