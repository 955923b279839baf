"""The words a case's columns may hold, for those who publish or offer them."""

from engine.cases.models import CHANNELS, ORIGINS, OUTCOMES, SEVERITIES, STAGES, URGENCIES

__all__ = ["CHANNELS", "ORIGINS", "OUTCOMES", "SEVERITIES", "STAGES", "URGENCIES"]
