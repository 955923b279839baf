"""A table asked by hand: a value for every question, and the rows that answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from engine import decisions, library
from engine.errors import WanggeError
from engine.expressions import ExpressionRefused, compile_expression
from web.console import rules, shell, subjects
from web.console.blueprint import blueprint
from web.console.subjects import Subject

_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Question:
    """One datum that a table wants: what it is called, of which kind, and the values it lists or mentions."""

    name: str
    title: str
    type: str
    known: tuple[str, ...]


@blueprint.get("/rules/<int(max=2147483647):definition>/ask")
def ask_rule(definition: int) -> Any:
    """A published table, asked."""
    return _asked(subjects.published(definition))


@blueprint.get("/drafts/<int(max=2147483647):draft>/ask")
def ask_draft(draft: int) -> Any:
    """A draft of a table, asked."""
    return _asked(subjects.drafted(draft))


def _asked(subject: Subject) -> Any:
    source = subject.source
    if source.kind != "dmn":
        raise library.DefinitionUnknown()
    table = rules.described(source)
    questions = _questions(table)
    given = {one.name: request.args.get(one.name, "") for one in questions}
    answer, problem = None, ""
    if "ask" in request.args:
        try:
            answer = decisions.ask(source, {one.name: _value(one, given[one.name]) for one in questions})
        except WanggeError as failed:
            problem = shell.told(failed)
    fired = {row.number for row in answer.rows} if answer else set()
    return render_template("ask.html", source=source, table=table, questions=questions, given=given, answer=answer,
                           fired=fired, problem=problem, home=subject.home, here="rules")


def _questions(table: decisions.TableInfo) -> list[Question]:
    """Every name that the input columns mention, once."""
    found: dict[str, Question] = {}
    for place, column in enumerate(table.inputs):
        cells = [column.values, *(row.inputs[place] for row in table.rows)]
        known = tuple(dict.fromkeys(text for cell in cells for text in _TEXT.findall(cell)))
        for name in _names(column.text):
            simple = name == column.text
            found.setdefault(name, Question(name, column.title if simple else f"{column.title} · {name}",
                                            column.type if simple else "", known if simple else ()))
    outputs = [name for row in table.rows for cell in row.outputs for name in _names(cell)]
    found |= {name: Question(name, name, "", ()) for name in outputs if name not in found}
    return list(found.values())


def _names(text: str) -> list[str]:
    try:
        return sorted(compile_expression(text).names) if text else []
    except ExpressionRefused:
        return []


def _value(question: Question, text: str) -> Any:
    """What was typed, as the table takes it: nothing is null, the rest by the column's type, else as it looks."""
    text = text.strip()
    if not text:
        return None
    if question.type == "string" or text in question.known:
        return text
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float | str) else text
