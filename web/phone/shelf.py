"""What the phone keeps by itself: the page of what waits to be sent, the service worker, the icon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app, jsonify, make_response, render_template, url_for
from flask_babel import gettext as _

from web import identity
from web.phone.blueprint import blueprint

Answer = Any


@blueprint.get("/outbox")
def outbox() -> Answer:
    """Drafts and what waits to be sent, each with its state; kept on the phone, shown by its script."""
    return render_template("phone/outbox.html", here="outbox")


@blueprint.get("/offline")
@identity.public
def offline() -> Answer:
    """What a page says that could not be reached."""
    return render_template("phone/offline.html", here="")


@blueprint.get("/sw.js")
@identity.public
def service_worker() -> Answer:
    """The service worker: it may serve everything under /phone/, and is asked for anew each time."""
    answer = make_response((Path(str(current_app.static_folder)) / "build" / "phone-sw.js").read_bytes())
    answer.headers["Content-Type"] = "text/javascript; charset=utf-8"
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@blueprint.get("/manifest.webmanifest")
@identity.public
def manifest() -> Answer:
    """What makes the page an app on the home screen."""
    answer = jsonify(
        name=_("Wangge"), short_name=_("Wangge"), start_url=url_for("phone.capture"), scope="/phone/",
        display="standalone", lang="zh-CN",
        icons=[{"src": url_for("static", filename="icon.svg"), "sizes": "any", "type": "image/svg+xml"}])
    answer.headers["Content-Type"] = "application/manifest+json"
    return answer
