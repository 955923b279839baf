"""Sentences about the shipped tables: given these data, expect this answer.

Every `tests/rules/*.yaml` is a list of such sentences. `table` is `<pack>/<decision id>`, `given` the data by
name. `expect` is a mapping for the one answer (only the outputs you name are compared), a list of mappings
for a table that gives several, or `nothing` where no row may answer. `cites` and `rows` say, if given, which
articles and row numbers the answer names:

    - it: a major case climbs to the county at once
      table: base/triage
      given: {severity: 重大, urgency: 普通}
      expect: {emergency: true}
      cites: [E10]
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.decisions import Answer, NoAnswer, ask, describe, gate
from engine.library import RULES, Source, read_source

HERE = Path(__file__).parent
TABLES = {f"{path.parent.name}/{path.stem}": path for path in sorted(RULES.glob("*/*.dmn"))}
WORDS = {"it", "table", "given", "expect", "cites", "rows"}


def examples() -> Iterator[Any]:
    """Every sentence, named by its file and what it says."""
    for path in sorted(HERE.glob("*.yaml")):
        for number, sentence in enumerate(yaml.safe_load(path.read_text("utf-8")) or [], start=1):
            title = sentence.get("it", sentence.get("table"))
            yield pytest.param(sentence, id=f"{path.stem}-{number}-{title}")


EXAMPLES = list(examples())


def table(name: str) -> Source:
    """The working copy of a table."""
    assert name in TABLES, f"no table {name}; there are: {', '.join(TABLES)}"
    return read_source(TABLES[name])


@pytest.mark.parametrize("sentence", EXAMPLES)
def test_the_table_answers_as_the_sentence_says(sentence: dict[str, Any]) -> None:
    assert sentence.keys() <= WORDS and {"table", "given", "expect"} <= sentence.keys()
    source = table(sentence["table"])
    if sentence["expect"] == "nothing":
        assert finds_nothing(source, sentence["given"])
        return
    answer = ask(source, sentence["given"])
    assert named(answer, sentence["expect"]) == sentence["expect"]
    if "cites" in sentence:
        assert [row.cites for row in answer.rows] == sentence["cites"]
    if "rows" in sentence:
        assert [row.number for row in answer.rows] == sentence["rows"]


def finds_nothing(source: Source, given: dict[str, Any]) -> bool:
    """Whether no row answers, be it with an error or with an empty list."""
    try:
        return not ask(source, given).outputs
    except NoAnswer:
        return True


def named(answer: Answer, expected: Any) -> Any:
    """Of the answer, the outputs that the sentence names."""
    if isinstance(expected, dict):
        return {name: answer.one[name] for name in expected}
    if len(answer.outputs) != len(expected):
        return answer.outputs
    return [{name: given[name] for name in one} for given, one in zip(answer.outputs, expected, strict=True)]


@pytest.mark.parametrize("name", TABLES)
def test_every_shipped_table_passes_the_gate(name: str) -> None:
    assert [finding.message for finding in gate(table(name)) if finding.severity == "error"] == []


@pytest.mark.parametrize("name", TABLES)
def test_every_shipped_table_has_an_example(name: str) -> None:
    assert describe(table(name)).rows
    assert any(example.values[0]["table"] == name for example in EXAMPLES)
