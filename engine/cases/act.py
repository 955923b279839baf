"""One act on one case: what it may ask and change while the diagram runs, under the lock of the case row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property, partial
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from engine import deadlines, decisions, directory, library, processes
from engine.audit.models import Entry
from engine.cases import callbacks
from engine.cases.facts import Facts
from engine.cases.file import CaseFile
from engine.cases.models import Case, Demand
from engine.cases.recording import as_it_is, record
from engine.directory.models import Organisation
from engine.errors import NotFound
from engine.library import DefinitionUnknown, Source
from engine.matters.models import Matter
from engine.worklist.models import Deadline

_DEMANDS = select(Demand).where(Demand.case_id == bindparam("case"), Demand.withdrawn_at.is_(None)).order_by(
    Demand.at.desc(), Demand.id.desc())
_EXTENSIONS = select(func.sum(func.jsonb_array_length(Deadline.extended))).where(
    Deadline.case_id == bindparam("case"), func.jsonb_typeof(Deadline.extended) == "array")


class Act:
    """What an act may ask of the tables, the directory and the clock, and what it will say in its entry.

    Operations change the case through it and leave their words for the entry in `notes` (plain facts) and
    `texts` (free words). `hosting.Host` is the act that a diagram runs in.
    """

    def __init__(
        self,
        session: Session,
        case: Case,
        actor: directory.Actor,
        at: datetime,
        *,
        form: Mapping[str, Any] | None = None,
        is_new: bool = False,
        file: CaseFile | None = None,
    ) -> None:
        self.session, self.case, self.actor, self.at = session, case, actor, at
        self.form: dict[str, Any] = dict(form or {})
        self.before = {} if is_new else as_it_is(case)
        self.notes: dict[str, Any] = {}
        self.texts: dict[str, str] = {}
        self.versions: dict[str, Any] = {}
        self.file = file or CaseFile(session, case, is_new=is_new)
        self._known: list[object] = []
        self._rungs: dict[tuple[int, str], Organisation | None] = {}
        self.office: str | None = None  # whose hours count where it is not the holder of today
        self.passed: processes.Passed = {}  # elements that an operator lets this act pass over
        self.alarm = False  # the case became an emergency in this act
        self.pins = library.pinned(session, case.release_id)

    # what a diagram may ask -----------------------------------------------------------------------------------
    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What diagrams and tables see as `case`, as it is whenever they look."""
        return Facts(self.case, {
            "top": lambda: self.centre_above(self.holder) is None,
            "contact_certain": partial(callbacks.is_certain, self.session, self.case, self.pins, self.at),
            "rated": partial(callbacks.is_rated, self.session, self.case),
        })

    def decide(self, decision_id: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a business rule task: the outputs of the row that fired, or lists of those of several."""
        return self.ask(decision_id, data).as_data

    def source(self, definition_id: str, kind: str) -> Source:
        """The version of a diagram or table that this case is pinned to.

        A table that is younger than the release answers as it comes with the program.
        """
        found = self.pins.get((kind, definition_id))
        if found is None and kind == "dmn":
            found = library.shipped_table(definition_id)
        if found is None:
            raise DefinitionUnknown(f"没有发布过「{definition_id}」。", definition=definition_id)
        return found

    def ask(self, decision_id: str, data: Mapping[str, Any]) -> decisions.Answer:
        """Ask a table; its version is noted for the entry."""
        source = self.source(decision_id, "dmn")
        answer = decisions.ask(source, data)
        self.versions[decision_id] = f"{source.pack}/{source.version}"
        return answer

    # places and people ------------------------------------------------------------------------------------------
    @cached_property
    def matter(self) -> Matter | None:
        """The matter of the case; dropped from the cache by `reclassified`."""
        return self.session.get(Matter, self.case.matter_code) if self.case.matter_code else None

    def reclassified(self) -> None:
        """The case has another matter now."""
        self.__dict__.pop("matter", None)

    @property
    def holder(self) -> Organisation:
        """The centre that holds the case."""
        return self.organisation(self.case.holder_id)

    def organisation(self, organisation_id: int) -> Organisation:
        """An organisation by its row id; raises NotFound."""
        found = self.file.bodies.get(organisation_id, soon=self.case.path)
        if found is None:
            raise NotFound(organisation=organisation_id)
        return found

    def organisations_coded(self, codes: Collection[str]) -> dict[str, Organisation]:
        """Those of these codes that there are, by code."""
        return self.file.bodies.coded(codes, soon=self.case.path)

    def centre_at(self, path: str, level: str) -> Organisation | None:
        """The centre of the division of this level on the way from the city down to `path`."""
        return self.file.bodies.centre(path, level)

    def keep(self, row: object) -> None:
        """Hold a row that the act has read, so that the session finds it again without asking."""
        self._known.append(row)

    def centre_above(self, centre: Organisation) -> Organisation | None:
        """Who supervises this centre, by the table `ladder`; None at the top."""
        return self.rung(centre, "above")

    def rung(self, centre: Organisation, direction: str) -> Organisation | None:
        """Where the ladder leads from a centre in this direction; None when it leads nowhere."""
        key = (centre.id, direction)
        if key not in self._rungs:
            answer = self.ask("ladder", {"from_level": centre.division.level, "direction": direction})
            level = answer.one["to_level"]
            self._rungs[key] = self.centre_at(centre.division.path, level) if level else None
        return self._rungs[key]

    @cached_property
    def extensions(self) -> int:
        """How many times deadlines of this case were extended before this act, those that are over too."""
        self.session.flush()
        return int(self.session.scalar(_EXTENSIONS, {"case": self.case.id}) or 0)

    @cached_property
    def demands(self) -> list[Demand]:
        """What people have urged and supervised in this case and not taken back, the latest first."""
        if not self.case.urged and not self.case.supervised:
            return []
        return list(self.session.scalars(_DEMANDS, {"case": self.case.id}))

    # time -------------------------------------------------------------------------------------------------------
    @property
    def stops(self) -> list[deadlines.Stop]:
        """The stretches in which the clock of this case stood still."""
        return [deadlines.Stop(row.since, row.until, row.reason) for row in self.file.stops]

    def due_at(
        self, opened_at: datetime, limit: deadlines.Limit, count: str, office: str | None = None
    ) -> deadlines.Due:
        """The due time of a limit in the holder's office hours, unless the act counts by others, net of the stops."""
        hours = office or self.office or self.holder.office
        return deadlines.due_by(self.session, hours, opened_at, limit, count, tuple(self.stops))

    # the record -------------------------------------------------------------------------------------------------
    def record(self, verb: str, element: str | None = None, **facts: Any) -> Entry:
        """Close the act with its entry."""
        post = self.actor.posts[0] if self.actor.posts else None
        entry, after = record(
            self.session,
            self.case,
            self.before,
            verb=verb,
            at=self.at,
            actor=self.actor.label,
            organisation_id=post.organisation_id if post else None,
            element=element,
            facts={**facts, **self.notes},
            versions=self.versions,
            texts=self.texts,
        )
        self.before, self.notes, self.texts, self.versions = after, {}, {}, {}
        return entry
