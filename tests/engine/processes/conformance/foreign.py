"""What other modellers write: read where exact, refused where it would leave work undone."""

from __future__ import annotations

from tests.engine.processes.conformance.model import ENDS, Model, called, refused, runs, tasks
from tests.engine.processes.conformance.tables import table
from tests.engine.processes.drawing import script
from tests.engine.processes.models import gateways

CAMUNDA = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
ZEEBE = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
WAY = gateways("exclusive", "w") + tasks("yes", "no")
CHILD = called("child", ENDS + script("set", "y = 7"), "start -> set -> end")
FIRST = table("FIRST", ("> 1", '"a"'), ("-", '"b"'))
COLLECT = table("COLLECT", ("> 1", '"a"'), ("-", '"b"'))


def asking(name: str, body: str, condition: str, way: str, flows: str = "start -> i -> w", *others: object) -> Model:
    """A gateway with this condition at the end of a way."""
    return runs(name, ENDS + body + WAY, f"""{flows} -[{condition}]-> yes -> end
        w -*-> no -> end""", way, *others)  # type: ignore[arg-type]


def zeebe(kind: str, name: str, inner: str, beside: str = "") -> str:
    """An activity with Zeebe's extensions."""
    return f'<{kind} id="{name}" {ZEEBE}><extensionElements>{inner}</extensionElements>{beside}</{kind}>'


def rule(attributes: str) -> str:
    """A business rule task as Camunda 7 writes it."""
    return f'<businessRuleTask id="ask" {CAMUNDA} camunda:decisionRef="dec" {attributes}/>'


