"""Any flat diagram runs as the token game of the standard does: which nodes complete how often, and where it stands."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from engine.processes import try_run
from tests.engine.processes.token_game import TokenGame

GAMES = 60


@pytest.mark.parametrize("seed", range(5))
def test_any_graph_of_gateways_runs_as_the_standard_says(seed: int) -> None:
    chance, played = random.Random(seed), Counter[str]()
    for _ in range(GAMES):
        game = TokenGame(chance)
        expected = game.play()
        if expected is None:
            continue
        report = try_run([game.source()])
        assert (report["status"], Counter(report["trace"])) == expected, game.flows
        played[report["status"]] += 1
    assert played["completed"] > GAMES / 3 and played["waiting"] > 0
