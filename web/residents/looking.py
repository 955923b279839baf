"""A resident looks how it goes on: by the link, or by number and phone; and answers what they are asked."""

from __future__ import annotations

from typing import Any

from flask import make_response, redirect, render_template, request, url_for

from engine import residents
from engine.errors import Conflict, Invalid, NotAllowed
from web import failing, identity
from web.console import shell
from web.db import db
from web.residents.blueprint import blueprint

NEWS = ("1", "covered", "again", "follow", "rated")
Answer = Any


@blueprint.get("/find")
@identity.public
def find() -> Answer:
    """Where number and phone are asked for."""
    return render_template("residents/find.html", number=request.args.get("number", "")[:40], phone="", told="")


@blueprint.post("/find")
@identity.public
def found() -> Answer:
    """To the case with this number and phone; whatever does not fit is answered alike, and counted."""
    number, phone = request.form.get("number", "")[:40], request.form.get("phone", "")[:40]
    try:
        visit = residents.by_phone(db.session(), number, phone, identity.client_address(), shell.now())
    except (residents.NotFoundByPhone, residents.TooOften) as refused:
        failure = failing.failure_of(refused)
        page = render_template("residents/find.html", number=number, phone=phone, told=failure.detail)
        answer = make_response(page, failure.status)
        answer.headers.update(failure.headers)
        return answer
    return redirect(url_for("residents.standing", number=visit.case.number, secret=visit.secret))


@blueprint.get("/<number>/<secret>")
@identity.public
def standing(number: str, secret: str) -> Answer:
    """The resident's case."""
    return _standing(residents.by_link(db.session(), number, secret))


@blueprint.post("/<number>/<secret>")
@identity.public
def answer(number: str, secret: str) -> Answer:
    """What the resident answers: a rating, or what was missing; an answer that comes too late says so."""
    session = db.session()
    visit = residents.by_link(session, number, secret)
    task, version = request.form.get("task", type=int), request.form.get("version", type=int)
    typed = {name: request.form[name].strip() for name in request.form
             if name not in ("csrf_token", "task", "version", "outcome")}
    outcome = request.form.get("outcome", "")
    try:
        with session.begin_nested():
            values = {name: text for name, text in typed.items() if text}
            residents.answer(session, visit, task or 0, outcome, _meant(visit, task, outcome, values), version,
                             shell.now())
    except (Invalid, Conflict, NotAllowed) as refused:
        session.expire_all()
        failure = failing.failure_of(refused)
        problems = failing.flat(refused.fields) if isinstance(refused, Invalid) else {}
        told = "" if problems else failure.detail
        return _standing(visit, told, problems, {**typed, "outcome": outcome}, failure.status)
    return redirect(url_for("residents.standing", number=number, secret=secret, new="rated"))


def _meant(visit: residents.Visit, task: int | None, outcome: str, values: dict[str, str]) -> dict[str, str]:
    """The values that belong to the chosen outcome: a page without a script shows the fields of every one."""
    asked = residents.standing_of(db.session(), visit, shell.now(), shell.language()).asked
    form = next((one.form for one in asked if one.task == task), None)
    if form is None:
        return values
    known = {each.id: each for each in form.fields}
    return {name: text for name, text in values.items() if name not in known or known[name].applies(outcome)}


def _standing(visit: residents.Visit, told: str = "", problems: dict[str, list[str]] | None = None,
              typed: dict[str, str] | None = None, status: int = 200) -> Answer:
    page = residents.standing_of(db.session(), visit, shell.now(), shell.language())
    news = request.args.get("new", "")
    link = url_for("residents.standing", number=visit.case.number, secret=visit.secret, _external=True)
    return render_template(
        "residents/standing.html", page=page, link=link, news=news if news in NEWS and not told else "", told=told,
        problems=problems or {}, typed=typed or {}, steps=residents.STEPS, secret=visit.secret), status
