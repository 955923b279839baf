"""A due time explains itself; the total clock explains every part."""

from __future__ import annotations

import pytest

from engine import cases
from tests.town import Office


@pytest.mark.cites("E4")
def test_the_total_clock_is_the_sum_of_its_hops_and_shows_every_day(office: Office) -> None:
    office.report(matter="SR0107")
    explained = cases.explain_deadlines(office.session, office.case, office.at)
    total = next(one for one in explained if one["stage"] == "total")
    assert [part["stage"] for part in total["parts"]] == ["accept", "sign", "handle", "check"]
    assert total["limit_words"].count("+") == 3
    assert total["days"][0]["date"] == office.case.opened_at.date().isoformat()
    assert total["days"][-1]["date"] == total["due_at"][:10]


def test_a_hop_names_its_row_its_version_and_that_no_article_stands_behind_it(office: Office) -> None:
    office.report()
    accept = next(one for one in cases.explain_deadlines(office.session, office.case, office.at)
                  if one["stage"] == "accept")
    assert (accept["table"], accept["pack"], accept["version"], accept["row"]) == ("limits", "base", 1, 4)
    assert accept["article"] == "本地设定，无条文"
    assert accept["state"] == "open"
