"""What the audit found as a workbook: every cell plain text, so that nothing in it is ever computed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from flask_babel import gettext as _

from engine.cases.auditing import Fact, Found, facts_of
from engine.clock import ZONE
from web.console.administration import devices
from web.console.administration.words import register_word

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_LONGEST = 32_000


def workbook(of: str, rows: Iterable[Sequence[str]]) -> bytes:
    """A sheet with the headings of this source and these rows."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        page, head = book.add_worksheet(of), book.add_format({"bold": True, "bg_color": "#EFF2F5", "bottom": 1})
        text = book.add_format({"num_format": "@"})
        for column, title in enumerate(_headings(of)):
            page.write_string(0, column, str(title), head)
            page.set_column(column, column, 22)
        for line, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells):
                page.write_string(line, column, value[:_LONGEST], text)
        page.freeze_panes(1, 0)
    return out.getvalue()


def entry_cells(found: Found) -> list[str]:
    """An entry of a case."""
    entry = found.entry
    facts = "；".join(f"{one.name}={one.value}" for one in facts_of(entry))
    return [_stamp(entry.at), found.number, str(entry.seq), found.actor, entry.verb, found.said, facts,
            entry.previous_hash, entry.hash]


def deed_cells(deed: Any) -> list[str]:
    """An entry of the house's record."""
    facts = json.dumps(deed.facts, ensure_ascii=False) if deed.facts else ""
    return [_stamp(deed.at), str(deed.seq), deed.actor, str(register_word(deed.verb, "deed")), deed.kind, deed.subject,
            facts, deed.previous_hash, deed.hash]


def log_in_cells(one: Any) -> list[str]:
    """A log-in."""
    return [_stamp(one.started_at), one.username, one.name, one.address, devices.device_of(one.device),
            _stamp(one.seen_at), one.ended, _stamp(one.revoked_at), one.revoked_by or ""]


def facts_of_deed(deed: Any) -> list[Fact]:
    """What an entry of the house says, value by value."""
    changed = deed.facts.get("changed") or {}
    plain = [Fact(name, str(value)) for name, value in deed.facts.items() if name != "changed"]
    return plain + [Fact(name, f"{before or '—'} → {after or '—'}") for name, (before, after) in changed.items()]


def _headings(of: str) -> tuple[Any, ...]:
    chain = (_("Hash of the one before"), _("Hash"))
    return {
        "cases": (_("When"), _("Case"), _("No."), _("Who"), _("Verb"), _("What"), _("Facts"), *chain),
        "house": (_("When"), _("No."), _("Who"), _("Verb"), _("Kind"), _("Which"), _("Facts"), *chain),
        "log_ins": (_("Since"), _("User name"), _("Name"), _("Address"), _("Device"), _("Last act"), _("State"),
                    _("Ended at"), _("Ended by")),
    }[of]


def _stamp(at: datetime | None) -> str:
    return at.astimezone(ZONE).isoformat(sep=" ", timespec="seconds") if at else ""
