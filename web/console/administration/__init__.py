"""The administrators' pages: registers, workbooks, matters; accounts and log-ins; the record; how the house does."""

from __future__ import annotations

from flask import Flask

from engine import deadlines, directory
from web import hours as typed_hours
from web.console import shell
from web.console.administration import (
    accounts,
    audit_search,
    devices,
    duties,
    hours,
    imports,
    log_ins,
    matter_lists,
    operating,
    people,
    registers,
    taking_leave,
    who,
    words,
)
from web.phrases import said

__all__ = ["accounts", "audit_search", "duties", "hours", "imports", "log_ins", "matter_lists", "operating", "people",
           "registers", "taking_leave"]


def init_app(app: Flask) -> None:
    """Give these pages' templates their words."""
    env = app.jinja_env
    env.filters.update(
        validity=words.validity, register_word=words.register_word,
        in_words=lambda text: said(text, shell.language()), span=operating.span, bytes=operating.size,
        week_lines=typed_hours.week_lines, week_words=typed_hours.week_words, spans_words=typed_hours.spans_words,
        season_words=typed_hours.season_words, season_count=deadlines.season_count, day_name=typed_hours.day_name,
        iso_day=words.iso_day, iso_local=words.iso_local)
    env.globals.update(may_read=who.may_read, role_names=tuple(directory.ROLE_NAMES), freeable=taking_leave.freeable,
                       device_of=devices.device_of, most_seasons=deadlines.MOST_SEASONS)
