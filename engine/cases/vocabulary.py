"""The words a case's columns may hold, for those who publish or offer them."""

from engine.cases.models import (
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

__all__ = ["CHANNELS", "METHODS", "ORIGINS", "OUTCOMES", "RATED_BY", "RESULTS", "SEVERITIES", "STAGES", "URGENCIES"]
