"""All checks of a set of diagrams, file by file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from engine.library import Source
from engine.library.findings import Finding
from engine.processes.errors import DiagramUnreadable
from engine.processes.gate.answers import check_answers
from engine.processes.gate.beside import check_beside
from engine.processes.gate.calls import check_calls
from engine.processes.gate.compensation import check_compensation
from engine.processes.gate.data import check_data
from engine.processes.gate.drawing import Findings, Scope, scope_of, title
from engine.processes.gate.elements import check_elements
from engine.processes.gate.flows import check_flows
from engine.processes.gate.forms import check_extensions, check_forms
from engine.processes.gate.outputs import check_outputs, declared
from engine.processes.gate.races import check_message_flows, check_races
from engine.processes.gate.standing import check_standing
from engine.processes.gate.texts import check_event_count, check_names, check_texts
from engine.processes.identifying import identified, process_node
from engine.processes.names import BPMN, NODES, local, tag
from engine.processes.reading import read_xml
from engine.processes.shelf import bundle_of


def gate(sources: Sequence[Source], operations: frozenset[str] | None = None,
         known: Sequence[Source] = ()) -> list[Finding]:
    """All that is wrong with these diagrams; with an error among it a file is not published and not run.

    `operations` are the service operations that exist (None: not checked); `known` are published diagrams and
    tables that may be called besides the given ones. Tables are checked by the decisions room.
    """
    roots: dict[str, Any] = {}
    found: list[Finding] = []
    for source in sources:
        if source.kind == "bpmn":
            found += _readable(source, roots)
    together = [identified(source) for source in (*sources, *known)]
    processes = frozenset(source.definition_id for source in together if source.kind == "bpmn")
    decisions = frozenset(source.definition_id for source in together if source.kind == "dmn")
    called = _processes(together, roots)
    for source in sources:
        if source.sha256 in roots and source.kind == "bpmn":
            findings = Findings(source.file, published=operations is not None)
            scope = scope_of(process_node(roots[source.sha256], source), _sharing(called))
            _check(source, roots[source.sha256], scope, processes, decisions, operations, called, findings)
            found += findings.found
    return found


def _readable(source: Source, roots: dict[str, Any]) -> list[Finding]:
    try:
        root = read_xml(source.content, source.file)
        process_node(root, source)
    except DiagramUnreadable as error:
        return [Finding(source.file, error.element, error.problem, error.reason, "error")]
    roots[source.sha256] = root
    return []


def _sharing(called: dict[str, Any]) -> dict[str, Any]:
    """The processes that declare nothing: all data go in, and all come back."""
    return {name: node for name, node in called.items()
            if not declared(node, "dataInput") and not declared(node, "dataOutput")}


def _processes(sources: Sequence[Source], roots: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for source in sources:
        if source.kind == "bpmn" and source.definition_id not in found:
            try:
                root = roots.get(source.sha256)
                process = process_node(read_xml(source.content, source.file) if root is None else root, source)
            except DiagramUnreadable:
                continue
            found[source.definition_id] = process
    return found


def _check(source: Source, root: Any, scope: Scope, processes: frozenset[str], decisions: frozenset[str],
           operations: frozenset[str] | None, called: dict[str, Any], findings: Findings) -> None:
    process = scope.node
    _check_file(root, process, processes, findings)
    own = process.get("id")
    if own != source.definition_id:
        findings.warning(process, "file_name", f"流程的编号是「{own}」，文件请叫 {own}.bpmn")
    check_elements(process, scope, findings)
    check_compensation(process, findings)
    check_flows(scope, findings)
    check_event_count(process, findings)
    check_data(process, findings)
    check_texts(process, findings)
    check_names(process, findings)
    check_forms(process, findings)
    check_answers(process, findings)
    check_extensions(root, process, findings)
    check_calls(process, processes, decisions, operations, findings)
    if not any(finding.severity == "error" for finding in findings.found):
        check_outputs(process, scope, {name: declared(node, "dataOutput") for name, node in called.items()}, findings)
        check_beside(scope, findings)
        check_races(scope, called, findings)
        check_message_flows(scope, called, findings)
        check_standing(scope, findings)
        _check_parses(source, process, findings)


def _check_file(root: Any, process: Any, processes: frozenset[str], findings: Findings) -> None:
    for other in root.iter(tag("process")):
        if other is process or other.get("id") in processes or not any(local(node.tag) in NODES for node in other):
            continue
        if (other.get("isExecutable") or "").lower() == "false":
            findings.warning(other, "not_run", f"流程「{title(other)}」标为不可执行，这里不执行它")
        else:
            findings.error(other, "several_processes", "一个文件只能有一个流程，请分成几个文件")
    if any(True for _ in root.iter(tag("correlationKey"), tag("correlationProperty"))):
        findings.error(process, "correlation", "消息关联不起作用：消息只送给指定案件，请删除关联键")
    if (process.get("isExecutable") or "true").lower() == "false":
        findings.warning(process, "not_executable", "流程标为不可执行（isExecutable=false），仍会执行")
    _check_ids(root, process, findings)


def _check_ids(root: Any, process: Any, findings: Findings) -> None:
    counts = Counter(node.get("id") for node in root.iter(f"{{{BPMN}}}*") if node.get("id"))
    for name, count in counts.items():
        if count > 1:
            findings.error(str(name), "duplicate_id", f"有 {count} 个元素的编号都是「{name}」，请改成不同的")
    for node in root.iterchildren(*(tag(kind) for kind in ("message", "signal", "error", "escalation"))):
        if not node.get("id"):
            findings.error(process, "no_id", f"「{title(node)}」没有编号（id），请填写")


def _check_parses(source: Source, process: Any, findings: Findings) -> None:
    """The last check: what the engine itself says of the file."""
    try:
        bundle_of(source)
    except DiagramUnreadable as error:
        findings.error(error.element or process, error.problem, f"引擎读不了这张图：{error.reason}")
