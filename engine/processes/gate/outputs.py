"""Whether every way to an end sets what the process declares to give back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.expressions import ExpressionRefused, compile_assignments
from engine.processes.extensions import called_of, operation_of
from engine.processes.gate.drawing import Findings, Scope, event_kind, is_true, title
from engine.processes.names import FUNCTIONS, SPIFF, local, tag

Outputs = Mapping[str, frozenset[str] | None]  # None: anything may be set, what it sets is not known here


def declared(process: Any, what: str) -> frozenset[str]:
    """The ids of a process's data inputs or outputs."""
    return frozenset(node.get("id") or "" for node in process.iterfind(f"./{tag('ioSpecification')}/{tag(what)}"))


def check_outputs(process: Any, scope: Scope, called: Outputs, findings: Findings) -> None:
    """Refuse an end that is reached without a declared output; with branches side by side only warn."""
    optional = {(ref.text or "").strip() for ref in process.iter(tag("optionalOutputRefs"))}
    wanted = declared(process, "dataOutput") - optional
    if not wanted:
        return
    before = _known_before(scope, frozenset(declared(process, "dataInput")), wanted, called)
    side_by_side = _has_branches(scope)
    for node in scope.nodes.values():
        name = node.get("id")
        if scope.successors(name) or event_kind(node) == "error" or before.get(name) is None:
            continue
        known = before[name] or frozenset()
        missing = sorted(wanted - known - _sets(node, wanted, called))
        if missing:
            note = findings.warning if side_by_side else findings.error
            note(node, "output_not_set", f"走到「{title(node)}」时，要交回的「{'、'.join(missing)}」还没有值，"
                 "请在每条路上用脚本任务写 名称 = 表达式")


def _known_before(scope: Scope, inputs: frozenset[str], wanted: frozenset[str],
                  called: Outputs) -> dict[str, frozenset[str] | None]:
    """The names surely set when a node is reached, among the wanted ones; None: never reached."""
    known: dict[str, frozenset[str] | None] = dict.fromkeys(scope.nodes)
    work = [(node.get("id"), inputs & wanted) for node in scope.begins()]
    while work:
        name, arriving = work.pop()
        if name not in scope.nodes:
            continue
        old = known[name]
        joins = local(scope.nodes[name].tag) == "parallelGateway"
        new = arriving if old is None else (old | arriving if joins else old & arriving)
        if new == old:
            continue
        known[name] = new
        after = new | _sets(scope.nodes[name], wanted, called)
        work += [(target, after) for target in scope.successors(name)]
        work += [(event.get("id"), new) for event in scope.attached(name)]
    return known


def _sets(node: Any, wanted: frozenset[str], called: Outputs) -> frozenset[str]:
    kind = local(node.tag)
    found: set[str] = set()
    for text in _scripts(node):
        try:
            found.update(compile_assignments(text, FUNCTIONS).targets)
        except ExpressionRefused:
            found |= wanted
    if kind == "serviceTask" and (result := operation_of(node)[1]):
        found.add(result)
    elif kind in ("businessRuleTask", "subProcess"):
        found |= wanted
    elif kind == "callActivity":
        given = called.get(called_of(node))
        found |= wanted if not given else given
    found |= {(output.text or "").strip() for output in node.iter(tag("loopDataOutputRef"))}
    found |= {(variable.text or "").strip() for name in ("messageVariable", "variableName")
              for variable in node.iter(f"{{{SPIFF}}}{name}")}
    return frozenset(found & wanted)


def _scripts(node: Any) -> list[str]:
    texts = [node.findtext(f"./{tag('script')}")] if local(node.tag) == "scriptTask" else []
    texts += [node.findtext(f"./{tag('extensionElements')}/{{{SPIFF}}}{name}") for name in ("preScript", "postScript")]
    return [text for text in texts if text and text.strip()]


def _has_branches(scope: Scope) -> bool:
    forks = [node for node in scope.nodes.values() if len(scope.successors(node.get("id"))) > 1
             and local(node.tag) not in ("exclusiveGateway", "eventBasedGateway")]
    beside = [node for node in scope.of("boundaryEvent") if not is_true(node, "cancelActivity", True)]
    return bool(forks or beside)
