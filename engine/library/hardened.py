"""The one way XML from outside becomes a tree: no document type, no entities, no network, all bounded."""

from __future__ import annotations

from typing import Any

from lxml import etree

from engine.errors import Invalid

MOST_BYTES = 2 * 1024 * 1024
MOST_ELEMENTS = 2_000
MOST_DEPTH = 64
SPARE = 10_000  # comments and the like also begin with <
_ENCODINGS = ("UTF-8", "ASCII", "US-ASCII", "GBK", "GB2312", "GB18030", "ISO-8859-1", "WINDOWS-1252")


class XmlRefused(Invalid):
    """这个文件不是可用的 XML。"""

    code = "xml_refused"


def read_xml(content: bytes, *, most_elements: int = MOST_ELEMENTS) -> Any:
    """The root element, without comments and processing instructions; raises XmlRefused.

    A decision table of 500 rows has many times the elements of any diagram; it says so with `most_elements`.
    """
    if len(content) > MOST_BYTES:
        raise XmlRefused("文件超过 2 MB")
    if content.count(b"<") > 2 * most_elements + SPARE:
        raise XmlRefused(f"元素超过 {most_elements} 个，请拆成几个文件")
    if b"\0" in content:
        raise XmlRefused("文件不是 UTF-8 编码，请另存为 UTF-8")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise XmlRefused("文件里不能有 DOCTYPE 或 ENTITY，请删除")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
                             huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise XmlRefused(f"XML 写法有误（{error}）") from None
    _check(root, most_elements)
    return root


def _check(root: Any, most_elements: int) -> None:
    info = root.getroottree().docinfo
    if info.doctype or info.internalDTD is not None:
        raise XmlRefused("文件里不能有 DOCTYPE，请删除")
    if (info.encoding or "UTF-8").upper() not in _ENCODINGS:
        raise XmlRefused(f"不支持编码 {info.encoding}，请另存为 UTF-8")
    count, level = 0, [root]
    for _ in range(MOST_DEPTH):
        count += len(level)
        level = [child for element in level for child in element]
    if level:
        raise XmlRefused(f"元素嵌套超过 {MOST_DEPTH} 层")
    if count > most_elements:
        raise XmlRefused(f"元素超过 {most_elements} 个，请拆成几个文件")
