"""Whether the promises hold: the ten invariants, computed from the rows and nothing else."""

from engine.verification.checks import CHECKS, check_one, verify
from engine.verification.findings import Finding

__all__ = ["CHECKS", "Finding", "check_one", "verify"]
