"""Tables of the record: entries chained per case, and the hourly anchors over all chains."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, Index, String, event, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.db import Base

_BLOOM = {"actor": "text_bloom_ops", "organisation_id": "int4_bloom_ops", "verb": "text_bloom_ops"}
"""For the audit's search: which stretches of the record cannot hold what is sought; next to nothing for an act."""


class Entry(Base):
    """One line of a case's record; append-only by a rule of the database.

    `facts` holds no personal value: free text, place and contact appear as salted hashes, so that erasing a
    contact breaks no chain. `hash` covers `previous_hash` and everything else in the row.
    """

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq"),
        Index("ix_entry_act", "act_id", unique=True, postgresql_where=text("act_id IS NOT NULL")),
        Index("ix_entry_at", "at"),
        Index("ix_entry_who", "actor", "organisation_id", "verb", postgresql_using="brin", postgresql_ops=_BLOOM,
              postgresql_with={"autosummarize": True, "pages_per_range": 32}),
    )

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int | None]
    verb: Mapped[str] = mapped_column(String(40))
    element: Mapped[str | None] = mapped_column(String(80))
    facts: Mapped[dict[str, Any]]
    versions: Mapped[dict[str, Any]]
    act_id: Mapped[str | None] = mapped_column(String(80))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class HouseEntry(Base):
    """One line of the house's own record: who changed people, posts, bodies, grids, matters, accounts.

    Chained like the entries of a case, in one chain; `facts` names what changed and holds no phone and no address.
    """

    __tablename__ = "house_entry"
    __table_args__ = (Index("ix_house_entry_subject", "kind", "subject"),)

    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    verb: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Anchor(Base):
    """The heads of all chains together, once an hour: a cut tail or a removed case shows."""

    __tablename__ = "anchor"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    chains: Mapped[int]
    heads_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Anchored(Base):
    """The head that a chain had when it was anchored; a row only for chains that grew since the anchor before."""

    __tablename__ = "anchored"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    anchor_id: Mapped[int] = mapped_column(ForeignKey("anchor.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64))


APPEND_ONLY = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the record is append-only: % on %', TG_OP, TG_TABLE_NAME; END $$;
"""
TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
for _model in (Entry, HouseEntry, Anchor, Anchored):
    _ddl = (APPEND_ONLY + TRIGGER.format(table=_model.__tablename__)).replace("%", "%%")
    event.listen(_model.__table__, "after_create", DDL(_ddl))  # type: ignore[no-untyped-call]
