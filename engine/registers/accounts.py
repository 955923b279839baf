"""What the security administrator does to one account or post at once: end, lock, let in, log out, new password."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import audit, cases, directory
from engine.directory import Actor
from engine.directory.models import ADMINISTRATORS, Account, Post
from engine.errors import Conflict, Invalid
from engine.registers import known, reach
from engine.registers.applying import FirstPassword, first_password
from engine.registers.keeping import require, top_of
from engine.registers.listing import RowUnknown
from engine.registers.sheets import POST_IDENTITY, SECURITY

_A_MOMENT = timedelta(microseconds=1)
Verb = Literal["lock", "unlock", "log_out", "reset"]
AT_THE_MACHINE = "命令行"
SHORTEST_REASON, LONGEST_REASON = 2, 200


class LastAdministrator(Conflict):
    """这是最后一位这样的管理员，不能结束或锁定；请先任命另一位。"""

    code = "last_administrator"


class NotOneself(Conflict):
    """自己的账号请由另一位安全管理员处理。"""

    code = "not_oneself"


class PostElsewhere(Conflict):
    """这个人在您管辖范围外的单位还有岗位，请由上级的安全管理员处理。"""

    code = "post_elsewhere"


class ReasonMissing(Invalid):
    """请写明原因（至少两个字），它会进入变更记录。"""

    code = "account_reason_missing"


def end_post_now(session: Session, actor: Actor, post_id: int, at: datetime) -> str:
    """End a post at this moment; the user name of whose it was.

    What was claimed in it goes back to the queue. Raises RowUnknown, LastAdministrator, NotYoursToConfirm.
    """
    require(actor, (SECURITY,))
    post = session.get(Post, post_id)
    if post is None or (post.valid_to is not None and post.valid_to <= at):
        raise RowUnknown(code=post_id)
    if not f"{post.organisation.division.path}.".startswith(f"{top_of(actor)}."):
        raise RowUnknown(code=post_id)
    if post.role in ADMINISTRATORS:
        _require_another(session, post, at)
    username = username_of(session, post.person_id)
    directory.end_post(session, post_id, max(at, post.valid_from + _A_MOMENT))
    cases.free_orphaned(session, at)
    audit.note(session, actor.label, [audit.Deed("ended", "posts", _subject(post, username))], at)
    return username


def change_account(session: Session, actor: Actor, username: str, verb: Verb, reason: str,
                   at: datetime) -> FirstPassword | None:
    """Lock an account, unlock it, end its log-ins or reset its password, for a reason; the password of a reset.

    Raises RowUnknown, LastAdministrator, NotOneself, NotYoursToConfirm, PostElsewhere, ReasonMissing.
    """
    account = _require_other(session, actor, username, reason, at)
    facts: dict[str, Any] = {"reason": reason.strip()[:LONGEST_REASON]}
    first = None
    if verb == "lock":
        for post in directory.list_posts(session, account.person_id, at):
            if post.role in ADMINISTRATORS:
                _require_another(session, post, at)
        directory.disable_account(session, account.id, at, actor.label)
    elif verb == "unlock":
        directory.enable_account(session, account.id, enabled=True)
        directory.forgive(session, account.id)
    elif verb == "log_out":
        facts["log_ins"] = directory.revoke_all(session, account.id, at, by=actor.label)
    else:
        first = FirstPassword(username, account.person.name, first_password())
        directory.reset_password(session, account.id, first.password, at, actor.label)
    audit.note(session, actor.label, [audit.Deed(verb, "accounts", username, facts)], at)
    return first


def reset_at_the_machine(session: Session, username: str, at: datetime) -> FirstPassword:
    """A first password for whoever stands at the machine, noted: a last security administrator may forget theirs.

    Every log-in of the account ends. Raises RowUnknown.
    """
    account = session.scalar(sa.select(Account).where(Account.username == username))
    if account is None:
        raise RowUnknown(code=username)
    first = FirstPassword(username, account.person.name, first_password())
    directory.reset_password(session, account.id, first.password, at, AT_THE_MACHINE)
    audit.note(session, AT_THE_MACHINE, [audit.Deed("reset", "accounts", username)], at)
    return first


def end_log_in(session: Session, actor: Actor, session_id: int, reason: str, at: datetime) -> str:
    """End one log-in of somebody else for a reason; whose it was.

    Raises RowUnknown, NotOneself, NotYoursToConfirm, PostElsewhere, ReasonMissing.
    """
    require(actor, (SECURITY,))
    found = directory.get_log_in(session, session_id, at)
    if found is None:
        raise RowUnknown(code=session_id)
    _require_other(session, actor, found.username, reason, at)
    directory.revoke(session, session_id, at, actor.label)
    facts = {"reason": reason.strip()[:LONGEST_REASON], "log_ins": 1}
    audit.note(session, actor.label, [audit.Deed("log_out", "accounts", found.username, facts)], at)
    return found.username


def end_own_log_ins(session: Session, actor: Actor, here: int, at: datetime, session_id: int | None = None) -> int:
    """End one of one's own log-ins, or all but the one `here`; how many. Raises RowUnknown for another's."""
    if session_id is None:
        return directory.revoke_all(session, actor.account_id or 0, at, here)
    found = directory.get_log_in(session, session_id, at)
    if found is None or found.account_id != actor.account_id:
        raise RowUnknown(code=session_id)
    directory.revoke(session, session_id, at)
    return 1


def _require_other(session: Session, actor: Actor, username: str, reason: str, at: datetime) -> Account:
    """The account of somebody else, asked for with a reason by a security administrator.

    Whoever holds a post elsewhere, too, is for the administrators above both places.
    """
    require(actor, (SECURITY,))
    account = session.scalar(sa.select(Account).where(Account.username == username))
    if account is None or directory.find_account_view(session, username, at, top_of(actor)) is None:
        raise RowUnknown(code=username)
    if account.id == actor.account_id:
        raise NotOneself
    if body := reach.beyond(session, [account.person_id], top_of(actor), at, past=False):
        raise PostElsewhere(body=body[account.person_id])
    if len(reason.strip()) < SHORTEST_REASON:
        raise ReasonMissing(fields={"reason": [(ReasonMissing.__doc__ or "").strip()]})
    return account


def username_of(session: Session, person_id: int) -> str:
    """The name under which a person logs in; raises RowUnknown."""
    found = session.scalar(sa.select(Account.username).where(Account.person_id == person_id).order_by(Account.id))
    if found is None:
        raise RowUnknown(code=person_id)
    return found


def _require_another(session: Session, post: Post, at: datetime) -> None:
    """Somebody else holds this role there or above now and can log in."""
    if not reach.is_another_over(session, post.role, post.organisation.division.path, [post.person_id], at):
        raise LastAdministrator


def _subject(post: Post, username: str) -> str:
    cells = known.post_cells(post, username)
    return " ".join(cells[title] for title in POST_IDENTITY if cells[title])
