"""Ask a table a question; the answer names the row that fired and the version in force.

Tables are DMN 1.2 or 1.3, one decision table a file, S-FEEL unary tests in the conditions and guarded
expressions in the answers. A row cites its article in the annotation column `cites`; `note` explains it.
"""

from engine.decisions.asking import Answer, Fired, ask
from engine.decisions.comparing import Cell, Heading, RowChange, TableChange, compare
from engine.decisions.describing import describe, gate
from engine.decisions.editing import CellUnknown, Grid, edited, grid_of
from engine.decisions.errors import (
    CellFailed,
    DecisionFailed,
    InputMissing,
    NoAnswer,
    RowsDisagree,
    TableRefused,
)
from engine.decisions.sheet import Column, Row, TableInfo

__all__ = [
    "Answer",
    "Cell",
    "CellFailed",
    "CellUnknown",
    "Column",
    "DecisionFailed",
    "Fired",
    "Grid",
    "Heading",
    "InputMissing",
    "NoAnswer",
    "Row",
    "RowChange",
    "RowsDisagree",
    "TableChange",
    "TableInfo",
    "TableRefused",
    "ask",
    "compare",
    "describe",
    "edited",
    "gate",
    "grid_of",
]
