"""The generator in Hermitian coordinates: populations, then Re and Im of every rho_jk with j < k; all real.

d rho/dt = M rho with the coordinates as a vector; a functional such as a current is a row of the same kind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from symness import program
from symness.convert import to_sympy
from symness.errors import ObservableError
from symness.exact import Polynomial, Ring
from symness.generators import Generator, Term
from symness.graph import components
from symness.program import Node, symbol
from symness.residues import ResiduePoint, at_random_point
from symness.sparse import Sparse, conjugate_in, dagger

__all__ = ["Coordinate", "Entry", "Liouvillian", "coordinates", "energy_operator", "functional", "liouvillian"]

#: ("p", k, k), ("x", j, k) = Re rho_jk or ("y", j, k) = Im rho_jk
Coordinate = tuple[str, int, int]
#: rate name -> coefficient; "" collects the Hamiltonian part
Entry = dict[str, Polynomial]


def coordinates(n: int) -> list[Coordinate]:
    """Populations first, then Re and Im pair by pair."""
    listed: list[Coordinate] = [("p", k, k) for k in range(n)]
    for j in range(n):
        for k in range(j + 1, n):
            listed += [("x", j, k), ("y", j, k)]
    return listed


@dataclass(frozen=True)
class Liouvillian:
    """Sparse real matrix: ``rows[row][column]`` is an :data:`Entry`; ``sector`` is what the populations couple to."""

    dimension: int
    ring: Ring = field(repr=False)
    rows: Mapping[Coordinate, Mapping[Coordinate, Entry]] = field(repr=False)
    sector: tuple[Coordinate, ...] = ()

    def entry(self, row: Coordinate, column: Coordinate) -> Entry:
        return self.rows.get(row, {}).get(column, {})


def product(left: Sparse, right: Sparse) -> Sparse:
    """Sparse matrix product."""
    by_row: dict[int, list[tuple[int, Polynomial]]] = {}
    for (k, j), value in right.items():
        by_row.setdefault(k, []).append((j, value))
    result: Sparse = {}
    for (i, k), a in left.items():
        for j, b in by_row.get(k, ()):
            result[i, j] = result[i, j] + a * b if (i, j) in result else a * b
    return result


def _combine(ring: Ring, *weighted: tuple[int, Sparse]) -> Sparse:
    result: Sparse = {}
    for weight, matrix in weighted:
        for key, value in matrix.items():
            result[key] = result.get(key, ring.zero) + weight * value
    reduced = {key: ring.reduce(value) for key, value in result.items()}
    return {key: value for key, value in reduced.items() if len(value)}


class _Assembly:
    """Collects L_{ij,ab} for i <= j, per rate, and turns it into real rows."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.terms: dict[tuple[int, int], dict[tuple[int, int], Entry]] = {}

    def put(self, i: int, j: int, a: int, b: int, rate: str, value: Polynomial) -> None:
        if i > j:
            return
        entry = self.terms.setdefault((i, j), {}).setdefault((a, b), {})
        entry[rate] = entry[rate] + value if rate in entry else value

    def commutator(self, H: Sparse, n: int) -> None:
        i_unit = self.ring.generators["i"]
        for (i, a), value in H.items():
            for j in range(n):
                self.put(i, j, a, j, "", -i_unit * value)
                self.put(j, a, j, i, "", i_unit * value)

    def dissipator(self, term: Term, n: int) -> None:
        ring, half = self.ring, self.ring.constant(1) / 2
        self.jumps(term, ring.one)
        BA = product(dagger(ring, term.right), term.left)
        for (i, a), value in BA.items():
            for j in range(n):
                self.put(i, j, a, j, term.rate, -half * value)
                self.put(j, i, j, a, term.rate, -half * conjugate_in(ring, value))

    def jumps(self, term: Term, weight: Polynomial) -> None:
        """weight rate/2 (A rho B^+ + B rho A^+)."""
        ring, half = self.ring, weight / 2
        A, B = term.left, term.right
        same = A is B
        for (i, a), left in A.items():
            for (b, j), right in dagger(ring, B).items():
                value = half * left * right
                self.put(i, j, a, b, term.rate, value)
                if same:  # A rho A^+ is its own Hermitian conjugate
                    self.put(i, j, a, b, term.rate, value)
                else:
                    self.put(j, i, b, a, term.rate, conjugate_in(ring, value))

    def rows(self) -> dict[Coordinate, dict[Coordinate, Entry]]:
        rows: dict[Coordinate, dict[Coordinate, Entry]] = {}
        for (i, j), sources in self.terms.items():
            for (a, b), entry in sources.items():
                for rate, value in entry.items():
                    re, im = self.split(self.ring.reduce(value))
                    # rho_ab = x + i y for a < b and x - i y for a > b
                    sign = 1 if a <= b else -1
                    low, high = min(a, b), max(a, b)
                    x = ("p", a, a) if a == b else ("x", low, high)
                    real = ("p", i, i) if i == j else ("x", i, j)
                    self.into(rows, real, x, rate, re)
                    if i != j:
                        self.into(rows, ("y", i, j), x, rate, im)
                    if a != b:
                        y = ("y", low, high)
                        self.into(rows, real, y, rate, -sign * im)
                        if i != j:
                            self.into(rows, ("y", i, j), y, rate, sign * re)
        for row in rows.values():
            for column in list(row):
                kept = {rate: reduced for rate, v in row[column].items() if len(reduced := self.ring.reduce(v))}
                if kept:
                    row[column] = kept
                else:
                    del row[column]
        return rows

    def split(self, value: Polynomial) -> tuple[Polynomial, Polynomial]:
        if "i" not in self.ring.uses(value):
            return value, self.ring.zero
        parts = self.ring.split(value, ["i"])
        return parts.get((0,), self.ring.zero), parts.get((1,), self.ring.zero)

    def into(self, rows: Any, row: Coordinate, column: Coordinate, rate: str, value: Polynomial) -> None:
        if len(value):
            entry = rows.setdefault(row, {}).setdefault(column, {})
            entry[rate] = entry[rate] + value if rate in entry else value


