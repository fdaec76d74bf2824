"""What a model conserves: whether the currents of its baths add up to zero."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from symness.baths import Bath
from symness.generators import Generator
from symness.model import Model

__all__ = ["conserved", "without_potentials"]


def conserved(generator: Generator, energy: str) -> bool:
    """Total energy commutes with H + V, so its currents add up to zero; bare energy does where H commutes with V."""
    H, V = sp.Matrix(generator.model.H), sp.Matrix(generator.model.interaction)
    if energy == "bare" and not (H * V - V * H).applyfunc(sp.expand).is_zero_matrix:
        return False
    return without_potentials(generator.model.baths) or _quanta_conserved(generator.model)


def _quanta_conserved(model: Model) -> bool:
    """Whether every coupling lowers one number that H + V conserves, so that the quanta of all baths add up to 0.

    Looks for a diagonal n with n(i) = n(j) - 1 for every <i|S|j> and n(i) = n(j) for every <i|H + V|j>.
    """
    lowered = [c for b in model.baths if b.is_exchange for c in b.coupling]
    if not lowered or not all(b.is_exchange for b in model.baths):
        return False
    size = model.dimension
    links = [(i, j, 1) for S in lowered for i in range(size) for j in range(size) if S[i, j] != 0]
    links += [(i, j, 0) for i in range(size) for j in range(size) if i != j and model.total[i, j] != 0]
    value: dict[int, int] = {}
    for start in range(size):
        if start in value:
            continue
        value[start] = 0
        stack = [start]
        while stack:
            k = stack.pop()
            for i, j, step in links:
                for here, there, change in ((i, j, step), (j, i, -step)):
                    if here == k and there not in value:
                        value[there] = value[k] + change
                        stack.append(there)
    return all(value[i] == value[j] - step for i, j, step in links)


def without_potentials(baths: Iterable[Bath]) -> bool:
    """Whether every chemical potential is zero."""
    return all(bath.chemical_potential == 0 for bath in baths)
