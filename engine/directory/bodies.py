"""The bodies that an act asks about, remembered from act to act: they change once a month and are asked all day.

What is remembered belongs to a version of the directory, which the database changes with every statement that touches
a body or a division (see `models.DirectoryVersion`). Whoever reads a case reads the version with it; what is remembered
under that version is what a question at that instant would have found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine.db.hydrating import ask, hydrate
from engine.directory.models import Division, Organisation

KEPT = 8  # versions; those of several databases and of transactions that have not ended
VERSION = "coalesce((SELECT version FROM directory_version), gen_random_uuid())"
"""What a question selects to read the version with what it reads; without a version it is one that nobody knows."""
_FIND = f"""
WITH sought AS (
  SELECT id FROM organisation WHERE id = ANY(%(ids)s::int[])
  UNION SELECT id FROM organisation WHERE code = ANY(%(codes)s::text[])
  UNION SELECT id FROM organisation WHERE division_code = ANY(%(way)s::text[]) AND kind = 'centre')
SELECT json_build_object(
  'version', {VERSION},
  'organisation', coalesce((SELECT json_agg(o ORDER BY o.id) FROM organisation o JOIN sought USING (id)), '[]'),
  'division', coalesce((SELECT json_agg(d) FROM division d WHERE d.code IN (
    SELECT o.division_code FROM organisation o JOIN sought USING (id))), '[]'))::text
"""


@dataclass(slots=True)
class _Memory:
    """The rows of one version, as JSON."""

    organisations: dict[int, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, int | None] = field(default_factory=dict)  # None where there is none, as among the centres
    divisions: dict[str, dict[str, Any]] = field(default_factory=dict)
    centres: dict[str, int | None] = field(default_factory=dict)  # by division

    def copy(self) -> _Memory:
        """The same, for one act alone."""
        return _Memory(dict(self.organisations), dict(self.codes), dict(self.divisions), dict(self.centres))

    def learn(self, found: Mapping[str, Any], codes: Iterable[str], way: Iterable[str]) -> None:
        """What a question brought that asked for these codes and for the centres of these divisions."""
        for doc in found["division"]:
            self.divisions[doc["code"]] = doc
        for doc in found["organisation"]:
            self.organisations[doc["id"]] = doc
            self.codes[doc["code"]] = doc["id"]
            if doc["kind"] == "centre":
                self.centres[doc["division_code"]] = doc["id"]
        for code in codes:
            self.codes.setdefault(code, None)
        for code in way:
            self.centres.setdefault(code, None)


_memories: OrderedDict[str, _Memory] = OrderedDict()


class Bodies:
    """The bodies of one act: the same objects however often they are asked for, in its session.

    `version` is the directory's as it was read with the case; without one the first question brings it.
    """

    def __init__(self, session: Session, version: str | None = None) -> None:
        self.session, self.version = session, version
        self._memory = _memory_of(version) if version else _Memory()
        self._handed: dict[int, Organisation] = {}

    def get(self, organisation_id: int, soon: str = "") -> Organisation | None:
        """The body with this row id; None when there is none.

        Where it has to be asked for, the centres on the way down to the path `soon` come along.
        """
        if organisation_id not in self._memory.organisations:
            self._learn(ids=[organisation_id], way=_codes_of(soon))
        return self._hand(organisation_id)

    def coded(self, codes: Collection[str], soon: str = "") -> dict[str, Organisation]:
        """The bodies with these codes that there are, by code."""
        if not self._memory.codes.keys() >= set(codes):
            self._learn(codes=codes, way=_codes_of(soon))
        found = {code: self._hand(self._memory.codes.get(code)) for code in codes}
        return {code: one for code, one in found.items() if one is not None}

    def centres(self, path: str) -> list[Organisation]:
        """The centres of the divisions on the way from the city down to this path, the city's first."""
        found = (self._hand(self._memory.centres.get(code)) for code in self._way(path))
        return [one for one in found if one is not None]

    def centre(self, path: str, level: str) -> Organisation | None:
        """That of the division of this level on the way down to this path; None where there is none."""
        return next((self._hand(key) for code in self._way(path) if (key := self._memory.centres.get(code)) is not None
                     and self._memory.divisions[code]["level"] == level), None)

    def _way(self, path: str) -> list[str]:
        """The codes on the way, their centres known."""
        way = _codes_of(path)
        if not self._memory.centres.keys() >= set(way):
            self._learn(way=way)
        return way

    def _hand(self, organisation_id: int | None) -> Organisation | None:
        if organisation_id is None:
            return None
        one = self._handed.get(organisation_id)
        if one is None and (doc := self._memory.organisations.get(organisation_id)) is not None:
            (one,) = hydrate(self.session, Organisation, [doc])
            (division,) = hydrate(self.session, Division, [self._memory.divisions[doc["division_code"]]])
            set_committed_value(one, "division", division)
            self._handed[one.id] = one
        return one

    def _learn(self, ids: Collection[int] = (), codes: Collection[str] = (), way: Collection[str] = ()) -> None:
        found = ask(self.session, _FIND, {"ids": list(ids), "codes": list(codes), "way": list(way)})
        if self.version is None:
            self.version, self._memory = found["version"], _memory_of(found["version"])
        elif found["version"] != self.version:  # changed meanwhile: what is known of the former must not learn from it
            self.version, self._memory = found["version"], self._memory.copy()
        self._memory.learn(found, codes, way)


def _memory_of(version: str) -> _Memory:
    """What is remembered of this version; what was used longest ago makes room."""
    memory = _memories.pop(version, None) or _Memory()
    _memories[version] = memory
    while len(_memories) > KEPT:
        _memories.popitem(last=False)
    return memory


def _codes_of(path: str) -> list[str]:
    return path.split(".") if path else []
