"""回访: record how an attempt went with one key; what was tried, what is missing, what to say."""

from __future__ import annotations

from typing import Any

from flask import Flask, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup, escape

from engine import cases
from engine.cases import callbacks, moments, scripts
from engine.cases.pages import CasePage
from engine.cases.queues import CALLBACK
from engine.cases.troubles import StepBroken
from engine.errors import Conflict, Invalid, NotAllowed
from web import identity, languages
from web.console import acting, queues, shell
from web.console.blueprint import blueprint
from web.console.cases import render_again
from web.db import db

ANSWERS = ("reached", "no_answer", "wrong_number", "refused", "channel_down")
RATINGS = ("satisfied", "basic", "dissatisfied", "unreasonable")


def init_app(app: Flask) -> None:
    """Give the templates these words."""
    app.jinja_env.filters.update(missing=missing)
    app.jinja_env.globals.update(to_say=to_say, CALLBACK=CALLBACK, ANSWERS=ANSWERS, RATINGS=RATINGS)


@blueprint.post("/cases/<number>/attempts")
def attempt(number: str) -> Any:
    """Record one attempt to reach the reporter; the case stays in sight, so that who answers is asked for a rating."""
    session, actor = db.session(), identity.current_actor()
    values = {name: request.form[name].strip() for name in ("method", "result", "note") if request.form.get(name)}
    try:
        with session.begin_nested():
            cases.act_on(session, actor, number, "contact", values, shell.now())
    except StepBroken as broken:
        return render_again(number, acting.Attempt("contact", "contact", values, said=acting.noted(broken)), 503)
    except (Invalid, Conflict, NotAllowed) as refused:
        problems = refused.fields if isinstance(refused, Invalid) else {}
        said = shell.told(refused)
        status = 422 if problems else 403 if isinstance(refused, NotAllowed) else 409
        return render_again(number, acting.Attempt("contact", "contact", values, problems, said), status)
    done = _("%(number)s: %(result)s", number=number, result=shell.word(values["result"], "contacted"))
    if shell.is_fragment() and request.form.get("desk"):
        view = queues.case_view(number)
        answer = make_response(render_template("_attempted.html", desk_key=request.form["desk"], **view))
        answer.headers["HX-Trigger"] = shell.toast(done)
        return answer
    flash(done)
    return redirect(url_for("console.case", number=number))


def missing(tried: callbacks.Tried) -> str:
    """What is still missing before somebody counts as unreachable."""
    if not tried.made:
        return str(_("not tried yet"))
    if tried.may_give_up:
        return str(_("enough to record them as unreachable"))
    said = _("%(n)d more, in another way", n=tried.more) if tried.is_one_way else _("%(n)d more", n=tried.more)
    if tried.not_before is None:
        return str(said)
    when = moments.due_stamp(tried.not_before, shell.now(), shell.language())
    return str(_("%(missing)s, not before %(when)s", missing=said, when=when))


def to_say(page: CasePage, element: str) -> str:
    """What to say to the reporter now, in the words of the pack."""
    case = page.case
    key = {"inform": "tell", "call": "call"}.get(element, "rate_again" if case.reopened else "rate")
    said = Markup(escape(scripts.script(case.pack, key, shell.language())))
    return said.format(holder=page.names.get("holder", ""), title=languages.typed(case.title),
                       opened=shell.day(case.opened_at), result=languages.typed(case.result_text))
