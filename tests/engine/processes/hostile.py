"""Files that somebody might upload to do harm, or by mistake; each with its name."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterator

from tests.engine.processes.drawing import HEAD

TAIL = "</process></definitions>"
BODY = ('<startEvent id="s"/><userTask id="a"/><endEvent id="e"/><sequenceFlow id="f1" sourceRef="s" targetRef="a"/>'
        '<sequenceFlow id="f2" sourceRef="a" targetRef="e"/>')
PLAIN = f'{HEAD}<process id="p" isExecutable="true">{BODY}{TAIL}'
SECRET = "file:///etc/hostname"
LAUGHS = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10}">' for number in range(1, 10))


def diagram(body: str, top: str = "") -> str:
    """A diagram around a body."""
    return f'{HEAD}{top}<process id="p" isExecutable="true">{body}{TAIL}'


def chain(*nodes: str, start: str = "s", end: str = "e") -> str:
    """A start, these nodes (XML with an id first), an end, and the flows between them."""
    names = [start, *(node.partition('id="')[2].partition('"')[0] for node in nodes), end]
    flows = (f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
             for number, (source, target) in enumerate(zip(names, names[1:], strict=False)))
    return f'<startEvent id="{start}"/><endEvent id="{end}"/>{"".join(nodes)}{"".join(flows)}'


def refused() -> Iterator[tuple[str, bytes]]:
    """What is never let in, whatever it says it is."""
    declaration = '<?xml version="1.0" encoding="{}"?>'
    outer = f'<!DOCTYPE d [<!ENTITY x SYSTEM "{SECRET}">]>'
    yield "an outer entity", (outer + PLAIN.replace("<endEvent", "&x;<endEvent")).encode()
    yield "an outer document type", f'<!DOCTYPE d SYSTEM "{SECRET}">{PLAIN}'.encode()
    yield "a parameter entity", f'<!DOCTYPE d [<!ENTITY % x SYSTEM "{SECRET}"> %x;]>{PLAIN}'.encode()
    yield "a thousand million laughs", f'<!DOCTYPE d [<!ENTITY l0 "ha">{LAUGHS}]><d>&l9;</d>'.encode()
    yield "one long entity, often", f'<!DOCTYPE d [<!ENTITY x "{"a" * 50_000}">]><d>{"&x;" * 30_000}</d>'.encode()
    yield "a document type in small letters", f"<!doctype html>{PLAIN}".encode()
    yield "a document type in UTF-16", (outer + PLAIN).encode("utf-16")
    yield "an empty document type", f"<!DOCTYPE definitions>{PLAIN}".encode()
    yield "an unknown entity", PLAIN.replace("<endEvent", "&nothing;<endEvent").encode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7", "cp037", "utf-8-sig"):
        text = declaration.format(encoding.upper()) + PLAIN
        if encoding != "utf-8-sig":
            yield f"written in {encoding}", text.encode(encoding)
    for said in ("UTF-7", "UTF-16", "EBCDIC-CP-US", "ISO-2022-JP", "rot13", "base64", "zlib", "../../etc", ""):
        yield f"said to be in {said or 'nothing'}", (declaration.format(said) + PLAIN).encode()
    yield "a hundred thousand elements", diagram("<task/>" * 100_000).encode()
    yield "ten thousand deep", diagram("<subProcess>" * 10_000 + "</subProcess>" * 10_000).encode()
    yield "sixty-five deep", diagram("<subProcess>" * 65 + "</subProcess>" * 65).encode()
    yield "fifty megabytes", PLAIN.encode().ljust(50_000_000)
    yield "fifty megabytes of nothing", b" " * 50_000_000
    yield "a zip bomb", _zipped(b"\\0" * 20_000_000)
    yield "a zipped diagram", _zipped(PLAIN.encode())
    yield "a gzipped diagram", gzip.compress(PLAIN.encode())
    yield "nothing", b""
    yield "blanks", b" \n\t"
    yield "a mark and nothing", b"\xef\xbb\xbf"
    yield "text", "流程".encode()
    yield "json", b'{"definitions": []}'
    yield "html", b"<html><body><script>alert(1)</script></body></html>"
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20
    yield "a NUL", PLAIN.replace('id="a"', 'id="a\0"').encode()
    yield "a NUL by number", PLAIN.replace('id="a"', 'id="a&#0;"').encode()
    yield "half a pair by number", PLAIN.replace('id="a"', 'id="a&#xD800;"').encode()
    yield "half a pair", PLAIN.replace('id="a"', 'id="a\ud800"').encode("utf-8", "surrogatepass")
    yield "bytes that are no UTF-8", PLAIN.replace('id="a"', 'id="X"').encode().replace(b"X", b"\xff\xfe")
    yield "overlong bytes", PLAIN.encode().replace(b"<userTask", b"\xc0\xbcuserTask")
    for share in (1, 7, 30, 60, 95):
        yield f"{share} percent of it", PLAIN.encode()[:len(PLAIN) * share // 100]
    yield "two roots", (PLAIN + PLAIN).encode()
    yield "the same attribute twice", PLAIN.replace('id="a"', 'id="a" id="b"').encode()
    yield "another namespace", PLAIN.replace("20100524/MODEL", "20500101/MODEL").encode()
    yield "no namespace", PLAIN.replace(' xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"', "").encode()
    yield "no process", f"{HEAD}</definitions>".encode()
    yield "a process in a process", diagram('<process id="q"><startEvent id="s"/></process>').encode()
    yield "the same id twice", PLAIN.replace('id="e"', 'id="a"').encode()
    yield "the id of what the engine adds", diagram(
        chain('<userTask id="a"/>', '<userTask id="a.BoundaryEventSplit"/>') + (
        '<boundaryEvent id="b" attachedToRef="a"><timerEventDefinition><timeDuration>PT1H</timeDuration>'
        "</timerEventDefinition></boundaryEvent>")).encode()
    yield "the id of what the rewriting adds", diagram(chain('<userTask id="a"/>', '<userTask id="p.body"/>') + (
        '<subProcess id="es" triggeredByEvent="true"><startEvent id="s0"><timerEventDefinition><timeDuration>PT1H'
        "</timeDuration></timerEventDefinition></startEvent></subProcess>")).encode()
    yield "the id of a way out of a task", diagram(
        '<startEvent id="s"/><task id="a"/><userTask id="a.ways"/><endEvent id="e"/><sequenceFlow id="f0" '
        'sourceRef="s" targetRef="a"/><sequenceFlow id="f1" sourceRef="a" targetRef="a.ways"><conditionExpression>'
        '1 == 2</conditionExpression></sequenceFlow><sequenceFlow id="f2" sourceRef="a.ways" targetRef="e"/>').encode()


def _zipped(content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p.bpmn", content)
    return held.getvalue()


def survived() -> Iterator[tuple[str, bytes]]:
    """What may be let in or not; let in, it must run within its budget."""
    yield "an inclusion", PLAIN.replace("<endEvent", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
                                                     f'href="{SECRET}" parse="text"/><endEvent').encode()
    yield "a style sheet", f'<?xml-stylesheet href="{SECRET}"?>{PLAIN}'.encode()
    yield "a schema from afar", PLAIN.replace("<definitions", '<definitions xmlns:xsi="http://www.w3.org/2001/XMLSchema-'
                                              'instance" xsi:schemaLocation="x http://127.0.0.1:9/x.xsd"').encode()
    yield "an import", PLAIN.replace("<process", f'<import importType="x" location="{SECRET}" namespace="x"/>'
                                     "<process").encode()
    yield "a label with a script", PLAIN.replace('id="a"', 'id="a" name="&lt;script&gt;alert(1)&lt;/script&gt;"'
                                                 ).encode()
    yield "a label of a megabyte", PLAIN.replace('id="a"', f'id="a" name="{"长" * 300_000}"').encode()
    yield "an id of a megabyte", PLAIN.replace('"a"', f'"{"a" * 300_000}"').encode()
    yield "an id like nothing else", PLAIN.replace('"a"', '"../../x &amp; y \u202e {0} %s"').encode()
    yield "an empty id", PLAIN.replace('"a"', '""').encode()
    yield "ten thousand attributes", PLAIN.replace(
        'id="a"', 'id="a" ' + " ".join(f'x{n}="1"' for n in range(10_000))).encode()
    yield "ten thousand namespaces", PLAIN.replace("<definitions", "<definitions " + " ".join(
        f'xmlns:n{n}="urn:{n}"' for n in range(10_000))).encode()
    yield "unknown extensions", PLAIN.replace(
        '<userTask id="a"/>', '<userTask id="a"><extensionElements><evil:run xmlns:evil="urn:evil" class="Runtime">'
        "rm -rf</evil:run></extensionElements></userTask>").encode()
    yield "a flow to itself", PLAIN.replace('targetRef="e"', 'targetRef="a"').encode()
    yield "gateways in a ring", diagram(
        chain('<exclusiveGateway id="g"/>', '<exclusiveGateway id="h" default="f2"/>') + (
        '<sequenceFlow id="back" sourceRef="h" targetRef="g"><conditionExpression>1 == 1</conditionExpression>'
        "</sequenceFlow>")).encode()
    yield "forks in a ring", diagram(chain('<exclusiveGateway id="m"/>', '<parallelGateway id="g"/>') +
                                     '<sequenceFlow id="back" sourceRef="g" targetRef="m"/>').encode()
    yield "inclusive forks in a ring", diagram(
        chain('<inclusiveGateway id="m"/>', '<parallelGateway id="g"/>') +
        '<sequenceFlow id="back" sourceRef="g" targetRef="m"/>').encode()
    yield "a call of itself", diagram(chain('<callActivity id="c" calledElement="p"/>')).encode()
    yield "two calls of itself", diagram(chain('<callActivity id="c" calledElement="p"/>',
                                               '<callActivity id="d" calledElement="p"/>')).encode()
    yield "sixty sub-processes deep", diagram(_deep(28)).encode()
    yield "a timer of many years", diagram(chain(_wait("timeDuration", "P99999999Y"))).encode()
    yield "a timer that is never", diagram(chain(_wait("timeDate", "0000-99-99"))).encode()
    for number, text in enumerate((
            "R/2001-01-01T00:00:00Z/PT0.000001S", "R999999999999/PT0.001S", "R3/2026-01-01/P7900Y", "R0/PT1H",
            "R5/PT0S", "R99999999999999999999/P1D", "R9/9000-01-01/P900Y")):
        yield f"cycle {number}", diagram(chain('<userTask id="a"/>') + (
            '<boundaryEvent id="b" attachedToRef="a" cancelActivity="false"><timerEventDefinition><timeCycle>'
            f"{text}</timeCycle></timerEventDefinition></boundaryEvent>")).encode()
    for number, text in enumerate(("10 ** 9", "999999999", "-1", "1e9", "100", "case", "'x'", "[1]", "1 / 0")):
        many = (f'<multiInstanceLoopCharacteristics><loopCardinality>{text}</loopCardinality>'
                "</multiInstanceLoopCharacteristics>")
        yield f"instances {number}", diagram(chain(f'<task id="a">{many}</task>')).encode()
        inner = chain(f'<task id="b">{many}</task>', start="s1", end="e1").replace('id="f', 'id="g')
        nested = f'<subProcess id="a">{many}{inner}</subProcess>'
        yield f"instances in instances {number}", diagram(chain(nested)).encode()
    for text in ("99999999999999999999", "²", "-1", "9" * 5_000, "0", "1e3", ""):
        yield f"a loop of {text[:9]}", diagram(chain(
            f'<task id="a"><standardLoopCharacteristics loopMaximum="{text}"/></task>')).encode()
    for number, text in enumerate((f"={'(' * 5_000}x{')' * 5_000}", f"${{{'!' * 5_000}x}}", f"={'1+' * 200_000}1")):
        yield f"a foreign text {number}", diagram(chain(
            f'<task id="a"><standardLoopCharacteristics><loopCondition>{text}</loopCondition>'
            "</standardLoopCharacteristics></task>")).encode()
    yield "a long sum that is added", diagram(chain(
        f'<scriptTask id="a"><script>x = 1\nx += {"1+" * 700}1</script></scriptTask>')).encode()
    yield "a very long way", diagram(chain(*(f'<task id="t{n}"/>' for n in range(650)))).encode()
    yield "a fork of many", diagram(_fork("parallel", 480)).encode()
    yield "an inclusive fork of many", diagram(_fork("inclusive", 480, "1 == 1")).encode()
    yield "a choice of many", diagram(_fork("exclusive", 480, "1 == 2")).encode()
    yield "many boundary events", diagram(chain(*(f'<userTask id="t{n}"/>' for n in range(200))) + "".join(
        f'<boundaryEvent id="b{n}" attachedToRef="t{n}" cancelActivity="false"><timerEventDefinition><timeDuration>PT1H'
        "</timeDuration></timerEventDefinition></boundaryEvent>" for n in range(200))).encode()
    yield "many scripts that share", diagram(_fork("parallel", 300, node="scriptTask")).encode()
    yield "forks behind forks", diagram(_ladder(90)).encode()


def _deep(depth: int) -> str:
    inner = ""
    for number in range(depth):
        node = f'<subProcess id="p{number}">{inner}</subProcess>' if inner else '<task id="t"/>'
        inner = chain(node, start=f"s{number}", end=f"e{number}").replace('id="f', f'id="f{number}_')
    return inner


def _wait(form: str, text: str) -> str:
    return (f'<intermediateCatchEvent id="w"><timerEventDefinition><{form}>{text}</{form}></timerEventDefinition>'
            "</intermediateCatchEvent>")


def _fork(kind: str, count: int, condition: str = "", node: str = "task") -> str:
    asked = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    default = ' default="d0"' if condition else ""
    body = f'<{kind}Gateway id="g"{default}/><{kind}Gateway id="j"/><startEvent id="s"/><endEvent id="e"/>'
    body += '<sequenceFlow id="f0" sourceRef="s" targetRef="g"/><sequenceFlow id="f1" sourceRef="j" targetRef="e"/>'
    for number in range(count):
        inner = f"<script>x{number} = {number}</script>" if node == "scriptTask" else ""
        body += f'<{node} id="t{number}">{inner}</{node}>'
        body += f'<sequenceFlow id="d{number}" sourceRef="g" targetRef="t{number}">{asked if number else ""}'
        body += f'</sequenceFlow><sequenceFlow id="o{number}" sourceRef="t{number}" targetRef="j"/>'
    return body


def _ladder(rungs: int) -> str:
    """Forks one behind the other: two ways between each and the next, so the ways double with every rung."""
    nodes = "".join(f'<parallelGateway id="g{n}"/><scriptTask id="a{n}"><script>x{n} = 1</script></scriptTask>'
                    f'<task id="b{n}"/>' for n in range(rungs))
    flows = "".join(f'<sequenceFlow id="f{n}_{m}" sourceRef="{source}" targetRef="{target}"/>' for n in range(rungs)
                    for m, (source, target) in enumerate((
                        (f"g{n}", f"a{n}"), (f"g{n}", f"b{n}"), (f"a{n}", f"g{n + 1}"), (f"b{n}", f"g{n + 1}"))))
    return (f'<startEvent id="s"/><endEvent id="e"/>{nodes}<parallelGateway id="g{rungs}"/>{flows}'
            f'<sequenceFlow id="first" sourceRef="s" targetRef="g0"/><sequenceFlow id="last" sourceRef="g{rungs}" '
            'targetRef="e"/>')
