"""The resolvent of a generator, (i w - M)^-1, applied to B rho - <B> rho or to [B, rho]: a program in w and M.

The equations are solved on those coordinates only that the operators connect.  One population is eliminated by the
trace (the right-hand side has none), so that w = 0 is no special point.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

from symness import program
from symness.composites import tidy
from symness.elimination import degree, remove_number
from symness.exact import nonzero_pivot
from symness.formula import Definition
from symness.graph import components
from symness.liouville import Coordinate, coordinates, entry_node, values_at_random_point
from symness.names import Names
from symness.program import Node
from symness.state import SteadyState

__all__ = ["Resolvent"]

Vector = dict[Coordinate, Node]


#: sets of operators asked for so far, as long as their state lives: the intermediates of each carry its number
_LISTED: WeakKeyDictionary[SteadyState, dict[Any, str]] = WeakKeyDictionary()


class Resolvent:
    """(i sign omega - M)^-1 on vectors without trace, in complex arithmetic on Hermitian coordinates."""

    def __init__(self, state: SteadyState, frequency: Any, key: Any, sign: int) -> None:
        self.state, self.generator = state, state.generator
        table = _LISTED.setdefault(state, {})
        self.tag = table.setdefault((frequency.name, sign, *key), str(len(table) + 1))
        self.names = Names({*self.generator.names.taken, *(d.name for d in state.definitions), frequency.name})
        self.shift = program.mul(sign, program.I, program.symbol(frequency.name))
        self.definitions: list[Definition] = []
        self.ground = state.matrix.ground
        self.listed = [c for c in coordinates(self.generator.dimension) if c != self.ground]
        full = state.matrix.liouvillian
        named = {key: state.matrix.ring.collect(value) for key, value in state.matrix.matrix.items()}
        _, numbers = values_at_random_point(self.generator, full)
        place = {c: k for k, c in enumerate(self.listed)}
        self.entries: dict[Coordinate, Vector] = {c: {} for c in self.listed}
        self.numbers: dict[Coordinate, dict[Coordinate, Any]] = {c: {} for c in self.listed}
        for row in self.listed:
            for column, entry in full.rows.get(row, {}).items():
                value = named[row, column] if (row, column) in named else entry_node(full.ring, entry)
                self._put(row, column, value, numbers[row, column])
        links = [(place[r], place[c]) for r, row in self.entries.items() for c in row]
        groups = components(len(self.listed), links)
        self.group = {self.listed[k]: [self.listed[m] for m in group] for group in groups for k in group}

    def _put(self, row: Coordinate, column: Coordinate, value: Node, number: Any) -> None:
        """The population of the ground state is minus the sum of the others."""
        columns = [column] if column != self.ground else [c for c in self.listed if c[0] == "p"]
        for c in columns:
            own, count_ = (value, number) if column != self.ground else (-value, -number)
            self.entries[row][c] = self.entries[row][c] + own if c in self.entries[row] else own
            self.numbers[row][c] = self.numbers[row].get(c, 0) + count_

    def known(self, part: Node) -> Node:
        """Zero where the part vanishes identically (decided at a random point): no rounding in its place."""
        own: dict[str, Node] = {}
        for definition in self.definitions:
            own[definition.name] = program.substitute(definition.expression, own)
        zero = program.number(0)
        return zero if self.state.equal(program.substitute(part, own), zero) else part

    # -- vectors and functionals ---------------------------------------------------------------------------------------

    def _elements(self) -> dict[tuple[int, int], Node]:
        n, found = self.generator.dimension, {}
        for i in range(n):
            for j in range(n):
                re, im = self.state.parts(i, j, self.generator.basis)
                if not (re.is_zero and im.is_zero):
                    found[i, j] = program.add(re, program.mul(program.I, im))
        return found

    def _operator(self, operator: Any) -> dict[tuple[int, int], Node]:
        return {place: tidy(self.generator.ring, value) for place, value in self.generator.to_basis(operator).items()}

    def product(self, operator: Any) -> Vector:
        """B rho - <B> rho with B = D + O, D diagonal: (D_i - <D>) rho_ij + (O rho)_ij - <O> rho_ij.

        D_i - <D> is written as sum_k p_k (D_i - D_k): the fluctuations of a state that is almost pure keep their
        digits (p (1 - p) of an occupation is a product of populations).
        """
        rho, ring = self._elements(), self.generator.ring
        entries = self.generator.to_basis(operator)
        image: dict[tuple[int, int], list[Node]] = {}
        for (i, k), value in entries.items():
            for (m, j), r in rho.items() if i != k else ():
                if m == k:
                    image.setdefault((i, j), []).append(program.mul(tidy(ring, value), r))
        mean = program.add(*(x for (i, j), terms in image.items() if i == j for x in terms))
        diagonal = [entries.get((i, i), ring.zero) for i in range(self.generator.dimension)]
        away = [self._distance(i, diagonal, rho) for i in range(self.generator.dimension)]
        for (i, j), r in rho.items():
            image.setdefault((i, j), []).append(program.mul(program.add(away[i], program.mul(-1, mean)), r))
        return self._coordinates({place: program.add(*terms) for place, terms in image.items()})

    def _distance(self, i: int, diagonal: list[Any], rho: Mapping[tuple[int, int], Node]) -> Node:
        """D_i - <D>."""
        ring, differences = self.generator.ring, [diagonal[i] - value for value in diagonal]
        return program.add(*(program.mul(tidy(ring, d), rho[k, k]) for k, d in enumerate(differences) if len(d)))

    def commutator(self, operator: Any) -> Vector:
        """B rho - rho B."""
        rho, moved = self._elements(), self._operator(operator)
        image: dict[tuple[int, int], list[Node]] = {}
        for (i, k), b in moved.items():
            for (m, j), r in rho.items():
                if m == k:
                    image.setdefault((i, j), []).append(program.mul(b, r))
                if j == i:
                    image.setdefault((m, k), []).append(program.mul(-1, r, b))
        return self._coordinates({place: program.add(*terms) for place, terms in image.items()})

    def _coordinates(self, matrix: Mapping[tuple[int, int], Node]) -> Vector:
        """x = (X_jk + X_kj)/2 and y = (X_jk - X_kj)/(2 i), complex where X is not Hermitian."""
        zero, half = program.number(0), Fraction(1, 2)
        found: Vector = {}
        for c in self.listed:
            axis, j, k = c
            if axis == "p":
                value = matrix.get((j, j), zero)
            elif axis == "x":
                value = program.mul(half, matrix.get((j, k), zero) + matrix.get((k, j), zero))
            else:
                value = program.mul(-half, program.I, matrix.get((j, k), zero) - matrix.get((k, j), zero))
            if not value.is_zero:
                found[c] = value
        return found

    def _functional(self, operator: Any) -> Vector:
        """Tr(A X) as a row: A_kk, A_kj + A_jk on x_jk, i (A_kj - A_jk) on y_jk; the ground state taken out."""
        A, zero = self._operator(operator), program.number(0)
        found: Vector = {}
        for c in self.listed:
            axis, j, k = c
            if axis == "p":
                value = A.get((j, j), zero) - A.get((self.ground[1], self.ground[1]), zero)
            elif axis == "x":
                value = A.get((k, j), zero) + A.get((j, k), zero)
            else:
                value = program.mul(program.I, A.get((k, j), zero) - A.get((j, k), zero))
            if not value.is_zero:
                found[c] = value
        return found

    # -- solution ------------------------------------------------------------------------------------------------------

    def answer(self, operator: Any, right: Vector) -> tuple[Node, Node]:
        """Real and imaginary part of Tr[A (i sign omega - M)^-1 X]; recurring operations become definitions."""
        row = self._functional(operator)
        reached = {c: None for start in right for c in self.group[start]}
        if not any(c in reached for c in row):
            return program.number(0), program.number(0)
        groups = list(dict.fromkeys(tuple(self.group[start]) for start in right if row.keys() & set(self.group[start])))
        terms = []
        for group in groups:
            solved = self._solve(group, right)
            terms += [program.mul(row[c], solved[c]) for c in group if c in row]
        parts = program.real_imag(program.add(*terms))
        start = len(self.definitions)
        steps = (self.names.fresh(f"x_s{self.tag}_{k}") for k in count(start + 1))
        named, roots = program.name_recurring(list(parts), steps)
        for k, (name, value) in enumerate(named, start + 1):
            self.definitions.append(Definition(name, value, rf"x^{{(s{self.tag})}}_{{{k}}}"))
        return roots[0], roots[1]

    def _solve(self, group: tuple[Coordinate, ...], right: Vector) -> Vector:
        """Elimination by minimum degree; a pivot is one that does not vanish at omega = 0."""
        W = {r: {c: program.mul(-1, v) for c, v in self.entries[r].items()} for r in group}
        for c in group:
            W[c][c] = program.add(self.shift, W[c].get(c, program.number(0)))
        shadow = {r: dict(self.numbers[r]) for r in group}
        b = {c: v for c, v in right.items() if c in W}
        left, steps = set(group), []
        while left:
            usable = {c for c in left if shadow[c].get(c, 0) != 0}
            if not usable:
                nonzero_pivot(program.number(0), f"the coordinates {sorted(left)}")
            pivot = min(usable, key=lambda c: (degree(W, c), group.index(c)))
            left.remove(pivot)
            remove_number(shadow, pivot)
            row = W.pop(pivot)
            own = row.pop(pivot)
            for r, other in W.items():
                factor = other.pop(pivot, None)
                if factor is None:
                    continue
                scale = program.mul(-1, program.div(factor, own))
                for c, value in row.items():
                    product = program.mul(scale, value)
                    other[c] = program.add(other[c], product) if c in other else product
                if pivot in b:
                    product = program.mul(scale, b[pivot])
                    b[r] = program.add(b[r], product) if r in b else product
            steps.append((pivot, own, row))
        zero = program.number(0)
        x: Vector = {}
        for pivot, own, row in reversed(steps):
            rest = [program.mul(-1, v, x[c]) for c, v in row.items() if not x[c].is_zero]
            x[pivot] = program.div(program.add(b.get(pivot, zero), *rest), own)
        return x
