"""Bundles by the hash of their bytes: every file is parsed once per process and shared, never changed."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.library import Source
from engine.processes.bundle import Bundle
from engine.processes.errors import DiagramUnreadable
from engine.processes.identifying import process_node
from engine.processes.parsing import parse
from engine.processes.reading import read_xml

MOST_KEPT = 256
_kept: OrderedDict[tuple[str, str], Bundle] = OrderedDict()
_lock = Lock()


def bundle_of(source: Source) -> Bundle:
    """The specs of a diagram; raises DiagramUnreadable."""
    key = (source.sha256, source.definition_id)
    found = _kept.get(key)
    if found is None:
        found = _parsed(source)
        with _lock:
            _kept[key] = found
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return found


def _parsed(source: Source) -> Bundle:
    root = read_xml(source.content, source.file)
    try:
        spec, embedded = parse(root, process_node(root, source).get("id"), source.file)
    except ValidationException as error:
        raise DiagramUnreadable(source.file, error.tag or "", str(error)) from error
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise DiagramUnreadable(source.file, "", f"{type(error).__name__}: {error}") from error
    return Bundle(source.definition_id, source.file, spec, embedded, bundle_of)
