"""What diagrams and tables cite, as the compliance table wants it."""

from __future__ import annotations

from collections.abc import Sequence

from engine import decisions, processes
from engine.library import Cited, Source


def cited_elements(sources: Sequence[Source]) -> list[Cited]:
    """Every element of these diagrams that cites something."""
    return [Cited(f"{source.pack}/{source.file}", element.id, "; ".join(element.cites))
            for source in sources if source.kind == "bpmn"
            for element in processes.describe(source).elements if element.cites]


def cited_rows(sources: Sequence[Source]) -> list[Cited]:
    """Every row of these tables that cites something."""
    return [Cited(f"{source.pack}/{source.file}", f"row {row.number}", row.cites)
            for source in sources if source.kind == "dmn"
            for row in decisions.describe(source).rows if row.cites]
