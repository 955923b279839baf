"""Who acts: a person with the posts they hold at this moment, or the clock itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy.orm import Session

from engine.directory import queries
from engine.errors import NotFound

ROLE_NAMES = {
    "grid_worker": ("网格员", "Grid worker"),
    "seat": ("坐席", "Dispatcher"),
    "clerk": ("承办人", "Clerk"),
    "supervisor": ("督查员", "Supervisor"),
    "designer": ("流程设计员", "Process designer"),
    "system_admin": ("系统管理员", "System administrator"),
    "security_admin": ("安全管理员", "Security administrator"),
    "audit_admin": ("审计管理员", "Audit administrator"),
}
_LABEL_LENGTH = 80  # as wide as the actor column of an entry


class ActorGone(NotFound):
    """这个账号不存在或已停用。"""

    code = "actor_gone"


@dataclass(frozen=True)
class PostView:
    """One post of an actor with all that authority asks of it; `path` and `level` are the division's.

    `holds_abroad`: the body has held a case outside its division, which its place alone does not open.
    """

    role: str
    organisation_id: int
    organisation_name: str
    organisation_kind: str
    division_code: str
    division_name: str
    path: str
    level: str
    grid_id: int | None = None
    grid_name: str | None = None
    holds_abroad: bool = True  # where nobody asked


_VIEWED = tuple(field.name for field in fields(PostView))


@dataclass(frozen=True)
class Actor:
    """Somebody who reads or acts; the clock has neither person nor account."""

    person_id: int | None
    account_id: int | None
    name: str
    language: str = "zh"
    posts: tuple[PostView, ...] = ()
    must_change: bool = False  # somebody else told the password: until it is changed nothing else is done

    @property
    def roles(self) -> frozenset[str]:
        """Every role held now."""
        return frozenset(post.role for post in self.posts)

    def has(self, *roles: str) -> bool:
        """Whether one of these roles is held now."""
        return any(post.role in roles for post in self.posts)

    def is_above(self, path: str, *roles: str) -> bool:
        """Whether a division lies in or below that of a post held now in one of these roles."""
        return any(post.role in roles and f"{path}.".startswith(f"{post.path}.") for post in self.posts)

    @property
    def label(self) -> str:
        """What an entry calls the actor: «坐席 张三 · 高亭镇综合信息指挥室»; at most 80 characters."""
        if not self.posts:
            return self.name
        post = self.posts[0]
        return label_of(ROLE_NAMES[post.role][0], self.name, post.organisation_name)

    def organisation_ids(self, role: str | None = None) -> tuple[int, ...]:
        """The organisations where a post (of this role) is held, each once, the first post's first."""
        held = (post.organisation_id for post in self.posts if role in (None, post.role))
        return tuple(dict.fromkeys(held))

    @property
    def is_clock(self) -> bool:
        """Whether it is the clock that acts."""
        return self.person_id is None


def label_of(role: str, name: str, organisation: str) -> str:
    """«坐席 张三 · 高亭镇综合信息指挥室», as wide as the column of an entry."""
    label = f"{role} {name} · {organisation}"
    return label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1] + "…"


def label_in_english(label: str) -> str:
    """The label of an actor with its role in English; what does not begin with a role stays as it is."""
    role, _, rest = label.partition(" ")
    return f"{_ROLES_IN_ENGLISH[role]} {rest}" if rest and role in _ROLES_IN_ENGLISH else label


_ROLES_IN_ENGLISH = dict(ROLE_NAMES.values())
CLOCK = Actor(person_id=None, account_id=None, name="时钟")
RESIDENT = Actor(person_id=None, account_id=None, name="群众")
"""Whoever comes without an account: reports, follows, rates; knows one case by its link or number and phone."""


def get_actor(session: Session, account_id: int, at: datetime) -> Actor:
    """The person of this account with the posts held at that moment; raises ActorGone."""
    held = queries.read_account(session, account_id, at)
    if not held or not held[0].is_enabled:
        raise ActorGone
    return actor_of(held)


def find_actor_of(session: Session, person_id: int, at: datetime) -> Actor | None:
    """The actor that a person is at that moment; None without a log-in that works."""
    account_id = queries.find_account_of(session, person_id)
    held = queries.read_account(session, account_id, at) if account_id is not None else ()
    return actor_of(held) if held and held[0].is_enabled else None


def actor_of(held: Sequence[queries.Held]) -> Actor:
    """The actor made of rows that were read already: the account beside each of its posts."""
    first = held[0]
    posts = (row for row in held if row.role is not None)
    return Actor(
        person_id=first.person_id,
        account_id=first.account_id,
        name=first.name,
        language=first.language,
        must_change=first.must_change,
        posts=tuple(PostView(**{name: getattr(row, name) for name in _VIEWED}) for row in posts),
    )
