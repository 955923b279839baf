"""What is published: the immutable bytes of diagrams and tables, by pack and version."""

from engine.library.source import Kind, Source, source_of

__all__ = ["Kind", "Source", "source_of"]