GIVEN = script("i", 'x = 5\ny = "a"')
CONDITIONS: list[Model] = [
    *(asking(f"condition_{number}", GIVEN, text, f"start i w {'yes' if holds else 'no'} end")
      for number, (text, holds) in enumerate([
          ("= x &gt; 1".replace("&gt;", ">"), True), ("= x < 2", False), ('=x > 1 and y = "a"', True),
          ("= not(x = 5)", False), ("${x > 1}", True), ("${x == 5 && !(y == 'b')}", True),
          ("#{x lt 3 or x ge 5}", True),
          ("${x != 5}", False), ("= x + 1 = 6", True)])),
    *(refused(f"unreadable_{number}", ENDS + GIVEN + WAY, f"""start -> i -> w -[{text}]-> yes -> end
        w -*-> no -> end""", "expression", "f2") for number, text in enumerate([
            '${execution.getVariable("x")}', "= if x > 1 then true else false", "= x in (1..9)", "${x.equals(1)}",
            "= some i in [1] satisfies i = x", "${empty x}"])),
    refused("another_language", ENDS + GIVEN + WAY + '<sequenceFlow id="l" sourceRef="w" targetRef="yes">'
            '<conditionExpression language="groovy">x &gt; 1</conditionExpression></sequenceFlow>',
            """start -> i -> w -*-> no -> end
               yes -> end""", "expression_language", "l"),
    refused("another_script", ENDS + '<scriptTask id="s" scriptFormat="groovy"><script>x = 1</script></scriptTask>',
            "start -> s -> end", "script_language", "s"),
]
READ: list[Model] = [
    runs("service_of_camunda_8", ENDS + zeebe("serviceTask", "s", '<zeebe:taskDefinition type="pay"/>'),
         "start -> s -> end", "start s end"),
    runs("service_of_camunda_7", ENDS + f'<serviceTask id="s" {CAMUNDA} camunda:type="external" camunda:topic="pay"/>',
         "start -> s -> end", "start s end"),
    runs("people_of_camunda", ENDS + f'<userTask id="s" {CAMUNDA} camunda:assignee="demo" camunda:formKey="f"/>',
         "start -> s -> end", "start s end"),
    asking("call_of_camunda_8", zeebe("callActivity", "c", '<zeebe:calledElement processId="child"/>'), "y == 7",
           "start start set end c w yes end", "start -> c -> w", CHILD),
    asking("call_that_gives_nothing", script("i", "y = 1") + zeebe(
        "callActivity", "c", '<zeebe:calledElement processId="child" propagateAllChildVariables="false"/>'), "y == 7",
        "start i start set end c w no end", "start -> i -> c -> w", CHILD),
    asking("script_of_camunda_8", script("i", "x = 6") + zeebe(
        "scriptTask", "s", '<zeebe:script expression="= x + 1" resultVariable="y"/>'), "y == 7", "start i s w yes end",
        "start -> i -> s -> w"),
    runs("instances_of_camunda_8", ENDS + script("i", "items = [1, 2]") + "<userTask id=\"s\">"
         f"<multiInstanceLoopCharacteristics {ZEEBE}><extensionElements><zeebe:loopCharacteristics"
         ' inputCollection="= items" inputElement="item"/></extensionElements></multiInstanceLoopCharacteristics>'
         "</userTask>", "start -> i -> s -> end", "start i s s end"),
    runs("instances_of_camunda_7", ENDS + script("i", "items = [1, 2]") + f'<userTask id="s" {CAMUNDA}>'
         '<multiInstanceLoopCharacteristics camunda:collection="${items}" camunda:elementVariable="item"/></userTask>',
         "start -> i -> s -> end", "start i s s end"),
    *(asking(f"decision_as_{shape}", script("i", "x = 5") + rule(f'camunda:resultVariable="d"'
             f' camunda:mapDecisionResult="{shape}"'), expected, "start i ask w yes end", "start -> i -> ask -> w",
             source)
      for shape, expected, source in (
          ("singleEntry", 'd == "a"', FIRST), ("singleResult", 'd["r"] == "a"', FIRST),
          ("collectEntries", 'd == ["a", "b"]', COLLECT), ("resultList", 'd == [{"r": "a"}, {"r": "b"}]', COLLECT))),
    asking("decision_of_camunda_8", script("i", "x = 5") + zeebe(
        "businessRuleTask", "ask", '<zeebe:calledDecision decisionId="dec" resultVariable="d"/>'), 'd == "a"',
        "start i ask w yes end", "start -> i -> ask -> w", FIRST),
]
UNDONE: list[Model] = [
    refused(name, ENDS + body, "start -> s -> end", "foreign_work", "s") for name, body in [
        ("result_of_an_expression",
         f'<serviceTask id="s" {CAMUNDA} camunda:expression="${{1}}" camunda:resultVariable="x"/>'),
        ("listener", f'<userTask id="s" {CAMUNDA}><extensionElements><camunda:executionListener class="x"'
         ' event="start"/></extensionElements></userTask>'),
        ("output_of_camunda_7", f'<serviceTask id="s" {CAMUNDA} camunda:topic="x"><extensionElements>'
         '<camunda:inputOutput><camunda:outputParameter name="x">1</camunda:outputParameter>'
         '</camunda:inputOutput></extensionElements>'
         "</serviceTask>"),
        ("output_of_camunda_8", zeebe("serviceTask", "s", '<zeebe:taskDefinition type="x"/><zeebe:ioMapping>'
                                      '<zeebe:output source="=1" target="x"/></zeebe:ioMapping>')),
        ("script_of_jbpm_at_the_door", '<userTask id="s" xmlns:drools="http://www.jboss.org/drools"><extensionElements>'
         '<drools:onEntry-script scriptFormat="java"><drools:script>x</drools:script></drools:onEntry-script>'
         "</extensionElements></userTask>"),
        ("timer_that_ends", '<userTask id="u"/><boundaryEvent id="s" attachedToRef="u" cancelActivity="false">'
         '<timerEventDefinition><timeCycle xmlns:flowable="http://flowable.org/bpmn" flowable:endDate="2026-02-02">'
         "R/PT1H</timeCycle></timerEventDefinition></boundaryEvent>"),
        ("mapping_of_a_call", f'<callActivity id="s" calledElement="child" {CAMUNDA}><extensionElements>'
         '<camunda:in source="a" target="b"/></extensionElements></callActivity>'),
    ]
]
MODELS = [*CONDITIONS, *READ, *UNDONE]
