"""The small language that diagrams and tables may speak, and the guard at its door.

Expressions only: comparison, arithmetic, conditions, looking up, and calls of named functions. A text is
refused when it is compiled (`ExpressionRefused`) or fails when it is evaluated (`ExpressionFailed`); nothing
else escapes.
"""

from engine.expressions.assignments import Assignments, compile_assignments
from engine.expressions.errors import ExpressionFailed, ExpressionRefused
from engine.expressions.expression import Expression, Functions, check, compile_expression
from engine.expressions.grammar import problem_of_name
from engine.expressions.guards import SAFE_FUNCTIONS
from engine.expressions.unary import Unary, compile_unary

__all__ = [
    "SAFE_FUNCTIONS",
    "Assignments",
    "Expression",
    "ExpressionFailed",
    "ExpressionRefused",
    "Functions",
    "Unary",
    "check",
    "compile_assignments",
    "compile_expression",
    "compile_unary",
    "problem_of_name",
]
