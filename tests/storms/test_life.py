"""R12: the life of one case, act by act and hour by hour, against a model of a dozen lines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hypothesis
import pytest
import sqlalchemy as sa
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from engine import attachments, directory, verification
from engine.cases import sealing
from engine.cases.errors import CaseClosed
from tests.storms.conftest import Say
from tests.storms.sizes import sizes
from tests.town import BASE, Office

LEVELS = ("community", "township", "county", "city")
CENTRES = tuple(f"{BASE[:length]}-centre" for length in (12, 9, 6, 4))
TOP = len(LEVELS) - 1
STAGES = {
    "verify": "collect", "supplement": "collect", "dispatch": "assign", "sign": "assign", "decide_return": "assign",
    "decide_return_above": "assign", "handle_task": "handle", "check": "check", "inform": "feedback",
    "rate": "feedback", "": "closed",
}
NEXT = {
    ("verify", "confirmed"): "dispatch", ("verify", "not_found"): "dispatch", ("dispatch", "own"): "handle_task",
    ("dispatch", "department"): "sign", ("dispatch", "answer"): "inform", ("dispatch", "refuse"): "inform",
    ("dispatch", "supplement"): "supplement", ("supplement", "supplied"): "dispatch", ("dispatch", "void"): "",
    ("sign", "sign"): "handle_task", ("decide_return", "accept"): "dispatch", ("decide_return", "reject"): "sign",
    ("decide_return_above", "accept"): "dispatch", ("decide_return_above", "reject"): "handle_task",
    ("handle_task", "done"): "check", ("check", "pass"): "inform", ("check", "rework"): "handle_task",
    ("inform", "told"): "rate", ("rate", "satisfied"): "", ("rate", "basic"): "",
}
BRANCHING = (("dispatch", "up"), ("sign", "return"), ("rate", "dissatisfied"))
TIMERS = {"verify_late": "dispatch", "supplement_late": "dispatch", "unrated": ""}
Move = tuple[str, str]


class Life(RuleBasedStateMachine):
    """A resident's case and the model of it: which task waits, at which level, after how many acts of people."""

    engine: sa.Engine
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
        self.office = Office(self.session)
        self.office.report(origin="resident", channel="phone", contact={"name": "陈某", "phone": "13800001111"})
        self.model: dict[str, Any] = {"task": "verify", "level": 0, "acts": 1, "returns": 0, "reopened": 0, "way": ""}

    @property
    def moves(self) -> list[Move]:
        """What somebody may choose now."""
        moves = [move for move in (*NEXT, *BRANCHING) if move[0] == self.model["task"]]
        return [move for move in moves if move != ("dispatch", "up") or self.model["level"] < TOP]

    @precondition(lambda self: self.model["task"])
    @rule(data=st.data())
    def somebody_completes_the_task(self, data: st.DataObject) -> None:
        """Any outcome that the form offers."""
        element, outcome = move = data.draw(st.sampled_from(self.moves))
        self.office.do(element, outcome)
        self._acted(self._after(move))
        if element == "dispatch":
            self.model["way"] = outcome

    @precondition(lambda self: self.model["task"] == "sign")
    @rule()
    def the_dispatcher_recalls(self) -> None:
        """What is not signed comes back."""
        self.office.act("recall", self.office.who("seat", CENTRES[self.model["level"]]))
        self._acted("dispatch")

    @precondition(lambda self: self.model["task"] == "handle_task" and self.model["way"] == "department")
    @rule()
    def the_dispatcher_reassigns(self) -> None:
        """What is signed comes back."""
        self.office.act("reassign", self.office.who("seat", CENTRES[self.model["level"]]))
        self._acted("dispatch")

    @precondition(lambda self: self.model["task"] in ("dispatch", "handle_task") and self.model["level"] < TOP)
    @rule()
    def a_superior_raises_it(self) -> None:
        """The case goes up a level and is dispatched there."""
        self.office.act("raise", self.office.who("supervisor", CENTRES[TOP]))
        self._acted(self._risen())

    @precondition(lambda self: self.model["task"] not in ("", "inform", "rate"))
    @rule()
    def the_reporter_urges(self) -> None:
        """Nothing moves, but it is on record."""
        self.office.act("urge", self.office.worker())
        self._acted(self.model["task"])

    @precondition(lambda self: not self.model["task"])
    @rule()
    def nobody_acts_on_a_closed_case(self) -> None:
        """It is sealed."""
        with pytest.raises(CaseClosed):
            self.office.act("urge", self.office.worker())

    @precondition(lambda self: self.office.timers() and not (self.model["task"] == "dispatch" and
                                                            self.model["level"] == TOP))
    @rule()
    def time_passes(self) -> None:
        """Nobody does anything until the next drawn timer."""
        element, due = min(self.office.timers().items(), key=lambda one: one[1])
        self.office.wait(due)
        self.model["task"] = TIMERS[element] if element in TIMERS else self._risen()

    @invariant()
    def the_case_is_where_the_model_is(self) -> None:
        """Open task, level, stage and the number of people's entries."""
        Life.steps += 1
        case, model = self.office.case, self.model
        people = [entry for entry in self.office.entries() if entry.actor != directory.CLOCK.label]
        assert self.office.open == [model["task"]] * bool(model["task"])
        assert (case.level, case.stage) == (LEVELS[model["level"]], STAGES[model["task"]])
        assert (len(people), case.reopened) == (model["acts"], model["reopened"])

    def teardown(self) -> None:
        """Every promise holds at the end; then it never happened."""
        found = verification.verify(self.session, self.office.at)
        self.session.close()
        self.outer.rollback()
        self.connection.close()
        assert {name: one.examples for name, one in found.items() if one.violations} == {}

    def _acted(self, task: str) -> None:
        self.model["task"] = task
        self.model["acts"] += 1

    def _after(self, move: Move) -> str:
        if move == ("dispatch", "up"):
            return self._risen()
        if move == ("sign", "return"):
            return "decide_return_above" if self.model["returns"] else "decide_return"
        if move == ("rate", "dissatisfied"):
            return self._reopened()
        if move == ("inform", "told") and self.model["way"] == "refuse":
            return ""
        if move[0].startswith("decide_return"):
            self.model["returns"] += 1
        return NEXT[move]

    def _reopened(self) -> str:
        """Once, back to the unit that handled it; to the desk when it was answered without one."""
        if self.model["reopened"]:
            return ""
        self.model["reopened"] = 1
        return "dispatch" if self.model["way"] == "answer" else "handle_task"

    def _risen(self) -> str:
        self.model["level"] += 1
        self.model["returns"] = 0
        return "dispatch"


@sizes(small=(4, 15), storm=(100, 30), full=(5_000, 50))
def test_a_case_lives_as_the_model_says(town_engine: sa.Engine, tmp_path: Path, size: tuple[int, int], seed: int,
                                        say: Say) -> None:
    attachments.use_folder(tmp_path)
    sealing.use_key("s" * 40)
    Life.engine, Life.steps = town_engine, 0
    examples, steps = size
    settings = hypothesis.settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck))
    run_state_machine_as_test(hypothesis.seed(seed)(Life), settings=settings)
    say(f"{examples} lives, {Life.steps} steps, as the model says; every promise held at the end of each")
