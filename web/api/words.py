"""The published words, as the engine knows them: stages, lamps, urgencies, origins and the like."""

from __future__ import annotations

from engine.attachments import KINDS as PHOTO_KINDS
from engine.cases.vocabulary import CHANNELS, ORIGINS, OUTCOMES, SEVERITIES, STAGES, URGENCIES

LAMPS = ("green", "yellow", "red", "grey", "none")

__all__ = ["CHANNELS", "LAMPS", "ORIGINS", "OUTCOMES", "PHOTO_KINDS", "SEVERITIES", "STAGES", "URGENCIES"]
