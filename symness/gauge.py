"""Phases of a Hermitian block: which of them a choice of the basis states' phases takes away.

A chain of complex couplings is real in suitable phases; a loop keeps the sum of its phases (the flux through it).
"""

from __future__ import annotations

from typing import Any

import sympy as sp

__all__ = ["polar", "real_gauge", "real_imag"]


def real_imag(value: Any) -> tuple[Any, Any]:
    """Real and imaginary part of an expression in real symbols, expanded; phases become cosines and sines."""
    re, im = sp.expand(value, complex=True).as_real_imag()
    return sp.expand(re), sp.expand(im)


def polar(coupling: Any) -> tuple[Any, Any]:
    """A complex number as a real one (its modulus, or its imaginary part where it has no other) times a phase."""
    re, im = real_imag(coupling)
    if re == 0:
        return im, sp.I
    modulus = sp.sqrt(sp.trigsimp(sp.expand(re**2 + im**2)))
    return modulus, (re + sp.I * im) / modulus


def real_gauge(block: Any) -> tuple[Any, list[list[Any]]] | None:
    """A connected Hermitian block as D K D^+ with a real K and phases D; None where a loop keeps a phase.

    Returns
    -------
    K : sympy.Matrix
    paths : list of list
        For each state the complex couplings h on the way to it from the first one; its phase is the product of their
        h*/|h|.
    """
    n = block.rows
    phases: dict[int, Any] = {0: sp.Integer(1)}
    paths: dict[int, list[Any]] = {0: []}
    real = sp.diag(*(block[i, i] for i in range(n)))
    reached = [0]
    for i in reached:
        for j in range(n):
            if j in phases or block[i, j] == 0:
                continue
            size, phase = polar(block[i, j]) if block[i, j].has(sp.I) else (block[i, j], sp.Integer(1))
            phases[j] = phases[i] * sp.conjugate(phase)
            paths[j] = paths[i] + ([] if phase == 1 else [block[i, j]])
            real[i, j] = real[j, i] = size
            reached.append(j)
    for i in range(n):
        for j in range(i):
            if block[i, j] == 0 or real[i, j] != 0:
                continue
            re, im = real_imag(sp.conjugate(phases[i]) * block[i, j] * phases[j])
            if sp.simplify(im) != 0:
                return None
            real[i, j] = real[j, i] = sp.simplify(re)
    return real, [paths[i] for i in range(n)]
