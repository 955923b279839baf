"""What goes in and out of one command: the host that answers, and the step that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from engine.library import Kind, Source
from engine.processes.forms import Form


class Host(Protocol):
    """Who answers for the world while a diagram runs; one object per command."""

    @property
    def at(self) -> datetime:
        """The instant of the command, aware."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """What diagrams see as `case`; read anew at every evaluation, never stored."""

    def due(self, stage: str, element: str, task: int) -> datetime:
        """When a stage is due, aware; `element` the timer that asks, `task` the key of the task it hangs on."""

    def decide(self, decision_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """The outputs of the row that answered."""

    def operate(self, name: str, params: dict[str, Any], data: dict[str, Any]) -> dict[str, Any] | None:
        """Do a service operation; what it gives lands in the task's result variable."""

    def source(self, definition_id: str, kind: Kind) -> Source:
        """The diagram or table that this case is bound to; raises NotFound."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A human task that waits. `item` is the key of the innermost multi-instance it stands in."""

    key: int
    element: str
    name: str
    lane: str | None
    process: str
    form: Form
    props: dict[str, str] = field(hash=False)
    item: str | None = None


@dataclass(frozen=True, slots=True)
class ArmedTimer:
    """A timer that waits. `task` and `element` name it, `on` is the key of the task it hangs on.

    `due` is what was answered when it was armed; the row may have moved since.
    """

    task: int
    element: str
    due: datetime
    interrupting: bool
    on: int


@dataclass(frozen=True, slots=True)
class Completed:
    """A flow node that completed, inner before outer."""

    key: int
    element: str
    kind: str
    process: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Where one command left the instance: its new state, everything that waits, and the way there.

    `messages`: (message name, key of the task it hangs on, element). `failed`: the error nobody caught.
    `standing`: the elements where tokens stand, joins included, boundary events not.
    """

    state: bytes = field(repr=False)
    open: tuple[OpenTask, ...]
    timers: tuple[ArmedTimer, ...]
    messages: tuple[tuple[str, int, str], ...]
    trace: tuple[Completed, ...]
    done: bool
    failed: str | None
    result: dict[str, Any] = field(default_factory=dict, hash=False)
    standing: tuple[str, ...] = ()
