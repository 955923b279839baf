"""`wangge try` and `wangge lint` keep their contract: JSON alone, four ways it can go, an exit code that means well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.library import Source
from tests.engine.processes.conformance.activities import CHILD
from tests.engine.processes.conformance.foreign import CAMUNDA, FIRST
from tests.engine.processes.conformance.model import ENDS, NEVER, called, start, tasks
from tests.engine.processes.drawing import script, user
from tests.engine.processes.models import gateways
from web.commands import lint, try_

KEYS = {"status", "trace", "waiting", "problems", "operations"}
ASKS = called("asks", ENDS + user("u") + gateways("exclusive", "w") + tasks("yes", "no"),
              """start -> u -> w -[form["ok"] == True]-> yes -> end
                 w -*-> no -> end""")


def written(folder: Path, *sources: Source) -> list[str]:
    """The files of these diagrams and tables."""
    paths = []
    for source in sources:
        path = folder / source.file
        path.write_bytes(source.content)
        paths.append(str(path))
    return paths


def tried(*arguments: str) -> tuple[Result, dict[str, Any]]:
    """What `wangge try … --json` says."""
    result = CliRunner().invoke(try_.command, [*arguments, "--json"])
    report = json.loads(result.stdout)
    assert report.keys() == KEYS
    return result, report


@pytest.mark.parametrize(("source", "status"), [
    (called("runs", ENDS, "start -> end"), "completed"),
    (called("stands", ENDS + NEVER, "start -> never -> end"), "waiting"),
    (called("breaks", ENDS + script("s", "x = y"), "start -> s -> end"), "failed"),
    (called("odd", ENDS + '<complexGateway id="g"/>', "start -> g -> end"), "refused"),
], ids=lambda given: given if isinstance(given, str) else "")
def test_only_what_completes_is_well(tmp_path: Path, source: Source, status: str) -> None:
    result, report = tried(*written(tmp_path, source))
    assert report["status"] == status
    assert result.exit_code == (0 if status == "completed" else 1)


def test_the_first_file_runs_and_the_others_are_called(tmp_path: Path) -> None:
    caller = called("caller", ENDS + '<callActivity id="c" calledElement="child"/>' + script("x", "x = 5")
                    + f'<businessRuleTask id="ask" {CAMUNDA} camunda:decisionRef="dec"/>',
                    "start -> c -> x -> ask -> end")
    assert tried(*written(tmp_path, caller, CHILD, FIRST))[1]["trace"] == "start start inside end c x ask end".split()
    assert tried(*written(tmp_path, CHILD, caller, FIRST))[1]["trace"] == "start inside end".split()


def test_a_file_may_hold_what_it_calls_under_any_name(tmp_path: Path) -> None:
    caller = called("caller", ENDS + '<callActivity id="c" calledElement="inner"/>', "start -> c -> end")
    inner = ('<process id="inner"><startEvent id="s"/><task id="t"/><sequenceFlow id="st" sourceRef="s" targetRef="t"/>'
             "</process></definitions>")
    path = tmp_path / "drawing (1).bpmn"
    path.write_text(caller.content.decode().replace("</definitions>", inner), encoding="utf-8")
    assert tried(str(path))[1]["trace"] == "start s t c end".split()


def test_answers_come_from_a_file(tmp_path: Path) -> None:
    answers = tmp_path / "answers.json"
    answers.write_text('{"u": [{"ok": true}]}')
    files = written(tmp_path, ASKS)
    assert tried(*files, "--answers", str(answers))[1]["trace"] == "start u w yes end".split()
    assert tried(*files)[1]["trace"] == "start u w no end".split()
    for wrong in ("{", "[1]"):
        answers.write_text(wrong)
        result = CliRunner().invoke(try_.command, [*files, "--answers", str(answers), "--json"])
        assert result.exit_code == 1 and result.stdout == "" and "answers.json" in result.stderr


def test_warnings_are_told_and_keep_nobody_from_running(tmp_path: Path) -> None:
    source = called("foreign", ENDS + f'<userTask id="u" {CAMUNDA} camunda:assignee="demo"/>', "start -> u -> end")
    result, report = tried(*written(tmp_path, source))
    assert result.exit_code == 0
    assert [(one["code"], one["element"], one["severity"]) for one in report["problems"]] == [
        ("foreign_extension", "u", "warning")]
    assert "assignee" in report["problems"][0]["message"]


def test_nothing_given_and_nothing_readable_are_refused(tmp_path: Path) -> None:
    assert tried()[1]["problems"][0]["code"] == "no_diagram"
    (tmp_path / "x.bpmn").write_bytes(b"\x00\x01")
    assert tried(str(tmp_path / "x.bpmn"))[1]["problems"][0]["code"] == "xml_refused"


@pytest.mark.parametrize("name", ["odd.bpmn20.xml", "odd.bpmn2", "odd.xml", "odd"])
def test_a_diagram_is_known_by_what_it_says_whatever_its_ending(tmp_path: Path, name: str) -> None:
    source = called("odd", ENDS + tasks("a"), "start -> a -> end")
    (tmp_path / name).write_bytes(source.content)
    result, report = tried(str(tmp_path / name))
    assert (result.exit_code, report["trace"]) == (0, ["start", "a", "end"])


def test_lint_names_file_element_code_message_and_severity(tmp_path: Path) -> None:
    source = called("odd", start("start") + tasks("a") + '<complexGateway id="g"/>', "start -> g -> a")
    result = CliRunner().invoke(lint.command, [*written(tmp_path, source), "--json"])
    found = json.loads(result.stdout)
    assert result.exit_code == 1 and found
    assert all(one.keys() == {"file", "element", "code", "message", "severity"} for one in found)
    assert ("odd.bpmn", "g", "complex_gateway", "error") in [
        (one["file"], one["element"], one["code"], one["severity"]) for one in found]
