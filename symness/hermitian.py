"""Hermitian matrices of programs: the density matrix in a basis, its partial transpose, and their eigenvalues.

Eigenvalues are found block by block.  A block of one state is its own eigenvalue, a block of two has a closed form, and
larger ones become the opaque function ``eigenvalue``, which evaluators compute numerically.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod

from symness import program
from symness.graph import components
from symness.program import Node
from symness.state import SteadyState

__all__ = ["Matrix", "blocks", "eigenvalues", "entries", "partial_transpose", "state_matrix"]

#: rows of (real part, imaginary part)
Matrix = list[list[tuple[Node, Node]]]


def state_matrix(state: SteadyState, basis: str | None = None) -> Matrix:
    """The density matrix in a basis (``"energy"``, ``"product"``; default the generator's)."""
    n = state.generator.dimension
    upper = {(i, j): state.parts(i, j, basis) for i in range(n) for j in range(i, n)}
    return [[upper[i, j] if i <= j else _conjugate(upper[j, i]) for j in range(n)] for i in range(n)]


def _conjugate(pair: tuple[Node, Node]) -> tuple[Node, Node]:
    return pair[0], -pair[1]


def partial_transpose(matrix: Matrix, dimensions: Sequence[int], partition: Sequence[int]) -> Matrix:
    """Row and column indices of the factors in ``partition`` exchanged; the first factor is the leftmost."""
    n = prod(dimensions)

    def digits(index: int) -> list[int]:
        found: list[int] = []
        for size in reversed(dimensions):
            index, digit = divmod(index, size)
            found.insert(0, digit)
        return found

    def number(listed: Sequence[int]) -> int:
        total = 0
        for size, digit in zip(dimensions, listed, strict=True):
            total = total * size + digit
        return total

    split = [digits(k) for k in range(n)]

    def source(i: int, j: int) -> tuple[int, int]:
        row, column = list(split[i]), list(split[j])
        for factor in partition:
            row[factor], column[factor] = column[factor], row[factor]
        return number(row), number(column)

    return [[matrix[r][c] for r, c in (source(i, j) for j in range(n))] for i in range(n)]


def blocks(matrix: Matrix) -> list[list[int]]:
    """Sets of states that nothing connects."""
    n = len(matrix)
    pairs = [(i, j) for i in range(n) for j in range(i) if not all(part.is_zero for part in matrix[i][j])]
    return components(n, pairs)


def entries(matrix: Matrix, block: Sequence[int]) -> list[Node]:
    """The elements of a block row by row, complex."""
    return [program.add(re, program.mul(program.I, im)) for re, im in (matrix[i][j] for i in block for j in block)]


def eigenvalues(matrix: Matrix) -> list[Node]:
    """All eigenvalues, block by block, in each block the largest first."""
    found: list[Node] = []
    for block in blocks(matrix):
        if len(block) == 1:
            found.append(matrix[block[0]][block[0]][0])
        elif len(block) == 2:
            i, j = block
            half, first, second = Fraction(1, 2), matrix[i][i][0], matrix[j][j][0]
            mean = program.mul(half, program.add(first, second))
            spread = program.mul(half, first - second)
            radius = program.call("hypot", spread, program.call("hypot", *matrix[i][j]))
            found += [mean + radius, mean - radius]
        else:
            size, inside = len(block), entries(matrix, block)
            found += [program.call("eigenvalue", k, size, *inside) for k in range(size)]
    return found
