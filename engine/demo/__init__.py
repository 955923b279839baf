"""A demo city: real divisions and matters, made-up people, and cases that really travelled."""

from engine.demo.city import PASSWORD, build_city, is_empty, publish_working_copies
from engine.demo.marking import is_half_made, mark, unmark
from engine.demo.sealing import seal
from engine.demo.showing import showcase
from engine.demo.travelling import travel

__all__ = ["PASSWORD", "build_city", "is_empty", "is_half_made", "mark", "publish_working_copies", "seal", "showcase",
           "travel", "unmark"]
