"""One table of recurring work: name, cadence, function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import attachments, audit, backups, cases, clock, directory, errands, matters, notices, registers, residents
from engine.audit.models import Anchor
from engine.cases import repeating, scope, watching
from engine.registers import hours, hours_changing, hours_ending, long
from engine.supervision import exporting, tallies, unanswered, working

ANCHORED_EVERY = timedelta(hours=1)
SETTLED = timedelta(minutes=1)  # an act that began before has been committed or broken off by now
DUE_JOB = "due"  # what the worker does at once when the bell rings
_ANCHOR_LOCK = 7_740_003
KINDS: dict[str, errands.Step] = {
    exporting.KIND: exporting.step, long.CHECK: long.check_step, long.CONFIRM: long.confirm_step,
    hours.RECOUNT: hours_changing.recount_step}
"""Every kind of long work that somebody may ask for, and its step."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work for one transaction: it gives how much it did, and is asked again until that is nothing."""

    name: str
    every: timedelta
    do: Callable[[Session, datetime], int]


@dataclass(frozen=True, slots=True)
class Round:
    """The postman's round of one channel: letters taken in one transaction, carried in none, noted in another."""

    name: str
    every: timedelta
    channel: str


def advance_cases(session: Session, at: datetime) -> int:
    """Everything due in the few cases that waited longest."""
    return len(cases.advance_some(session, at))


def deliver_notices(session: Session, at: datetime) -> int:
    """A batch of messages that are due in the inboxes."""
    return notices.deliver_due(session, at)


def watch_channels(session: Session, at: datetime) -> int:
    """Channels that went down or came back, told to the system administrators."""
    return notices.watch_channels(session, at)


def tell_unanswered(session: Session, at: datetime) -> int:
    """A batch of cases in which supervision was not answered by its moment."""
    return unanswered.tell_unanswered(session, at)


def gather_digests(session: Session, at: datetime) -> int:
    """A batch of what was kept for a digest that is due."""
    return notices.gather(session, at)


def anchor_chains(session: Session, at: datetime) -> int:
    """The heads of all chains together, once an hour, whichever worker comes first.

    Only once nothing is waiting: a timer that fires late still writes its entry for the moment it was due.
    """
    if not session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_ANCHOR_LOCK))) or cases.lag(session, at):
        return 0
    last = session.scalar(sa.select(sa.func.max(Anchor.at)))
    if last is None or last <= at - ANCHORED_EVERY:
        audit.anchor(session, at - SETTLED)
    return 0


def hand_over_work(session: Session, at: datetime) -> int:
    """What somebody holds who is away from now on, or who lost the post in which they claimed it."""
    return registers.start_absences(session, at) or cases.free_orphaned(session, at)


def do_errands(session: Session, at: datetime) -> int:
    """A step of the long work that waited longest, with the eyes of whoever asked for it."""
    return errands.do_some(session, at, KINDS, scope.seen_by)


def act_on_many(session: Session, at: datetime) -> int:
    """The next case of what supervisors ask of many at once."""
    return working.work_off(session, at)


def bring_lists_into_force(session: Session, at: datetime) -> int:
    """Versions of the list of matters whose day has come."""
    return matters.apply_due(session, at)


def go_on_with_hours(session: Session, at: datetime) -> int:
    """Bodies whose office hours have ended, brought to those that follow."""
    return hours_ending.go_on(session, at)


def forget_what_is_over(session: Session, at: datetime) -> int:
    """Log-ins, failed ones, answered keys and photos without a case, once nobody may need them; how many photos.

    The files of those go in the next step: their rows are gone for good by then.
    """
    directory.forget_failures(session, at)
    directory.forget_ended(session, at)
    repeating.forget_answers(session, at)
    residents.forget_knocks(session, at)
    registers.forget_passwords(session, at)
    errands.forget_over(session, at)
    attachments.sweep_strays(session, at - clock.offset())
    return attachments.sweep_orphans(session, at)


def back_up(session: Session, at: datetime) -> int:
    """The backup that is due today or was asked for."""
    return backups.keep(session, at)


def notice_stuck_cases(session: Session, at: datetime) -> int:
    """A batch of cases that nobody and nothing moves, each made an incident."""
    return watching.notice_stuck(session, at)


def settle_incidents(session: Session, at: datetime) -> int:
    """A batch of incidents that are over because somebody went on with the case."""
    return watching.settle_over(session, at)


def count_what_ended(session: Session, at: datetime) -> int:
    """The tally and the lateness of the boards."""
    return tallies.note_lateness(session, at) + tallies.add_ended(session, at)


JOBS: tuple[Job | Round, ...] = (
    Job(DUE_JOB, timedelta(seconds=1), advance_cases),
    Job("notices", timedelta(seconds=2), deliver_notices),
    Job("digests", timedelta(minutes=1), gather_digests),
    *(Round(f"post {channel}", timedelta(seconds=3), channel) for channel in sorted(notices.CHANNELS)),
    Job("channels", timedelta(seconds=30), watch_channels),
    Job("unanswered", timedelta(seconds=10), tell_unanswered),
    Job("anchor", timedelta(seconds=30), anchor_chains),
    Job("errands", timedelta(seconds=1), do_errands),
    Job("more errands", timedelta(seconds=1), do_errands),  # somebody's large export lets others' work pass
    Job("bulk", timedelta(seconds=1), act_on_many),
    Job("hand over", timedelta(minutes=1), hand_over_work),
    Job("lists", timedelta(minutes=1), bring_lists_into_force),
    Job("hours", timedelta(minutes=1), go_on_with_hours),
    Job("stuck", timedelta(minutes=5), notice_stuck_cases),
    Job("incidents", timedelta(seconds=30), settle_incidents),
    Job("forget", timedelta(minutes=10), forget_what_is_over),
    Job("backup", timedelta(minutes=1), back_up),
    Job("tally", timedelta(seconds=20), count_what_ended),
)
