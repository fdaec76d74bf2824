"""Sparse operator matrices over the ring of a generator's coefficients."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symness.exact import Polynomial, Ring
from symness.frequencies import FrequencyTable

__all__ = ["Sparse", "conjugate_in", "dagger", "merge", "rotated", "transform"]

#: sparse matrix on the Hilbert space: (row, column) -> polynomial
Sparse = dict[tuple[int, int], Polynomial]


def merge(groups: Iterable[Sparse]) -> Sparse:
    """One matrix from matrices that share no element."""
    merged: Sparse = {}
    for group in groups:
        merged.update(group)
    return merged


def conjugate_in(ring: Ring, value: Polynomial) -> Polynomial:
    """i -> -i."""
    if "i" not in ring.uses(value):
        return value
    return value.compose(*(-g if name == "i" else g for name, g in ring.generators.items()), ctx=ring.context)


def dagger(ring: Ring, matrix: Sparse) -> Sparse:
    """Hermitian conjugate."""
    return {(j, i): conjugate_in(ring, value) for (i, j), value in matrix.items()}


def rotated(ring: Ring, matrix: Sparse, forward: bool) -> Sparse:
    """i S or -i S: what the imaginary part of a rate, a real symbol, stands before."""
    unit = ring.generators["i"] * (1 if forward else -1)
    return {place: ring.reduce(unit * value) for place, value in matrix.items()}


def transform(table: FrequencyTable, operator: Any, vectors: Any) -> Sparse:
    """V^+ S V in the ring of the table (S as it stands where there are no vectors)."""
    ring, n = table.ring, operator.rows
    entries: Sparse = {}
    for i in range(n):
        for j in range(n):
            if operator[i, j] != 0:
                value = ring.reduce(ring.from_node(table.plain(operator[i, j])))
                if len(value):
                    entries[i, j] = value
    if vectors is None:
        return entries
    columns = [{i: ring.from_node(vectors[i][k]) for i in range(n) if not vectors[i][k].is_zero} for k in range(n)]
    result: Sparse = {}
    for k in range(n):
        for m in range(n):
            total = ring.zero
            for i, left in columns[k].items():
                for j, right in columns[m].items():
                    if (i, j) in entries:
                        total = total + conjugate_in(ring, left) * entries[i, j] * right
            total = ring.reduce(total)
            if len(total):
                result[k, m] = total
    return result
