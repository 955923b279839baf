"""Every place of a diagram or a table where an author may write an expression, each as a small file around a text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from engine.library import Source, source_of
from tests.engine.processes.drawing import ENDS, drawn, flows_of, user

DMN = ('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="ts" name="t" namespace="t">'
       '<decision id="t" name="t"><decisionTable id="tt" hitPolicy="FIRST"><input id="{i}"><inputExpression>'
       "<text>{ask}</text></inputExpression></input>"
       '<output id="{o}" name="answer"/><rule id="r1"><inputEntry><text>{cell}</text></inputEntry>'
       "<outputEntry><text>{answer}</text></outputEntry></rule></decisionTable></decision></definitions>")


@dataclass(frozen=True, slots=True)
class Place:
    """`draw` puts a text there, `element` is what a finding names, `good` a text that runs there."""

    name: str
    element: str
    good: str
    draw: Callable[[str], Source]

    def __str__(self) -> str:
        return self.name


def _flow(gateway: str) -> Callable[[str], Source]:
    body = f'<{gateway}Gateway id="g" default="other"/>' if gateway != "task" else '<task id="g" default="other"/>'
    return lambda text: drawn("p", ENDS + body + _condition("asked", "g", "end", text)
                              + '<sequenceFlow id="other" sourceRef="g" targetRef="end"/>', "start -> g")


def _condition(flow: str, source: str, target: str, text: str) -> str:
    return (f'<sequenceFlow id="{flow}" sourceRef="{source}" targetRef="{target}"><conditionExpression>{escape(text)}'
            "</conditionExpression></sequenceFlow>")


def _task(inner: str, kind: str = "task", body: str = "") -> Callable[[str], Source]:
    def draw(text: str) -> Source:
        task = f'<{kind} id="here">{inner.format(escape(text), quoteattr(text))}</{kind}>'
        return drawn("p", ENDS + task + body, "start -> here -> end")
    return draw


def _extended(name: str) -> str:
    return f"<extensionElements><spiffworkflow:{name}>{{0}}</spiffworkflow:{name}></extensionElements>"


def _edge(form: str, interrupting: str) -> Callable[[str], Source]:
    def draw(text: str) -> Source:
        event = (f'<boundaryEvent id="here" attachedToRef="a" cancelActivity="{interrupting}"><timerEventDefinition>'
                 f"<{form}>{escape(text)}</{form}></timerEventDefinition></boundaryEvent>")
        return drawn("p", ENDS + user("a") + event, """start -> a -> end
                                                       here -> end""")
    return draw


def _thrown(kind: str, tag: str, extension: str, *, declared: bool = False) -> Callable[[str], Source]:
    """A payload in the throwing event, or in the message that it names."""
    def draw(text: str) -> Source:
        payload = (f"<extensionElements><spiffworkflow:{extension}>{escape(text)}</spiffworkflow:{extension}>"
                   "</extensionElements>")
        code = f' {kind}Code="X"' if kind in ("error", "escalation") else ""
        top = f'<{kind} id="named" name="X"{code}>{payload if declared else ""}</{kind}>'
        inner = f'<{kind}EventDefinition {kind}Ref="named">{"" if declared else payload}</{kind}EventDefinition>'
        if tag == "endEvent":
            return drawn("p", f'<startEvent id="start"/><endEvent id="here">{inner}</endEvent>', "start -> here",
                         top=top)
        return drawn("p", ENDS + f'<{tag} id="here">{inner}</{tag}>', "start -> here -> end", top=top)
    return draw


def _beside(text: str) -> Source:
    """The timer that starts an event sub-process."""
    inner = (f'<startEvent id="here"><timerEventDefinition><timeDate>{escape(text)}</timeDate></timerEventDefinition>'
             f'</startEvent><task id="x"/>{flows_of("here -> x", "x")[0]}')
    return drawn("p", ENDS + user("a") + f'<subProcess id="s" triggeredByEvent="true">{inner}</subProcess>',
                 "start -> a -> end")


def _table(**given: str) -> Callable[[str], Source]:
    def draw(text: str) -> Source:
        holes = {"ask": "x", "cell": "-", "answer": "1", "i": "in", "o": "out"}
        holes |= {key: escape(value.replace("TEXT", text)) for key, value in given.items()}
        return source_of(DMN.format(**holes).encode("utf-8", "surrogatepass"), definition_id="t", kind="dmn",
                         file="t.dmn")
    return draw


_MANY = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>{}</loopCardinality>{}' \
        "</multiInstanceLoopCharacteristics>"
_LOOP = '<standardLoopCharacteristics testBefore="{}" loopMaximum="3"><loopCondition>{{0}}</loopCondition>' \
        "</standardLoopCharacteristics>"
_CONDITION = "<conditionalEventDefinition><condition>{0}</condition></conditionalEventDefinition>"
_PARAMETER = ('<extensionElements><spiffworkflow:serviceTaskOperator id="do"><spiffworkflow:parameters>'
              '<spiffworkflow:parameter id="p" value={1}/></spiffworkflow:parameters>'
              "</spiffworkflow:serviceTaskOperator></extensionElements>")
_ENOUGH = "<completionCondition>{0}</completionCondition>"

PLACES: tuple[Place, ...] = (
    Place("exclusive flow", "asked", "x == 1", _flow("exclusive")),
    Place("inclusive flow", "asked", "x == 1", _flow("inclusive")),
    Place("flow out of a task", "asked", "x == 1", _flow("task")),
    Place("script", "here", "y = x + 1", _task("<script>{0}</script>", "scriptTask")),
    Place("script before", "here", "y = x + 2", _task(_extended("preScript"))),
    Place("script after", "here", "y = x + 3", _task(_extended("postScript"))),
    Place("script before a sub-process", "here", "y = x + 4",
          _task(_extended("preScript") + '<startEvent id="s0"/>', "subProcess")),
    Place("date", "here", 'due("handle")', _edge("timeDate", "true")),
    Place("duration", "here", '"PT" + str(x) + "H"', _edge("timeDuration", "true")),
    Place("cycle", "here", '"R" + str(x + 1) + "/PT1H"', _edge("timeCycle", "false")),
    Place("start of an event sub-process", "here", 'due("beside")', _beside),
    Place("number of instances", "here", "x + 1", _task(_MANY.format("false", "{0}", ""))),
    Place("number of instances in turn", "here", "x + 2", _task(_MANY.format("true", "{0}", ""))),
    Place("enough instances", "here", "nrOfCompletedInstances >= x", _task(_MANY.format("false", "2", _ENOUGH))),
    Place("loop", "here", "x > 1", _task(_LOOP.format("false"))),
    Place("loop, asked before", "here", "x > 2", _task(_LOOP.format("true"))),
    Place("conditional event", "here", "x == 1", _task(_CONDITION, "intermediateCatchEvent")),
    Place("parameter of a service", "here", "x + 5", _task(_PARAMETER, "serviceTask")),
    Place("payload of a message", "here", "x + 6", _thrown("message", "intermediateThrowEvent", "messagePayload")),
    Place("payload of a declared message", "named", "x + 7",
          _thrown("message", "endEvent", "messagePayload", declared=True)),
    Place("payload of a signal", "here", "x + 8", _thrown("signal", "intermediateThrowEvent", "payloadExpression")),
    Place("payload of an escalation", "here", "x + 9",
          _thrown("escalation", "intermediateThrowEvent", "payloadExpression")),
    Place("payload of a declared escalation", "named", "x + 10",
          _thrown("escalation", "endEvent", "payloadExpression", declared=True)),
    Place("payload of an error", "here", "x + 11", _thrown("error", "endEvent", "payloadExpression")),
    Place("question of a table", "in", "x + 12", _table(ask="TEXT")),
    Place("cell of a table", "r1", ">= x", _table(cell="TEXT")),
    Place("answer of a table", "r1", "x + 14", _table(answer="TEXT")),
)
