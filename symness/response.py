"""Inhomogeneous equations M x = b of a generator with one stationary state, as straight-line programs.

M is singular: its population rows add up to zero, and so must those of b.  The elimination is the one of the steady
state (:func:`symness.elimination.straight_line`): coherences by minimum degree, then the populations by Grassmann,
Taksar and Heyman, whose pivots hold no subtraction.  The solution is fixed by x = 0 for the ground state; any multiple
of the steady state may be added to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from symness import program
from symness.elimination import degree, degree_among, remove_number
from symness.errors import NonUniqueSteadyState, VerificationError
from symness.exact import nonzero_pivot
from symness.liouville import Coordinate, entry_node, values_at_random_point
from symness.program import Node
from symness.residues import at_random_point
from symness.state import SteadyState

__all__ = ["Response", "response"]


@lru_cache(maxsize=16)
def response(state: SteadyState, sector: tuple[Coordinate, ...]) -> Response:
    """The elimination of a state's generator on its sector, or on a larger one that is closed under the generator."""
    matrix = state.matrix
    full = matrix.liouvillian
    entries = {key: matrix.ring.collect(value) for key, value in matrix.matrix.items()}
    inside = set(matrix.sector)
    for row in sector:
        for column, entry in full.rows.get(row, {}).items():
            if row not in inside:
                entries[row, column] = entry_node(full.ring, entry)
    _, numbers = values_at_random_point(state.generator, full)
    return Response(entries, sector, matrix.ground, numbers)


class Response:
    """Elimination of one matrix, for any number of right-hand sides.

    Parameters
    ----------
    entries : mapping (row, column) -> Node
    sector : sequence of coordinates
        Every coordinate of the equations.
    ground : coordinate
        The population that is never removed.
    numbers : mapping
        The entries at a random point: a coherence whose pivot vanishes there waits.
    """

    def __init__(
        self,
        entries: Mapping[tuple[Coordinate, Coordinate], Node],
        sector: Sequence[Coordinate],
        ground: Coordinate,
        numbers: Mapping[tuple[Coordinate, Coordinate], Any],
    ) -> None:
        self.sector, self.ground, self.entries = tuple(sector), ground, dict(entries)
        self._rows: dict[Coordinate, dict[Coordinate, Node]] = {r: {} for r in sector}
        for (row, column), value in entries.items():
            if not value.is_zero:
                self._rows[row][column] = value
        #: (coordinate, its pivot, what it is made of, where it goes), in the order of removal
        self._steps: list[tuple[Coordinate, Node, dict[Coordinate, Node], dict[Coordinate, Node]]] = []
        shadow = {r: {c: numbers[r, c] for c in sector if (r, c) in numbers} for r in sector}
        left = {c for c in sector if c[0] != "p"}
        while left:
            usable = {c for c in left if shadow[c].get(c, 0) != 0}
            if not usable:
                nonzero_pivot(program.number(0), f"the coherences {sorted(left)}")
            pivot = min(usable, key=lambda c: (degree(self._rows, c), self.sector.index(c)))
            left.remove(pivot)
            remove_number(shadow, pivot)
            self._remove(pivot, self._rows[pivot].pop(pivot))
        self._populations()

    def _remove(self, c: Coordinate, pivot: Node) -> None:
        row = self._rows.pop(c)
        made = {k: program.mul(-1, program.div(v, pivot)) for k, v in row.items()}
        goes = {r: other.pop(c) for r, other in self._rows.items() if c in other}
        for r, factor in goes.items():
            other = self._rows[r]
            for k, value in made.items():
                product = program.mul(factor, value)
                other[k] = program.add(other[k], product) if k in other else product
        self._steps.append((c, pivot, made, goes))

    def _populations(self) -> None:
        W, left = self._rows, [self.ground, *(c for c in self.sector if c[0] == "p" and c != self.ground)]
        while len(left) > 1:
            last = min(left[1:], key=lambda p: (degree_among(W, p, left), -left.index(p)))
            left.remove(last)
            goes = {r: W[r].pop(last) for r in left if last in W[r]}
            outflow = program.add(*goes.values())
            if outflow.is_zero:
                raise NonUniqueSteadyState(
                    f"population {last[1] + 1} has no way out to the others: the steady state is not unique; "
                    "couple it to a bath or remove it from the model"
                )
            row = W.pop(last)
            made = {r: program.div(row[r], outflow) for r in left if r in row}
            for source, value in made.items():
                for target, factor in goes.items():
                    if target != source:
                        product = program.mul(factor, value)
                        W[target][source] = program.add(W[target][source], product) if source in W[target] else product
            self._steps.append((last, program.mul(-1, outflow), made, goes))

    def solve(self, right: Mapping[Coordinate, Node]) -> dict[Coordinate, Node]:
        """x with M x = b and x = 0 for the ground state; ``right`` is b, absent coordinates are zero.

        Nothing tests here that the population rows of b add up to zero.
        """
        b = {c: value for c, value in right.items() if not value.is_zero}
        own: dict[Coordinate, Node] = {}
        for c, pivot, _, goes in self._steps:
            if c not in b:
                continue
            # c = made . x + b/pivot; the second part goes to the right-hand side of the other rows
            own[c] = program.div(b[c], pivot)
            for target, factor in goes.items():
                product = program.mul(-1, factor, own[c])
                b[target] = program.add(b[target], product) if target in b else product
        x: dict[Coordinate, Node] = {self.ground: program.number(0)}
        for c, _, made, _ in reversed(self._steps):
            terms = [program.mul(v, x[k]) for k, v in made.items() if not x[k].is_zero]
            x[c] = program.add(*terms, *([own[c]] if c in own else []))
        return x

    def check(
        self,
        x: Mapping[Coordinate, Node],
        right: Mapping[Coordinate, Node],
        definitions: Mapping[str, Node],
        what: str,
    ) -> None:
        """M x = b exactly, at a random point of a prime field; ``definitions`` are the symbols in the parameters.

        Raises
        ------
        VerificationError
            Where an equation does not hold.
        """
        zero = program.number(0)
        rows: dict[Coordinate, list[Node]] = {}
        for (row, column), value in self.entries.items():
            rows.setdefault(row, []).append(program.mul(value, x[column]))
        memo: dict[Node, Node] = {}
        defects = [
            program.substitute(program.add(*rows.get(c, []), -right.get(c, zero)), definitions, memo)
            for c in self.sector
        ]
        _, values = at_random_point(defects, seed=17)
        wrong = [c for c, value in zip(self.sector, values, strict=True) if value != 0]
        if wrong:
            raise VerificationError(
                f"{what} does not solve its own equations (rows {wrong[:3]}); please report the model"
            )
