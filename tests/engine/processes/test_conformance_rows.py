"""Every known fault of the engine underneath has a small model of our own, run right or refused (and by which code)."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.processes import try_run
from tests.engine.processes.conformance import (
    activities,
    compensation,
    conditions,
    data,
    events,
    foreign,
    gateways,
    starts,
    tables,
)
from tests.engine.processes.conformance.model import ANY_WAY, Model

FAMILIES = (gateways, activities, compensation, conditions, events, starts, data, tables, foreign)
MODELS: list[Model] = [model for family in FAMILIES for model in family.MODELS]
HERE = Path(__file__).parent

# S: what 3.2.0 does wrong, as it was found when the project began; P: what was found besides, drawing and driving.
ROWS = {
    "S1": "an event sub-process with an escalation or error start",
    "S2": "isInterrupting of an event sub-process",
    "S3": "link events",
    "S4": "signal end events, compensation",
    "S5": "complex gateway, several flows out of a task, global task, instantiating receive task",
    "S6": "an interrupting event before automatic tasks",
    "S7": "a second escalation; a coded and a catch-all boundary",
    "S8": "an escalation out of nested scopes and calls",
    "S9": "an error that nobody catches",
    "S10": "a script that fails is no BPMN error",
    "S11": "timers written as other modellers do; cron",
    "S12": "two timers behind an event-based gateway",
    "S14": "a repeating timer",
    "S15": "conditional events that see no change",
    "S17": "what parallel branches and instances share",
    "S18": "data of completed tasks that change afterwards",
    "S19": "instants and keys that cannot be stored as they are",
    "S20": "every hit policy",
    "S20b": "unary tests in cells, a table that no row answers",
    "S21": "scripts and answers that reach out",
    "P-parallel-loop": "a parallel join in a loop",
    "P-inclusive-loop": "an inclusive join in a loop",
    "P-mi-boundary": "an interrupting boundary on a multi-instance",
    "P-at-once": "what interrupts takes effect at once",
    "P-again": "what does not interrupt happens again: escalation, message, signal",
    "P-coded": "a coded and a catch-all boundary: the coded one",
    "P-timers": "several timers behind an event-based gateway",
    "P-link": "links are flows",
    "P-event-sub": "event sub-processes of every kind, also in a call",
    "P-uncaught": "an uncaught error fails, an uncaught escalation is passed over",
    "P-signal-end": "a signal end event",
    "P-cycle": "a repeating timer whose handlers are still open",
    "P-refused": "two starts, I/O on a call, ad-hoc, conditions, complex gateway, compensation, parallel multiple",
    "P-plain": "a plain task passes",
    "P-restored-mi": "a multi-instance call from the cache",
    "P-spec-unchanged": "an event sub-process does not change the spec it came from",
    "P-same-ids": "embedded sub-processes of the same id in two files",
    "P-decisions": "cells and hit policies are ours, not the library's",
}
# What a dry run cannot show; the test that does.
ELSEWHERE = {
    "S13 due times belong to the row": "test_rows.py::test_timer_rows_follow_the_state_and_keep_a_moved_due_time",
    "S14 a backlog collapses": "test_events.py::test_missed_repetitions_collapse_into_one",
    "S16 a newer diagram": "test_state.py::test_a_task_added_after_the_open_one_is_found_in_the_newer_diagram",
    "P stored after every step": "test_walks.py::test_a_walk_through_the_stored_bytes_equals_one_in_memory",
}


@pytest.mark.parametrize("model", MODELS, ids=[model.name for model in MODELS])
def test_a_model_goes_the_way_of_the_standard_or_is_refused(model: Model) -> None:
    report = try_run(model.sources, model.answers)
    errors = [(one["code"], one["element"]) for one in report["problems"] if one["severity"] == "error"]
    assert report["status"] == model.status, report
    if model.code:
        assert (model.code, model.element) in errors and report["trace"] == []
    elif model.way != ANY_WAY:
        assert " ".join(report["trace"]) == model.way
    assert report["waiting"] == model.waiting.split()


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_model(row: str) -> None:
    assert [model.name for model in MODELS if row in model.rows.split()], f"{row}: {ROWS[row]}"


def test_no_model_speaks_of_a_row_that_is_not_there_and_no_name_comes_twice() -> None:
    assert {row for model in MODELS for row in model.rows.split()} <= ROWS.keys()
    assert len({model.name for model in MODELS}) == len(MODELS)


@pytest.mark.parametrize("row", ELSEWHERE)
def test_what_a_dry_run_cannot_show_is_shown_elsewhere(row: str) -> None:
    file, _, name = ELSEWHERE[row].partition("::")
    assert f"def {name}" in (HERE / file).read_text(encoding="utf-8")


def test_most_models_run() -> None:
    assert sum(model.status == "completed" for model in MODELS) > 0.6 * len(MODELS)
