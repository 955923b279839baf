"""The published words, as the engine knows them: stages, lamps, urgencies, origins and the like."""

from __future__ import annotations

from engine.attachments import KINDS as PHOTO_KINDS
from engine.cases.vocabulary import (
    CHANNELS,
    METHODS,
    ORIGINS,
    OUTCOMES,
    RATED_BY,
    RESULTS,
    SEVERITIES,
    STAGES,
    URGENCIES,
)

LAMPS = ("green", "yellow", "red", "grey", "none")

__all__ = ["CHANNELS", "LAMPS", "METHODS", "ORIGINS", "OUTCOMES", "PHOTO_KINDS", "RATED_BY", "RESULTS", "SEVERITIES",
           "STAGES", "URGENCIES"]
