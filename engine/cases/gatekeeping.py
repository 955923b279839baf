"""The gate: what may be published, and publishing it; whatever would run wrong is refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import audit, decisions, library, processes
from engine.cases.models import Case
from engine.cases.operations import OPERATIONS
from engine.cases.scope import unscoped
from engine.errors import Invalid
from engine.library import Source, check_cites
from engine.library.findings import Finding
from engine.library.models import Definition, ReleasePin


class Refused(Invalid):
    """流程或决策表有错，没有发布。

    Facts: findings (list of `library.findings.Finding`).
    """

    code = "refused"


def inspect_sources(sources: Sequence[Source], known: Sequence[Source] = ()) -> list[Finding]:
    """Everything that is wrong or doubtful in these files; `known` are the published ones that they may call."""
    found = processes.gate(sources, frozenset(OPERATIONS), known)
    for source in sources:
        if source.kind == "dmn":
            found += decisions.gate(source)
    broken = {finding.file for finding in found if finding.severity == "error"}
    for source in sources:
        if source.file not in broken:
            found += _citations(source)
    return found


def _citations(source: Source) -> list[Finding]:
    """Citations of articles that do not exist, or that this pack may not cite."""
    if source.kind == "dmn":
        cited = [(f"row {row.number}", row.cites) for row in decisions.describe(source).rows]
    else:
        cited = [(element.id, "; ".join(element.cites)) for element in processes.describe(source).elements]
    return [Finding(source.file, place, problem.code, problem.message, "error")
            for place, text in cited if text for problem in check_cites(text, source.pack)]


def publish(session: Session, sources: Sequence[Source], *, by: str, approved_by: str, at: datetime,
            in_force_from: datetime | None = None) -> tuple[list[Definition], list[Finding]]:
    """Publish files that pass the gate, all or none; the new versions and the warnings.

    Raises Refused with the findings, TwoPeopleNeeded.
    """
    known = [library.source_from(library.get_definition(session, row.id))
             for row in library.list_definitions(session)]
    found = inspect_sources(sources, known)
    refuse_errors(found)
    made = library.publish(session, sources, by=by, approved_by=approved_by, at=at, in_force_from=in_force_from)
    note_published(session, made, at)
    return made, found


def note_published(session: Session, made: Sequence[Definition], at: datetime) -> None:
    """Write the versions that were made at this moment into the house's record."""
    audit.note(session, made[0].approved_by if made else "", [
        audit.Deed("publish", "rules", f"{row.pack}/{row.file}", {
            "version": row.version, "sha256": row.sha256, "drawn_by": row.drawn_by,
            "in_force_from": row.in_force_from.isoformat()})
        for row in made if row.published_at == at], at)


def refuse_errors(found: Sequence[Finding]) -> None:
    """Raise Refused, with all findings, when there is an error among them."""
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        words = "；".join(f"{one.file} {one.element}：{one.message}" for one in errors[:5])
        raise Refused(f"没有发布：{words}", findings=list(found))


def running_by_definition(session: Session) -> dict[int, int]:
    """How many open cases are pinned to each published version, whoever asks; by the definition's row id."""
    with unscoped(session):
        rows = session.execute(
            select(ReleasePin.definition, func.count(Case.id))
            .join(Case, Case.release_id == ReleasePin.release_id)
            .where(Case.closed_at.is_(None))
            .group_by(ReleasePin.definition))
        return {definition: count for definition, count in rows}
