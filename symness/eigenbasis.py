"""A supplied eigenbasis: orthonormal, and diagonalising H + V, exactly.  And what others need to know of one found."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp

from symness import program
from symness.convert import from_sympy, to_sympy
from symness.errors import ModelError
from symness.formula import Definition
from symness.gauge import real_imag
from symness.graph import components
from symness.model import Model
from symness.program import Node
from symness.residues import at_random_point

__all__ = ["check_eigenbasis", "frame"]

Rows = list[list[Node]]


def check_eigenbasis(model: Model) -> list[Any]:
    """The energies of the columns of ``eigenbasis=``.

    Raises
    ------
    ModelError
        Where it is no eigenbasis of H + V, naming the columns.
    """
    n, order = model.dimension, [s.name for s in model.symbols]
    basis = [[from_sympy(model.eigenbasis[i, k], order) for k in range(n)] for i in range(n)]
    H = [[from_sympy(model.total[i, j], order) for j in range(n)] for i in range(n)]
    dagger = [[program.conjugate(value) for value in row] for row in zip(*basis, strict=True)]
    overlap, energy = _product(dagger, basis), _product(dagger, _product(H, basis))
    flat = [part for rows in (overlap, energy) for row in rows for value in row for part in program.real_imag(value)]
    _, values = at_random_point(flat)
    pairs = [(int(real), int(imaginary)) for real, imaginary in zip(values[::2], values[1::2], strict=True)]
    for i in range(n):
        for k in range(n):
            if pairs[i * n + k] != (int(i == k), 0):
                raise ModelError(f"Model: eigenbasis= is not orthonormal: column {i} with column {k}")
            if i != k and pairs[n * n + i * n + k] != (0, 0):
                raise ModelError(f"Model: eigenbasis= does not diagonalise H + V: columns {i} and {k} are coupled")
    columns = [model.eigenbasis[:, k] for k in range(n)]
    return [_real((column.H * model.total * column)[0, 0]) for column in columns]


def _real(value: Any) -> Any:
    """The energy of a level, short where that is easily had."""
    return real_imag(value)[0] if value.has(sp.I) else sp.simplify(value)


def _product(left: Rows, right: Rows) -> Rows:
    columns = list(zip(*right, strict=True))
    return [[program.add(*(program.mul(a, b) for a, b in zip(row, c, strict=True))) for c in columns] for row in left]


@functools.lru_cache(maxsize=64)
def frame(symbols: tuple[Any, ...], vectors: tuple[tuple[Node, ...], ...], definitions: tuple[Definition, ...]) -> Any:
    """Closed-form eigenvectors of blocks of three and more states, in the parameters alone; None where there are none.

    ``vectors[i][k]`` is component i of level k; no rows mean no energy basis.  Which level comes
    first and which component is positive is a convention there, and no property of H + V.
    """
    values: dict[str, Node] = {}
    for definition in definitions:
        values[definition.name] = program.substitute(definition.expression, values)
    n, named = len(vectors), {s.name: s for s in symbols}
    pattern = [(i, k) for i, row in enumerate(vectors) for k, value in enumerate(row) if not value.is_zero]
    found = sp.zeros(n, n)
    for block in components(n, pattern):
        nodes = {(i, k): program.substitute(vectors[i][k], values) for i, k in pattern if i in block}
        numerical = any(node.op == "call" and node.args[0] == "eigenvector" for node in program.walk(nodes.values()))
        if len(block) > 2 and not numerical:
            for place, node in nodes.items():
                found[place] = to_sympy(node, named)
    return None if found.is_zero_matrix else sp.ImmutableMatrix(found)
