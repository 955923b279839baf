"""The faces of the engine: HTTP, pages, the worker and the command line."""