def liouvillian(generator: Generator) -> Liouvillian:
    """The whole real matrix, and the sector of the populations found by connectivity."""
    n, ring = generator.dimension, generator.ring
    assembly = _Assembly(ring)
    assembly.commutator(generator.hamiltonian, n)
    for part in generator.parts:
        for term in part.terms:
            assembly.dissipator(term, n)
    rows = assembly.rows()
    listed = coordinates(n)
    place = {c: k for k, c in enumerate(listed)}
    links = [(place[r], place[c]) for r, row in rows.items() for c in row]
    sector = sorted(k for group in components(len(listed), links) if group[0] < n for k in group)
    return Liouvillian(n, ring, rows, tuple(listed[k] for k in sector))


def jump_rows(
    generator: Generator, terms: Sequence[tuple[Term, Polynomial]]
) -> dict[Coordinate, dict[Coordinate, Entry]]:
    """Sum of weight rate/2 (A rho B^+ + B rho A^+) over terms, as sparse real rows."""
    assembly = _Assembly(generator.ring)
    for term, weight in terms:
        assembly.jumps(term, weight)
    return assembly.rows()


def entry_node(ring: Ring, entry: Entry) -> Node:
    """An entry as a program (for evaluation at points; not for display)."""
    return program.add(
        *(program.mul(ring.collect(v), symbol(rate)) if rate else ring.collect(v) for rate, v in entry.items())
    )


def values_at_random_point(
    generator: Generator, matrix: Liouvillian, seed: int = 1
) -> tuple[ResiduePoint, dict[Any, Any]]:
    """A random point (parameters, angles, rates) and all entries of M there."""
    keys, nodes = [], []
    for row, columns in matrix.rows.items():
        for column, entry in columns.items():
            keys.append((row, column))
            nodes.append(entry_node(matrix.ring, entry))
    values: dict[str, Node] = {}
    for definition in generator.definitions:
        values[definition.name] = program.substitute(definition.expression, values)
    for rate in generator.rates.values():
        values[rate.name] = program.substitute(rate.expression, values)
    memo: dict[Node, Node] = {}
    point, numbers = at_random_point([program.substitute(node, values, memo) for node in nodes], seed)
    return point, dict(zip(keys, numbers, strict=True))


