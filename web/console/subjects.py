"""What a page about rules is about: a published version or a draft, its bytes, and where it is shown."""

from __future__ import annotations

from typing import NamedTuple

from flask import url_for

from engine import library
from engine.cases import drafting
from engine.library import Source
from web import identity
from web.db import db


class Subject(NamedTuple):
    """A diagram or a table, the address of its page and that of its bytes."""

    source: Source
    home: str
    file: str


def published(definition: int) -> Subject:
    """A published version."""
    row = library.get_definition(db.session(), definition)
    return Subject(library.source_from(row), url_for("console.rule", definition=definition),
                   url_for("console.rule_file", definition=definition))


def drafted(draft: int) -> Subject:
    """A draft that the reader may see."""
    row = drafting.get_draft(db.session(), identity.current_actor(), draft)
    return Subject(library.source_of_draft(row), url_for("console.draft", draft=draft),
                   url_for("console.draft_file", draft=draft))
