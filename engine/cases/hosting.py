"""The act as a diagram's host: it answers when something is due and does the operations that a diagram names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine import deadlines, directory, processes
from engine.cases.act import Act
from engine.cases.limits import rulings
from engine.cases.models import Case
from engine.cases.operations import OPERATIONS
from engine.library import DefinitionUnknown
from engine.processes.models import Instance


class Host(Act):
    """The act in which a diagram runs (`processes.Host`)."""

    def due(self, stage: str, element: str, task: int) -> datetime:
        """The instant of a drawn timer, by the table `limits`."""
        asked: Act = self
        if self.case.stopped_at is not None:
            asked = _AsPlanned(self.session, self.case, self.actor, self.at, file=self.file)
            asked.office = self.office
        found = rulings(asked, stage)
        if not found:
            raise DefinitionUnknown(
                f"时限表没有回答「{stage}」，图上的定时器 {element} 无法计时。", stage=stage
            )
        return found[0].due.at

    def operate(self, name: str, params: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
        """Run the service operation that a diagram names, with the form that its token carries."""
        self.form = dict(data.get("form") or self.form)
        return OPERATIONS[name](self, params, data)

    def waits_for(self, instance: Instance, message: str) -> bool:
        """Whether the diagram waits for this message now."""
        source = self.source(instance.definition_id, "bpmn")
        return message in processes.messages_waiting(source, instance.state, self)


class _AsPlanned(Act):
    """The act as it would be if the hold of the case ended when it was agreed to end."""

    @property
    def stops(self) -> list[deadlines.Stop]:
        """The stops, the open one closed at its planned end."""
        return [stop._replace(until=stop.until or self.case.stopped_until) for stop in super().stops]


def host_for(session: Session, case: Case, at: datetime) -> Host:
    """The host by which a stored state can be read; nothing is acted."""
    return Host(session, case, directory.CLOCK, at)
