"""S1: what attackers write, at every place where an author may write: refused at the gate by element, never run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

import pytest
from lxml import etree

from engine import decisions
from engine.errors import WanggeError
from engine.library import Source, source_of
from engine.processes import ProcessBroken, gate
from engine.processes.names import tag
from tests.engine.expressions.payloads import REFUSED
from tests.engine.processes.drawing import ENDS, HEAD, Desk, Walk, drawn, script, user
from tests.engine.processes.models import gateways
from tests.engine.processes.places import PLACES, Place
from tests.engine.processes.test_sites import wander
from tests.engine.processes.watching import code_run, reached_out, watched

HOLE = "HOLE"
DRAWN = tuple(place for place in PLACES if place.draw(place.good).kind == "bpmn")
TABLES = tuple(place for place in PLACES if place not in DRAWN)
ATTACKS = tuple(text for text in REFUSED if text.strip())  # an empty text at a place is no text
SCRIPTS = tuple(place for place in DRAWN if place.name.startswith("script"))
# Scripts that are refused as expressions and do no harm: a line that sets a constant, nothing at all, a long name.
HARMLESS = {"a = 1", "x += 1", "pass", "# comment", "#{x.y()}", *(text for text in REFUSED if text in (
    "x" * 1001, "'" + "a" * 1_100 + "'", "1 if 1 else " * 90 + "1"))}
_NAMED = ("id", "sourceRef", "targetRef", "attachedToRef", "default", "messageRef", "signalRef", "errorRef",
          "escalationRef")
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def everywhere(places: tuple[Place, ...]) -> tuple[str, Mapping[str, Place]]:
    """One diagram with a hole at every place, each in a sub-process of its own; the place of each element."""
    inner, top, elements = "", "", {}
    for number, place in enumerate(places):
        root = etree.fromstring(place.draw(HOLE).content)
        for node in root.iter("{*}*"):
            for name in _NAMED:
                if node.get(name) and not (name == "id" and node.tag.endswith("}parameter")):
                    node.set(name, f"n{number}_{node.get(name)}")
        process = root.find(tag("process"))
        inner += f'<subProcess id="n{number}">{_inside(process)}</subProcess>'
        top += "".join(etree.tostring(node, encoding="unicode") for node in root if node is not process)
        elements[f"n{number}_{place.element}"] = place
    return f'{HEAD}{top}<process id="p" isExecutable="true">{ENDS}{inner}</process></definitions>', elements


def _inside(node: Any) -> str:
    return "".join(etree.tostring(child, encoding="unicode") for child in node)


def _filled(text: str, attack: str) -> Source:
    written = text.replace(HOLE, escape(attack, {'"': "&quot;", "\n": "&#10;"}))
    return source_of(written.encode("utf-8", "surrogatepass"), definition_id="p", kind="bpmn", file="p.bpmn")


def test_the_diagram_of_all_places_has_a_hole_at_each() -> None:
    text, elements = everywhere(DRAWN)
    assert text.count(HOLE) == len(DRAWN) == len(elements) and len(ATTACKS) >= 300 and len(PLACES) >= 12
    filled = {one.element for one in gate([_filled(text, "1 == 1")]) if one.code in ("expression", "script")}
    assert filled == {name for name, place in elements.items() if place in SCRIPTS}  # that is no line of a script


@pytest.mark.parametrize(("places", "line"), [(DRAWN, "{}"), (SCRIPTS, "y = {}")], ids=["everywhere", "in a script"])
def test_an_attack_is_refused_at_every_place_of_a_diagram(places: tuple[Place, ...], line: str) -> None:
    text, elements = everywhere(places)
    with watched() as events:
        missed = {(attack, name) for attack in ATTACKS for name in _missed(text, elements, line.format(attack))}
    assert {attack for attack, name in missed if name.startswith("script")} <= HARMLESS
    assert [(attack, name) for attack, name in missed if not name.startswith("script")] == []
    assert code_run(events) == [] and reached_out(events) == []


def _missed(text: str, elements: Mapping[str, Place], attack: str) -> list[str]:
    """The places at which the gate lets it in."""
    found = [one for one in gate([_filled(text, attack)]) if one.severity == "error"]
    if _UNWRITABLE.search(attack):  # no XML at all
        return [] if [one.code for one in found] == ["xml_refused"] else ["file"]
    named = {one.element for one in found}
    return [place.name for element, place in elements.items() if element not in named]


@pytest.mark.parametrize("place", TABLES, ids=str)
def test_an_attack_is_refused_at_every_place_of_a_table(place: Place) -> None:
    with watched() as events:
        for attack in ATTACKS:
            errors = [one for one in decisions.gate(place.draw(attack)) if one.severity == "error"]
            assert [one for one in errors if one.element in (place.element, "t", "")], attack
            assert _UNWRITABLE.search(attack) or place.element in [one.element for one in errors], attack
    assert code_run(events) == [] and reached_out(events) == []


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_an_attack_that_came_past_the_gate_still_does_not_run(place: Place) -> None:
    """A published file that nobody checked: the command breaks, with the element, and nothing has happened."""
    wander_at(place, place.good)
    for attack in ATTACKS[::9]:
        if _UNWRITABLE.search(attack) or (place in SCRIPTS and attack in HARMLESS):
            continue
        with watched() as events, pytest.raises(WanggeError):
            wander_at(place, attack)
        assert {code.co_filename for code in code_run(events)} <= {"<expression>"}, attack
        assert reached_out(events) == [], attack


def wander_at(place: Place, text: str) -> None:
    """Let a text be asked at its place without asking the gate."""
    source = place.draw(text)
    if source.kind == "dmn":
        decisions.ask(source, {"x": 1})
        return
    walk = Walk(source, desk=Desk(source), x=1)
    wander(walk)
    wander(Walk(source, desk=Desk(source), x=1).do(walk.open[0]) if walk.open else walk)


SHADOWS = ("__builtins__", "_getitem_", "_add_", "_times_", "len", "str", "max", "due", "case", "form", "True", "x.y",
           "__class__", "𝓵𝓮𝓷")
ASKING = drawn("p", ENDS + user("a") + gateways("exclusive", "g")
               + script("s", 'y = len(str(x["k"] + 1 * 2)) + max(1, 2)\nz = form["outcome"]\nw = case["level"]'),
               "start -> a -> s -> end")


@pytest.mark.parametrize("name", SHADOWS)
def test_no_field_of_a_form_takes_the_place_of_a_helper_a_guard_or_a_fact(name: str) -> None:
    walk = Walk(ASKING, desk=Desk(facts={"level": "city"}), x={"k": 1})
    done = walk.complete(walk.step.open[0], {"outcome": "done", name: "evil", "x": "evil"}).step
    assert {key: done.result[key] for key in "yzw"} == {"y": 3, "z": "done", "w": "city"}


@pytest.mark.parametrize("name", SHADOWS)
def test_no_data_of_a_start_or_an_operation_does_either(name: str) -> None:
    if name in ("form", "case"):
        pytest.skip("these two are the host's own")
    walk = Walk(ASKING, desk=Desk(facts={"level": "city"}), **{"x": {"k": 1}, name: "evil"})
    done = walk.do("a").step
    assert {key: done.result[key] for key in "yzw"} == {"y": 3, "z": "done", "w": "city"}


def test_what_is_no_data_never_becomes_data() -> None:
    walk = Walk(ASKING, desk=Desk(facts={"level": "city"}), x={"k": 1})
    for thing in (len, open, object(), type, ...):
        with pytest.raises((TypeError, ProcessBroken)):
            walk.do("a", y=thing)
