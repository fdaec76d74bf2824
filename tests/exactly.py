"""Formulas and second routes at many digits, shared by the tests of derivatives, spectra and relaxation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from mpmath import mp

import symness as sn
from symness import program
from symness.conditions import number_at


@contextmanager
def digits(count: int) -> Iterator[None]:
    with mp.workdps(count):
        yield


def outputs_at(formula: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of a formula, definition by definition, at the working precision: no float anywhere."""
    known: dict[str, Any] = {name: mp.mpf(value) for name, value in values.items()}
    for item in formula.definitions:
        known[item.name] = number_at(item.expression, known)
    return {item.name: number_at(item.expression, known) for item in formula.outputs}


def exact(state: Any, outputs: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    return outputs_at(sn.formula(state, outputs), values)


def slope(case: Any, parameter: str, function: Any, step: str = "1e-20") -> Any:
    """Central difference of a function of the second route; its error is of the order of step**2."""
    p = mp.mpf(case.values[parameter])
    h = mp.mpf(step) * p
    up, down = (function(case.route(**{parameter: p + sign * h})) for sign in (1, -1))
    return (up - down) / (2 * h)


def close(found: Any, expected: Any, tolerance: float, scale: Any = 0) -> bool:
    """Relative agreement, against the larger of the expected number and a scale."""
    return bool(abs(found - expected) <= tolerance * max(abs(expected), abs(scale)))


def spoiled(quantity: Any, factor: Any = Fraction(1048577, 1048576)) -> Any:
    """The same quantity with a value that is wrong in the sixth digit: what a checker has to notice."""
    return replace(quantity, expression=program.mul(program.number(factor), quantity.expression))


def liouvillian(case: Any) -> np.ndarray:
    """The second route's generator on column-stacked matrices of the product space."""
    return np.array(case.route().L.tolist(), complex)


def operators(dimension: int) -> tuple[Any, Any]:
    """A lowering-like and a diagonal operator with no symmetry to hide behind: |last><first| + 2 |last><last - 1|, and
    0, 1, 3, 6, ..."""
    lower, diagonal = sp.zeros(dimension, dimension), sp.zeros(dimension, dimension)
    lower[dimension - 1, 0], lower[dimension - 1, dimension - 2] = 1, 2
    for k in range(dimension):
        diagonal[k, k] = k * (k + 1) // 2
    return lower, diagonal
