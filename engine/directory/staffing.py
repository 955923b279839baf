"""Taking people on: persons, their posts and accounts; the three administrators exclude one another."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.directory import accounts, queries, sessions
from engine.directory.models import ADMINISTRATORS, ROLES, Account, Person, Post
from engine.errors import Conflict, Invalid, NotFound

_USERNAME = re.compile(r"[\w.\-]{2,40}")


class AdministratorsExclude(Conflict):
    """系统管理员、安全管理员、审计管理员三者不得由同一人兼任，也不得兼任业务岗位。"""

    code = "administrators_exclude"


class UsernameTaken(Conflict):
    """这个用户名已有人使用。"""

    code = "username_taken"


class BadUsername(Invalid):
    """用户名为 2 至 40 个字、字母、数字或 . _ -。"""

    code = "username_invalid"


class BadPost(Invalid):
    """岗位不存在，或网格员没有指明网格。"""

    code = "post_invalid"


class UnknownPost(NotFound):
    """没有这个岗位。"""

    code = "post_unknown"


def add_person(session: Session, name: str, phone: str | None = None, email: str | None = None) -> Person:
    """Somebody new in the directory, without post or account."""
    person = Person(name=name, phone=phone, email=email)
    session.add(person)
    session.flush()
    return person


def add_post(
    session: Session,
    person_id: int,
    role: str,
    organisation_id: int,
    at: datetime,
    grid_id: int | None = None,
) -> Post:
    """Give a person a role at an organisation from that moment on.

    Raises AdministratorsExclude when the person would hold two posts that must check each other, or an
    administrator's beside one of the office; BadPost for an unknown role or a grid worker without a grid.
    """
    if role not in ROLES or (role == "grid_worker") != (grid_id is not None):
        raise BadPost
    held = {post.role for post in queries.list_posts(session, person_id, at)}
    if (role in ADMINISTRATORS and held - {role}) or (held & set(ADMINISTRATORS) and role not in held):
        raise AdministratorsExclude
    post = Post(
        person_id=person_id, role=role, organisation_id=organisation_id, grid_id=grid_id, valid_from=at
    )
    session.add(post)
    session.flush()
    return post


def end_post(session: Session, post_id: int, at: datetime) -> None:
    """End a post; what it opened is shut at the next request. Raises UnknownPost."""
    post = session.get(Post, post_id)
    if post is None:
        raise UnknownPost
    post.valid_to = at
    session.flush()


def add_account(
    session: Session,
    person_id: int,
    username: str,
    password: str | None = None,
    password_hash: str | None = None,
    language: str = "zh",
    must_change: bool = False,
) -> Account:
    """A log-in for a person, by a password (checked for strength) or by the hash of one.

    `must_change`: somebody else chose the password, so it opens the page for another one and nothing besides.
    Raises BadUsername, UsernameTaken, WeakPassword.
    """
    if not _USERNAME.fullmatch(username):
        raise BadUsername(fields={"username": [(BadUsername.__doc__ or "").strip()]})
    if password_hash is None:
        accounts.check_strength(username, password or "")
        password_hash = accounts.hash_password(password or "")
    account = Account(username=username, password_hash=password_hash, person_id=person_id, language=language,
                      must_change=must_change)
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as taken:
        raise UsernameTaken from taken
    return account


def reset_password(session: Session, account_id: int, password: str, at: datetime, by: str | None = None) -> None:
    """Give an account a first password drawn at random and end all its log-ins; raises UnknownAccount."""
    accounts.set_first_password(session, account_id, password)
    sessions.revoke_all(session, account_id, at, by=by)


def disable_account(session: Session, account_id: int, at: datetime, by: str | None = None) -> None:
    """Shut an account out and end all its log-ins; raises UnknownAccount."""
    accounts.enable_account(session, account_id, enabled=False)
    sessions.revoke_all(session, account_id, at, by=by)
