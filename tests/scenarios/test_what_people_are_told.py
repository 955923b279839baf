"""No notice names a person, a place or what a case says: a number, what is to be done, a unit; whatever is sent."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

import engine
from engine import notices
from engine.directory.models import Person
from engine.notices.models import Outbox
from engine.notices.wording import without_personal
from tests.engine.notices.post import Fake
from tests.town import TOWNSHIP, Office

TOLD: dict[str, Any] = {
    "description": "王小明家漏水到楼下李大爷家，电话 13911112222", "place": "蓬莱新村 7 幢 302 室王小明家",
    "contact": {"name": "王小明", "phone": "13911112222"},
}
PRIVATE = ("王小明", "李大爷", "13911112222", "302", "蓬莱新村", "漏水", "楼下")
MAY_STAND = {  # what a notice may be made of: numbers, names of tasks, elements and units, words of our own tables
    "act.case.number", "other.number", "count", "target.name", "task.name", "_in_english('task', task.element)", "name",
    "english", "about", "made.version", "_named(found)", "_named(draft)", "SUBJECTS[kind]", "SUBJECTS[demand.kind]",
    "word('request', request.kind)", "word('request', request.kind, 'en').lower()", "word('request_state', state)",
    "word('request_state', state, 'en').lower()", "subject", "said", "facts", "_said(session, case, incident)",
}
PLACE = {"tell_people": 3, "tell_organisation": 3, "tell_reporter": 2}
SENTENCES = {"notices.Said": 0, "_about": 1}  # and where their words begin


def _lives(office: Office) -> None:
    """Cases that go most of the ways there are, told by people who write what they should not."""
    office.resident(**TOLD)
    case = office.case
    office.do("dispatch", "department")
    office.wait(office.at + timedelta(days=30))
    office.act("urge", office.who("supervisor", f"{TOWNSHIP}-centre"), reason=TOLD["description"])
    office.report(**TOLD, origin="resident", channel="phone")
    office.do("verify", "prohibited", ban="enforcement", note=TOLD["description"])
    office.do("dispatch", "duplicate", duplicate_of=case.number)
    office.report(**{**TOLD, "severity": "major", "matter": "GY0106"})


def test_what_is_sent_holds_nothing_of_the_case_or_its_people(office: Office) -> None:
    _lives(office)
    sent = office.session.execute(select(Outbox.kind, Outbox.subject, Outbox.body)).all()
    names = set(office.session.scalars(select(Person.name)))
    kinds = {kind for kind, _, _ in sent}
    assert {"task", "urge", "supervise", "raise", "prohibited", "duplicate", "emergency"} <= kinds, kinds
    for kind, subject, body in sent:
        found = [word for word in (*PRIVATE, *names) if word in subject + body]
        assert not found, f"{kind}: {subject}"


def test_what_leaves_the_house_holds_nothing_either(office: Office) -> None:
    fake = Fake()
    notices.CHANNELS["fake"] = fake
    try:
        _lives(office)
        for person in office.session.scalars(select(Person)):
            person.email = f"p{person.id}@example.cn"
        office.session.flush()
        while notices.deliver_due(office.session, office.at):
            pass
        notices.note(office.session, notices.carry(notices.take(office.session, "fake", office.at)), office.at)
    finally:
        del notices.CHANNELS["fake"]
    assert {letter.kind for letter in fake.sent} == {"emergency"}
    assert not [letter for letter in fake.sent for word in PRIVATE if word in letter.subject + letter.body]


def test_whatever_slips_in_is_covered_on_the_way_out(office: Office) -> None:
    assert without_personal("陈某 13911112222 身份证 330921199001011234 a.b@example.cn") == "陈某 *** 身份证 *** ***"
    for fine in ("330921100-2611-000012 催办", "130102001001-2611-0001 异常 #123456", "3309211000010001"[:12]):
        assert without_personal(fine) == fine


def test_every_subject_in_the_source_is_made_of_such_parts() -> None:
    made = [(path.name, part) for room in ("cases", "supervision")
            for path in (Path(engine.__file__).parent / room).glob("*.py")
            for part in _parts(ast.parse(path.read_text(encoding="utf-8")))]
    assert len(made) > 10
    assert {(file, part) for file, part in made if part not in MAY_STAND} == set()


def _parts(tree: ast.AST) -> Iterator[str]:
    """What is put into the words of a notice, wherever one is written."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "Said":
            yield from _inside(node)
        told = [word.value for word in node.keywords if name == "put" and word.arg in ("subject", "body")]
        place = PLACE.get(name)
        if place is not None and len(node.args) > place:
            told += [node.args[place], *(word.value for word in node.keywords)]
        for words in told:
            yield from _inside(words)


def _inside(words: ast.expr) -> Iterator[str]:
    """What stands in words for somebody: the facts of a sentence, what is put into a text, or whoever makes them."""
    begins = SENTENCES.get(ast.unparse(words.func)) if isinstance(words, ast.Call) else None
    if isinstance(words, ast.Call) and begins is not None:
        for part in (*words.args[begins:], *(word.value for word in words.keywords)):
            yield from _inside(part)
    elif isinstance(words, ast.Dict):
        for value in words.values:
            yield from _inside(value)
    elif isinstance(words, ast.JoinedStr):
        yield from (ast.unparse(one.value) for one in words.values if isinstance(one, ast.FormattedValue))
    elif isinstance(words, ast.BinOp):
        yield from (*_inside(words.left), *_inside(words.right))
    elif not isinstance(words, ast.Constant):
        yield ast.unparse(words)
