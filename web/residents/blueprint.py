"""The blueprint that every page of residents hangs on; no search engine keeps any of them."""

from __future__ import annotations

from flask import Blueprint, Response

blueprint = Blueprint("residents", __name__, url_prefix="/r", template_folder="templates")


@blueprint.after_request
def keep_out(answer: Response) -> Response:
    """A link with a secret is nobody else's."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
