"""Tables of the case: the case row, who held it, its reporter's sealed contact, its stops, demands, answered keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    event,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base

STAGES = ("collect", "assign", "handle", "check", "feedback", "closed")  # GB 6.4
URGENCIES = ("normal", "urgent", "critical")
SEVERITIES = ("general", "larger", "major", "extreme")
ORIGINS = ("grid_worker", "resident", "superior", "platform", "letter_visit", "phone")
CHANNELS = ("app", "web", "phone", "visit", "chat", "import")
METHODS = ("phone", "face", "sms", "link", "messenger")  # how a resident is told
RESULTS = ("reached", "no_answer", "wrong_number", "refused", "channel_down")
RATED_BY = ("link", "phone", "face", "set_aside")
OUTCOMES = ("handled", "settled", "answered", "refused", "transferred", "duplicate", "void")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The SQL of a check that a column holds one of these words, or none.

    They are one constant: the server reads the check anew with every write, and each constant costs.
    """
    return f"{column} = ANY ('{{{','.join(values)}}}'::text[])"


class Case(Base):
    """A matter on its way from discovery to feedback. Everything that anybody queries is a column here.

    `path` is the division's (or grid's community's) dotted path and decides who may see the case. `due_at`,
    `warn_at`: the earliest open deadline, the total clock included; None while the clock is stopped.
    """

    __tablename__ = "case"
    __table_args__ = (
        CheckConstraint(one_of("stage", STAGES), name="stage"),
        CheckConstraint(one_of("urgency", URGENCIES), name="urgency"),
        CheckConstraint(one_of("severity", SEVERITIES), name="severity"),
        CheckConstraint(one_of("origin", ORIGINS), name="origin"),
        CheckConstraint(one_of("channel", CHANNELS), name="channel"),
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint("(closed_at IS NULL) = (stage <> 'closed')", name="closed_stage"),
        CheckConstraint("closed_at IS NULL OR outcome IS NOT NULL", name="closed_with_outcome"),
        CheckConstraint("duplicate_of IS NULL OR duplicate_of <> id", name="no_self_duplicate"),
        Index("ix_case_path_open", "path", "due_at", "id", postgresql_where=sql("closed_at IS NULL"),
              postgresql_include=["stopped_at", "warn_at", "stage", "dispatched_at", "holder_id", "handler_id",
                                  "class_name"]),
        Index("ix_case_stopped", "path", "due_at", "id", postgresql_include=["holder_id"],
              postgresql_where=sql("stopped_at IS NOT NULL AND closed_at IS NULL")),
        Index("ix_case_place_open", "id", postgresql_where=sql("closed_at IS NULL"), postgresql_include=["path"]),
        Index("ix_case_closed", "opened_at", "id", postgresql_where=sql("closed_at IS NOT NULL")),
        Index("ix_case_settled", "closed_at", postgresql_where=sql("closed_at IS NOT NULL"),
              postgresql_include=["path", "opened_at"]),
        Index("ix_case_path_opened", "path", "opened_at", "id"),
        Index("ix_case_opened", "opened_at", "id", postgresql_include=["path"]),
        Index("ix_case_open_due", "due_at", "id", postgresql_where=sql("closed_at IS NULL")),
        Index("ix_case_division_open", "division_code", "opened_at", postgresql_where=sql("closed_at IS NULL")),
        Index("ix_case_holder_open", "holder_id", "due_at", "id", postgresql_where=sql("closed_at IS NULL"),
              postgresql_include=["path", "stopped_at", "warn_at"]),
        Index("ix_case_dispatcher_open", "dispatcher_id", "id", postgresql_where=sql("closed_at IS NULL"),
              postgresql_include=["path"]),
        Index("ix_case_grid_open", "grid_id", postgresql_where=sql("closed_at IS NULL")),
        Index("ix_case_returned", "path", "due_at", "id", postgresql_where=sql("returns >= 2 AND closed_at IS NULL"),
              postgresql_include=["returns", "holder_id"]),
        Index("ix_case_duplicate_of", "duplicate_of", postgresql_where=sql("duplicate_of IS NOT NULL")),
        Index("ix_case_stopped_until", "stopped_until", postgresql_where=sql("stopped_until IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text)
    matter_code: Mapped[str | None] = mapped_column(ForeignKey("matter.code"))
    class_name: Mapped[str | None] = mapped_column(String(60))
    list_version: Mapped[str | None] = mapped_column(String(40))
    place: Mapped[str] = mapped_column(String(300))
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"))
    path: Mapped[str] = mapped_column(String(120, collation="C"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    origin: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(12))
    severity: Mapped[str] = mapped_column(String(12), default="general")
    urgency: Mapped[str] = mapped_column(String(12), default="normal")
    emergency: Mapped[bool] = mapped_column(default=False)
    settled_text: Mapped[str | None] = mapped_column(Text)
    first_handling: Mapped[str | None] = mapped_column(Text)
    has_contact: Mapped[bool] = mapped_column(default=False)
    verified: Mapped[str | None] = mapped_column(String(12))
    stage: Mapped[str] = mapped_column(String(12), default="collect")
    outcome: Mapped[str | None] = mapped_column(String(12))
    result_text: Mapped[str | None] = mapped_column(Text)
    reporter_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    level: Mapped[str] = mapped_column(String(20))
    attention_level: Mapped[str] = mapped_column(String(20))
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    dispatcher_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    dispatched_at: Mapped[datetime | None]
    returns: Mapped[int] = mapped_column(default=0)
    reworks: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    duplicate_of: Mapped[int | None] = mapped_column(ForeignKey("case.id"))
    rating: Mapped[str | None] = mapped_column(String(16))
    told_at: Mapped[datetime | None]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    total_due_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_until: Mapped[datetime | None]
    urged: Mapped[int] = mapped_column(default=0)
    supervised: Mapped[int] = mapped_column(default=0)
    pack: Mapped[str] = mapped_column(String(50))
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    entries: Mapped[int] = mapped_column(default=0)
    head_hash: Mapped[str] = mapped_column(String(64), default="")
    salt: Mapped[str] = mapped_column(String(32))


class Contact(Base):
    """The resident's name and phone, sealed; erasing this row breaks nothing else."""

    __tablename__ = "contact"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)


class Follower(Base):
    """A resident who has seen the same and follows a case instead of reporting it again; name and phone sealed."""

    __tablename__ = "follower"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    at: Mapped[datetime]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[str | None] = mapped_column(String(64))


class Custody(Base):
    """A stretch of time in which an organisation held or handled a case, and how it ended.

    `abroad`: the case lies outside the organisation's own division, so that its place alone does not open it.
    """

    __tablename__ = "custody"
    __table_args__ = (
        CheckConstraint(one_of("capacity", ("holder", "handler", "assistant")), name="capacity"),
        CheckConstraint("until IS NULL OR until >= since", name="interval"),
        Index("ix_custody_case", "case_id", "since"),
        Index("ix_custody_organisation", "organisation_id", "case_id"),
        Index("ix_custody_abroad", "organisation_id", "case_id", postgresql_where=sql("abroad")),
        Index(
            "uq_custody_one_holder",
            "case_id",
            unique=True,
            postgresql_where=sql("capacity = 'holder' AND until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    capacity: Mapped[str] = mapped_column(String(12))
    level: Mapped[str] = mapped_column(String(20))
    abroad: Mapped[bool] = mapped_column(default=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(40))


class Stop(Base):
    """A stretch in which the clock of a case stands still: a hold (挂账), or waiting for papers."""

    __tablename__ = "stop"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= since", name="interval"),
        Index("uq_stop_one_open", "case_id", unique=True, postgresql_where=sql("until IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    planned_until: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))


class CaseWords(Base):
    """The words by which a case is found; beside its row, which every act writes anew while these never change."""

    __tablename__ = "case_words"
    __table_args__ = (Index("ix_case_words", "search", postgresql_using="gin"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    search: Mapped[str] = mapped_column(TSVECTOR)


FOUND = """
CREATE OR REPLACE FUNCTION cases_with_words(asked tsquery) RETURNS bigint[]
LANGUAGE sql STABLE SET enable_seqscan = off AS
$$ SELECT coalesce(array_agg(case_id), '{}') FROM case_words WHERE search @@ asked $$;
"""  # by the index, whatever the planner thinks of a frequent word: who calls it knows better
event.listen(CaseWords.__table__, "after_create", DDL(FOUND))  # type: ignore[no-untyped-call]


class Request(Base):
    """What a handling unit asks of the centre that dispatched (延期、挂账), and what was decided.

    `due_at`: the due time when it was asked; `before`: how often this case had been granted the same; `days`: whole
    working days; `until`, `condition`: when a hold shall end; `granted_until`: the due time or end that was granted.
    """

    __tablename__ = "request"
    __table_args__ = (
        CheckConstraint(one_of("kind", ("extension", "hold")), name="kind"),
        CheckConstraint(one_of("state", ("open", "granted", "fewer", "refused", "withdrawn")), name="state"),
        CheckConstraint("(decided_at IS NULL) = (state = 'open')", name="decided"),
        Index("ix_request_case", "case_id"),
        Index("ix_request_organisation", "organisation_id", "id"),
        Index("uq_request_one_open", "case_id", unique=True, postgresql_where=sql("state = 'open'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    asked_by_id: Mapped[int | None]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    task_id: Mapped[int | None] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    days: Mapped[int | None]
    until: Mapped[datetime | None]
    condition: Mapped[str | None] = mapped_column(Text)
    due_at: Mapped[datetime | None]
    before: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(80))
    decided_by_id: Mapped[int | None]
    decision: Mapped[str | None] = mapped_column(Text)
    granted_until: Mapped[datetime | None]


class ContactRecord(Base):
    """One attempt to tell the resident: who, when, how, with which result (E15).

    `round`: how often the case had been reopened; `counts`: the channel was able to carry it; `sealed`: the words.
    """

    __tablename__ = "contact_record"
    __table_args__ = (CheckConstraint(one_of("method", METHODS), name="method"),
                      CheckConstraint(one_of("result", RESULTS), name="result"))

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    method: Mapped[str] = mapped_column(String(20))
    result: Mapped[str] = mapped_column(String(20))
    round: Mapped[int] = mapped_column(default=0)
    counts: Mapped[bool] = mapped_column(default=True)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class Rating(Base):
    """The resident's word on a handling, one each time it was handled; `channel`: how it came, None for older ones."""

    __tablename__ = "rating"
    __table_args__ = (CheckConstraint(one_of("channel", RATED_BY), name="channel"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(80))
    rating: Mapped[str] = mapped_column(String(16))
    channel: Mapped[str | None] = mapped_column(String(12))


class Demand(Base):
    """An urge (催办) or a supervision (督办) by a person: of whom, until when an answer is wanted, what came of it.

    The words stand with the entries `seq` and `reply_seq`. `organisation_id` is who must answer, `told` are all who
    were told: while none of them has acted it can be taken back. `missed_at`: when the clock found that no answer had
    come by `reply_by`.
    """

    __tablename__ = "demand"
    __table_args__ = (
        CheckConstraint("kind IN ('urge', 'supervise')", name="kind"),
        CheckConstraint("(replied_at IS NULL) = (reply_seq IS NULL)", name="replied_with_entry"),
        Index("ix_demand_case", "case_id", "at"),
        Index("ix_demand_open", "organisation_id", "case_id", postgresql_where=sql(
            "kind = 'supervise' AND replied_at IS NULL AND withdrawn_at IS NULL")),
        Index("ix_demand_late", "reply_by", postgresql_include=["missed_at", "case_id"], postgresql_where=sql(
            "kind = 'supervise' AND replied_at IS NULL AND withdrawn_at IS NULL")),
        Index("ix_demand_by", "by_id", "reply_by", "id", postgresql_where=sql(
            "kind = 'supervise' AND withdrawn_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"))
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    by: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    told: Mapped[list[Any]]
    at: Mapped[datetime]
    reply_by: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    replied_by: Mapped[str | None] = mapped_column(String(80))
    reply_seq: Mapped[int | None]
    withdrawn_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]


class Uncounted(Base):
    """A case that came in or was closed at this moment and is not in the tally of the boards yet."""

    __tablename__ = "uncounted"
    __table_args__ = (CheckConstraint(one_of("kind", ("arrived", "settled")), name="kind"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    at: Mapped[datetime]


class Answered(Base):
    """The first answer to an Idempotency-Key, kept 30 days; a repeat gets the same one."""

    __tablename__ = "answered"

    account_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    case_id: Mapped[int | None] = mapped_column(BigInteger)  # with seq: the entry of the acknowledged act
    seq: Mapped[int | None]
    status: Mapped[int]
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)


class Numbering(Base):
    """The last case number given in a county and month."""

    __tablename__ = "numbering"

    prefix: Mapped[str] = mapped_column(String(16), primary_key=True)
    last: Mapped[int]


class EntryText(Base):
    """The free words of an entry («原因», «办理结果»); the entry itself holds only their salted hash."""

    __tablename__ = "entry_text"

    case_id: Mapped[int] = mapped_column(ForeignKey("case.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
