"""How a person is told: by which channel each kind of notice goes, and when it is quiet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from engine import directory, notices
from web import identity
from web.console import shell
from web.console.blueprint import blueprint
from web.console.inbox import kind_name
from web.db import db


@dataclass(frozen=True)
class Line:
    """A channel as its column shows it: whether it is set up here, and where it reaches the reader, covered."""

    key: str
    title: str
    is_open: bool
    address: str


@blueprint.get("/preferences/notices")
def notice_preferences() -> Any:
    """The reader's choices, laid over the local setting."""
    local, chosen = notices.manners(), _chosen()
    lines = channel_lines()
    ways = {(kind.key, line.key): local.way(kind.key, line.key, chosen) for kind in local.kinds.values()
            for line in lines}
    return render_template("notice_preferences.html", here="preferences", lines=lines, ways=ways, local=local,
                           kinds=[(kind, kind_name(kind.key)) for kind in local.kinds.values()],
                           quiet=local.quiet_of(chosen), all_ways=notices.WAYS)


@blueprint.post("/preferences/notices")
def choose_notices() -> Any:
    """Keep what differs from the local setting, so that a change of that reaches whoever has not chosen otherwise."""
    local, ways = notices.manners(), dict[str, dict[str, str]]()
    for kind in local.kinds.values():
        for channel in notices.CHANNELS:
            way = request.form.get(f"{kind.key}.{channel}", kind.way(channel))
            if way not in notices.WAYS:
                abort(422)
            if way != kind.way(channel):
                ways.setdefault(kind.key, {})[channel] = way
    quiet = (request.form.get("quiet_from", local.quiet[0]), request.form.get("quiet_until", local.quiet[1]))
    if not notices.is_span(quiet):
        abort(422)
    if request.form.get("quiet") != "on":
        quiet = ("00:00", "00:00")
    kept: dict[str, Any] = {**({"ways": ways} if ways else {}), **({"quiet": quiet} if quiet != local.quiet else {})}
    shell.prefer(notices=kept)
    flash(_("Saved."))
    return redirect(url_for("console.notice_preferences"))


def channel_lines() -> list[Line]:
    """The installed channels in the order of their names."""
    actor = identity.current_actor()
    person = directory.find_person(db.session(), actor.person_id) if actor.person_id is not None else None
    english = shell.language() == "en"
    return [Line(key, channel.TITLE[english], not channel.health(),
                 _covered(getattr(person, channel.ADDRESS) or "" if person else ""))
            for key, channel in sorted(notices.CHANNELS.items())]


def _chosen() -> notices.Chosen:
    return notices.chosen_in(shell.preferences())


def _covered(address: str) -> str:
    """An address as its owner knows it again and nobody else learns it."""
    name, at, domain = address.partition("@")
    if at:
        return f"{name[:2]}***@{domain}"
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 8 else address and "***"
