"""`wangge publish`: new versions of diagrams and tables, in force at once for new cases."""

from __future__ import annotations

from pathlib import Path

import click

from engine import clock
from engine.cases import gatekeeping
from web.commands._files import as_json, as_plain, files, read_sources, tell, tell_findings
from web.place import opened


@click.command("publish")
@files
@click.option("--by", help="Who drew it.")
@click.option("--approved-by", help="Who approved it: somebody else.")
@click.option("--pack", help="The pack, when the file does not lie in a pack's folder.")
@as_json
def command(files: tuple[Path, ...], by: str | None, approved_by: str | None, pack: str | None,
            as_json: bool) -> None:
    """Publish files that pass the gate, all or none; running cases keep their version."""
    if not files:
        raise click.UsageError("给出要发布的 .bpmn 或 .dmn 文件。")
    with opened() as place:
        if place.settings.demo:
            by, approved_by = by or "演示绘制人", approved_by or "演示审批人"
        if not by or not approved_by:
            raise click.UsageError("要写明绘制人 --by 和审批人 --approved-by。")
        try:
            with place.sessions.begin() as session:
                made, found = gatekeeping.publish(session, read_sources(files, pack), by=by, approved_by=approved_by,
                                                  at=clock.now())
                versions = [{"definition": row.definition_id, "kind": row.kind, "pack": row.pack,
                             "version": row.version, "sha256": row.sha256,
                             "in_force_from": row.in_force_from.isoformat()} for row in made]
        except gatekeeping.Refused as refused:
            findings = refused.facts["findings"]
            tell({"published": [], "findings": [as_plain(one) for one in findings]}) if as_json else tell_findings(
                findings)
            raise SystemExit(1) from None
    if as_json:
        tell(versions)
        return
    tell_findings(found)
    for one in versions:
        click.echo(f"{one['pack']}/{one['definition']} v{one['version']}")
