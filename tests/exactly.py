"""Formulas and second routes at many digits, shared by the tests of derivatives, spectra and relaxation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from mpmath import mp

import symness as sn
from symness import program
from symness.conditions import number_at

#: case -> parameters: an energy or a coupling, and one of a bath
QUICK = {
    "wang2019 fermions": ("lam", "T_1"),
    "khandelwal2020 local": ("g", "T_h"),
    "camalet2011": ("Delta", "K_1"),
    "driven qubit local": ("F", "kappa"),
    "driven qubit redfield": ("F", "T_z"),
    "maser local": ("delta", "T_h"),
    "double dot local": ("t", "mu_1"),
}
SLOW = {
    "wang2019 bosons": ("omega_1", "J_2"),
    "khandelwal2020 tunnelling": ("kappa_h", "T_c"),
    "zhang2021 strong": ("kappa", "T_2"),
    "man2019": ("Omega", "Gamma_CA"),
    "refrigerator local": ("g", "T_2"),
    "double dot charging redfield": ("U", "mu_2"),
    "man2019 dephasing": ("gamma", "T_C"),
    "zhang2021 fermions": ("eps_1", "mu_2"),
}


def marked(quick: dict[str, Any], slow: dict[str, Any]) -> list[Any]:
    return [*quick, *(pytest.param(name, marks=pytest.mark.slow) for name in slow)]


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


def information(rho: Any, drho: Any) -> Any:
    """Tr(drho L) with rho L + L rho = 2 drho (Lyapunov's equation), solved as a linear system of n**2 equations."""
    n = rho.rows
    rows, right = mp.zeros(n * n), mp.zeros(n * n, 1)
    for i in range(n):
        for j in range(n):
            right[i + n * j] = 2 * drho[i, j]
            for k in range(n):
                rows[i + n * j, k + n * j] += rho[i, k]
                rows[i + n * j, i + n * k] += rho[k, j]
    L = mp.lu_solve(rows, right)
    return mp.fsum(drho[j, i] * L[i + n * j] for i in range(n) for j in range(n)).real
