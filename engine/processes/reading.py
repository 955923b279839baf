"""The XML of a diagram, read with nothing but the diagram in it: no DOCTYPE, no bombs, no towers."""

from __future__ import annotations

from lxml import etree

from engine.processes.errors import DiagramUnreadable

MOST_BYTES = 2 * 1024 * 1024
MOST_ELEMENTS = 2_000
DEEPEST = 64
_DRAWING = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def read_xml(content: bytes, file: str) -> etree._Element:
    """The root element; raises DiagramUnreadable. The drawing (bpmndi) does not count as elements."""
    if len(content) > MOST_BYTES:
        raise DiagramUnreadable(file, "", f"文件超过 {MOST_BYTES // 1024 // 1024} MB", "file_too_large")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise DiagramUnreadable(file, "", "文件里不能有 DOCTYPE 或 ENTITY 声明", "doctype")
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
                                 remove_comments=True, remove_pis=True)
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DiagramUnreadable(file, "", f"不是完好的 XML（{error}）", "not_xml") from error
    if root.getroottree().docinfo.doctype:
        raise DiagramUnreadable(file, "", "文件里不能有 DOCTYPE 声明", "doctype")
    _measure(root, file)
    return root


def _measure(root: etree._Element, file: str) -> None:
    count = 0
    stack = [(root, 1)]
    while stack:
        node, depth = stack.pop()
        drawing = isinstance(node.tag, str) and node.tag.startswith(_DRAWING)
        if drawing:
            continue
        count += 1
        if count > MOST_ELEMENTS:
            raise DiagramUnreadable(file, "", f"超过 {MOST_ELEMENTS} 个元素，请拆成几张图", "too_many_elements")
        if depth > DEEPEST:
            raise DiagramUnreadable(file, "", f"嵌套超过 {DEEPEST} 层", "too_deep")
        stack.extend((child, depth + 1) for child in node)
