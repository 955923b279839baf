"""What somebody may see and do with the posts held now, in words: the queues, the pages and the scope of each post."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from engine import directory
from engine.cases import queues
from web.console import shell
from web.console.administration import who


@dataclass(frozen=True)
class Right:
    """One post: which cases it opens, which queues of work it is offered, which pages of administration it opens."""

    post: directory.PostView
    sees: str
    queues: tuple[str, ...]
    pages: tuple[str, ...]


def rights_of(actor: directory.Actor) -> list[Right]:
    """A line for each post, in their order; engine.cases.scope decides, this says it."""
    offered = queues.queues_of(actor)
    return [Right(post, _sees(post), tuple(one.label(shell.language()) for one in offered if one.role == post.role),
                  tuple(_title(key) for key, roles in who.READERS.items() if post.role in roles))
            for post in actor.posts]


def _sees(post: directory.PostView) -> str:
    where = {"place": post.division_name, "body": post.organisation_name, "grid": post.grid_name or ""}
    if post.role == "grid_worker":
        return str(_("Open cases of the grid %(grid)s, and every case they reported", **where))
    if post.role == "clerk" or (post.role in ("seat", "supervisor") and post.organisation_kind != "centre"):
        return str(_("Cases that %(body)s holds or held", **where))
    if post.role in ("seat", "supervisor"):
        return str(_("Cases of %(place)s and everything below it", **where))
    return str(_("No case at all"))


def _title(key: str) -> str:
    return str({
        "organisations": _("Organisations"), "grids": _("Grids"), "people": _("People"),
        "hours": _("Office hours"), "imports": _("Import workbooks"), "audit": _("Audit search"),
        "accounts": _("Accounts"), "log_ins": _("Who is logged in"),
        "operating": _("How the house is doing"), "versions": _("Versions"),
    }[key])
