"""Whether the promises hold: the ten invariants, computed from the rows and nothing else."""

from engine.verification.checks import CHECKS, Finding, verify

__all__ = ["CHECKS", "Finding", "verify"]
