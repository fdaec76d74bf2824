"""Energies and eigenvectors of a real block whose characteristic polynomial factors into degree <= 2, in SymPy.

Degenerate levels get an orthogonal basis of their eigenspace: it is exact, so that what depends on the basis of a
degenerate level (which pairs of frequencies are equal) does not depend on a numerical accident.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import mpmath
import sympy as sp

from symness.errors import ModelError

__all__ = ["closed_levels"]

#: energy and unnormalised eigenvector
Level = tuple[Any, list[Any]]


def closed_levels(block: Any, places: Sequence[int]) -> list[Level] | None:
    """Levels, the highest first at a generic point; None where there is no closed form or the block is complex.

    Raises
    ------
    ModelError
        For exactly degenerate levels without a closed form: a numerical basis of them would be arbitrary.
    """
    x = sp.Dummy("x")
    factors = []
    if not block.has(sp.I):
        # Berkowitz divides by nothing: quotients by functions and roots would not simplify.
        _, factors = sp.factor_list(sp.expand((x * sp.eye(block.rows) - block).det(method="berkowitz")))
        factors = [(f, power) for f, power in factors if f.has(x)]
    if not factors or any(sp.degree(f, x) > 2 for f, _ in factors):
        if any(power > 1 for _, power in factors) or (not factors and _is_degenerate(block)):
            raise ModelError(
                f"Model: the block of H + V on states {list(places)} has exactly degenerate levels and no closed form; "
                "pass eigenbasis=, since a numerical basis of the degenerate levels would be arbitrary"
            )
        return None
    levels: list[Level] = []
    for f, power in factors:
        find = _column if power == 1 else _eigenspace
        levels += [(root, column) for root in _roots(f, x) for column in find(block, root)]
    sample = {s: sp.Rational(k + 7, k + 5) for k, s in enumerate(sorted(block.free_symbols, key=lambda s: s.name))}
    levels.sort(key=lambda level: -sp.N(level[0].subs(sample), 30))
    return levels if len(levels) == block.rows else None


def _is_degenerate(block: Any) -> bool:
    """Whether two levels of a complex block coincide at each of some points, hence everywhere."""
    symbols = sorted(block.free_symbols, key=lambda s: s.name)
    for seed in range(1, 4):
        sample = {s: sp.Rational(7 * k + 5 * seed + 3, 11 * seed + k) for k, s in enumerate(symbols)}
        with mpmath.workdps(50):
            numbers = mpmath.matrix(
                [[mpmath.mpmathify(sp.N(h.subs(sample), 50)) for h in row] for row in block.tolist()]
            )
            levels = sorted(mpmath.eigh(numbers, eigvals_only=True))
            near = mpmath.mpf(10) ** -30 * max(map(abs, levels))
            if not any(high - low < near for low, high in pairwise(levels)):
                return False
    return True


def _roots(factor: Any, x: Any) -> list[Any]:
    a, b, *rest = sp.Poly(factor, x).all_coeffs()
    if not rest:
        return [sp.expand(-b / a)]
    root = sp.sqrt(sp.factor(b**2 - 4 * a * rest[0]))
    return [sp.expand((-b + root) / (2 * a)), sp.expand((-b - root) / (2 * a))]


def _column(block: Any, root: Any) -> list[list[Any]]:
    """The first column of the adjugate that does not vanish, in a list."""
    n = block.rows
    shifted = (block - root * sp.eye(n)).applyfunc(sp.expand)
    for row in range(n):
        column = [sp.radsimp(sp.expand(shifted.cofactor(row, k))) for k in range(n)]
        if any(sp.simplify(c) != 0 for c in column):
            return [column]
    return []


def _eigenspace(block: Any, root: Any) -> list[list[Any]]:
    """An orthogonal basis of a degenerate level (Gram and Schmidt), without denominators."""
    found: list[Any] = []
    for column in (block - root * sp.eye(block.rows)).nullspace(simplify=True):
        for other in found:
            column = column - other * (other.dot(column) / other.dot(other))
        column = column.applyfunc(lambda c: sp.together(sp.radsimp(sp.simplify(c))))
        common = sp.lcm_list([sp.fraction(c)[1] for c in column])
        found.append(column.applyfunc(lambda c, common=common: sp.expand(sp.cancel(c * common))))
    return [list(column) for column in found]
