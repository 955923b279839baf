"""The administrators' pages: registers of people, bodies and grids, workbooks, the list of matters, the record."""

from __future__ import annotations

from flask import Flask

from engine import directory
from web.console import shell
from web.console.administration import house, imports, matter_lists, people, registers, taking_leave, who, words
from web.phrases import said

__all__ = ["house", "imports", "matter_lists", "people", "registers", "taking_leave"]


def init_app(app: Flask) -> None:
    """Give these pages' templates their words."""
    env = app.jinja_env
    env.filters.update(
        validity=words.validity, register_word=words.register_word,
        in_words=lambda text: said(text, shell.language()))
    env.globals.update(may_read=who.may_read, role_names=tuple(directory.ROLE_NAMES), freeable=taking_leave.freeable)
