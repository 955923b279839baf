"""挂账: the clock of a case stands still until a date or a condition; afterwards every open deadline is recounted."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine import directory, processes
from engine.cases.clocks import list_open, recount, settle_lamp
from engine.cases.file import CaseFile
from engine.cases.hosting import Host
from engine.cases.measures import cancel_measures
from engine.cases.models import Stop
from engine.processes.models import Instance


def stop_clock(act: Host, instance: Instance, reason: str, planned_until: datetime) -> None:
    """The clock stands still from now on; nothing is urged meanwhile, and no drawn timer fires."""
    act.file.add(
        Stop(
            case_id=act.case.id, since=act.at, planned_until=planned_until, reason=reason, by=act.actor.label
        )
    )
    act.case.stopped_at, act.case.stopped_until = act.at, planned_until
    cancel_measures(list_open(act))
    recount_timers(act, instance, planned_until - act.at)
    settle_lamp(act)


def restart_clock(act: Host, instance: Instance) -> None:
    """The clock goes on; every open deadline and every drawn timer moves by the time that stood still."""
    stop = next(stop for stop in act.file.stops if stop.until is None)
    early = act.at - (stop.planned_until or act.at)
    stop.until = max(stop.since, act.at)
    act.case.stopped_at = act.case.stopped_until = None
    act.notes["moved"] = recount(act)
    recount_timers(act, instance, early)
    settle_lamp(act)


def recount_timers(act: Host, instance: Instance, shift: timedelta) -> None:
    """Ask anew when the drawn timers fire that follow a limit, each from the moment at which its task was opened.

    One that hangs on no task, or that counts on the wall (a plain span, a repetition), moves by `shift`.
    """
    timers = {(timer.task, timer.element): timer for timer in act.file.timers}
    if not timers:
        return
    opened = {task.token: task.opened_at for task in act.file.tasks}
    source = act.source(instance.definition_id, "bpmn")
    anew = processes.timers_anew(source, instance.state, _Recounting(act, opened))
    for key, timer in timers.items():
        timer.due_at = anew[key] if key in anew and timer.hangs_on in opened else timer.due_at + shift


class _Recounting(Host):
    """Answers for each timer as its host did when the task was opened, with the stops of today.

    The hours are those by which the task's own deadline runs, whatever the office has changed since.
    """

    def __init__(self, act: Host, opened: dict[int, datetime]) -> None:
        super().__init__(act.session, act.case, act.actor, act.at, file=act.file)
        self.opened = opened
        self.offices = {one.task.token: one.office for one in act.file.deadlines if one.task is not None}

    def due(self, stage: str, element: str, task: int) -> datetime:
        """The instant of a drawn timer, counted from the opening of the task it hangs on."""
        self.at, self.office = self.opened.get(task, self.at), self.offices.get(task)
        return super().due(stage, element, task)


def resume_when_over(file: CaseFile, at: datetime) -> None:
    """A hold that has run out ends by itself, at the moment that was agreed."""
    over = file.case.stopped_until
    if over is not None and over <= at:
        act = Host(file.session, file.case, directory.CLOCK, over, file=file)
        restart_clock(act, file.instance)
        act.record("resume")
