"""The bundles that set-up makes, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

BUILD = Path(__file__).parents[2] / "web/static/build"
DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">
  <bpmn:process id="p"><bpmn:startEvent id="start"/></bpmn:process>
  <bpmndi:BPMNDiagram id="g"><bpmndi:BPMNPlane id="l" bpmnElement="p">
    <bpmndi:BPMNShape id="s" bpmnElement="start">
      <dc:Bounds x="100" y="100" width="36" height="36"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</bpmn:definitions>"""

pytestmark = pytest.mark.browser


def test_a_diagram_is_drawn_with_its_marks_and_the_makers_sign(page: Page) -> None:
    page.set_content("<div id=canvas style='width:600px;height:400px'></div>")
    page.add_style_tag(path=BUILD / "viewer.css")
    page.add_script_tag(path=BUILD / "viewer.js")
    marks = "{start: {kind: 'here', sign: '7'}}"
    page.evaluate(f"xml => showDiagram(document.querySelector('#canvas'), xml, {marks})", DIAGRAM)
    assert page.locator("[data-element-id=start].here").is_visible()
    assert page.locator(".sign").inner_text() == "7"
    assert page.locator(".bjs-powered-by").is_visible()


def test_every_console_page_has_htmx(page: Page) -> None:
    page.add_script_tag(path=BUILD / "console.js")
    assert page.evaluate("htmx.version") == "4.0.1"
