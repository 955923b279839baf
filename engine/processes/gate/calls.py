"""What a diagram uses must exist: called processes, tables, operations; and its outputs are always set."""

from __future__ import annotations

from typing import Any

from engine.processes.extensions import called_of, decision_of, foreign_operation_of, operation_of
from engine.processes.gate.drawing import Findings, title
from engine.processes.names import SPIFF, tag


def check_calls(process: Any, processes: frozenset[str], decisions: frozenset[str],
                operations: frozenset[str] | None, findings: Findings) -> None:
    """Refuse calls of what is not there; operations are not checked when none are given."""
    _check_called(process, processes, findings)
    _check_decided(process, decisions, findings)
    _check_operated(process, operations, findings)


def _check_called(process: Any, processes: frozenset[str], findings: Findings) -> None:
    for node in process.iter(tag("callActivity")):
        called = called_of(node)
        if not called:
            findings.error(node, "no_called_process", f"「{title(node)}」没有说明调用哪个流程")
        elif called not in processes:
            findings.error(node, "unknown_process", f"被调用的流程「{called}」不存在，请一起发布或改名")


def _check_decided(process: Any, decisions: frozenset[str], findings: Findings) -> None:
    for node in process.iter(tag("businessRuleTask")):
        decision = decision_of(node)
        if not decision:
            findings.error(node, "no_decision", f"规则任务「{title(node)}」没有说明问哪张表（calledDecisionId）")
        elif decision not in decisions:
            findings.error(node, "unknown_decision", f"决策表「{decision}」不存在，请一起发布或改名")


def _check_operated(process: Any, operations: frozenset[str] | None, findings: Findings) -> None:
    """Without a catalogue of operations (a dry run) what is not done here is only recorded, and said."""
    for node in process.iter(tag("serviceTask")):
        operation = operation_of(node)[0]
        foreign = foreign_operation_of(node) if node.find(f".//{{{SPIFF}}}serviceTaskOperator") is None else ""
        note = findings.error if operations is not None else findings.warning
        if not operation:
            note(node, "no_operation", f"服务任务「{title(node)}」没有说明做什么（serviceTaskOperator），"
                 "请从目录中选择一个操作")
        elif operations is not None and operation not in operations:
            findings.error(node, "unknown_operation", f"没有叫「{operation}」的服务操作，请从目录中选择")
        elif foreign and operations is None:
            findings.warning(node, "foreign_operation", f"「{foreign}」是别家软件的服务，试运行只记下来；"
                             "发布前请从目录中选择一个操作（serviceTaskOperator）")
