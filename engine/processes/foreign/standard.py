"""What the standard draws in words that we do not have, and means the same in ours."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

from engine.processes.names import local, tag

_GLOBAL = {"globalTask": "task", "globalUserTask": "userTask", "globalManualTask": "manualTask",
           "globalScriptTask": "scriptTask"}


def call_global_tasks(root: Any) -> None:
    """A call of a global task of the same file is that task."""
    declared = {node.get("id"): node for node in root if local(node.tag) in _GLOBAL}
    for call in list(root.iter(tag("callActivity"))) if declared else ():
        found = declared.get((call.get("calledElement") or "").strip().rpartition(":")[2])
        if found is None:
            continue
        call.tag = tag(_GLOBAL[local(found.tag)])
        del call.attrib["calledElement"]
        if found.get("scriptLanguage"):
            call.set("scriptFormat", found.get("scriptLanguage"))
        call.extend(copy.deepcopy(script) for script in found.iterchildren(tag("script")))


def split_complex(root: Any) -> None:
    """A complex gateway that only splits chooses its ways as an inclusive one does (BPMN 2.0.2, 13.4.5)."""
    entered = Counter(flow.get("targetRef") for flow in root.iter(tag("sequenceFlow")))
    left = Counter(flow.get("sourceRef") for flow in root.iter(tag("sequenceFlow")))
    for gateway in list(root.iter(tag("complexGateway"))):
        name = gateway.get("id")
        if entered[name] < 2 <= left[name] and gateway.find(f"./{tag('activationCondition')}") is None:
            gateway.tag = tag("inclusiveGateway")
