"""Small dense and sparse linear algebra in mpmath, as far as the reference needs it.

Every function works at mpmath's current precision.  Lists and dictionaries of mpf are several times faster here than
mpmath's matrix class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import mpmath
from mpmath import mp

__all__ = [
    "Elimination",
    "Matrix",
    "Rows",
    "SingularMatrix",
    "aligned",
    "connected",
    "dagger",
    "diagonalise",
    "eigenvalues",
    "product",
    "to_energy",
]

#: sparse: (row, column) -> number
Matrix = dict[tuple[int, int], Any]
#: rows[product state] = [(energy state, component of that eigenvector)]
Rows = list[list[tuple[int, Any]]]
#: Components within this of the largest count as largest: which of equal ones rounding favours is no convention.
_AS_LARGE = 0.999999


class SingularMatrix(Exception):
    """A pivot below rounding: singular, or not enough digits to tell."""


def dagger(matrix: Matrix) -> Matrix:
    """Hermitian conjugate."""
    return {(j, i): value.conjugate() for (i, j), value in matrix.items()}


def product(a: Matrix, b: Matrix) -> Matrix:
    """Matrix product."""
    rows: dict[int, list[tuple[int, Any]]] = {}
    for (k, j), value in b.items():
        rows.setdefault(k, []).append((j, value))
    result: Matrix = {}
    for (i, k), left in a.items():
        for j, right in rows.get(k, ()):
            result[i, j] = result[i, j] + left * right if (i, j) in result else left * right
    return result


def to_energy(matrix: Matrix, rows: Rows) -> Matrix:
    """U^dagger matrix U."""
    result: Matrix = {}
    for (r, c), value in matrix.items():
        for i, left in rows[r]:
            for j, right in rows[c]:
                term = left.conjugate() * value * right
                result[i, j] = result[i, j] + term if (i, j) in result else term
    return result


def connected(size: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Connected components of a graph, each sorted."""
    label = list(range(size))
    for i, j in pairs:
        old, new = label[i], label[j]
        if old != new:
            label = [new if x == old else x for x in label]
    return sorted([i for i in range(size) if label[i] == name] for name in set(label))


def diagonalise(block: Sequence[int], matrix: Mapping[tuple[int, int], Any]) -> list[list[Any]]:
    """Orthonormal eigenvectors of a Hermitian block as columns, higher energies first.

    Two states: theta = atan2(2|h|, h_00 - h_11) and h_01 = |h| p give (cos(theta/2), p* sin(theta/2)) and
    (-p sin(theta/2), cos(theta/2)).  More: the largest component of each vector is positive, the first of those that
    are as large but for 1e-6.
    """
    zero, one = mpmath.mpf(0), mpmath.mpf(1)
    if len(block) == 1:
        return [[one]]
    if len(block) == 2:
        i, j = block
        coupling = matrix.get((i, j), zero)
        size = abs(coupling)
        phase = coupling / size if size else one
        half = mp.atan2(2 * size, (matrix.get((i, i), zero) - matrix.get((j, j), zero)).real) / 2
        c, s = mp.cos_sin(half)
        return [[c, -phase * s], [phase.conjugate() * s, c]]
    dense = mp.matrix([[matrix.get((i, j), zero) for j in block] for i in block])
    is_complex = any(isinstance(value, mpmath.mpc) for value in dense)
    _, vectors = mp.eighe(dense) if is_complex else mp.eigsy(dense)
    columns = []
    for k in reversed(range(len(block))):
        column = [vectors[i, k] for i in range(len(block))]
        size = max(map(abs, column))
        largest = next(value for value in column if abs(value) >= _AS_LARGE * size)
        columns.append([value * (abs(largest) / largest) for value in column])
    return [list(row) for row in zip(*columns, strict=True)]


def aligned(block: Sequence[int], matrix: Mapping[tuple[int, int], Any], found: Any, given: Any) -> list[list[Any]]:
    """Eigenvectors ``found`` (columns) in the order and with the phases of the columns ``given``.

    Each given one is projected on the level that holds most of it; where that is less than half, or one level would
    have to serve twice, what was found stands.
    """
    places = range(len(block))
    own = [[row[k] for row in found] for k in places]
    energies = [
        sum(v[i].conjugate() * matrix.get((block[i], block[j]), 0) * v[j] for i in places for j in places).real
        for v in own
    ]
    near = mpmath.mpf(10) ** (-mp.dps // 2) * max(map(abs, energies))
    columns, levels = [], []
    for k in places:
        overlaps = [sum(v[i].conjugate() * given[i][k] for i in places) for v in own]
        best = max(places, key=lambda m: abs(overlaps[m]))
        level = tuple(m for m in places if abs(energies[m] - energies[best]) <= near)
        weight = sum(abs(overlaps[m]) ** 2 for m in level)
        levels.append(level)
        if not 2 * weight >= 1 or levels.count(level) > len(level):
            return [list(row) for row in found]
        columns.append([sum(own[m][i] * overlaps[m] for m in level) / mp.sqrt(weight) for i in places])
    return [list(row) for row in zip(*columns, strict=True)]


def eigenvalues(matrix: Matrix, size: int) -> list[Any]:
    """Eigenvalues of a Hermitian matrix, block by block (two states in closed form)."""
    values: list[Any] = []
    zero = mpmath.mpf(0)
    for block in connected(size, matrix):
        if len(block) == 1:
            values.append(matrix.get((block[0], block[0]), zero).real)
        elif len(block) == 2:
            i, j = block
            p, q = matrix.get((i, i), zero).real, matrix.get((j, j), zero).real
            root = mp.hypot((p - q) / 2, abs(matrix.get((i, j), zero)))
            values += [(p + q) / 2 + root, (p + q) / 2 - root]
        else:
            dense = mp.matrix([[mp.mpc(matrix.get((i, j), zero)) for j in block] for i in block])
            values += list(mp.eighe(dense, eigvals_only=True))
    return values


class Elimination:
    """LU decomposition with rows scaled to one and partial pivoting."""

    def __init__(self, rows: list[list[Any]]) -> None:
        n = len(rows)
        smallest = mpmath.mpf(10) ** (12 - mp.dps)
        self.scales = [max(map(abs, row)) for row in rows]
        if not all(self.scales):
            raise SingularMatrix
        self.rows = [[value / scale for value in row] for row, scale in zip(rows, self.scales, strict=True)]
        self.order = list(range(n))
        a = self.rows
        for k in range(n):
            pivot = max(range(k, n), key=lambda i: abs(a[i][k]))
            if abs(a[pivot][k]) < smallest:
                raise SingularMatrix
            if pivot != k:
                a[k], a[pivot] = a[pivot], a[k]
                self.order[k], self.order[pivot] = self.order[pivot], self.order[k]
            top = a[k]
            filled = [j for j in range(k + 1, n) if top[j]]
            for i in range(k + 1, n):
                row = a[i]
                if row[k]:
                    factor = row[k] = row[k] / top[k]
                    for j in filled:
                        row[j] -= factor * top[j]

    def solve(self, right: Sequence[Any]) -> list[Any]:
        """x with matrix x = right."""
        a, n = self.rows, len(self.rows)
        x = [right[old] / self.scales[old] for old in self.order]
        for i in range(n):
            row, total = a[i], x[i]
            for j in range(i):
                if row[j] and x[j]:
                    total -= row[j] * x[j]
            x[i] = total
        for i in reversed(range(n)):
            row, total = a[i], x[i]
            for j in range(i + 1, n):
                if row[j] and x[j]:
                    total -= row[j] * x[j]
            x[i] = total / row[i]
        return x
