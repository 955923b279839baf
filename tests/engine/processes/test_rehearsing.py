"""A rehearsal: the acts so far are run again from the start, and give the same every time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import library
from engine.processes import RehearsalBroken, rehearse
from engine.processes.dry_run import BEGIN
from tests.engine.processes.drawing import ENDS, drawn, event, script, timer, user
from tests.engine.processes.test_dry_run import ASKING, table

WALK = drawn("walk", ENDS + user("a") + timer("late", "a", 'due("sign")') + script("s", 'x = "late"'),
             "start -> a -> end\nlate -> s -> end")
BASE = {one.definition_id: one for one in library.working_copies("base")}


def act(key: int, outcome: str = "done", **values: Any) -> dict[str, Any]:
    return {"task": key, "outcome": outcome, "values": values}


def test_it_stands_at_the_first_task_and_an_act_moves_it() -> None:
    first = rehearse([WALK], {}, [])
    assert first.step is not None and [one.element for one in first.step.open] == ["a"]
    then = rehearse([WALK], {}, [act(first.step.open[0].key)])
    assert then.status == "completed" and [one.element for one in then.done] == ["start", "a", "end"]
    assert rehearse([WALK], {}, [act(first.step.open[0].key)]) == then


def test_the_clock_goes_on_to_the_next_timer() -> None:
    run = rehearse([WALK], {}, [{"clock": True}])
    assert run.status == "completed" and run.at == BEGIN + timedelta(days=1)
    assert [scene.kind for scene in run.scenes] == ["start", "clock"]


def test_tables_say_which_row_answered() -> None:
    run = rehearse([ASKING, table("FIRST")], {}, [])
    asked, = run.scenes[0].asked
    assert (asked.decision, asked.rows, asked.answer) == ("how", (1,), {"way": "urge"})


def test_what_breaks_says_where_and_keeps_the_way() -> None:
    run = rehearse([ASKING, table("UNIQUE")], {}, [])
    assert run.status == "failed" and run.problem is not None and run.problem[0] == "ask"
    assert [one.element for one in run.done] == ["start", "set"]


def test_a_message_that_nobody_sends_leaves_it_waiting_until_it_is_told() -> None:
    source = drawn("wait", ENDS + event("intermediateCatchEvent", "m", "message", "x"), "start -> m -> end",
                   top='<message id="x" name="X"/>')
    assert rehearse([source], {}, []).status == "waiting"
    assert rehearse([source], {}, [{"message": "X", "task": None}]).status == "completed"


def test_the_whole_case_is_walked_with_its_called_diagrams_and_facts() -> None:
    sources = [BASE["case"], *(one for one in BASE.values() if one is not BASE["case"])]
    acts: list[dict[str, Any]] = [{"facts": {"verified": True}}]
    for _ in range(12):
        run = rehearse(sources, {}, acts)
        if run.step is None or not run.step.open:
            break
        task = run.step.open[0]
        acts.append(act(task.key, task.form.outcomes[0].id))
    assert run.status == "completed" and run.facts["verified"] is True
    assert {one.process for one in run.done} == {"case", "handle"}


def test_several_things_chosen_are_handed_on_to_the_joint_handling() -> None:
    sources = [BASE["handle"], *(one for one in BASE.values() if one is not BASE["handle"])]
    acts: list[dict[str, Any]] = []
    for outcome, values in (("several", {"assistants": ["甲", "乙"], "lead": "丙"}), ("sign", {})):
        step = rehearse(sources, {}, acts).step
        assert step is not None
        acts.append(act(step.open[0].key, outcome, **values))
    step = rehearse(sources, {}, acts).step
    assert step is not None
    assert [(one.element, one.item) for one in step.open] == [
        ("lead_handle", None), ("sign_assist", "甲"), ("sign_assist", "乙")]


@pytest.mark.parametrize("acts", [[{}], [{"task": 999, "values": {}}], [{"task": 1, "values": 3}],
                                  [{"message": "nobody"}], [{"clock": True}, {"clock": True}], [{"clock": True}] * 201])
def test_an_act_that_does_not_fit_breaks_the_rehearsal(acts: list[dict[str, Any]]) -> None:
    with pytest.raises(RehearsalBroken):
        rehearse([WALK], {}, acts)
