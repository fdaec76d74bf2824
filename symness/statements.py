"""Straight-line programs of elementwise operations, one per statement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Operand", "Program", "Statement"]

Operand = str | float | int


class Statement(NamedTuple):
    """``target = operation(operands)``; an operand is the name of a parameter or of a target, or a number."""

    target: str
    operation: str
    operands: tuple[Operand, ...]


@dataclass
class Program:
    """Statements in the order of execution.

    Attributes
    ----------
    parts : dict
        Output -> its value (or real and imaginary part): names of parameters or targets, or numbers.
    tests : dict
        Output -> targets of the ``at_most`` statements that vouch for its digits.
    implied : dict
        Test -> tests that together leave nothing for it to find.
    conditions : tuple
        Values that have to be positive, in the order of ``Formula.conditions``.
    """

    statements: list[Statement] = field(default_factory=list)
    parts: dict[str, tuple[Operand, ...]] = field(default_factory=dict)
    tests: dict[str, tuple[str, ...]] = field(default_factory=dict)
    implied: dict[str, tuple[str, ...]] = field(default_factory=dict)
    conditions: tuple[Operand, ...] = ()
