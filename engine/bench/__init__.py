"""What an act costs, measured inside one run: each bench compares us with what could not be done for less."""

from engine.bench.figures import Figure, Report
from engine.bench.running import BENCHES, BenchUnknown, run

__all__ = ["BENCHES", "BenchUnknown", "Figure", "Report", "run"]
