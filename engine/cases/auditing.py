"""The record for the audit administrator, who sees no case: any entry, without what people wrote, and proven."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import audit, directory
from engine.audit.models import Entry
from engine.cases import naming
from engine.cases.models import Case
from engine.cases.recording import FREE_TEXT
from engine.cases.scope import unscoped
from engine.cases.wording import line_of
from engine.cases.words import WORDS, Language
from engine.directory import CLOCK, RESIDENT, ROLE_NAMES, is_within
from engine.directory.models import Account, Division, Organisation, Person, Post

MOST_PEOPLE, MOST_BODIES = 20, 50
OTHER_VERBS = {
    "report": ("上报", "Report"), "claim": ("认领", "Claim"), "release": ("放回", "Release"),
    "hand_over": ("移交任务", "Hand over"), "free": ("释放任务", "Free a task"), "timer": ("到时", "Timer"),
    "remind": ("临期提醒", "Remind"), "raise": ("提级", "Raise"), "daily": ("每日提醒", "Daily reminder"),
    "follow": ("跟进", "Follow"), "retry": ("异常重做", "Retry"), "skip": ("异常跳过", "Skip"),
    "send_back": ("异常送回", "Send back"), "unmask": ("查看联系方式", "Look at the contact")}


@dataclass(frozen=True, slots=True)
class Found:
    """One entry as a row: the case's number, who, what, and the sentence of it."""

    entry: Entry
    number: str
    actor: str
    said: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One value of an entry by its name in words; `is_sealed`: only its hash is here, the words are with the case."""

    name: str
    value: str
    is_sealed: bool = False
    key: str = ""


def search(session: Session, sought: audit.Sought, language: Language, before: audit.Cursor | None = None,
           most: int = 50, top: str = "") -> list[Found]:
    """The newest entries first, of any case at or below this division; "" is everywhere."""
    if top:
        sought = replace(sought, cases=sa.select(Case.id).where(is_within(Case.path, top)))
    with unscoped(session):
        entries = audit.find_entries(session, sought, before, most)
        return _rows(session, entries, language)


def open_entry(session: Session, case_id: int, seq: int, language: Language, top: str = ""
               ) -> tuple[Found, list[Fact], audit.Proof] | None:
    """One entry with its facts and its proof; None where there is none, or not below this division."""
    with unscoped(session):
        entry = audit.find_entry(session, case_id, seq)
        path = session.scalar(sa.select(Case.path).where(Case.id == case_id)) or ""
        if entry is None or not f"{path}.".startswith(f"{top}." if top else ""):
            return None
        return _rows(session, [entry], language)[0], said_facts(session, entry, language), audit.prove(session, entry)


def facts_of(entry: Entry) -> list[Fact]:
    """What an entry says, value by value; free text, place and contact as their hashes alone."""
    found = [Fact(name, _said(value), key=name) for name, value in entry.facts.items() if name not in ("set", "texts")]
    changed: Mapping[str, Any] = entry.facts.get("set") or {}
    found += [Fact(f"set.{name}", _said(value), name in FREE_TEXT and value is not None, name)
              for name, value in changed.items()]
    texts: Mapping[str, str] = entry.facts.get("texts") or {}
    return found + [Fact(f"texts.{name}", value, True, name) for name, value in texts.items()]


def said_facts(session: Session, entry: Entry, language: Language) -> list[Fact]:
    """The facts with their names and values in the office's words; what is still empty is left out."""
    return [replace(fact, name=naming.name_of(fact.key, language),
                    value=fact.value if fact.is_sealed else naming.value_of(session, fact.key, fact.value, language))
            for fact in facts_of(entry) if fact.value not in ("—", "")]


def labels_of(session: Session, text: str) -> tuple[str, ...] | None:
    """Everything that the record calls the people of this name or user name; None when there is nobody.

    Under every post that they ever held, by the names that person and body had at any time.
    """
    if text in (CLOCK.name, RESIDENT.name):
        return (text,)
    people = session.execute(
        sa.select(Account.person_id, Account.username).join(Person, Person.id == Account.person_id)
        .where(sa.or_(Person.name == text, Account.username == text)).limit(MOST_PEOPLE)).all()
    labels: dict[str, None] = {}
    for person_id, username in people:
        labels |= dict.fromkeys(_labels(session, person_id, username))
    return tuple(labels) or None


