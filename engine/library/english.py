"""What the packs call things, in English: matters, diagrams, elements, tables, their reasons and notes.

Packs speak Chinese; beside them lies `rules/<pack>/english.yaml`, which says the same in English for readers who ask
for it. Nothing is decided by it: a sentence that it lacks is shown as it stands.
"""

from __future__ import annotations

from functools import lru_cache

import yaml

from engine.library.packs import RULES


@lru_cache(maxsize=1)
def _glossary() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(RULES.glob("*/english.yaml")):
        for words in yaml.safe_load(path.read_text(encoding="utf-8")).values():
            found.update({flat(chinese): english for chinese, english in words.items()})
    return found


def flat(text: str) -> str:
    """The text on one line, as the glossary is asked: what a diagram breaks into lines is one name."""
    return " ".join(text.split())


def find_english(text: str) -> str | None:
    """What the packs' glossary says for this text."""
    return _glossary().get(flat(text))


def in_english(text: str) -> str:
    """The text in English where the glossary has it, else the text itself."""
    return find_english(text) or text
