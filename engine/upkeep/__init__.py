"""How the house is kept running: what sticks, since when and why, in one look, and which versions are at work."""

from engine.upkeep.looking import Concern, House, look
from engine.upkeep.overdue import Overdue
from engine.upkeep.standing import BackupsNow, DatabaseNow, JobNow
from engine.upkeep.versions import Program, programs

__all__ = [
    "BackupsNow",
    "Concern",
    "DatabaseNow",
    "House",
    "JobNow",
    "Overdue",
    "Program",
    "look",
    "programs",
]
