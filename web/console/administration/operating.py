"""How the house is doing, for the system administrator: a sentence first, then what sticks part by part; backups."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from engine import audit, backups, cases, library, notices, upkeep
from engine.jobs import JOBS
from web.console import rules, shell
from web.console.administration import who
from web.console.blueprint import blueprint
from web.console.channels import channel_name
from web.db import db

EVERY = {job.name: job.every for job in JOBS}


@blueprint.get("/operating")
def operating() -> Any:
    """Everything that may stick, in one page that looks again by itself."""
    actor = who.require("operating")
    tops = [post.path for post in actor.posts if post.role == "system_admin"]
    house = upkeep.look(db.session(), EVERY, tops, shell.now())
    return render_template("operating.html", here="operating", house=house, said=said, todo=todo,
                           job_names=job_names(), name_of=channel_name)


@blueprint.post("/operating/backup")
def ask_for_backup() -> Any:
    """Ask for a backup; the next worker that is free makes it."""
    actor = who.require("operating")
    row = backups.ask_for_one(db.session(), actor.label, shell.now())
    audit.note(db.session(), actor.label, [audit.Deed("asked", "backups", f"#{row.id}")], shell.now())
    flash(_("A worker makes the backup within a minute; it appears below."))
    return redirect(url_for("console.operating"))


@blueprint.get("/versions")
def versions() -> Any:
    """Which programs and rules are at work, and how many cases run under each version."""
    who.require("versions")
    session, at = db.session(), shell.now()
    running, every = cases.running_by_definition(session), library.list_definitions(session)
    newest: dict[tuple[str, str, str], int] = {}
    for one in every:
        if one.state == "published" and one.in_force_from <= at:
            newest.setdefault((one.pack, one.kind, one.definition_id), one.id)
    ruling = set(newest.values())
    shown = [one for one in every if running.get(one.id) or one.id in ruling
             or (one.state == "published" and one.in_force_from > at)]
    packs = {pack: [one for one in shown if one.pack == pack] for pack in dict.fromkeys(one.pack for one in shown)}
    titles = {key: pack.title for key, pack in library.packs().items()}
    return render_template("versions.html", here="versions", programs=upkeep.programs(session), packs=packs,
                           running=running, titles=titles, ruling=ruling,
                           names=rules.names_of(shown))


def said(concern: upkeep.Concern) -> str:
    """What is wrong, in one sentence."""
    words = {
        "disk_full": _("The volume of the database is full: acts are refused"),
        "disk_low": _("The volume of the database has little room left"),
        "photos": _("Photos cannot be stored"),
        "no_worker": _("No worker is running: nothing falls due, no message leaves"),
        "connections": _("%(n)s of %(most)s database connections are taken", **_of(concern, "n", "most")),
        "transaction": _("A transaction stands open in the database"),
        "job_broken": _("The job «%(job)s» breaks (%(problem)s)", **_of(concern, "job", "problem")),
        "job_late": _("The job «%(job)s» has not come round", **_of(concern, "job")),
        "late": _("The clock is late for %(n)s cases", **_of(concern, "n")),
        "stuck": _("%(n)s cases are moved by nobody and nothing", **_of(concern, "n")),
        "incidents": _("%(n)s incidents are open", **_of(concern, "n")),
        "channel": _("Nothing leaves by the channel «%(channel)s»; %(n)s messages wait",
                     **_of(concern, "channel", "n")),
        "dead": _("%(n)s messages were given up on the channel «%(channel)s» since yesterday",
                  **_of(concern, "channel", "n")),
        "backup_failed": _("The last backup failed: %(problem)s", **_of(concern, "problem")),
        "backup_old": _("The last backup is older than a day"),
        "backup_missing": _("%(n)s photos were gone when the last backup was made", **_of(concern, "n")),
        "anchor": _("The record was not anchored for hours"),
    }
    return str(words[concern.key])


def todo(concern: upkeep.Concern) -> str:
    """What to do about it, in one sentence."""
    words = {
        "disk_full": _("Make room on the volume now; nothing acknowledged is lost."),
        "disk_low": _("Make room, or move the data to a larger volume."),
        "photos": _("Look at the folder or bucket of the objects: rights, room, network. Acts without photos go on."),
        "no_worker": _("Start one: wangge worker, or wangge serve without --no-worker."),
        "connections": _("Fewer web workers, or a larger max_connections."),
        "transaction": _("Look who holds it in pg_stat_activity and end it, unless a backup is being made."),
        "job_broken": _("The log of the worker says where; the work is tried again by itself."),
        "job_late": _("Look whether its worker is busy with something long, or hangs; restart it then."),
        "late": _("The table below says why for each: retry the incident, or wait for who holds the case."),
        "stuck": _("The watchdog makes incidents of them within five minutes; open them there."),
        "incidents": _("Open each, look at the reason, retry, pass over or send back."),
        "channel": _("Look at the channel's server and password; what waits is sent when it answers."),
        "dead": _("Mend the cause, then send them again."),
        "backup_failed": _("Mend the cause, then ask for one below; it is tried again every hour."),
        "backup_old": _("Look whether a worker runs, then ask for one below."),
        "backup_missing": _("Bring them back from an older backup."),
        "anchor": _("It waits while the clock is late; mend that first."),
    }
    return str(words[concern.key])


def job_names() -> dict[str, str]:
    """The jobs in the reader's language; a job that is not here goes by its own name."""
    return {
        "due": _("What falls due"), "notices": _("Messages"), "anchor": _("Anchors over the record"),
        "errands": _("Long work"), "more errands": _("Long work, second hand"), "hand over": _("Hand-over"),
        "lists": _("Lists of matters"), "hours": _("Office hours"), "stuck": _("Watchdog"),
        "incidents": _("Settled incidents"),
        "forget": _("Forgetting what is over"), "tally": _("Counting for the boards"), "backup": _("Daily backup"),
        "digests": _("Digests"), "bulk": _("Bulk acts"), "channels": _("Watch over the channels"),
        "unanswered": _("Supervision without an answer"),
        **{f"post {key}": _("Letters by %(channel)s", channel=channel_name(key)) for key in notices.CHANNELS},
    }


def span(of: timedelta) -> str:
    """A length of time in the largest unit that fits."""
    seconds = int(of.total_seconds())
    if seconds < 120:
        return str(_("%(n)d s", n=seconds))
    if seconds < 7200:
        return str(_("%(n)d min", n=seconds // 60))
    return str(_("%(n)d h", n=seconds // 3600))


def size(of: int | None) -> str:
    """Bytes in the unit that people read."""
    if of is None:
        return "—"
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2)):
        if of >= factor:
            return f"{of / factor:.1f} {unit}"
    return f"{of / 1024:.0f} KB"


def _of(concern: upkeep.Concern, *names: str) -> dict[str, str]:
    names_of = job_names()
    found = {name: str(concern.facts.get(name, "")) for name in names}
    if "job" in found:
        found["job"] = names_of.get(found["job"], found["job"])
    if "channel" in found:
        found["channel"] = channel_name(found["channel"])
    return found
