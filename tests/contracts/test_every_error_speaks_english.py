"""Every error of the engine has its English, and every message beside a field both languages (the API's promise)."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine
from engine.errors import WanggeError
from web.english import ENGLISH
from web.phrases import said
from web.wording import english

COMMANDS = ("engine.backups", "engine.bench", "engine.db", "engine.demo")
ROOT = Path(engine.__file__).parent


def every(error: type[WanggeError]) -> Iterator[type[WanggeError]]:
    yield error
    for narrower in error.__subclasses__():
        yield from every(narrower)


def codes(*but: str) -> set[str]:
    """Every code, save those of rooms that only the command line reaches."""
    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        if "migrations" not in module.name and "__main__" not in module.name:
            importlib.import_module(module.name)
    ours = (error for error in every(WanggeError) if error.__module__.startswith("engine."))
    return {error.code for error in ours if not error.__module__.startswith(but)}


def test_every_code_has_english_words() -> None:
    assert [code for code in sorted(codes(*COMMANDS)) if not english(code, {}).isascii()] == []
    families = {"error", "not_found", "not_allowed", "conflict", "invalid", "unavailable"}
    assert sorted(codes(*COMMANDS) - set(ENGLISH) - families) == []


def test_no_english_words_without_a_code() -> None:
    assert sorted(set(ENGLISH) - codes()) == []


@pytest.mark.parametrize("file", ["processes/form_values.py", "cases/filing.py", "cases/checking.py"])
def test_what_stands_beside_a_field_is_said_in_english(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    beside = re.findall(r'(?:_Wrong\(|\] = \[|return )f?"([^"]*[\u4e00-\u9fff][^"]*)"', text)
    shown = [re.sub(r"\{[^}]*\}", "7", message) for message in beside]
    assert shown and [message for message in shown if not said(message, "en").isascii()] == []
