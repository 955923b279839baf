"""Tables of the directory: divisions, grids, organisations, people, posts, accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from engine.db import Base

OFFICE_ROLES = ("grid_worker", "seat", "clerk", "supervisor", "designer")
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
ROLES = OFFICE_ROLES + ADMINISTRATORS
PATH = String(120, collation="C")


class Division(Base):
    """An administrative division; `path` joins the codes from the city down with dots."""

    __tablename__ = "division"

    code: Mapped[str] = mapped_column(String(12), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    level: Mapped[str] = mapped_column(String(20))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("division.code"))
    path: Mapped[str] = mapped_column(PATH, unique=True)


class Organisation(Base):
    """A body that can hold or handle cases: centre, department, platform, contractor."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint("kind IN ('centre', 'department', 'platform', 'contractor')", name="kind"),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to > valid_from", name="validity"),
        CheckConstraint("valid_to IS NULL OR kind <> 'centre'", name="centre_stays"),
        Index(
            "ix_organisation_centre", "division_code", unique=True, postgresql_where=text("kind = 'centre'")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    owner_kind: Mapped[str] = mapped_column(String(40))  # matters name an owner kind, not an organisation
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    office: Mapped[str] = mapped_column(String(40), default="default")
    valid_from: Mapped[datetime | None]
    valid_to: Mapped[datetime | None]
    division: Mapped[Division] = relationship(lazy="joined", innerjoin=True)


class DirectoryVersion(Base):
    """One row: another value after every statement that touches a body or a division, never one that was before.

    The statement that changes takes this row before any other, so that two who change wait instead of locking each
    other out; who reads never waits.
    """

    __tablename__ = "directory_version"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))


NEXT_VERSION = """
CREATE OR REPLACE FUNCTION next_directory_version() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN UPDATE directory_version SET version = gen_random_uuid(); RETURN NULL; END $$;
"""
VERSIONED = """
CREATE TRIGGER {table}_version BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION next_directory_version();
"""
event.listen(DirectoryVersion.__table__, "after_create",
             DDL("INSERT INTO directory_version (id) VALUES (1);"))  # type: ignore[no-untyped-call]
for _model in (Division, Organisation):
    event.listen(_model.__table__, "after_create",
                 DDL(NEXT_VERSION + VERSIONED.format(table=_model.__tablename__)))  # type: ignore[no-untyped-call]


class Grid(Base):
    """The smallest unit; `area` is a GeoJSON polygon or none (fishing boats), `demo_area` says «演示»."""

    __tablename__ = "grid"
    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20), default="general")
    tier: Mapped[int] = mapped_column(default=1)
    division_code: Mapped[str] = mapped_column(ForeignKey("division.code"), index=True)
    path: Mapped[str] = mapped_column(PATH, index=True)
    area: Mapped[dict[str, Any] | None]
    demo_area: Mapped[bool] = mapped_column(default=False)
    households: Mapped[int | None]
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class Person(Base):
    """Somebody who works in the system."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(20))
    email: Mapped[str | None] = mapped_column(String(120))
    left_at: Mapped[datetime | None]


class Post(Base):
    """A person in a role at an organisation for a time; a grid worker's post names the grid."""

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("role IN ('" + "', '".join(ROLES) + "')", name="role"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="validity"),
        CheckConstraint("role <> 'grid_worker' OR grid_id IS NOT NULL", name="grid_worker_has_grid"),
        UniqueConstraint("person_id", "role", "organisation_id", "grid_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"), index=True)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    grid: Mapped[Grid | None] = relationship(lazy="joined")


class Absence(Base):
    """When somebody is away, and who stands in: what they had claimed goes to the deputy or back to the queue."""

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", name="interval"),
        CheckConstraint("deputy_id IS NULL OR deputy_id <> person_id", name="somebody_else"),
        Index("ix_absence_waiting", "since", postgresql_where=text("handed_over_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    noted_by: Mapped[str] = mapped_column(String(80))
    handed_over_at: Mapped[datetime | None]
    handed_over: Mapped[int] = mapped_column(default=0)
    deputy: Mapped[Person | None] = relationship(foreign_keys=[deputy_id], lazy="joined")


class Duty(Base):
    """Who is on duty at a centre, and when: the emergency ladder rings these people (E10, A3)."""

    __tablename__ = "duty"
    __table_args__ = (CheckConstraint("until > since", name="interval"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    since: Mapped[datetime]
    until: Mapped[datetime]


class Account(Base):
    """A log-in of one person; failures are counted here, so a lock-out holds for every process."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    is_enabled: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None]
    locked_until: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(10), default="zh")
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    must_change: Mapped[bool] = mapped_column(default=False, server_default=text("false"))  # a password told by others
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)


class Session(Base):
    """One log-in on one device or one API token; revoking it ends access at the next request."""

    __tablename__ = "session"
    __table_args__ = (
        CheckConstraint("kind IN ('browser', 'token')", name="kind"),
        Index("ix_session_address", "address"),
        Index("ix_session_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(45), default="", server_default="")
    device: Mapped[str] = mapped_column(String(200), default="", server_default="")  # as the browser calls itself
    revoked_by: Mapped[str | None] = mapped_column(String(80))  # None: by its own user


class FailedLogin(Base):
    """A failed log-in; guessing names is limited too, and an unknown name has no account row."""

    __tablename__ = "failed_login"
    __table_args__ = (
        Index("ix_failed_login_address_at", "address", "at"),
        Index("ix_failed_login_username_at", "username", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(45))
    username: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]
