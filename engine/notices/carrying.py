"""The postman: letters are taken in one transaction, carried in none, and what became of them is noted in another.

So a server that hangs holds no row and no other channel. Taken letters come due again by themselves a while later:
whoever dies on the way has only delayed them, and the same id lets the receiver recognise one that comes twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.notices import states, wording
from engine.notices.channels import CHANNELS, Answer, Channel, ChannelDown, Letter
from engine.notices.manners import DIGEST, TRIAL, Manners, manners, quiet_until
from engine.notices.models import Outbox
from engine.notices.outbox import MOST_ATTEMPTS, gap_after
from engine.notices.routing import Receiver, receivers
from engine.notices.strangers import Stranger, Whom, strangers_of

AT_ONCE = 50
BUDGET = 60.0  # seconds after which no further letter of a batch is begun
LEASE = timedelta(minutes=5)
NO_ADDRESS, WORN_OUT, EXPIRED = "no address in the register", "gave up: it was never answered for", "too old"


@dataclass(frozen=True, slots=True)
class Taken:
    """Letters that are ours until the lease ends."""

    channel: str
    letters: tuple[Letter, ...]
    lease: datetime


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of taken letters: an answer each, in their order, and why the channel failed where it did."""

    taken: Taken
    answers: tuple[Answer, ...]
    down: ChannelDown | None = None


def take(session: Session, channel: str, at: datetime) -> Taken:
    """What is due by a channel, ours for five minutes; nothing while the channel is paused or not configured.

    Who has quiet hours now is asked again when they are over, unless it is urgent.
    """
    installed = CHANNELS.get(channel)
    if installed is None or installed.health() or states.is_paused(session, channel, at):
        return Taken(channel, (), at)
    rows = session.scalars(
        select(Outbox)
        .where(Outbox.channel == channel, Outbox.delivered_at.is_(None), Outbox.dead_at.is_(None),
               Outbox.digest_at.is_(None), Outbox.next_try_at <= at)
        .order_by(Outbox.next_try_at).limit(AT_ONCE).with_for_update(skip_locked=True)
    ).all()
    known, lease = receivers(session, (row.recipient_id for row in rows)), at + LEASE
    asked = {row.id: Whom(row.case_id, row.follower_id) for row in rows if row.case_id and row.recipient_id is None}
    strangers = strangers_of(session, list(asked.values()))
    letters = []
    for row in rows:
        stranger = strangers.get(asked[row.id]) if row.id in asked else None
        receiver = _as_receiver(stranger) if stranger else known.get(row.recipient_id or 0)
        letter = _letter(row, receiver, installed, at, stranger)
        if letter is not None:
            row.attempts, row.next_try_at = row.attempts + 1, lease
            letters.append(letter)
    session.flush()
    return Taken(channel, tuple(letters), lease)


def _as_receiver(stranger: Stranger) -> Receiver:
    return Receiver(0, None, stranger.phone, {}, "zh")


def _letter(row: Outbox, receiver: Receiver | None, channel: Channel, at: datetime, stranger: Stranger | None
            ) -> Letter | None:
    """The letter that a row becomes now; None when it waits for the morning or is a dead one."""
    address = receiver.address(channel) if receiver else ""
    over = quiet_over(manners(), row.kind, receiver, at)
    if (row.held_until or row.made_at) <= at - manners().too_old and not row.attempts:
        row.dead_at, row.problem = at, EXPIRED
    elif row.attempts >= MOST_ATTEMPTS:
        row.dead_at, row.problem = at, row.problem or WORN_OUT
    elif receiver is None or not address:
        row.dead_at, row.problem = at, NO_ADDRESS
    elif over is not None:
        row.next_try_at = row.held_until = over
    else:
        subject = wording.without_personal(row.subject)
        link = wording.link_of(stranger.path) if stranger else ""
        text = f"{subject} {link}" if stranger else wording.body(
            row.body or subject, wording.link_to(row.notice_id), receiver.language)
        return Letter(row.id, row.kind, address, subject, text, link)
    return None


def quiet_over(local: Manners, kind: str, receiver: Receiver | None, at: datetime) -> datetime | None:
    """When somebody may be told of this; None at once."""
    if receiver is None or kind == TRIAL or (kind != DIGEST and local.kind(kind).is_urgent):
        return None
    return quiet_until(at, local.quiet_of(receiver.chosen))


def carry(taken: Taken, is_stopping: Callable[[], bool] = lambda: False) -> Carried:
    """Send what was taken, without any database; a channel that fails leaves the rest untouched."""
    answers: list[Answer] = []
    begun = clock.stopwatch()
    try:
        for answer in _deliver(taken):
            answers.append(answer)
            if clock.stopwatch() - begun > BUDGET or is_stopping():
                break
    except ChannelDown as down:
        return Carried(taken, tuple(answers), down)
    except Exception as problem:  # a channel that breaks must not stop the others, nor be asked again at once
        return Carried(taken, tuple(answers), ChannelDown(f"{type(problem).__name__}: {problem}", in_hand=True))
    return Carried(taken, tuple(answers))


def _deliver(taken: Taken) -> Iterator[Answer]:
    return CHANNELS[taken.channel].deliver(taken.letters)


def note(session: Session, carried: Carried, at: datetime) -> None:
    """Write down what became of the letters; one that somebody else has taken meanwhile is theirs, unless it went."""
    rows = _rows(session, carried.taken.letters)
    until = states.broke(session, carried.taken.channel, carried.down, at) if carried.down else at
    tried = list(zip(carried.taken.letters, carried.answers, strict=False))
    left = carried.taken.letters[len(tried):]
    if carried.down is not None and carried.down.in_hand and left:
        tried.append((left[0], Answer("later", carried.down.reason)))
        left = left[1:]
    for letter, answer in tried:
        if letter.id in rows:
            _settle(rows[letter.id], letter, answer, carried.taken.lease, at)
    for letter in left:
        row = rows.get(letter.id)
        if row is not None and row.next_try_at == carried.taken.lease:
            row.attempts, row.next_try_at = row.attempts - 1, until
    if carried.down is None and any(answer.outcome == "sent" for answer in carried.answers):
        states.succeeded(session, carried.taken.channel, at)
    session.flush()


def _rows(session: Session, letters: Sequence[Letter]) -> dict[UUID, Outbox]:
    asked = select(Outbox).where(Outbox.id.in_([letter.id for letter in letters]), Outbox.delivered_at.is_(None))
    return {row.id: row for row in session.scalars(asked.order_by(Outbox.id).with_for_update())}


def _settle(row: Outbox, letter: Letter, answer: Answer, lease: datetime, at: datetime) -> None:
    if answer.outcome == "sent":
        row.delivered_at, row.dead_at, row.problem = at, None, None
    elif row.next_try_at == lease and row.dead_at is None:
        row.problem = answer.reason.replace(letter.address, "…")[:500]
        row.next_try_at = at + max(gap_after(row.attempts), answer.after or timedelta(0))
        if answer.outcome == "never" or row.attempts >= MOST_ATTEMPTS:
            row.dead_at = at
