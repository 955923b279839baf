"""From the XML of a DMN file to its table as written, and all in it that we would not run as written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from engine.decisions.sheet import Column, Row, TableInfo
from engine.library.findings import Finding, Severity
from engine.library.hardened import XmlRefused, read_xml
from engine.library.source import Source

MOST_ELEMENTS = 50_000
HIT_POLICIES = ("UNIQUE", "ANY", "FIRST", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT")
AGGREGATIONS = ("", "SUM", "MIN", "MAX", "COUNT")
_ANNOTATIONS = ("cites", "note")
_VERSIONS = {  # their decision tables are written alike
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd": "1.1",
    "http://www.omg.org/spec/DMN/20180521/MODEL/": "1.2",
    "https://www.omg.org/spec/DMN/20191111/MODEL/": "1.3",
    "https://www.omg.org/spec/DMN/20211108/MODEL/": "1.4",
    "https://www.omg.org/spec/DMN/20230324/MODEL/": "1.5",
}
_LANGUAGES = ("feel", "s-feel", "https://www.omg.org/spec/dmn/20191111/feel/",
              "https://www.omg.org/spec/dmn/20211108/feel/", "https://www.omg.org/spec/dmn/20230324/feel/",
              "http://www.omg.org/spec/dmn/20180521/feel/", "http://www.omg.org/spec/feel/20140401")
_NOT_OURS = {
    "businessKnowledgeModel": "不支持业务知识模型，请把内容写进表里",
    "decisionService": "不支持决策服务，请每张表一个文件",
    "import": "不支持引入其他文件",
    "requiredDecision": "一张表不能引用另一张表；请由流程先问前一张表，再把结果传进来",
    "requiredKnowledge": "不支持业务知识模型，请把内容写进表里",
    "defaultOutputEntry": "不支持默认输出；请在表末加一行，条件全写 -，命中策略用 FIRST",
}


class Findings:
    """Collects what is wrong with one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[Finding] = []

    def add(self, element: str, code: str, message: str, severity: Severity = "error") -> None:
        """Note a fault of this element."""
        self.found.append(Finding(self.file, element, code, message, severity))

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The faults that keep the table from being used."""
        return tuple(finding for finding in self.found if finding.severity == "error")


def read_sheet(source: Source, findings: Findings) -> TableInfo | None:
    """The only table of the file; None, and findings that say why, when there is none to be read."""
    try:
        root = read_xml(source.content, most_elements=MOST_ELEMENTS)
    except XmlRefused as refused:
        findings.add("", "xml_unreadable", refused.message)
        return None
    if _space(root) not in _VERSIONS or _tag(root) != "definitions":
        findings.add("", "dmn_version", "不是 DMN 1.1 至 1.5 的文件，请用现行的 DMN 编辑器另存")
        return None
    _check_file(root, findings)
    decision = _only_decision(root, source, findings)
    table = None if decision is None else _only_table(decision, findings)
    if decision is None or table is None:
        return None
    return _sheet(decision, table, findings)


def _check_file(root: Any, findings: Findings) -> None:
    elements = [element for element in root.iter() if _space(element) in _VERSIONS]
    ids = Counter(element.get("id") for element in elements if element.get("id"))
    for repeated in (name for name, count in ids.items() if count > 1):
        findings.add(repeated, "id_duplicate", f"id「{repeated}」出现了不止一次，每个 id 只能用一次")
    for element in elements:
        refusal = _NOT_OURS.get(_tag(element))
        if refusal:
            findings.add(_id(element), "element_unsupported", refusal)
        language = (element.get("expressionLanguage") or "feel").strip().lower()
        if language not in _LANGUAGES:
            findings.add(_id(element), "language_unsupported",
                         f"不支持表达式语言「{element.get('expressionLanguage')}」，请用 FEEL")


def _only_decision(root: Any, source: Source, findings: Findings) -> Any:
    decisions = list(_children(root, "decision"))
    if len(decisions) != 1:
        code = "several_decisions" if decisions else "decision_missing"
        findings.add("", code, f"一个文件只能有一个决策（现有 {len(decisions)} 个），每张表请单独存一个文件")
        return None
    if decisions[0].get("id") != source.definition_id:
        findings.add(_id(decisions[0]), "id_mismatch",
                     f"决策的 id 是「{decisions[0].get('id')}」，应与文件名「{source.definition_id}」相同")
    return decisions[0]


def _only_table(decision: Any, findings: Findings) -> Any:
    tables = list(_children(decision, "decisionTable"))
    if len(tables) != 1:
        findings.add(_id(decision), "table_missing",
                     "决策里要有且只有一张决策表（不支持文字表达式、调用等其他写法）")
        return None
    return tables[0]


def _sheet(decision: Any, table: Any, findings: Findings) -> TableInfo:
    titles = _annotations(decision, table, findings)
    return TableInfo(
        id=decision.get("id") or "",
        name=decision.get("name") or decision.get("id") or "",
        hit_policy=table.get("hitPolicy") or "UNIQUE",
        aggregation=table.get("aggregation") or "",
        inputs=tuple(_input(column) for column in _children(table, "input")),
        outputs=tuple(_output(column) for column in _children(table, "output")),
        rows=tuple(_row(number, rule, titles)
                   for number, rule in enumerate(_children(table, "rule"), start=1)),
    )


def _annotations(decision: Any, table: Any, findings: Findings) -> list[str]:
    """The names of the annotation columns; a misspelt one would lose its citations without a word."""
    titles = [(column.get("name") or "").strip().lower() for column in _children(table, "annotation")]
    for title in titles:
        if title not in _ANNOTATIONS:
            findings.add(_id(decision), "annotation_unknown",
                         f"批注列「{title}」不会被读取，可用的批注列：{'、'.join(_ANNOTATIONS)}", "warning")
    for number, rule in enumerate(_children(table, "rule"), start=1):
        if len(list(_children(rule, "annotationEntry"))) not in (0, len(titles)):
            findings.add(_id(rule), "row_width", f"第 {number} 行的批注格数与批注列数不一致")
    return titles


def _input(column: Any) -> Column:
    expression = next(_children(column, "inputExpression"), None)
    text = "" if expression is None else _text(expression)
    kind = "" if expression is None else expression.get("typeRef") or ""
    label = (column.get("label") or "").strip()
    return Column(_id(column), label, text, kind, _values(column, "inputValues"))


def _output(column: Any) -> Column:
    return Column(_id(column), (column.get("label") or "").strip(), (column.get("name") or "").strip(),
                  column.get("typeRef") or "", _values(column, "outputValues"))


def _row(number: int, rule: Any, titles: list[str]) -> Row:
    entries = (_text(entry) for entry in _children(rule, "annotationEntry"))
    notes = dict(zip(titles, entries, strict=False))
    described = next((_own_text(one) for one in _children(rule, "description")), "")
    return Row(
        number, rule.get("id") or f"row_{number}",
        inputs=tuple(_text(entry) for entry in _children(rule, "inputEntry")),
        outputs=tuple(_text(entry) for entry in _children(rule, "outputEntry")),
        cites=notes.get("cites", ""), note=notes.get("note", "") or described,
    )


def _values(column: Any, tag: str) -> str:
    return next((_text(child) for child in _children(column, tag)), "")


def _text(element: Any) -> str:
    return next((_own_text(child) for child in _children(element, "text")), "")


def _own_text(element: Any) -> str:
    return (element.text or "").strip()


def _children(element: Any, tag: str) -> Iterator[Any]:
    return (child for child in element if _tag(child) == tag and _space(child) in _VERSIONS)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _space(element: Any) -> str:
    return str(element.tag).rpartition("}")[0].lstrip("{")


def _id(element: Any) -> str:
    """The id of the element or of the nearest one around it that has one."""
    while element is not None and not element.get("id"):
        element = element.getparent()
    return "" if element is None else str(element.get("id"))
