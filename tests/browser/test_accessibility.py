"""Every page, in both languages and on a phone: nothing for axe to say, nothing wider than the screen."""

from __future__ import annotations

import pytest

from tests.browser.city import City
from tests.browser.conftest import Enter
from tests.browser.looking import violations

pytestmark = pytest.mark.browser
SEAT, SUPERVISOR = "seat.330921100.1", "supervisor.330921.1"
WIDTHS = {"desk": (1440, 900), "phone": (390, 844)}
RULES = {"bpmn": "本级分流办理", "dmn": "分流去向"}
PAGES = {
    "desk": "/console/queues/dispatch", "search": "/console/cases?text=井盖", "case": "/console/cases/{number}",
    "diagram": "/console/cases/{number}?tab=diagram", "papers": "/console/cases/{number}?tab=papers",
    "deadlines": "/console/cases/{number}?tab=deadlines", "report": "/console/cases/new",
    "supervision": "/console/supervision", "inbox": "/console/inbox", "preferences": "/console/preferences",
    "how one is told": "/console/preferences/notices",
    "rules": "/console/rules", "diagram of all": "{bpmn}", "table": "{dmn}",
    "style guide": "/console/styleguide", "404": "/console/cases/330921-0000-000000",
    "empty queue": "/console/queues/held",
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_any_page(city: City, enter: Enter, width: str, language: str) -> None:
    number = city.get(SEAT, "/cases?limit=1")["items"][0]["number"]
    stranger = enter(None, *WIDTHS[width])
    found = {"login": violations(stranger, f"/login?lang={language}")}
    page = enter(SEAT, *WIDTHS[width])
    page.goto("/console/rules")
    known = {kind: page.get_by_role("link", name=name).get_attribute("href") for kind, name in RULES.items()}
    for name, path in PAGES.items():
        path = path.format(number=number, **known)
        found[name] = violations(page, f"{path}{'&' if '?' in path else '?'}lang={language}")
    assert {name: said for name, said in found.items() if said} == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_on_the_operators_pages(city: City, enter: Enter, width: str) -> None:
    page = enter("system_admin.3309.1", *WIDTHS[width])
    wanted = ("incidents?state=open&", "incidents?state=all&", "channels?")
    paths = [f"/console/{path}lang={language}" for path in wanted for language in ("zh", "en")]
    assert {path: said for path in paths if (said := violations(page, path))} == {}


def test_the_longest_tables_fit_on_a_small_desk(city: City, enter: Enter) -> None:
    page = enter(SEAT, 1024, 768)
    page.goto("/console/rules")
    links = [page.get_by_role("link", name=name, exact=True).first for name in ("分流去向", "时限")]
    tables = [link.get_attribute("href") for link in links]
    for path in [f"{table}{way}" for table in tables for way in ("?lang=en", "/ask?lang=zh")]:
        page.goto(path)
        box = page.get_by_role("group").filter(has=page.get_by_role("table")).first
        assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") == 0, path
