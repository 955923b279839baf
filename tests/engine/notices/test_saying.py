"""What notices say: every sentence that the engine tells somebody has its English, naming the same facts."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import engine
from engine import notices
from engine.cases import demanding, following
from engine.directory.models import Account
from engine.notices import Said, worded
from engine.notices.models import Inbox
from engine.notices.saying import ENGLISH, chinese
from tests.builders import NOW
from tests.engine.notices.post import Fake, reader, walk

TOLD = ("tell_people", "tell_organisation", "tell_reporter", "_about")


def facts_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def sentences() -> Iterator[str]:
    """Every sentence in a call that tells somebody something, as it is kept."""
    for path in Path(engine.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from _of_call(node)


def _of_call(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    texts = [one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    said = [text for text in texts if not text.isascii()]
    yield from said if name == "Said" else (f"{{number}} {text}" for text in said if name in TOLD)


def test_every_sentence_that_somebody_is_told_has_its_english() -> None:
    found = {*sentences(), *following.WORDS.values(), *(f"{{number}} {one}" for one in demanding.SUBJECTS.values())}
    assert len(found) > 15 and found - set(ENGLISH) == set()


@pytest.mark.parametrize("sentence", ENGLISH)
def test_both_languages_name_the_same_facts(sentence: str) -> None:
    assert facts_of(ENGLISH[sentence]) == facts_of(sentence)
    assert ENGLISH[sentence].replace("«", "").replace("»", "").isascii()


def test_a_notice_is_worded_for_whoever_reads_it() -> None:
    said = Said("{number} 待办：{task}", {"number": "330921-2611-000001", "task": "受理分流", "task_en": "Accept"})
    assert chinese(said) == "330921-2611-000001 待办：受理分流"
    assert worded(chinese(said), said.kept(), "zh") == "330921-2611-000001 待办：受理分流"
    assert worded(chinese(said), said.kept(), "en") == "330921-2611-000001 to do: Accept"


@pytest.mark.parametrize("kept", [None, {"said": "这一句后来改了 {number}", "number": "1"}])
def test_what_has_no_english_stays_as_it_was_sent(kept: dict[str, str | int] | None) -> None:
    assert worded("以前发的", kept, "en") == "以前发的"


@pytest.mark.parametrize("language, subject", [("en", "330921-1 was rated"), ("zh", "330921-1 收到评价")])
def test_a_letter_speaks_its_receivers_language(session: Session, fake: Fake, language: str, subject: str) -> None:
    person = reader(session, {"ways": {"rating": {"fake": "now"}}, "quiet": ["00:00", "00:00"]})
    session.scalars(select(Account).where(Account.person_id == person.id)).one().language = language
    said = Said("{number} 收到评价", {"number": "330921-1"})
    notices.put(session, recipients=[person.id], kind="rating", subject=said, at=NOW)
    session.flush()
    notices.deliver_due(session, NOW)
    assert walk(session) == 1 and [letter.subject for letter in fake.sent] == [subject]
    arrived = session.scalars(select(Inbox)).one()
    assert worded(arrived.subject, arrived.facts, language) == subject
