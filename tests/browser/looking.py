"""How a page looks to a machine: whether it listens yet, what axe finds, whether it is wider than the screen."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

AXE = Path(__file__).parents[2] / "web/static/build/axe.js"
SIZES = ((1440, 900), (1024, 768), (360, 740))


def listening(page: Page) -> Page:
    """The page, once its scripts hear keys and clicks; what only this page shows must have been seen before."""
    page.wait_for_load_state()
    return page


def faults(page: Page) -> list[str]:
    """What axe finds on the page as it stands, and how much wider than the screen it is."""
    listening(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(found => found.violations)")
    said = [f"{one['id']}: {[node['target'] for node in one['nodes']][:4]}" for one in found]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [*said, *([f"{wide} px wider than the screen: {page.evaluate(_WIDE)}"] if wide > 0 else [])]


_WIDE = """[...document.querySelectorAll('body *')]
  .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
  .slice(0, 4).map((one) => one.outerHTML.slice(0, 90))"""


def violations(page: Page, path: str) -> list[str]:
    """The faults of the page at an address."""
    page.goto(path)
    if "tab=diagram" in path:
        expect(page.locator(".djs-container").first).to_be_visible()
    return faults(page)


def looks_well(page: Page, *paths: str) -> None:
    """No fault at three widths, in both languages; the window is wide again afterwards."""
    found = {}
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for path in paths:
            for language in ("en", "zh"):
                shown = f"{path}{'&' if '?' in path else '?'}lang={language}"
                found[f"{width} {shown}"] = violations(page, shown)
    assert {where: said for where, said in found.items() if said} == {}
    page.set_viewport_size({"width": 1440, "height": 900})
