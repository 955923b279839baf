"""The tables that rule a place now: for questions that are asked before there is a case, or about many."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from engine import library
from engine.directory.models import Division
from engine.library import Source


def table_at(session: Session, decision_id: str, division: str, at: datetime) -> Source:
    """The table in force in this division; that of the base pack where nobody knows the division.

    Raises DefinitionUnknown where there is no such table.
    """
    place = session.get(Division, division)
    pack = library.pack_for(place.path if place else "")
    return library.table_in_force(session, pack.id, decision_id, at)
