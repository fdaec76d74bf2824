"""Levels whose order a limit leaves open: a result that both orders give holds wherever the levels are apart."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symness import program
from symness.assumptions import inequality
from symness.convert import from_sympy
from symness.formula import Condition, Formula
from symness.residues import at_random_point

__all__ = ["agree", "apart"]


def agree(first: Formula, second: Formula) -> bool:
    """Whether two formulas with the same outputs are identical, exactly at random points."""
    left, right = first.expanded(), second.expanded()
    if left.keys() != right.keys() or [c.text for c in first.conditions] != [c.text for c in second.conditions]:
        return False
    roots = [part for name in left for part in program.real_imag(left[name] - right[name])]
    return not any(int(value) for seed in (1, 2, 3) for value in at_random_point(roots, seed)[1])


def apart(gap: Any, order: list[str]) -> Condition:
    """Levels that are not degenerate, whichever is higher: where they are, another limit comes first."""
    sides = inequality(gap)
    latex = rf"{sp.latex(sides.lhs)} \neq {sp.latex(sides.rhs)}"
    return Condition(from_sympy(gap**2, order), f"{sides.lhs} != {sides.rhs}", latex)
