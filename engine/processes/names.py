"""The namespaces of a diagram, and the names that belong to the host."""

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
SPIFF = "http://spiffworkflow.org/bpmn/schema/1.0/core"
DRAWING = "http://www.omg.org/spec/BPMN/20100524/DI"
WANGGE = "https://wangge.dev/bpmn"

NAMESPACES = {
    "bpmn": BPMN,
    "bpmndi": DRAWING,
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "spiffworkflow": SPIFF,
    "wangge": WANGGE,
}
FACTS = "case"
FORM = "form"
FUNCTIONS = frozenset({"due"})
RESERVED = frozenset({FACTS, FORM})
TASKS = frozenset({"task", "userTask", "manualTask", "scriptTask", "serviceTask", "businessRuleTask", "sendTask",
                   "receiveTask"})
ACTIVITIES = TASKS | {"subProcess", "callActivity", "transaction", "adHocSubProcess"}
SCOPES = frozenset({"process", "subProcess", "transaction"})
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway",
                      "complexGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
MOST_TOKENS = 20  # that an activity may wait for, or give, at once
NODES = ACTIVITIES | GATEWAYS | EVENTS


def tag(name: str) -> str:
    """The full name of a BPMN element."""
    return f"{{{BPMN}}}{name}"


def local(node_tag: object) -> str:
    """The name of an element without its namespace; "" for comments and the like."""
    return node_tag.rpartition("}")[2] if isinstance(node_tag, str) else ""
