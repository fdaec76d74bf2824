"""Putting the differences of occupations back: what vanishes at equilibrium is factored so that it visibly does.

With u_k = (d_k u_0 - X_k)/d_0 (see :mod:`symness.composites`) a polynomial in the composites that vanishes at equilibrium
has the X_k in every term; the X_k are accurate however close to equilibrium the baths are, because they are built on the
atoms ``bose_difference`` and ``fermi_difference``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from symness import program
from symness.composites import Combination, CompositeMatrix, tidy
from symness.exact import Polynomial, Ring
from symness.formula import Definition
from symness.generators import Generator
from symness.program import Node
from symness.rates import Rate

__all__ = ["Differences"]


@dataclass
class Differences:
    """Rewrites polynomials of one composite matrix; collects the definitions of the X_k that it used."""

    source: CompositeMatrix
    definitions: dict[str, Definition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by_place: dict[tuple[int, int, str], Combination] = {}
        for c in self.source.combinations:
            if c.frequency is not None and c.direction in ("up", "down"):
                by_place[c.frequency, c.index, c.direction] = c
        self.triples: list[tuple[Combination, Combination, Combination, Combination, str]] = []
        for (frequency, index, direction), up in by_place.items():
            if direction != "up" or index == 0:
                continue
            keys = [(frequency, index, "down"), (frequency, 0, "up"), (frequency, 0, "down")]
            if all(k in by_place for k in keys) and self.two_or_more_baths(by_place[keys[1]]):
                down, up0, down0 = (by_place[k] for k in keys)
                self.triples.append((up, down, up0, down0, f"X_{index}_{frequency + 1}"))

    def two_or_more_baths(self, combination: Combination) -> bool:
        rates = self.source.generator.rates
        return len({rates[name].bath for name, _ in combination.weights}) > 1

    def rewrite(self, ring: Ring, polynomial: Polynomial) -> Node | None:
        """The polynomial with every term proportional to some X; None where it does not vanish at equilibrium."""
        triples = [t for t in self.triples if ring.uses(polynomial) & {t[0].name, t[1].name}]
        if not triples:
            return None
        names = [t[4] for t in triples]
        wide = Ring([*ring.names, *names])
        gen = wide.generators
        value = polynomial.project_to_context(wide.context)
        for up, down, up0, down0, name in triples:
            degree = value.degrees()[wide.index[up.name]]
            if degree < 1:
                continue
            replacement = gen[down.name] * gen[up0.name] - gen[name]
            total = wide.zero
            for (power,), part in wide.split(value, [up.name]).items():
                total = total + part * replacement**power * gen[down0.name] ** (degree - power)
            for _ in range(degree):
                quotient, remainder = divmod(total, gen[down0.name])
                if len(remainder):
                    return None
                total = quotient
            value = total
        parts = wide.split(value, names)
        if not parts or any(not any(powers) for powers in parts):
            return None
        terms = []
        for powers, part in sorted(parts.items(), reverse=True):
            factors = [program.power(self.symbol(t), k) for t, k in zip(triples, powers, strict=True) if k]
            terms.append(program.mul(*factors, wide.display(part)))
        return program.add(*terms)

    def symbol(self, triple: tuple[Combination, Combination, Combination, Combination, str]) -> Node:
        """X_k, defined through differences of occupations."""
        up, _, up0, _, name = triple
        if name not in self.definitions:
            unique = self.source.generator.names.fresh(name)
            tag = self.source.generator.label(up.frequency or 0)[1]
            latex = "X" if up.index == 1 else f"X^{{({up.index})}}"
            self.definitions[name] = Definition(
                unique, self.expression(up, up0), latex + (f"_{{{tag}}}" if tag else "")
            )
        return program.symbol(self.definitions[name].name)

    def expression(self, up: Combination, up0: Combination) -> Node:
        """sum over j < l of (a_kj a_0l - a_kl a_0j) gamma_j gamma_l (N_l - N_j)."""
        generator = self.source.generator
        ring = generator.ring
        terms = []
        weights, base = dict(up.weights), dict(up0.weights)
        rates = list(dict.fromkeys([*weights, *base]))
        for p, first in enumerate(rates):
            for second in rates[p + 1 :]:
                j, l = generator.rates[first], generator.rates[second]
                minor = weights.get(first, ring.zero) * base.get(second, ring.zero)
                minor = ring.reduce(minor - weights.get(second, ring.zero) * base.get(first, ring.zero))
                if len(minor) and j.bath != l.bath:
                    terms.append(program.mul(tidy(ring, minor), j.gamma, l.gamma, _difference(generator, l, j)))
        return program.add(*terms)


def _difference(generator: Generator, first: Rate, second: Rate) -> Node:
    """N_first - N_second as an atom."""
    a, b = generator.table.occupation_call(first), generator.table.occupation_call(second)
    function = f"{a.args[0]}_difference"
    return program.call(function, a.args[1], a.args[2], a.args[3], b.args[2], b.args[3])
