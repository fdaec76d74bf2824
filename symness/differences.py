"""Putting the differences of occupations back: what vanishes at equilibrium is factored so that it visibly does.

A polynomial in the composites that vanishes at equilibrium lies in the ideal of the X_k = d_k u_0 - u_k d_0 (see
:mod:`symness.composites`), and dividing by them writes it as a sum of X_k times something; the X_k are accurate
however close to equilibrium the baths are, because they are built on the atoms ``bose_difference`` and
``fermi_difference``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from symness import program
from symness.composites import Combination, CompositeMatrix, tidy
from symness.exact import Polynomial, Ring
from symness.formula import Definition
from symness.generators import Generator
from symness.program import Node
from symness.rates import Rate

__all__ = ["Differences"]

#: u_k, d_k, u_0, d_0 and the key of X_k
Triple = tuple[Combination, Combination, Combination, Combination, str]


@dataclass
class Differences:
    """Rewrites polynomials of one composite matrix; ``definitions`` are those of the X_k.

    With ``written_out``, X_k that ``definitions`` does not hold get no name.
    """

    source: CompositeMatrix
    definitions: dict[str, Definition] = field(default_factory=dict)
    written_out: bool = False

    def __post_init__(self) -> None:
        by_place: dict[tuple[int, int, str], Combination] = {}
        for c in self.source.combinations:
            if c.frequency is not None and c.direction in ("up", "down"):
                by_place[c.frequency, c.index, c.direction] = c
        self.triples: list[Triple] = []
        self._nodes: dict[str, Node] = {key: program.symbol(d.name) for key, d in self.definitions.items()}
        for (frequency, index, direction), up in by_place.items():
            if direction != "up" or index == 0:
                continue
            keys = [(frequency, index, "down"), (frequency, 0, "up"), (frequency, 0, "down")]
            if all(k in by_place for k in keys) and self.two_or_more_baths(by_place[keys[1]]):
                down, up0, down0 = (by_place[k] for k in keys)
                key = f"X_{index}_{frequency + 1}"
                self.triples.append((up, down, up0, down0, key))
                self.define(key, up, up0)

    def two_or_more_baths(self, combination: Combination) -> bool:
        rates = self.source.generator.rates
        return len({rates[name].bath for name, _ in combination.weights}) > 1

    def rewrite(
        self, ring: Ring, polynomial: Polynomial, show: Callable[[Ring, Polynomial], Node] = Ring.display
    ) -> Node | None:
        """The polynomial with every term proportional to some X; None where it does not vanish at equilibrium.

        ``show`` displays the coefficients (default: factored).
        """
        forms = []
        for terms, rest in self._divisions(ring, polynomial):
            if terms and not len(rest):
                forms.append(program.add(*(program.mul(x, show(ring, q)) for x, q in terms)))
        return min(forms, key=lambda form: program.count_ops([form])) if forms else None

    def shorten(self, ring: Ring, polynomial: Polynomial) -> Node:
        """A factor with d_k u_0 - u_k d_0 replaced by X_k where that does not make it longer.

        The two products cancel exactly at equilibrium, where what is left may be smaller by many orders.
        """
        best = ring.collect(polynomial)
        for terms, rest in self._divisions(ring, polynomial):
            shown = [program.mul(x, ring.collect(q)) for x, q in terms]
            form = program.add(*shown, ring.collect(rest)) if len(rest) else program.add(*shown)
            if terms and program.count_ops([form]) <= program.count_ops([best]):
                best = form
        return best

    def _divisions(
        self, ring: Ring, polynomial: Polynomial
    ) -> Iterator[tuple[list[tuple[Node, Polynomial]], Polynomial]]:
        """Quotients by the X_k and the remainder, for either leading term.

        The leading terms u_k d_0 (or d_k u_0) of different X_k are coprime, so the remainder decides membership.
        """
        used = ring.uses(polynomial)
        if not any(used & {t[0].name, t[1].name} for t in self.triples):
            return
        triples = [t for t in self.triples if {c.name for c in (t[0], t[1], t[2], t[3])} <= set(ring.names)]
        relations = {ring.names[place]: ring.collect(square) for place, square in ring.relations}
        for lead in (0, 1):
            first = [(t[1] if lead else t[0]).name for t in triples]
            wide = Ring([*first, *ring.names], relations)
            rest, terms = polynomial.project_to_context(wide.context), []
            for triple in triples:
                up, down, up0, down0 = (wide.generators[c.name] for c in (triple[0], triple[1], triple[2], triple[3]))
                quotient, rest = divmod(rest, down * up0 - up * down0)
                quotient = wide.reduce(quotient)
                if len(quotient):
                    terms.append((self.symbol(triple), quotient.project_to_context(ring.context)))
            yield terms, wide.reduce(rest).project_to_context(ring.context)

    def symbol(self, triple: Triple) -> Node:
        return self._nodes[triple[4]]

    def define(self, key: str, up: Combination, up0: Combination) -> None:
        """X_k, defined through differences of occupations."""
        if key in self._nodes:
            return
        if self.written_out:
            self._nodes[key] = self.expression(up, up0)
            return
        generator = self.source.generator
        tag = generator.label(up.frequency or 0)[1]
        latex = "X" if up.index == 1 else f"X^{{({up.index})}}"
        latex += f"_{{{tag}}}" if tag else ""
        self.definitions[key] = Definition(generator.names.fresh(key), self.expression(up, up0), latex)
        self._nodes[key] = program.symbol(self.definitions[key].name)

    def expression(self, up: Combination, up0: Combination) -> Node:
        """sum over j < l of (a_kj a_0l - a_kl a_0j) gamma_j gamma_l (N_l - N_j)."""
        generator = self.source.generator
        ring = generator.ring
        terms = []
        weights, base = dict(up.weights), dict(up0.weights)
        rates = list(dict.fromkeys([*weights, *base]))
        for p, first in enumerate(rates):
            for second in rates[p + 1 :]:
                one, two = generator.rates[first], generator.rates[second]
                minor = weights.get(first, ring.zero) * base.get(second, ring.zero)
                minor = ring.reduce(minor - weights.get(second, ring.zero) * base.get(first, ring.zero))
                if len(minor) and one.bath != two.bath:
                    same = one.gamma == two.gamma
                    gammas = [program.power(one.gamma, 2)] if same else [one.gamma, two.gamma]
                    terms.append(program.mul(tidy(ring, minor), *gammas, _difference(generator, two, one)))
        return program.add(*terms)


def _difference(generator: Generator, first: Rate, second: Rate) -> Node:
    """N_first - N_second as an atom."""
    a, b = generator.table.occupation_call(first), generator.table.occupation_call(second)
    function = f"{a.args[0]}_difference"
    return program.call(function, a.args[1], a.args[2], a.args[3], b.args[2], b.args[3])
