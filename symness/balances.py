"""The steady-state equations as linear relations: which functionals of rho they tie together.

In the steady state y M rho = 0 for every row vector y, so that any functional f has the value of f + y M.  Chosen so
that f + y M vanishes on some coordinates (the populations), y leaves a combination of the others (the coherences).

Entries are kept rate by rate.  A y without rates in it that works for every rate on its own is an operator identity, d
<A>/dt = 0 with the diagonal operator A = diag(y): the shortest there is.  A y over the field of the rates exists more
often, with longer coefficients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from symness import program
from symness.exact import Polynomial, Ring
from symness.generators import Generator, Part, Term
from symness.liouville import Coordinate, Entry, Liouvillian, expectation_row, functional, liouvillian
from symness.program import Node
from symness.rates import default_latex_text
from symness.rational import Quotient
from symness.residues import ResiduePoint
from symness.sparse import Sparse, conjugate_in

__all__ = ["Balances", "Combination", "currents", "in_product_basis", "in_terms_of"]

#: coordinate -> coefficient
Combination = dict[Coordinate, Quotient]
#: longest coefficient (terms of numerator and denominator) that an elimination over the rates may reach
LENGTH_LIMIT = 60
#: longest product of two coefficients, before what they share is cancelled
PRODUCT_LIMIT = 600


def in_product_basis(generator: Generator) -> Generator:
    """The same generator with all operators on the product space."""
    if generator.basis == "product":
        return generator
    parts = tuple(
        Part(p.name, p.exchange, tuple(_returned(generator, term) for term in p.terms)) for p in generator.parts
    )
    turned = replace(generator, basis="product", parts=parts)
    return replace(turned, hamiltonian=turned.to_basis(generator.model.total))


def _returned(generator: Generator, term: Term) -> Term:
    left = _from_energy(generator, term.left)
    return replace(term, left=left, right=left if term.right is term.left else _from_energy(generator, term.right))


def _from_energy(generator: Generator, matrix: Sparse) -> Sparse:
    """V S V^+."""
    ring, rows = generator.ring, generator.spectrum.vectors
    vectors = [{k: ring.from_node(v) for k, v in enumerate(row) if not v.is_zero} for row in rows]
    result: Sparse = {}
    for i, left in enumerate(vectors):
        for j, right in enumerate(vectors):
            total = ring.zero
            for (k, m), value in matrix.items():
                if k in left and m in right:
                    total = total + left[k] * value * conjugate_in(ring, right[m])
            total = ring.reduce(total)
            if len(total):
                result[i, j] = total
    return result


def in_terms_of(generator: Generator, row: Mapping[Coordinate, Entry]) -> dict[Coordinate, Entry]:
    """A functional of the energy basis as one of the product basis."""
    ring = generator.ring
    if generator.basis == "product":
        return {c: dict(e) for c, e in row.items()}
    half, unit = ring.constant(1) / 2, ring.generators["i"]
    operators: dict[str, Sparse] = {}
    for (axis, i, j), entry in row.items():
        for rate, value in entry.items():
            own = operators.setdefault(rate, {})
            if axis == "p":
                own[i, i] = value
                continue
            # Tr(O rho) = 2 Re O_ij x + 2 Im O_ij y
            step = half * value * (ring.one if axis == "x" else unit)
            own[i, j] = own.get((i, j), ring.zero) + step
            own[j, i] = own.get((j, i), ring.zero) + conjugate_in(ring, step)
    result: dict[Coordinate, Entry] = {}
    for rate, operator in operators.items():
        for coordinate, value in expectation_row(ring, _from_energy(generator, operator)).items():
            result.setdefault(coordinate, {})[rate] = value
    return result


def currents(generator: Generator) -> Iterator[tuple[str, str, Mapping[Coordinate, Entry]]]:
    """Particle, bare and total energy current of every bath and jump: in words, in LaTeX, as a functional."""
    model = generator.model
    energies = [("bare", generator.to_basis(model.H))]
    if any(e != 0 for e in model.interaction):
        energies.append(("total", generator.to_basis(model.total)))
    for part in generator.parts:
        mark = default_latex_text(part.name)
        if part.exchange:
            text = f"particle current from bath {part.name} into the system"
            yield text, rf"\dot{{n}}_{{{mark}}}", functional(generator, part.name, "particle")
        for kind, energy in energies:
            text = f"{kind} energy current from {part.name} into the system"
            latex = rf"I_{{{mark}}}^{{\mathrm{{{kind}}}}}"
            yield text, latex, functional(generator, part.name, "energy", energy)


@dataclass(frozen=True)
class Balances:
    """The equations of one generator in one basis.

    Attributes
    ----------
    generator : Generator
        In that basis.
    ring : Ring
        Coefficients of the generator and its rates.
    """

    generator: Generator
    matrix: Liouvillian = field(repr=False)
    ring: Ring = field(repr=False)

    @classmethod
    def of(cls, generator: Generator) -> Balances:
        source = generator.ring
        relations = {source.names[place]: source.collect(square) for place, square in source.relations}
        return cls(generator, liouvillian(generator), Ring([*generator.rates, *source.names], relations))

    @property
    def sector(self) -> tuple[Coordinate, ...]:
        return self.matrix.sector

    @cached_property
    def populations(self) -> tuple[Coordinate, ...]:
        return tuple(c for c in self.sector if c[0] == "p")

    @cached_property
    def coherences(self) -> tuple[Coordinate, ...]:
        return tuple(c for c in self.sector if c[0] != "p")

    def whole(self, entry: Entry) -> Polynomial:
        """Sum over the rates."""
        total = self.ring.zero
        for rate, value in entry.items():
            own = value.project_to_context(self.ring.context)
            total = total + (own * self.ring.generators[rate] if rate else own)
        return total

    def constant(self, value: Polynomial) -> Quotient:
        return Quotient.of(self.ring, value, self.ring.one)

    def combination(self, row: Mapping[Coordinate, Entry]) -> Combination:
        """A functional with its rates summed."""
        values = {c: self.constant(self.whole(e)) for c, e in row.items() if c in self.sector}
        return {c: q for c, q in values.items() if len(q.top)}

    def applied(self, start: Combination, multipliers: Mapping[Coordinate, Quotient]) -> Combination:
        """start + y M."""
        total = dict(start)
        for row, factor in multipliers.items():
            for column, entry in self.matrix.rows.get(row, {}).items():
                step = factor * self.constant(self.whole(entry))
                total[column] = total[column] + step if column in total else step
        return {c: q for c, q in total.items() if len(q.top)}

    # -- at points of a prime field -------------------------------------------------------------------------------

    def holds(
        self, point: ResiduePoint, numbers: Mapping[Any, Any], start: Combination, y: Combination, h: Combination
    ) -> bool:
        """Whether f + y M = h on every coordinate and h has no populations, ``numbers`` the entries of M there."""
        zero = point.number(0)
        left, weights, right = (self.values(point, c, self.sector) for c in (start, y, h))
        for place, column in enumerate(self.sector):
            total = left[place]
            for weight, row in zip(weights, self.sector, strict=True):
                total = total + weight * numbers.get((row, column), zero)
            if total != right[place] or (column[0] == "p" and right[place] != zero):
                return False
        return True

    def values(self, point: ResiduePoint, combination: Combination, listed: Sequence[Coordinate]) -> list[Any]:
        """Coefficients at a point."""
        nodes = []
        for c in listed:
            value = combination.get(c)
            if value is None:
                nodes.append(program.number(0))
                continue
            top, bottom = (self.ring.collect(p) for p in (value.top, value.bottom))
            nodes.append(program.substitute(program.div(top, bottom), self._known))
        return point.evaluate(nodes)

    @cached_property
    def _known(self) -> dict[str, Node]:
        """Definitions and rates in the parameters."""
        known: dict[str, Node] = {}
        for definition in self.generator.definitions:
            known[definition.name] = program.substitute(definition.expression, known)
        rates = {r.name: program.substitute(r.expression, known) for r in self.generator.rates.values()}
        return {**known, **rates}

    # -- the two ways of finding y --------------------------------------------------------------------------------

    def operator(
        self, row: Mapping[Coordinate, Entry], multipliers: Sequence[Coordinate], columns: Iterable[Coordinate]
    ) -> list[Combination] | None:
        """A y without rates with f + y M = 0 on the columns, rate by rate, and the homogeneous solutions."""
        equations: list[tuple[dict[Coordinate, Quotient], Quotient]] = []
        for column in columns:
            rates = dict.fromkeys(row.get(column, {}))
            rates |= dict.fromkeys(n for r in multipliers for n in self.matrix.entry(r, column))
            for rate in rates:
                left = {r: self._own(self.matrix.entry(r, column), rate) for r in multipliers}
                equations.append(({r: q for r, q in left.items() if len(q.top)}, self._own(row.get(column, {}), rate)))
        return solve(self.ring, equations, multipliers)

    def _own(self, entry: Entry, rate: str) -> Quotient:
        return self.constant(entry[rate].project_to_context(self.ring.context) if rate in entry else self.ring.zero)

    def over_rates(
        self, start: Combination, multipliers: Sequence[Coordinate], columns: Iterable[Coordinate]
    ) -> list[Combination] | None:
        """A y over the field of the rates, and the homogeneous solutions; None where there is none or a long one."""
        zero = self.constant(self.ring.zero)
        equations = []
        for column in columns:
            left = {r: self.constant(self.whole(self.matrix.entry(r, column))) for r in multipliers}
            equations.append(({r: q for r, q in left.items() if len(q.top)}, start.get(column, zero)))
        try:
            return solve(self.ring, equations, multipliers)
        except OverflowError:
            return None


def solve(
    ring: Ring, equations: Sequence[tuple[dict[Coordinate, Quotient], Quotient]], unknowns: Sequence[Coordinate]
) -> list[Combination] | None:
    """[particular, homogeneous, ...] of sum(left[u] y_u) + right = 0; None where there is no solution.

    Raises
    ------
    OverflowError
        When a coefficient grows beyond :data:`LENGTH_LIMIT`.
    """
    minus = Quotient(ring, ring.constant(-1), ring.one)
    zero, one = Quotient(ring, ring.zero, ring.one), Quotient(ring, ring.one, ring.one)
    left = [(dict(row), right) for row, right in equations if row or len(right.top)]
    solved: list[tuple[Coordinate, dict[Coordinate, Quotient], Quotient]] = []
    place = {u: k for k, u in enumerate(unknowns)}
    while any(row for row, _ in left):
        row, right = min(
            (item for item in left if item[0]), key=lambda item: (len(item[0]), sum(map(_length, item[0].values())))
        )
        left = [item for item in left if item[0] is not row]
        pivot = min(row, key=lambda u: (_length(row[u]), -place[u]))
        scale = minus / row[pivot]
        _guard(scale, *row.values(), right)
        own = {u: scale * q for u, q in row.items() if u != pivot}
        shift = scale * right
        if max(map(_length, (shift, *own.values()))) > LENGTH_LIMIT:
            raise OverflowError
        # pivot = own . y + shift, put into the others
        left = [_put(item, pivot, own, shift) for item in left]
        solved.append((pivot, own, shift))
    if any(len(right.top) for _, right in left):
        return None
    free = [u for u in unknowns if u not in {p for p, _, _ in solved}]
    solutions = []
    for chosen in (None, *free):
        values = {u: one if u == chosen else zero for u in free}
        for pivot, own, shift in reversed(solved):
            total = shift if chosen is None else zero
            for u, q in own.items():
                _guard(q, values[u])
                total = total + q * values[u]
            values[pivot] = total
        solutions.append({u: values[u] for u in unknowns if len(values[u].top)})
    return solutions


def _put(
    item: tuple[dict[Coordinate, Quotient], Quotient],
    pivot: Coordinate,
    own: Mapping[Coordinate, Quotient],
    shift: Quotient,
) -> tuple[dict[Coordinate, Quotient], Quotient]:
    row, right = item
    if pivot not in row:
        return item
    row = dict(row)
    factor = row.pop(pivot)
    _guard(factor, *own.values(), shift)
    for u, q in own.items():
        value = factor * q
        row[u] = row[u] + value if u in row else value
    return {u: q for u, q in row.items() if len(q.top)}, right + factor * shift


def _guard(factor: Quotient, *others: Quotient) -> None:
    if _length(factor) * max(map(_length, others), default=0) > PRODUCT_LIMIT:
        raise OverflowError


def _length(value: Quotient) -> int:
    return len(value.top) + len(value.bottom)
