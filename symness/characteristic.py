"""Characteristic polynomials of the sectors of a generator, and what their factors say about decay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symness import program
from symness.composites import CompositeMatrix
from symness.convert import to_sympy
from symness.display import Displayed
from symness.exact import Ring, determinant
from symness.liouville import Coordinate
from symness.program import Node

__all__ = ["Factor", "Sector", "factors"]

#: largest sector whose characteristic polynomial is expanded, and most terms of a minor
SECTOR_LIMIT = 8
TERM_LIMIT = 2000


@dataclass(frozen=True)
class Factor:
    """An irreducible factor of a characteristic polynomial: ``coefficients[k]`` belongs to z**k, the last one is 1.

    ``square`` is c - b**2/4 of a factor z**2 + b z + c = (z + b/2)**2 + c - b**2/4: a frequency squared where the
    coherence rotates; ``rotates`` where it is a sum of squares, so that the roots are complex for all parameters.
    """

    coefficients: tuple[Node, ...]
    power: int
    square: Node | None = None
    rotates: bool = False

    @property
    def degree(self) -> int:
        return len(self.coefficients) - 1

    @property
    def is_zero(self) -> bool:
        """The factor z: a stationary state."""
        return self.degree == 1 and self.coefficients[0].is_zero

    @property
    def decay(self) -> Node | None:
        """Smallest -Re of its roots; None above degree two.

        Of z**2 + b z + c it is c/(b/2 + sqrt(b**2/4 - c)), which subtracts nothing, and b/2 where the roots are
        complex: the smaller of the two, with zero for the root of a negative number.
        """
        if self.degree == 1:
            return self.coefficients[0]
        if self.square is None:
            return None
        half = program.mul(program.number(1) / 2, self.coefficients[1])
        if self.rotates:
            return half
        root = program.sqrt(program.call("positive_part", -self.square))
        c = program.add(program.power(half, 2), self.square)
        return program.call("minimum", half, program.div(c, program.add(half, root)))

    @property
    def roots(self) -> list[Any] | None:
        """Eigenvalues as SymPy expressions in the named composites; None above degree two."""
        if self.degree == 1:
            return [-to_sympy(self.coefficients[0])]
        if self.square is None:
            return None
        half, root = to_sympy(self.coefficients[1]) / 2, sp.sqrt(-to_sympy(self.square))
        return [root - half, -root - half]

    def text(self, shown: Callable[[Any], str]) -> str:
        """Powers of z from the highest to the lowest, or the completed square where that is shorter."""
        z, values = sp.Symbol("z"), [to_sympy(c) for c in self.coefficients]
        whole = " + ".join(
            _times(shown, value, shown(z**k) if k else "")
            for k, value in reversed(list(enumerate(values)))
            if value != 0
        )
        if self.square is None:
            return whole
        completed = shown((z + values[1] / 2) ** 2 + to_sympy(self.square))
        return min(completed, whole, key=len)


@dataclass(frozen=True, repr=False)
class Sector(Displayed):
    """Coordinates that couple to each other, and the factors of det(z - M) (None beyond the budget).

    ``stationary`` counts the eigenvalues that are zero for all parameters.
    """

    coordinates: tuple[Coordinate, ...]
    factors: tuple[Factor, ...] | None
    stationary: int

    @property
    def has_populations(self) -> bool:
        return any(c[0] == "p" for c in self.coordinates)

    @property
    def decays(self) -> list[Node] | None:
        """Smallest -Re of the roots of every factor but z; None where one has no closed form."""
        if self.factors is None:
            return None
        found = [f.decay for f in self.factors if not f.is_zero]
        return None if None in found else [d for d in found if d is not None]


def factors(ring: Ring, matrix: CompositeMatrix, sector: Sequence[Coordinate]) -> tuple[Factor, ...] | None:
    """Irreducible factors of det(z - M) on a sector, z the first name of the ring; None beyond the budget."""
    if len(sector) > SECTOR_LIMIT:
        return None
    z = ring.generators[ring.names[0]]
    rows = [
        [
            (z if r == c else ring.zero)
            - (matrix.matrix[r, c].project_to_context(ring.context) if (r, c) in matrix.matrix else ring.zero)
            for c in sector
        ]
        for r in sector
    ]
    try:
        polynomial = determinant(rows, ring.zero, TERM_LIMIT)
    except OverflowError:
        return None
    found = []
    for factor, power in ring.factors(polynomial)[1]:
        parts = {key[0]: value for key, value in ring.split(factor, [ring.names[0]]).items()}
        degree = max(parts)
        lead = parts[degree]
        # det(z - M) is monic, so its factors are, up to a number.
        coefficients = [parts.get(k, ring.zero) / lead for k in range(degree + 1)]
        square, rotates = None, False
        if degree == 2:
            rest = coefficients[0] - coefficients[1] * coefficients[1] / 4
            square = ring.display(rest)
            rotates = all(c > 0 and not any(k % 2 for k in powers) for powers, c in rest.to_dict().items())
        found.append(Factor(tuple(ring.display(c) for c in coefficients), power, square, rotates))
    return tuple(sorted(found, key=lambda f: (not f.is_zero, f.degree)))


def _times(shown: Callable[[Any], str], value: Any, power: str) -> str:
    if not power or value == 1:
        return power or shown(value)
    return f"({shown(value)}) {power}" if value.is_Add else f"{shown(value)} {power}"
