"""What tests of the post share: a channel that does as it is told, a person with a mailbox, a round of the postman."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import notices
from engine.directory.models import Account, Person
from engine.notices.channels import SENT, Address, Answer, Letter
from engine.notices.models import Outbox
from engine.settings import Settings
from tests import builders
from tests.builders import NOW


class Fake:
    """A channel whose answer a test decides letter by letter."""

    NAME, TITLE = "fake", ("试", "Fake")
    ADDRESS: Address = "email"

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.answer: Callable[[Letter], Answer] = lambda letter: SENT
        self.lacking = ""

    def configure(self, settings: Settings) -> None:
        """Nothing to take."""

    def health(self) -> str:
        """What a test says is lacking."""
        return self.lacking

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Answer as told."""
        for letter in letters:
            answer = self.answer(letter)
            if answer is SENT:
                self.sent.append(letter)
            yield answer


def reader(session: Session, chosen: dict[str, Any] | None = None, email: str | None = "zhang@example.cn") -> Person:
    """Somebody with a mailbox who chose so about notices."""
    person = builders.a_person(session)
    person.email, person.phone = email, "13800000000"
    builders.an_account(session, person)
    account = session.scalars(select(Account).where(Account.person_id == person.id)).one()
    account.preferences = {"notices": chosen or {}}
    session.flush()
    return person


def tell(session: Session, person: Person, kind: str = "urge", subject: str = "330921-0001 催办",
         at: datetime = NOW) -> None:
    """One notice for a person, arrived in the inbox and passed on."""
    notices.put(session, recipients=[person.id], kind=kind, subject=subject, at=at)
    session.flush()
    notices.deliver_due(session, at)


def walk(session: Session, at: datetime = NOW, channel: str = "fake") -> int:
    """One round of the postman; how many letters he took."""
    taken = notices.take(session, channel, at)
    notices.note(session, notices.carry(taken), at)
    return len(taken.letters)


def rows(session: Session, channel: str = "fake") -> list[Outbox]:
    """Every message of a channel, the oldest first."""
    asked = select(Outbox).where(Outbox.channel == channel)
    return list(session.scalars(asked.order_by(Outbox.made_at, Outbox.subject)))
