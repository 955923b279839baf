"""Urge, supervise, raise a level; the measures and how they are counted."""
