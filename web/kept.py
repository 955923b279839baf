"""What somebody typed while their log-in ended: sealed into the page that asks to log in again, and given back after.

Sealed for the account that typed it: whoever logs in by another one at the same machine gets nothing of it.
"""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import orjson
from cryptography.fernet import Fernet, InvalidToken
from flask import current_app, render_template, request

from engine import clock
from engine.settings import Settings

MOST = 200_000
"""Bytes; a longer form is not kept, and the page says so."""
LONGEST = 12 * 3600
_OURS = ("csrf_token",)


class Kept(NamedTuple):
    """A form that was sent too late: where to, and its fields in their order; photos do not travel along."""

    account_id: int
    path: str
    fields: list[tuple[str, str]]
    had_files: bool


def of_request(account_id: int) -> Kept | None:
    """The form of this request, or None where there is nothing worth keeping; passwords are never kept."""
    if request.method != "POST" or request.endpoint == "password.change":
        return None
    fields = [(name, text) for name, text in request.form.items(multi=True) if name not in _OURS]
    had_files = any(file.filename for file in request.files.values())
    if not fields or sum(len(name.encode()) + len(text.encode()) for name, text in fields) > MOST:
        return None
    return Kept(account_id, request.full_path.rstrip("?"), fields, had_files)


def seal(kept: Kept | None) -> str:
    """As a hidden field holds it; "" for nothing."""
    if kept is None:
        return ""
    return _fernet().encrypt_at_time(orjson.dumps(list(kept)), _now()).decode("ascii")


def find(account_id: int) -> Kept | None:
    """What this account typed before, out of the log-in form; None when there is nothing of theirs."""
    sealed = request.form.get("kept", "")
    if not sealed:
        return None
    try:
        plain = orjson.loads(_fernet().decrypt_at_time(sealed.encode("ascii", "replace"), LONGEST, _now()))
    except InvalidToken:
        return None
    found = Kept(plain[0], plain[1], [(name, text) for name, text in plain[2]], plain[3])
    return found if found.account_id == account_id else None


def page(kept: Kept) -> Any:
    """The page that gives it back: look at it, and send it once more."""
    return render_template("continue.html", kept=kept, shown=words_of(kept))


def words_of(kept: Kept) -> list[str]:
    """What was typed by hand: texts with a blank, a full stop or Chinese; keys and numbers of the form are left out."""
    return [text for __, text in kept.fields if any(sign in text for sign in " 。，.,") or not text.isascii()]


def _fernet() -> Fernet:
    settings: Settings = current_app.extensions["wangge"]
    return Fernet(base64.urlsafe_b64encode(settings.key_for("kept forms")))


def _now() -> int:
    return int(clock.now().timestamp())
