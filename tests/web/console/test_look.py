"""One file of tokens, nothing inline, and a Chinese text for every English one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[3] / "web"
TEMPLATES = sorted(WEB.glob("*/templates/**/*.html"))


def test_colours_live_in_the_token_file_alone() -> None:
    for name in ("console.css", "touch.css"):
        css = (WEB / "static" / "css" / name).read_text(encoding="utf-8")
        assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(", css) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_style_or_script_of_its_own(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:|hx-on|<script>", text)


def test_every_text_of_the_chrome_has_its_chinese() -> None:
    with open(WEB / "translations" / "zh" / "LC_MESSAGES" / "messages.po", "rb") as file:
        known = {message.id for message in read_po(file) if message.id and message.string}
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    said = {found[2] for found in extract_from_dir(str(WEB), methods)}
    assert said - known == set()