def energy_operator(generator: Generator, energy: str) -> Sparse:
    """H + V (``"total"``) or H (``"bare"``) in the basis of the generator."""
    if energy == "total" and generator.basis == "energy":
        return generator.hamiltonian
    return generator.to_basis(generator.model.total if energy == "total" else generator.model.H)


def functional(generator: Generator, part: str, kind: str, energy: Sparse | None = None) -> dict[Coordinate, Entry]:
    """Tr[E D rho] (``kind="energy"``) or quanta per time (``"particle"``) of one part, as a row."""
    ring = generator.ring
    row: dict[Coordinate, Entry] = {}
    for term in generator.part(part).terms:
        A, B = term.left, term.right
        Ad, Bd = dagger(ring, A), dagger(ring, B)
        if kind == "energy":
            E = energy or {}
            BA, AB = product(Bd, A), product(Ad, B)
            operator = _combine(
                ring,
                (1, product(product(Bd, E), A)),
                (1, product(product(Ad, E), B)),
                (-1, product(E, BA)),
                (-1, product(AB, E)),
            )
        else:
            operator = _combine(ring, (term.quanta, product(Bd, A)), (term.quanta, product(Ad, B)))
        for coordinate, value in expectation_row(ring, operator).items():
            entry = row.setdefault(coordinate, {})
            entry[term.rate] = entry.get(term.rate, ring.zero) + value / 2
    cleaned = {c: {r: v for r, v in e.items() if len(v)} for c, e in row.items()}
    return {c: e for c, e in cleaned.items() if e}


def expectation_row(ring: Ring, operator: Sparse) -> dict[Coordinate, Polynomial]:
    """Tr(O rho) for a Hermitian O: O_kk on populations, 2 Re O_jk on x_jk, 2 Im O_jk on y_jk (j < k)."""
    split = _Assembly(ring).split
    row: dict[Coordinate, Polynomial] = {}
    for (i, j), value in operator.items():
        re, im = split(value)
        if i == j:
            row["p", i, i] = re
        elif i < j:
            row["x", i, j], row["y", i, j] = 2 * re, 2 * im
    return {c: v for c, v in row.items() if len(v)}


def superoperator(generator: Generator, basis: str) -> Any:
    """The generator on column-stacked density matrices, as a SymPy matrix."""
    if basis not in ("energy", "product"):
        raise ObservableError(f"matrix(basis={basis!r}): pass 'energy' or 'product'")
    if basis == "energy" and generator.basis == "product":
        raise ObservableError("matrix(basis='energy'): local never needs the spectrum of H + V; pass 'product'")
    n, L = generator.dimension, liouvillian(generator)
    table = generator.table.symbols
    full = sp.zeros(n * n, n * n)
    for row, columns in L.rows.items():
        for column, entry in columns.items():
            value = to_sympy(entry_node(L.ring, entry), table)
            for target, weight in _matrix_units(row):
                for source, share in _coordinate_of(column):
                    full[target[0] + n * target[1], source[0] + n * source[1]] += weight * value * share
    if basis == generator.basis:
        return sp.ImmutableMatrix(full)
    U = sp.Matrix([[to_sympy(v, table) for v in row] for row in generator.spectrum.vectors])
    turn = sp.kronecker_product(U.conjugate(), U)
    return sp.ImmutableMatrix(turn * full * turn.H)


def _matrix_units(c: Coordinate) -> list[tuple[tuple[int, int], Any]]:
    """rho_ij = x + i y: how a coordinate enters the elements."""
    axis, i, j = c
    if axis == "p":
        return [((i, i), sp.Integer(1))]
    return [((i, j), sp.Integer(1)), ((j, i), sp.Integer(1))] if axis == "x" else [((i, j), sp.I), ((j, i), -sp.I)]


def _coordinate_of(c: Coordinate) -> list[tuple[tuple[int, int], Any]]:
    """x = (rho_ij + rho_ji)/2, y = (rho_ij - rho_ji)/(2i): how elements enter a coordinate."""
    axis, i, j = c
    half = sp.Rational(1, 2)
    if axis == "p":
        return [((i, i), sp.Integer(1))]
    if axis == "x":
        return [((i, j), half), ((j, i), half)]
    return [((i, j), -sp.I * half), ((j, i), sp.I * half)]
