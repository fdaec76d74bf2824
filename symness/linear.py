"""Closed forms of currents: linear functionals of the state with the rates of one bath as weights.

A current is a sum of rates times elements.  Put over the common denominator, its numerator is a polynomial in the
composites (the rates of one bath are combinations of them), and what vanishes at equilibrium comes out with a
difference of occupations in every term (:mod:`symness.differences`).  Near equilibrium that keeps all digits, where
the direct sum keeps none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from symness import program
from symness.composites import Combination, CompositeMatrix, tidy
from symness.differences import Differences
from symness.elimination import Elimination
from symness.exact import Polynomial, Ring, determinant
from symness.liouville import Coordinate, Entry
from symness.program import Node

__all__ = ["LinearForms"]

#: numerators beyond this are left as the direct sum over elements
TERM_LIMIT = 4000


@dataclass(frozen=True)
class LinearForms:
    """What a closed form of a current needs: the elimination, the names of its factors and its normalisation."""

    matrix: CompositeMatrix = field(repr=False)
    elimination: Elimination = field(repr=False)
    differences: Differences = field(repr=False)
    named: Mapping[str, Node] = field(repr=False)
    norm: Node = field(repr=False)

    def closed_form(self, row: Mapping[Coordinate, Entry]) -> Node | None:
        """The functional with differences factored out; None where it has no such form or a too long one."""
        return self._closed_form(row) or self._with_rates_of(row)._closed_form(row)

    def in_composites(self, entries: Sequence[Entry]) -> tuple[Ring, list[Polynomial]] | None:
        """Entries over the rates of one bath as polynomials in the composites (or in these rates), and their ring."""
        for forms in (self, self._with_rates_of(dict(enumerate(entries)))):
            ring = forms._ring()
            found = [forms._weight(ring, entry) for entry in entries]
            if all(value is not None for value in found):
                return ring, found
        return None

    def _with_rates_of(self, row: Mapping[Any, Entry]) -> LinearForms:
        """The rates in a functional as symbols of their own, beside the composites.

        Where all baths enter the generator by one sum of rates, the rates of one bath are no combination of composites;
        its X is d_j u_0 - u_j d_0, the same sum of differences.
        """
        generator, known = self.matrix.generator, self.matrix.combinations
        names = dict.fromkeys(n for e in row.values() for n in e if n and n not in self.elimination.ring.index)
        rates = [generator.rates[n] for n in names]
        channels = list(dict.fromkeys((r.bath, r.channel) for r in rates))
        first = 1 + max((c.index for c in known), default=0)
        own = tuple(
            Combination(
                r.name,
                r.latex,
                r.frequency,
                r.direction,
                first + channels.index((r.bath, r.channel)),
                ((r.name, generator.ring.one),),
                program.symbol(r.name),
            )
            for r in rates
        )
        matrix = replace(self.matrix, combinations=(*known, *own))
        return replace(self, matrix=matrix, differences=Differences(matrix, dict(self.differences.definitions), True))

    def _closed_form(self, row: Mapping[Coordinate, Entry]) -> Node | None:
        ring = self._ring()
        weights = {}
        for coordinate, entry in row.items():
            weight = self._weight(ring, entry)
            if weight is None:
                return None
            weights[coordinate] = weight
        numerator = self._numerator(ring, weights)
        if len(numerator) > TERM_LIMIT:
            return None
        schur = [b.factor for b in self.elimination.blocks]
        candidates = [self._display(ring, numerator, schur)]
        cleared = self._cleared(ring, numerator)
        # Worth a look only where it collapses: a current that is one coherence times a constant.
        if cleared is not None and len(cleared) < len(numerator):
            # One product shows where it vanishes, whether or not by differences of occupations.
            form = self._display(ring, cleared, schur, must_vanish=False)
            if form is not None:
                candidates.append(program.mul(form, program.symbol(schur[0])))
        found = [c for c in candidates if c is not None]
        if not found:
            return None
        return program.div(min(found, key=lambda c: program.count_ops([c])), self.norm)

    def _ring(self) -> Ring:
        source = self.matrix.generator.ring
        frequencies = [n.args[0] for n in self.matrix.generator.table.frequencies if n.op == "symbol"]
        relations = {source.names[place]: source.collect(square) for place, square in source.relations}
        composites = [c.name for c in self.matrix.combinations]
        return Ring([*self.elimination.ring.names, *composites, *frequencies, *source.names], relations)

    # -- weights in composites ------------------------------------------------------------------------------------

    def _weight(self, ring: Ring, entry: Entry) -> Polynomial | None:
        """An entry over the rates of one bath as a polynomial in the composites."""
        rates = self.matrix.generator.rates
        groups: dict[tuple[int | None, str], dict[str, Polynomial]] = {}
        for name, value in entry.items():
            if not name:
                return None
            groups.setdefault((rates[name].frequency, rates[name].direction), {})[name] = value
        total = ring.zero
        for (frequency, direction), vector in groups.items():
            part = self._combination(ring, frequency, direction, vector)
            if part is None:
                return None
            total = total + part
        return ring.reduce(total)

    def _combination(
        self, ring: Ring, frequency: int | None, direction: str, vector: Mapping[str, Polynomial]
    ) -> Polynomial | None:
        """Solve sum_k q_k (composite k) = vector over the channels of one frequency."""
        source = self.matrix.generator.ring
        listed = [c for c in self.matrix.combinations if (c.frequency, c.direction) == (frequency, direction)]
        direct = [n for n in vector if n in self.elimination.ring.index]
        channels = list(dict.fromkeys([n for c in listed for n, _ in c.weights] + list(vector)))
        columns = [dict(c.weights) for c in listed] + [{n: source.one} for n in direct]
        symbols = [c.name for c in listed] + direct
        solution = _solve_in(
            source,
            [[c.get(n, source.zero) for c in columns] for n in channels],
            [vector.get(n, source.zero) for n in channels],
        )
        if solution is None:
            return None
        total = ring.zero
        for name, value in zip(symbols, solution, strict=True):
            total = total + self._in_frequencies(ring, value) * ring.generators[name]
        return total

    def _in_frequencies(self, ring: Ring, value: Polynomial) -> Polynomial:
        """Energies as Bohr frequencies where one divides the weight."""
        table = self.matrix.generator.table
        for key, node in zip(table.keys, table.frequencies, strict=True):
            if node.op == "symbol" and len(key) > 1:
                quotient, remainder = divmod(value, key)
                if not len(remainder):
                    return quotient.project_to_context(ring.context) * ring.generators[node.args[0]]
        return value.project_to_context(ring.context)

    # -- numerator ------------------------------------------------------------------------------------------------

    def _numerator(self, ring: Ring, weights: Mapping[Coordinate, Polynomial]) -> Polynomial:
        e, total = self.elimination, ring.zero
        lifted = {id(p): p.project_to_context(ring.context) for p in (*e.populations, *e.sources.values())}
        for k, population in enumerate(e.populations):
            if ("p", k, k) in weights:
                total = total + weights["p", k, k] * lifted[id(population)]
        for block, adjugate in zip(e.blocks, e.adjugates, strict=True):
            R = ring.generators[block.factor]
            for k, coordinate in enumerate(block.coordinates):
                if coordinate not in weights:
                    continue
                for m, source in enumerate(block.coordinates):
                    drive = lifted[id(e.sources[source])]
                    if len(drive):
                        step = adjugate[k][m].project_to_context(ring.context)
                        total = total - weights[coordinate] * R * step * drive
        return ring.reduce(total)

    def _cleared(self, ring: Ring, numerator: Polynomial) -> Polynomial | None:
        """N_0 + N_1 R as (N_0 det + N_1) R, for one coherence block."""
        if len(self.elimination.blocks) != 1:
            return None
        block = self.elimination.blocks[0]
        parts = ring.split(numerator, [block.factor])
        if set(parts) - {(0,), (1,)}:
            return None
        determinant = block.determinant.project_to_context(ring.context)
        return ring.reduce(parts.get((0,), ring.zero) * determinant + parts.get((1,), ring.zero))

    def _display(
        self, ring: Ring, numerator: Polynomial, schur: Sequence[str], must_vanish: bool = True
    ) -> Node | None:
        terms = []
        for powers, part in ring.split(numerator, schur).items():
            content, factors = ring.factors(part)
            must_vanish = must_vanish or len(factors) < 2
            shown, vanishing = [], False
            for factor, power in factors:
                node, own = self._factor(ring, factor)
                vanishing = vanishing or own
                shown.append(program.power(node, power))
            if must_vanish and not vanishing:
                return None
            R = [program.power(program.symbol(n), k) for n, k in zip(schur, powers, strict=True)]
            terms.append(program.mul(content, *shown, *R))
        return program.add(*terms) if terms else program.number(0)

    def _factor(self, ring: Ring, factor: Polynomial) -> tuple[Node, bool]:
        """One factor; True where it is written with differences."""
        rewritten = self.differences.rewrite(ring, factor, self._show)
        if rewritten is not None:
            return rewritten, True
        return self._show(ring, factor), False

    def _show(self, ring: Ring, polynomial: Polynomial) -> Node:
        content, factors = ring.factors(polynomial)
        nodes = []
        for factor, power in factors:
            named = self.named.get(str(factor))
            nodes.append(program.power(named if named is not None else tidy(ring, factor), power))
        return program.mul(content, *nodes)


def _solve_in(ring: Ring, rows: list[list[Polynomial]], target: list[Polynomial]) -> list[Polynomial] | None:
    """Solve a small linear system over the ring (modulo its relations); None unless the solution is polynomial."""
    columns = len(rows[0]) if rows else 0
    chosen = _independent(ring, rows, columns)
    if chosen is None:
        return None
    picked, used = chosen
    square = [[rows[r][c] for c in used] for r in picked]
    det = ring.reduce(determinant(square, ring.zero, TERM_LIMIT))
    solution = [ring.zero] * columns
    for column in used:
        replaced = [[target[r] if c == column else rows[r][c] for c in used] for r in picked]
        quotient = ring.divide(ring.reduce(determinant(replaced, ring.zero, TERM_LIMIT)), det)
        if quotient is None:
            return None
        solution[column] = quotient
    for row, value in zip(rows, target, strict=True):
        total = ring.zero
        for a, q in zip(row, solution, strict=True):
            total = total + a * q
        if len(ring.reduce(total - value)):
            return None
    return solution


def _independent(ring: Ring, rows: list[list[Polynomial]], columns: int) -> tuple[list[int], list[int]] | None:
    """As many rows and columns as give a non-zero determinant, found greedily."""
    used: list[int] = []
    picked: list[int] = []
    for column in range(columns):
        for row in range(len(rows)):
            if row in picked:
                continue
            trial = [[rows[r][c] for c in [*used, column]] for r in [*picked, row]]
            if len(ring.reduce(determinant(trial, ring.zero, TERM_LIMIT))):
                used.append(column)
                picked.append(row)
                break
    return (picked, used) if used else None
