"""Who may see and change which register: one table, asked by every page of the administrators."""

from __future__ import annotations

from flask import abort

from engine import directory, registers
from web import identity

READERS: dict[str, tuple[str, ...]] = {
    "organisations": ("system_admin", "security_admin", "audit_admin", "supervisor"),
    "grids": ("system_admin", "security_admin", "audit_admin", "supervisor"),
    "people": ("system_admin", "security_admin", "audit_admin", "supervisor"),
    "hours": ("system_admin", "security_admin", "audit_admin", "supervisor"),
    "imports": ("system_admin", "security_admin", "audit_admin"),
    "audit": ("audit_admin",),
    "accounts": ("security_admin",),
    "log_ins": ("security_admin",),
    "operating": ("system_admin",),
    "versions": ("system_admin",),
}
"""What opens for whom; a supervisor sees what lies below their own division."""


def require(what: str) -> directory.Actor:
    """Who asks, when this opens for them; 403 otherwise."""
    actor = identity.current_actor()
    if not actor.has(*READERS[what]):
        abort(403)
    return actor


def may_read(what: str) -> bool:
    """Whether this opens for who asks."""
    actor = identity.find_actor()
    return actor is not None and actor.has(*READERS[what])


def may_change(sheet: registers.Sheet) -> bool:
    """Whether who asks answers for this sheet."""
    return identity.current_actor().has(sheet.owner)


def top_of(actor: directory.Actor, what: str) -> str:
    """The highest division whose rows this reader sees."""
    return min((post.path for post in actor.posts if post.role in READERS[what]), key=len, default="~")


def is_below(actor: directory.Actor, what: str, path: str) -> bool:
    """Whether a division lies within what this reader sees."""
    return actor.is_above(path, *READERS[what])
