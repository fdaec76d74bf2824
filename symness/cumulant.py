"""The second cumulant as a paper prints it: from the determinant of the generator with a counting field.

The eigenvalue z(x) of M(x) = M + x J_1 + x**2/2 J_2 + ... that vanishes with x solves det(M(x) - z) = 0.  With

    det(M(x) - z) = a_1 z + a_2 z**2 + p_1 x + p_2 x**2 + p_11 x z + (third order)

its first two derivatives are I = -p_1/a_1 and S = -2 (p_2 + p_11 I + a_2 I**2)/a_1.  The coefficients are polynomials
in the composites; each is expanded in powers of the determinant 1/R of the coherences, which makes its parts factor.

Source: Koza, J. Phys. A 32, 7637 (1999), for classical rates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from symness import program
from symness.elimination import POPULATION_LIMIT, TERM_BUDGET
from symness.exact import Polynomial, Ring
from symness.linear import LinearForms
from symness.liouville import Coordinate, Entry
from symness.program import Node
from symness.state import SteadyState

__all__ = ["second_cumulant"]

Rows = Mapping[Coordinate, Mapping[Coordinate, Entry]]
Powers = tuple[int, int]


def second_cumulant(state: SteadyState, first: Rows, second: Rows, current: Node) -> Node | None:
    """S in terms of the symbol of the current; None beyond the term budget, or where there is no closed form.

    Parameters
    ----------
    first, second : mapping row -> column -> Entry
        J_1 and J_2.
    """
    linear = state.linear
    if linear is None or sum(c[0] == "p" for c in state.sector) > POPULATION_LIMIT:
        return None
    inside = set(state.sector)
    if any(r not in inside and inside & set(row) for r, row in first.items()):
        return None
    converted = linear.in_composites([e for rows in (first, second) for row in rows.values() for e in row.values()])
    if converted is None:
        return None
    form = _Form(state, linear, *converted)
    try:
        return form.noise(form.matrix(state, first, second), current)
    except OverflowError:
        return None


class _Form:
    """Polynomials in the composites and two variables z and x, kept to second order."""

    def __init__(self, state: SteadyState, linear: LinearForms, source: Ring, values: Sequence[Polynomial]) -> None:
        self.linear, self.elimination = linear, linear.elimination
        self._values: Iterator[Polynomial] = iter(values)
        # A block rotates with W: its determinant K**2 + W**2 divides with remainder where W comes first.
        self.expanded = [b for b in self.elimination.blocks if b.rotation and len(_letters(b.rotation[1])) == 1]
        leads = [_letters(b.rotation[1])[0] for b in self.expanded if b.rotation]
        opaque = set(state.matrix.ring.names)
        relations = {source.names[place]: source.collect(square) for place, square in source.relations}
        kept = {name: square for name, square in relations.items() if name not in opaque}
        self.ring = Ring([*leads, "z*", "x*", *source.names], kept)
        self.z, self.x = self.ring.generators["z*"], self.ring.generators["x*"]
        self.places = [self.ring.index[name] for name in ("z*", "x*")]

    def lifted(self, polynomial: Polynomial) -> Polynomial:
        return polynomial.project_to_context(self.ring.context)

    def matrix(self, state: SteadyState, first: Rows, second: Rows) -> list[list[Polynomial]]:
        """M + x J_1 + x**2/2 J_2 - z; the values of J_1 and J_2 are taken in the order in which they were given."""
        whole: dict[tuple[Coordinate, Coordinate], Polynomial] = {
            key: self.lifted(value) for key, value in state.matrix.matrix.items()
        }
        for factor, rows in ((self.x, first), (self.x * self.x / 2, second)):
            for r, row in rows.items():
                for c in row:
                    whole[r, c] = whole.get((r, c), self.ring.zero) + factor * self.lifted(next(self._values))
        for c in state.sector:
            whole[c, c] = whole.get((c, c), self.ring.zero) - self.z
        return [[whole.get((r, c), self.ring.zero) for c in state.sector] for r in state.sector]

    def determinant(self, matrix: Sequence[Sequence[Polynomial]]) -> Polynomial:
        """By minors of the last rows, each cut beyond second order.

        Raises
        ------
        OverflowError
            When one minor exceeds the term budget.
        """
        n = len(matrix)
        minors: dict[tuple[int, ...], Polynomial] = {(): self.ring.one}
        for row in reversed(matrix):
            larger: dict[tuple[int, ...], Polynomial] = {}
            for columns, minor in minors.items():
                for j in range(n):
                    if j in columns or not len(row[j]):
                        continue
                    joined = tuple(sorted((*columns, j)))
                    term = (-1) ** joined.index(j) * row[j] * minor
                    larger[joined] = larger[joined] + term if joined in larger else term
            minors = {columns: kept for columns, value in larger.items() if len(kept := self.cut(value))}
            if any(len(value) > TERM_BUDGET for value in minors.values()):
                raise OverflowError
        return minors.get(tuple(range(n)), self.ring.zero)

    def cut(self, value: Polynomial) -> Polynomial:
        first, second = self.places
        terms = {m: c for m, c in value.to_dict().items() if m[first] + m[second] <= 2}
        return self.ring.reduce(self.ring.context.from_dict(terms))

    def noise(self, matrix: Sequence[Sequence[Polynomial]], current: Node) -> Node | None:
        """-2 (p_2 + p_11 I + a_2 I**2)/a_1, with a_1 as a factor times the normalisation of the state."""
        parts: dict[Powers, Polynomial] = {}
        for key, value in self.ring.split(self.determinant(matrix), ["z*", "x*"]).items():
            parts[key[0], key[1]] = value
        cleared, degrees = self._normalisation()
        rest = self.ring.divide(parts[1, 0], cleared)
        if rest is None:
            return None
        content, factors = self.ring.factors(rest)
        scale = program.mul(*(program.power(self._show(f), k) for f, k in factors), self.linear.norm)
        shown = []
        for powers, weight in (((0, 2), program.number(1)), ((1, 1), current), ((2, 0), program.power(current, 2))):
            if powers in parts and len(parts[powers]):
                value = parts[powers] * self.ring.constant(-2 / content)
                shown.append(program.mul(self._expanded(value, degrees), weight))
        return program.div(program.add(*shown), scale)

    def _normalisation(self) -> tuple[Polynomial, dict[str, int]]:
        """The norm with every Schur factor R = 1/determinant cleared, and the powers of R that it takes."""
        e = self.elimination
        names = [b.factor for b in e.blocks]
        split = e.ring.split(e.norm, names)
        degrees = [max(powers[k] for powers in split) for k in range(len(names))]
        total = self.ring.zero
        for powers, value in split.items():
            term = self.lifted(value)
            for block, power, degree in zip(e.blocks, powers, degrees, strict=True):
                term = term * self.lifted(block.determinant) ** (degree - power)
            total = total + term
        return self.ring.reduce(total), dict(zip(names, degrees, strict=True))

    def _expanded(self, value: Polynomial, degrees: Mapping[str, int]) -> Node:
        """value * product of R**degree, as a polynomial in the R of the blocks that rotate."""
        listed: dict[tuple[int, ...], Polynomial] = {(): value}
        for block in self.expanded:
            base = self.lifted(block.determinant)
            wider: dict[tuple[int, ...], Polynomial] = {}
            for powers, polynomial in listed.items():
                k: int = 0
                while len(polynomial):
                    polynomial, rest = divmod(polynomial, base)
                    if len(rest):
                        wider[*powers, k] = rest
                    k += 1
            listed = wider
        fixed = [b for b in self.elimination.blocks if b not in self.expanded]
        common = [program.power(program.symbol(b.factor), degrees[b.factor]) for b in fixed]
        terms = []
        for powers, polynomial in listed.items():
            content, factors = self.ring.factors(self.ring.reduce(polynomial))
            own = [
                program.power(program.symbol(b.factor), degrees[b.factor] - k)
                for b, k in zip(self.expanded, powers, strict=True)
            ]
            terms.append(program.mul(content, *(program.power(self._show(f), k) for f, k in factors), *common, *own))
        return program.add(*terms)

    def _show(self, factor: Polynomial) -> Node:
        """A factor by the name that it has in the closed form of the state, or written out."""
        own = self.elimination.ring
        if self.ring.uses(factor) <= set(own.names):
            named = self.linear.named.get(str(factor.project_to_context(own.context)))
            if named is not None:
                return named
        return self.linear.differences.shorten(self.ring, factor)


def _letters(polynomial: Polynomial) -> list[str]:
    """The variable of a polynomial that is one, up to a number."""
    terms = polynomial.to_dict()
    powers = [int(k) for k in next(iter(terms))] if len(terms) == 1 else []
    if sum(powers) != 1:
        return []
    return [str(polynomial.context().names()[powers.index(1)])]
