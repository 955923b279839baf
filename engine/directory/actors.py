"""Who acts: a person with the posts they hold at this moment, or the clock itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from engine.directory import queries
from engine.directory.models import Account, Post
from engine.errors import NotFound

ROLE_NAMES = {
    "grid_worker": ("网格员", "Grid worker"),
    "seat": ("坐席", "Dispatcher"),
    "clerk": ("承办人", "Clerk"),
    "supervisor": ("督办员", "Supervisor"),
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
    """One post of an actor with all that authority asks of it; `path` and `level` are the division's."""

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


@dataclass(frozen=True)
class Actor:
    """Somebody who reads or acts; the clock has neither person nor account."""

    person_id: int | None
    account_id: int | None
    name: str
    language: str = "zh"
    posts: tuple[PostView, ...] = ()

    @property
    def roles(self) -> frozenset[str]:
        """Every role held now."""
        return frozenset(post.role for post in self.posts)

    def has(self, *roles: str) -> bool:
        """Whether one of these roles is held now."""
        return any(post.role in roles for post in self.posts)

    @property
    def label(self) -> str:
        """What an entry calls the actor: «坐席 张三 · 高亭镇综合信息指挥室»; at most 80 characters."""
        if not self.posts:
            return self.name
        post = self.posts[0]
        label = f"{ROLE_NAMES[post.role][0]} {self.name} · {post.organisation_name}"
        return label if len(label) <= _LABEL_LENGTH else label[: _LABEL_LENGTH - 1] + "…"

    def organisation_ids(self, role: str | None = None) -> tuple[int, ...]:
        """The organisations where a post (of this role) is held, each once, the first post's first."""
        held = (post.organisation_id for post in self.posts if role in (None, post.role))
        return tuple(dict.fromkeys(held))

    @property
    def is_clock(self) -> bool:
        """Whether it is the clock that acts."""
        return self.person_id is None


CLOCK = Actor(person_id=None, account_id=None, name="时钟")


def get_actor(session: Session, account_id: int, at: datetime) -> Actor:
    """The person of this account with the posts held at that moment; raises ActorGone."""
    account = queries.find_account(session, account_id)
    if account is None or not account.is_enabled:
        raise ActorGone
    return actor_of(account, queries.list_posts(session, account.person_id, at))


def actor_of(account: Account, posts: list[Post]) -> Actor:
    """The actor made of rows that were read already."""
    return Actor(
        person_id=account.person_id,
        account_id=account.id,
        name=account.person.name,
        language=account.language,
        posts=tuple(_view(post) for post in posts),
    )


def _view(post: Post) -> PostView:
    organisation = post.organisation
    division = organisation.division
    return PostView(
        role=post.role,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        organisation_kind=organisation.kind,
        division_code=division.code,
        division_name=division.name,
        path=division.path,
        level=division.level,
        grid_id=post.grid_id,
        grid_name=post.grid.name if post.grid else None,
    )
