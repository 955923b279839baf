"""A diagram with one more task in it, as a designer would draw it."""

from __future__ import annotations

import re

TASK = '<bpmn:userTask id="instruct" name="领导批示" />'
SHAPE = ('<bpmndi:BPMNShape id="instruct_di" bpmnElement="instruct">'
         '<dc:Bounds x="{x}" y="{y}" width="100" height="80" /></bpmndi:BPMNShape>'
         '<bpmndi:BPMNEdge id="flow_instruct_di" bpmnElement="flow_instruct">'
         '<di:waypoint x="{right}" y="{middle}" /><di:waypoint x="{far}" y="{middle}" /></bpmndi:BPMNEdge>')


def with_instruction(handle: bytes) -> bytes:
    """`handle` with a task «领导批示» after `dispatch_out`: no form, drawn above it."""
    text = handle.decode()
    lane = "<bpmn:flowNodeRef>dispatch_out</bpmn:flowNodeRef>"
    text = text.replace(lane, f"{lane}<bpmn:flowNodeRef>instruct</bpmn:flowNodeRef>", 1)
    flow = re.search(r'<bpmn:sequenceFlow id="\w+" sourceRef="dispatch_out" targetRef="(\w+)"', text)
    assert flow is not None
    onward = f'<bpmn:sequenceFlow id="flow_instruct" sourceRef="instruct" targetRef="{flow.group(1)}" />'
    redirected = flow.group(0).replace(f'targetRef="{flow.group(1)}"', 'targetRef="instruct"')
    text = text.replace(flow.group(0), f"{TASK}{onward}{redirected}", 1)
    drawn = re.search(r'bpmnElement="dispatch_out".*?x="([\d.]+)" y="([\d.]+)".*?</bpmndi:BPMNShape>', text, re.DOTALL)
    assert drawn is not None
    x, y = float(drawn.group(1)), float(drawn.group(2)) - 110
    shape = SHAPE.format(x=x, y=y, right=x + 100, far=x + 180, middle=y + 40)
    return text.replace(drawn.group(0), drawn.group(0) + shape, 1).encode()
