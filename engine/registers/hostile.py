"""What a workbook must not be, found before it is parsed: no workbook at all, too large, formulas, merged cells."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import NamedTuple
from xml.sax.saxutils import unescape

from engine.errors import Invalid
from engine.registers.sheets import MOST_ROWS

LARGEST = 10 * 1024 * 1024
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_PARTS = 500
_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
_ROW = re.compile(rb"<(?:\w+:)?row[\s>/]")
_CELL = re.compile(rb"""<(?:\w+:)?c [^<>]*?r=["']([A-Z]{1,3})(\d{1,7})["']""")
_FORMULA = re.compile(rb"""<(?:\w+:)?c [^<>]*?r=["']([A-Z]{1,3}\d{1,7})["'][^<>]*>\s*<(?:\w+:)?f[\s>/]""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell [^<>]*?ref=["']([A-Z0-9:]{2,25})["']""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet [^<>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship [^<>]*>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_WIDEST = 2  # letters of the last column: a sheet is laid out whole in memory, so a lone far cell would fill it
_CHUNK = 1 << 20


class WorkbookRefused(Invalid):
    """这个文件不能导入。"""

    code = "workbook_refused"


class Oddities(NamedTuple):
    """Cells of one sheet that hold what we cannot take: («C5», …), («A3:A5», …)."""

    formulas: tuple[str, ...]
    merged: tuple[str, ...]


def inspect(content: bytes) -> dict[str, Oddities]:
    """What is odd in each sheet, by its title; raises WorkbookRefused for what is not opened at all."""
    _require_workbook(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS:
                raise WorkbookRefused(f"文件里有 {len(parts)} 个部件，不是普通的工作簿。", reason="parts")
            budget = _Budget()
            sheets_first = sorted(parts, key=lambda part: not part.filename.startswith("xl/worksheets/"))
            texts = {part.filename: _unpack(packed, part, budget) for part in sheets_first if not part.is_dir()}
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError,
            ValueError) as broken:
        raise WorkbookRefused("文件损坏或加了密码，打不开；请另存为没有密码的 .xlsx。", reason="broken") from broken
    if "xl/workbook.xml" not in texts:
        raise WorkbookRefused("这是压缩文件，但不是 Excel 的 .xlsx 工作簿。", reason="no_workbook")
    for xml in texts.values():
        _require_near(xml)
    return {title: _oddities(texts.get(part, b"")) for title, part in _sheets(texts)}


def _require_workbook(content: bytes) -> None:
    if not content:
        raise WorkbookRefused("文件是空的。", reason="empty")
    if len(content) > LARGEST:
        raise WorkbookRefused(f"文件超过 {LARGEST >> 20} MB，请拆成几个文件分别导入。", reason="large")
    if content.startswith(_OLE):
        raise WorkbookRefused("这是旧的 .xls 文件，或加了密码；请在表格软件里另存为没有密码的 .xlsx。", reason="xls")
    if not content.startswith(_ZIP):
        raise WorkbookRefused(
            "这不是 .xlsx 文件（可能是 .csv 或别的文本）；请用模板填写，保存为 .xlsx。", reason="no_xlsx")


class _Budget:
    """How much all parts together may unpack to: what a file says about its own size is not believed."""

    def __init__(self) -> None:
        self.left = LARGEST_UNPACKED

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise WorkbookRefused(
                f"文件解开后超过 {LARGEST_UNPACKED >> 20} MB，不是普通的名册；请只留下要导入的表。", reason="bomb")


def _unpack(packed: zipfile.ZipFile, part: zipfile.ZipInfo, budget: _Budget) -> bytes:
    """The bytes of a part that we look into, b"" of others; rows are counted while it unpacks."""
    kept, rows, tail = [], 0, b""
    wanted = part.filename.endswith((".xml", ".rels"))
    is_sheet = part.filename.endswith(".xml")
    with packed.open(part) as file:
        while chunk := file.read(_CHUNK):
            budget.take(len(chunk))
            if is_sheet:
                rows += len(_ROW.findall(tail + chunk))
                tail = chunk[-8:] if not _ROW.search(chunk[-8:]) else b""
                if rows > MOST_ROWS + 1:
                    raise _too_long()
            if wanted and part.filename != "xl/sharedStrings.xml":
                kept.append(chunk)
    return b"".join(kept)


def _sheets(texts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Title and part of every sheet."""
    targets = {}
    for tag in _RELATION.findall(texts.get("xl/_rels/workbook.xml.rels", b"")):
        said = {name.decode(): value.decode(errors="replace") for name, value in _ATTRIBUTE.findall(tag)}
        target = said.get("Target", "").lstrip("/")
        targets[said.get("Id", "")] = target if target.startswith("xl/") else f"xl/{target}"
    for tag in _SHEET.findall(texts["xl/workbook.xml"]):
        said = {name.decode(): value.decode(errors="replace") for name, value in _ATTRIBUTE.findall(tag)}
        relation = next((value for name, value in said.items() if name.endswith(":id")), "")
        yield unescape(said.get("name", ""), {"&quot;": '"', "&apos;": "'"}), targets.get(relation, "")


def _too_long() -> WorkbookRefused:
    return WorkbookRefused(
        f"有一张表超过 {MOST_ROWS:,} 行；请拆成几个文件，每张表最多 {MOST_ROWS:,} 行。", reason="rows")


def _require_near(xml: bytes) -> None:
    """No cell stands far out."""
    for letters, line in _CELL.findall(xml):
        if int(line) > MOST_ROWS + 1:
            raise _too_long()
        if len(letters) > _WIDEST:
            far = f"{letters.decode()}{line.decode()}"
            raise WorkbookRefused(f"表里 {far} 还有内容，太靠右了；请删去模板以外的列。", reason="columns")


def _oddities(xml: bytes) -> Oddities:
    return Oddities(tuple(ref.decode() for ref in _FORMULA.findall(xml)),
                    tuple(ref.decode() for ref in _MERGED.findall(xml)))
