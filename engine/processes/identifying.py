"""Which process or decision a file is about: its own id counts, whatever the file is called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.library import Source, hardened
from engine.processes.errors import DiagramUnreadable
from engine.processes.extensions import called_of
from engine.processes.names import NODES, local, tag

MOST_OF_A_TABLE = 200_000


def identified(source: Source) -> Source:
    """The source under the id that the file itself gives; unchanged when the file cannot be read."""
    try:
        root = hardened.read_xml(source.content, most_elements=MOST_OF_A_TABLE)
        own = _decision_id(root) if source.kind == "dmn" else process_node(root, source).get("id")
    except (hardened.XmlRefused, DiagramUnreadable):
        return source
    return replace(source, definition_id=own) if own and own != source.definition_id else source


def unfolded(source: Source) -> list[Source]:
    """The source under the id that the file itself gives; of a file with several processes one source for each.

    The one that none of the others calls comes first. Where that is not clear the file is left as it is; what
    says that it is not executable is not counted.
    """
    try:
        root = hardened.read_xml(source.content, most_elements=MOST_OF_A_TABLE)
    except hardened.XmlRefused:
        return [source]
    drawn = [node for node in _drawn(root) if node.get("id")] if source.kind == "bpmn" else []
    called = {called_of(node) for node in root.iter(tag("callActivity"))}
    meant = [node for node in drawn if (node.get("isExecutable") or "").lower() != "false"] or drawn
    first = [node for node in meant if node.get("id") not in called]
    if len(drawn) < 2 or len(first) != 1:
        return [identified(source)]
    others = [node for node in drawn if node is not first[0] and node.get("id") in called]
    return [replace(source, definition_id=node.get("id")) for node in (*first, *others)]


def _drawn(root: Any) -> list[Any]:
    """The processes of a file in which something is drawn."""
    return [node for node in root.iter(tag("process")) if any(local(child.tag) in NODES for child in node)]


def process_node(root: Any, source: Source) -> Any:
    """The process a source is about: the one of its id, else the only one drawn; raises DiagramUnreadable."""
    drawn = _drawn(root)
    named = [node for node in root.iter(tag("process")) if node.get("id") == source.definition_id]
    found = named or (drawn if len(drawn) == 1 else [])
    if not found:
        if not drawn:
            raise DiagramUnreadable(source.file, "", "文件里没有流程", "no_process")
        raise DiagramUnreadable(source.file, "", "文件里有几个流程，请分成几个文件", "several_processes")
    if not found[0].get("id"):
        raise DiagramUnreadable(source.file, "", "流程没有编号（id）", "no_process_id")
    return found[0]


def _decision_id(root: Any) -> str | None:
    decisions = list(root.iter("{*}decision"))
    return decisions[0].get("id") if len(decisions) == 1 else None
