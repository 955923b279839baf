"""One published diagram or table: its identity, version and exact bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["bpmn", "dmn"]


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of a diagram or a table and where they come from.

    `version` is 0 for a working copy that was never published; `file` names it for people, in messages.
    Two sources with the same `sha256` are the same diagram, whatever they are called.
    """

    definition_id: str
    kind: Kind
    file: str
    content: bytes = field(repr=False)
    sha256: str
    pack: str = "base"
    version: int = 0


def source_of(content: bytes, *, definition_id: str, kind: Kind, file: str, pack: str = "base",
              version: int = 0) -> Source:
    """A source made of bytes, its hash computed here and nowhere else."""
    digest = hashlib.sha256(content).hexdigest()
    return Source(definition_id, kind, file, content, digest, pack, version)