def labels_below(session: Session, top: str) -> tuple[str, ...] | None:
    """Everything that the record calls those who hold or held a post at or below a division; None for everybody.

    The house's record is one chain over the whole place: whoever audits a part of it reads what was done from there.
    """
    if "." not in top:
        return None
    held = (sa.select(Account.username, Person.name, Post.role, Organisation.code, Organisation.name)
            .join(Post, Post.person_id == Account.person_id).join(Person, Person.id == Account.person_id)
            .join(Organisation, Organisation.id == Post.organisation_id)
            .join(Division, Division.code == Organisation.division_code).where(is_within(Division.path, top)))
    rows = session.execute(held).all()
    former = audit.list_former(session, {"people": "姓名", "organisations": "名称"})
    labels: dict[str, None] = {}
    for username, name, role, code, body in rows:
        for said in (name, *former.get(("people", username), ())):
            labels |= dict.fromkeys(directory.label_of(ROLE_NAMES[role][0], said, place)
                                    for place in (body, *former.get(("organisations", code), ())))
    return tuple(labels)


def bodies_of(session: Session, text: str) -> tuple[int, ...] | None:
    """The bodies with this code, or with these words in their name; None when there is none."""
    named = sa.or_(Organisation.code == text, Organisation.name.contains(text, autoescape=True))
    return tuple(session.scalars(sa.select(Organisation.id).where(named).order_by(Organisation.id)
                                 .limit(MOST_BODIES))) or None


def find_case_id(session: Session, number: str, top: str = "") -> int | None:
    """The row of a case by its number, at or below this division whatever the asker's scope; "" is everywhere."""
    below = [is_within(Case.path, top)] if top else []
    with unscoped(session):
        return session.scalar(sa.select(Case.id).where(Case.number == number, *below))


def verbs(language: Language) -> dict[str, str]:
    """The verbs of the record by key with their name; a diagram may bring more."""
    named = {**WORDS["act"], **OTHER_VERBS, **WORDS["task"]}
    return {key: pair[language == "en"] for key, pair in sorted(named.items())}


def verbs_called(text: str) -> tuple[str, ...]:
    """The keys of the verbs that go by this name in either language; the text itself where there is none."""
    named = {**WORDS["act"], **OTHER_VERBS, **WORDS["task"]}
    found = tuple(key for key, pair in named.items() if text.lower() in (key, pair[0], pair[1].lower()))
    return found or (text,)


def _rows(session: Session, entries: Sequence[Entry], language: Language) -> list[Found]:
    ids = {entry.case_id for entry in entries}
    numbers = {row.id: row.number for row in session.execute(sa.select(Case.id, Case.number).where(Case.id.in_(ids)))}
    found = []
    for entry in entries:
        line = line_of(entry, {}, language)
        found.append(Found(entry, numbers.get(entry.case_id, f"#{entry.case_id}"), line.actor, line.text))
    return found


def _labels(session: Session, person_id: int, username: str) -> Iterable[str]:
    names = {session.get_one(Person, person_id).name, *_former(session, "people", username, "姓名")}
    yield from names
    for post in session.scalars(sa.select(Post).where(Post.person_id == person_id)):
        bodies = {post.organisation.name, *_former(session, "organisations", post.organisation.code, "名称")}
        for name in names:
            yield from (directory.label_of(ROLE_NAMES[post.role][0], name, body) for body in bodies)


def _former(session: Session, kind: str, code: str, heading: str) -> set[str]:
    """What something was called before, by the house's own record."""
    return {str(changed[heading][0]) for changed in audit.list_changed(session, kind, code) if heading in changed}


def _said(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_said(one) for one in value)
    if isinstance(value, dict):
        return "；".join(f"{name}：{_said(one)}" for name, one in value.items())
    return "—" if value is None else str(value)

