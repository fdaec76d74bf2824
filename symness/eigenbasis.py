"""A supplied eigenbasis: orthonormal, and diagonalising H + V, exactly."""

from __future__ import annotations

from symness import program
from symness.convert import from_sympy
from symness.errors import ModelError
from symness.model import Model
from symness.program import Node
from symness.residues import at_random_point

__all__ = ["check_eigenbasis"]

Rows = list[list[Node]]


def check_eigenbasis(model: Model) -> None:
    """Raise ModelError, naming the columns, where ``eigenbasis=`` is no eigenbasis of H + V."""
    n, order = model.dimension, [s.name for s in model.symbols]
    basis = [[from_sympy(model.eigenbasis[i, k], order) for k in range(n)] for i in range(n)]
    H = [[from_sympy(model.total[i, j], order) for j in range(n)] for i in range(n)]
    transposed = [list(row) for row in zip(*basis, strict=True)]
    overlap, energy = _product(transposed, basis), _product(transposed, _product(H, basis))
    flat = [*(e for row in overlap for e in row), *(e for row in energy for e in row)]
    _, values = at_random_point(flat)
    for i in range(n):
        for k in range(n):
            if int(values[i * n + k]) != int(i == k):
                raise ModelError(f"Model: eigenbasis= is not orthonormal: column {i} with column {k}")
            if i != k and int(values[n * n + i * n + k]) != 0:
                raise ModelError(f"Model: eigenbasis= does not diagonalise H + V: columns {i} and {k} are coupled")


def _product(left: Rows, right: Rows) -> Rows:
    columns = list(zip(*right, strict=True))
    return [[program.add(*(program.mul(a, b) for a, b in zip(row, c, strict=True))) for c in columns] for row in left]
