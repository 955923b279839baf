"""Decision tables for the tests, written as a DMN editor writes them."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from engine.library import Source, source_of

DMN_13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
DMN_12 = "http://www.omg.org/spec/DMN/20180521/MODEL/"


def a_table(hit: str, inputs: Sequence[str], outputs: Sequence[str], *rows: Sequence[str],
            aggregation: str = "", values: str = "", types: str = "") -> Source:
    """A table of rows that hold the cells of the inputs, then of the outputs, then maybe cites and note.

    `values` are the allowed values of the first output, `types` the DMN type of every column.
    """
    width = len(inputs) + len(outputs)
    kind = f" typeRef={quoteattr(types)}" if types else ""
    listed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    parts = [f'<input id="in_{n}" label={quoteattr(ask)}><inputExpression id="ask_{n}"{kind}>'
             f"<text>{escape(ask)}</text></inputExpression></input>" for n, ask in enumerate(inputs)]
    parts += [f'<output id="out_{n}" name={quoteattr(name)}{kind}>{listed if n == 0 else ""}</output>'
              for n, name in enumerate(outputs)]
    parts += ['<annotation name="cites"/>', '<annotation name="note"/>']
    for number, row in enumerate(rows, start=1):
        cells = [*row, *[""] * (width + 2 - len(row))]
        parts.append(f'<rule id="row_{number}">')
        parts += [f'<inputEntry id="i_{number}_{n}"><text>{escape(cell)}</text></inputEntry>'
                  for n, cell in enumerate(cells[:len(inputs)])]
        parts += [f'<outputEntry id="o_{number}_{n}"><text>{escape(cell)}</text></outputEntry>'
                  for n, cell in enumerate(cells[len(inputs):width])]
        parts += [f"<annotationEntry><text>{escape(cell)}</text></annotationEntry>" for cell in cells[width:]]
        parts.append("</rule>")
    attributes = f'hitPolicy="{hit}"' + (f' aggregation="{aggregation}"' if aggregation else "")
    return a_file(f'<decision id="limits" name="时限"><decisionTable id="table" {attributes}>{"".join(parts)}'
                  "</decisionTable></decision>")


def a_file(inside: str, *, namespace: str = DMN_13, before: str = "") -> Source:
    """A DMN file of these elements."""
    text = f'{before}<definitions xmlns="{namespace}" id="definitions" name="d">{inside}</definitions>'
    return source_of(text.encode(), definition_id="limits", kind="dmn", file="limits.dmn", version=7)
