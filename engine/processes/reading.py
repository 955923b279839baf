"""The XML of a diagram, through the library's hardened door; its drawing is not counted, other dialects are read."""

from __future__ import annotations

from typing import Any

from engine.library import hardened
from engine.processes.errors import DiagramUnreadable
from engine.processes.foreign import adapt
from engine.processes.names import DRAWING

MOST_ELEMENTS = 2_000
MOST_WITH_DRAWING = 20_000
_DRAWING = f"{{{DRAWING}}}"


def read_xml(content: bytes, file: str) -> Any:
    """The root element; raises DiagramUnreadable."""
    try:
        root = hardened.read_xml(content, most_elements=MOST_WITH_DRAWING)
    except hardened.XmlRefused as refused:
        raise DiagramUnreadable(file, "", refused.message, refused.code) from refused
    count, level = 0, [root]
    while level:
        count += len(level)
        level = [child for node in level for child in node
                 if isinstance(child.tag, str) and not child.tag.startswith(_DRAWING)]
    if count > MOST_ELEMENTS:
        raise DiagramUnreadable(file, "", f"元素超过 {MOST_ELEMENTS} 个，请拆成几张图", "too_many_elements")
    return adapt(root)
