"""S3: real diagrams and tables, changed at random: a finding with its reason, or let in and safe to run."""

from __future__ import annotations

import copy
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from lxml import etree

from engine import decisions, library
from engine.library import Source, source_of
from engine.processes import gate, try_run
from tests.engine.expressions.payloads import FAILED, REFUSED
from tests.engine.processes.hostile import PLAIN, refused, survived
from tests.engine.processes.models import CALLED, OURS
from tests.engine.processes.places import PLACES
from tests.storms.conftest import Say
from tests.storms.sizes import sizes

SECONDS, MEGABYTES = 2.0, 256
MODELS = [*OURS, *CALLED, *(place.draw(place.good) for place in PLACES),
          source_of(PLAIN.encode(), definition_id="p", kind="bpmn", file="p.bpmn")]
STATES = ("completed", "waiting", "failed", "refused")
WORDS = ("", "x", "true", "0", "-1", "99999999", "PT1H", "R/PT1S", "start", "end", "form", "case", "__class__", "流程",
         " ", *REFUSED[::40], *FAILED[::10])


@pytest.mark.storm
def test_an_upload_that_is_hostile_costs_little(say: Say) -> None:
    """In a process of its own, so that its memory is known."""
    code = "from tests.storms.test_uploads import measured; measured()"
    done = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    say(f"hostile uploads: {done.stdout.strip()}")


def measured() -> None:
    """Print the slowest of the hostile files and the memory; raises SystemExit when it is too much."""
    slowest, which, count = 0.0, "", 0
    for name, content in (*refused(), *survived()):
        begun = time.process_time()
        gate([source_of(content, definition_id="p", kind="bpmn", file="p.bpmn")])
        took, count = time.process_time() - begun, count + 1
        if took > slowest:
            slowest, which = took, name
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{count} files, slowest {slowest:.2f} s ({which}), {memory} MB\n")
    if slowest > SECONDS or memory > MEGABYTES:
        raise SystemExit(1)


@sizes(small=200, storm=10_000, full=100_000)
def test_a_changed_diagram_is_refused_with_a_reason_or_safe_to_run(size: int, seed: int, say: Say) -> None:
    chance, let_in = random.Random(seed), 0
    originals = library.working_copies()
    others = [one for one in originals if one.kind == "bpmn"]
    for number in range(size):
        source = chance.choice(originals if number % 10 == 0 else MODELS)
        content = changed(source.content, chance)
        try:
            let_in += judged(source_of(content, definition_id=source.definition_id, kind=source.kind, file=source.file),
                             others if number % 10 == 0 else CALLED)
        except BaseException as problem:
            problem.add_note(f"change {number} of {source.file}: {content!r:.2000}")
            raise
    assert 0 < let_in < size
    say(f"{size} changed diagrams and tables: {let_in} let in and run, the others refused with a reason")


def judged(source: Source, others: Sequence[Source]) -> bool:
    """Whether it was let in; what is let in runs dry to a state that has a name."""
    if source.kind == "dmn":
        errors = [one for one in decisions.gate(source) if one.severity == "error"]
    else:
        errors = [one for one in gate([source], known=others) if one.severity == "error"]
    assert all(one.code and one.message for one in errors)
    if not errors and source.kind == "bpmn":
        report = try_run([source, *(one for one in others if one.definition_id != source.definition_id)])
        assert report["status"] in STATES and (report["status"] != "failed" or report["problems"])
    return not errors


def changed(content: bytes, chance: random.Random) -> bytes:
    """The file after one to four changes, of its bytes or of its tree."""
    if chance.random() < 0.2:
        return _changed_bytes(content, chance)
    root = etree.fromstring(content)
    for _ in range(chance.randint(1, 4)):
        node = chance.choice([one for one in root.iter() if isinstance(one.tag, str)])
        if node is not root:
            chance.choice(_CHANGES)(node, root, chance)
    return bytes(etree.tostring(root))


def _changed_bytes(content: bytes, chance: random.Random) -> bytes:
    at, until = sorted(chance.randrange(len(content)) for _ in range(2))
    until = min(until, at + 200)
    return chance.choice([
        content[:at], content[:at] + content[until:], content[:at] + bytes([chance.randrange(256)]) + content[at + 1:],
        content[:until] + content[at:until] + content[until:], content[:at] + chance.choice(WORDS).encode(
            "utf-8", "surrogatepass") + content[at:]])


def _drop(node: Any, root: Any, chance: random.Random) -> None:
    node.getparent().remove(node)


def _double(node: Any, root: Any, chance: random.Random) -> None:
    node.addnext(copy.deepcopy(node))


def _move(node: Any, root: Any, chance: random.Random) -> None:
    goal = chance.choice([one for one in root.iter() if isinstance(one.tag, str)])
    if node not in [goal, *goal.iterancestors()]:
        goal.append(node)


def _write(node: Any, root: Any, chance: random.Random) -> None:
    word = chance.choice(WORDS)
    try:
        node.text = word
    except ValueError:
        node.text = "?"


def _set(node: Any, root: Any, chance: random.Random) -> None:
    if node.attrib:
        ids = [one.get("id") for one in root.iter() if one.get("id")]
        try:
            node.set(chance.choice(sorted(node.attrib)), chance.choice([*WORDS, *ids]))
        except ValueError:
            node.attrib.clear()


def _forget(node: Any, root: Any, chance: random.Random) -> None:
    if node.attrib:
        node.attrib.pop(chance.choice(sorted(node.attrib)))


def _rename(node: Any, root: Any, chance: random.Random) -> None:
    node.tag = chance.choice([one.tag for one in root.iter() if isinstance(one.tag, str)])


_CHANGES: tuple[Callable[[Any, Any, random.Random], None], ...] = (
    _drop, _double, _move, _write, _set, _set, _forget, _rename)
