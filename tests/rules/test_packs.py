"""The packs say whom they follow, and how long they hold."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

RULES = Path(__file__).parents[2] / "rules"


def read(pack: str, file: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((RULES / pack / file).read_text("utf-8"))
    return content


def test_the_base_pack_cites_the_national_standard_alone() -> None:
    pack = read("base", "pack.yaml")
    assert (pack["parent"], pack["cites"], pack["until"]) == (None, ["GB"], None)


def test_the_daishan_programme_ended_in_2018_and_says_so() -> None:
    pack = read("daishan", "pack.yaml")
    assert (pack["parent"], pack["divisions"], pack["until"]) == ("base", ["330921"], date(2018, 12, 31))
    assert "已到期" in pack["note"]


@pytest.mark.parametrize("group", ["noun", "stages", "verbs", "posts", "scripts"])
def test_a_pack_renames_only_what_its_parent_names(group: str) -> None:
    assert set(read("daishan", "words.yaml").get(group, ())) <= set(read("base", "words.yaml")[group])


@pytest.mark.parametrize("pack", ["base", "daishan"])
def test_every_word_has_both_languages(pack: str) -> None:
    groups = [group for group in read(pack, "words.yaml").values() if isinstance(group, dict)]
    words = [word for group in groups for word in (group.values() if "zh" not in group else [group])]
    assert all(word["zh"] and word["en"] for word in words)
