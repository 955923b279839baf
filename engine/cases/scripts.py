"""What to say to the reporter: the pack's own words, to be filled with the case."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from engine.cases.words import Language
from engine.library.packs import RULES, lineage


def script(pack: str, key: str, language: Language) -> str:
    """The words for this moment of a call (`tell`, `call`, `rate`, `rate_again`), of the pack or its nearest parent.

    They name {holder}, {title}, {opened} and {result} of the case.
    """
    return str(_scripts(pack)[key][language])


@cache
def _scripts(pack: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in lineage(pack):
        words = yaml.safe_load((RULES / one.id / "words.yaml").read_text(encoding="utf-8"))
        found = {**(words.get("scripts") or {}), **found}
    return found
