"""Channels and dead letters, for the operator: how each channel does, what was given up and why, and the ways out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import audit, notices
from engine.errors import Conflict, Invalid
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.console.inbox import kind_name
from web.db import db

PAGE = 50
OPERATOR = "system_admin"
INAPP = "inapp"


@blueprint.get("/channels")
def channels() -> Any:
    """How every channel does, and the dead letters of the operator's place."""
    return _page()


@blueprint.post("/channels/<channel>/replay")
def replay_letters(channel: str) -> Any:
    """Send all dead letters of a channel again."""
    number = notices.replay_all(db.session(), _within(), _known(channel), _by(), shell.now())
    flash(_("%(n)d letters are sent again.", n=number))
    return redirect(url_for("console.channels"))


@blueprint.post("/channels/<channel>/trial")
def try_channel(channel: str) -> Any:
    """Send the operator a letter by this channel, to see whether it arrives."""
    session, actor, at = db.session(), identity.current_actor(), shell.now()
    _within()
    if _known(channel) == INAPP or actor.person_id is None:
        abort(404)
    notices.put(session, recipients=[actor.person_id], kind="trial", subject=_("A trial letter"), at=at,
                channel=channel)
    audit.note(session, _by(), [audit.Deed("tried", "notices", channel)], at)
    flash(_("A letter to you is on its way; look here and in your mailbox in a moment."))
    return redirect(url_for("console.channels"))


@blueprint.post("/letters/<letter>/replay")
def replay_letter(letter: str) -> Any:
    """Send one dead letter again."""
    return _decided(lambda: notices.replay(db.session(), _within(), _id(letter), _by(), shell.now()),
                    _("The letter is sent again."))


@blueprint.post("/letters/<letter>/drop")
def drop_letter(letter: str) -> Any:
    """Give one dead letter up, with a reason."""
    reason = request.form.get("reason", "")
    return _decided(lambda: notices.drop(db.session(), _within(), _id(letter), reason, _by(), shell.now()),
                    _("The letter is dropped."))


def channel_name(key: str) -> str:
    """The name of a channel."""
    if key == INAPP:
        return str(_("In the system"))
    return notices.CHANNELS[key].TITLE[shell.language() == "en"] if key in notices.CHANNELS else key


def problem_words(problem: str) -> str:
    """Why a letter was given up: our own reasons in the reader's language, a server's as it said them."""
    own = {notices.NO_ADDRESS: _("no address in the register"), notices.WORN_OUT: _("tried eight times in vain"),
           notices.EXPIRED: _("older than %(n)d days", n=notices.manners().too_old.days)}
    return str(own.get(problem, problem))


def _decided(decide: Callable[[], None], said: str) -> Any:
    try:
        decide()
    except (Conflict, Invalid) as refused:
        return _page(shell.told(refused), 422 if isinstance(refused, Invalid) else 409)
    flash(said)
    return redirect(url_for("console.channels"))


def _page(said: str = "", status: int = 200) -> Any:
    session, within = db.session(), _within()
    channel = request.args.get("channel", "")
    channel = channel if channel in (INAPP, *notices.CHANNELS) else ""
    skip = min(max(request.args.get("skip", 0, type=int), 0), 10_000)
    found = notices.list_dead(session, within, channel, PAGE + 1, skip)
    page = render_template(
        "channels.html", here="channels", health=notices.channel_health(session, shell.now()), letters=found[:PAGE],
        more=len(found) > PAGE, skip=skip, channel=channel, said=said, name_of=channel_name, kind_name=kind_name,
        words=problem_words, page_size=PAGE)
    return page, status


def _within() -> list[str]:
    """The divisions whose letters the reader deals with; 403 for who is no operator."""
    if not identity.current_actor().has(OPERATOR):
        abort(403)
    return _tops()


def _tops() -> list[str]:
    actor = identity.find_actor()
    return [post.path for post in actor.posts if post.role == OPERATOR] if actor else []


def _known(channel: str) -> str:
    if channel not in (INAPP, *notices.CHANNELS):
        abort(404)
    return channel


def _id(letter: str) -> UUID:
    try:
        return UUID(letter)
    except ValueError:
        raise notices.LetterUnknown from None


def _by() -> str:
    return identity.current_actor().label
