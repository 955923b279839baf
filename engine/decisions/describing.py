"""A table as people read it: titles, cells in words, the article of each row, and what is wrong with it."""

from __future__ import annotations

from engine.decisions.checks import warn_of_rows
from engine.decisions.compiling import compiled
from engine.decisions.errors import TableRefused
from engine.decisions.reading import Findings, read_sheet
from engine.decisions.sheet import TableInfo
from engine.library.findings import Finding
from engine.library.source import Source


def describe(source: Source) -> TableInfo:
    """The table as written, also if its cells would be refused; raises TableRefused if there is no table."""
    findings = Findings(source.file)
    sheet = read_sheet(source, findings)
    if sheet is None:
        raise TableRefused(source.definition_id, findings.errors)
    return sheet


def gate(source: Source) -> list[Finding]:
    """All that is wrong with a table; with an error among it, it cannot be published or asked."""
    table, findings = compiled(source)
    if table is not None:
        warn_of_rows(table, findings)
    return findings.found
