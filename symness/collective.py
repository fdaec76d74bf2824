"""Composites written out as a physicist would: squares of amplitudes for a common bath, recurring sums named.

Couplings S_a to one common bath have a rate matrix of rank one, gamma_ab = k g_a g_b.  A transition with the matrix
elements w_a then has the rate k (sum_a w_a g_a)**2 times the occupation: one square, where the channels written one by
one take three terms for two couplings, which cancel where the transition is dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby, product
from math import isqrt
from typing import TYPE_CHECKING

from symness import program
from symness.exact import Polynomial, Ring
from symness.formula import Definition
from symness.generators import Generator
from symness.program import Node
from symness.rates import Rate, default_latex_text
from symness.residues import at_random_point

if TYPE_CHECKING:
    from symness.composites import Combination

__all__ = ["Writer", "tidy"]

#: signs of the amplitudes are tried one after the other
COUPLING_LIMIT = 5
#: letters of recurring sums
SHARED = {"up": "a", "down": "b"}

Weight = tuple[str, Polynomial]


def tidy(ring: Ring, value: Polynomial) -> Node:
    """A coefficient for display and evaluation: 1 - cos**2 becomes sin**2, without cancellation."""
    for place, square in ring.relations:
        partner = [n for n in ring.uses(square) if n != "i"]
        if len(partner) != 1 or square != ring.one - ring.generators[partner[0]] ** 2:
            continue
        name = ring.names[place]
        parts = ring.split(value, [partner[0]])
        low, high = parts.get((0,), ring.zero), parts.get((2,), ring.zero)
        if set(parts) == {(0,), (2,)} and not len(low + high) and name not in ring.uses(value):
            return program.mul(tidy(ring, low), program.power(program.symbol(name), 2))
    return ring.display(value)


class Writer:
    """Expressions of the composites of one generator; ``definitions`` are what they are written in."""

    def __init__(self, generator: Generator) -> None:
        self.generator, self.ring, self.names = generator, generator.ring, generator.names
        self.definitions: list[Definition] = []
        self._squares: dict[tuple[str, tuple[tuple[str, str], ...]], Node | None] = {}
        self._counts: dict[str, int] = {}
        self._known: dict[str, Node] | None = None

    def expressions(self, combinations: Sequence[Combination]) -> list[Node]:
        """One expression for each combination, in order."""
        listed = [self.summands(c.weights) for c in combinations]
        for (frequency, direction), places in _by_place(combinations).items():
            self._share(frequency, direction, places, listed)
        return [
            self._weighted_sum(c.weights) if summands is None else program.add(*summands)
            for c, summands in zip(combinations, listed, strict=True)
        ]

    def summands(self, weights: Sequence[Weight]) -> list[Node] | None:
        """Terms of one combination; None where one weight, up to sign, can be taken out of all."""
        terms: list[Node] = []
        collective = False
        for _, group in groupby(weights, key=lambda item: self.generator.rates[item[0]].bath):
            channels = list(group)
            square = self._square(channels) if len(channels) > 1 else None
            if square is not None:
                collective = True
                terms.append(square)
            else:
                terms += [program.mul(self.weight(p), program.symbol(name)) for name, p in channels]
        return None if not collective and _one_weight(weights) else terms

    def _weighted_sum(self, weights: Sequence[Weight]) -> Node:
        """a*x + a*y as a*(x + y)."""
        first = weights[0][1]
        signed = [program.mul(1 if p == first else -1, program.symbol(name)) for name, p in weights]
        return program.mul(self.weight(first), program.add(*signed))

    def weight(self, value: Polynomial) -> Node:
        """A coefficient, with the double angle where that is shorter: 1 - 2 cos(theta/2)**2 is -cos(theta)."""
        plain = tidy(self.ring, value)
        content, factors = self.ring.factors(value)
        powers = {str(factor): [factor, power] for factor, power in factors}
        doubled: list[Node] = []
        for name, node in self.generator.spectrum.aliases.items():
            own, parts = self.ring.factors(self.ring.reduce(self.ring.from_node(node)))
            count = min((powers[str(f)][1] // k if str(f) in powers else 0 for f, k in parts), default=0)
            if count:
                content /= own**count
                doubled.append(program.power(program.symbol(name), count))
                for factor, power in parts:
                    powers[str(factor)][1] -= power * count
        rest = [program.power(self.ring.collect(f), k) for f, k in powers.values()]
        short = program.mul(content, *rest, *doubled)
        return short if doubled and program.count_ops([short]) < program.count_ops([plain]) else plain

    # -- terms that several combinations share --------------------------------------------------------------------

    def _share(self, frequency: int, direction: str, places: Sequence[int], listed: list[list[Node] | None]) -> None:
        """Terms that stand side by side in the same combinations get one name, where each of these has more."""
        users: dict[Node, tuple[int, ...]] = {}
        for place in places:
            for term in listed[place] or ():
                users[term] = (*users.get(term, ()), place)
        for group in dict.fromkeys(users.values()):
            terms = [term for term, found in users.items() if found == group]
            if len(group) < 2 or len(terms) < 2 or any(len(listed[k] or ()) == len(terms) for k in group):
                continue
            tag, mark = self.generator.label(frequency)
            letter = SHARED[direction]
            name = self.names.fresh(letter + tag)
            prime = "'" * self._count(letter + tag)
            latex = letter + prime + (f"_{{{mark}}}" if mark else "")
            self.definitions.append(Definition(name, program.add(*terms), latex))
            for k in group:
                rest = [term for term in listed[k] or () if term not in terms]
                listed[k] = [program.symbol(name), *rest]

    def _count(self, key: str) -> int:
        self._counts[key] = self._counts.get(key, -1) + 1
        return self._counts[key]

    # -- common baths ---------------------------------------------------------------------------------------------

    def _square(self, channels: Sequence[Weight]) -> Node | None:
        """Collective rate times occupation of one bath; None unless its channels form a perfect square."""
        rates = self.generator.rates
        first = rates[channels[0][0]]
        if first.frequency is None:
            return None
        bath = next(b for b in self.generator.model.baths if b.name == first.bath)
        key = (f"{first.bath} {first.frequency}", tuple((str(rates[n].channel), str(p)) for n, p in channels))
        if key not in self._squares:
            square = self._amplitude([(rates[name], poly) for name, poly in channels])
            self._squares[key] = None if square is None else self._named(first, square)
        rate = self._squares[key]
        if rate is None:
            return None
        occupation, complement = self.generator.table.occupation(bath, first.frequency)
        return program.mul(rate, complement if first.direction == "down" else occupation)

    def _named(self, rate: Rate, square: Node) -> Node:
        tag, mark = self.generator.label(rate.frequency or 0)
        stem = "".join(c if c.isalnum() else "_" for c in rate.bath)
        count = self._count(f"{stem}{tag}")
        name = self.names.fresh(f"g{count + 1 if count else ''}_{stem}{tag}")
        latex = "g" + "'" * count + f"_{{{default_latex_text(rate.bath)}" + (f",{mark}}}" if mark else "}")
        self.definitions.append(Definition(name, square, latex))
        return program.symbol(name)

    def _amplitude(self, channels: Sequence[tuple[Rate, Polynomial]]) -> Node | None:
        """k (sum_a w_a g_a)**2, found from the diagonal channels and tested on all."""
        own = [(rate, poly) for rate, poly in channels if rate.channel[0] == rate.channel[1]]
        if not 1 < len(own) <= COUPLING_LIMIT or len(channels) != len(own) * (len(own) + 1) // 2:
            return None
        scales = {_coefficient(rate.gamma) for rate, _ in own}
        unit = scales.pop() if len(scales) == 1 else Fraction(1)
        content = self.ring.factors(own[0][1])[0]
        roots = []
        for rate, poly in own:
            weight = _root(self.ring, poly * self.ring.constant(1 / content))
            if weight is None:
                return None
            roots.append(program.mul(weight, program.sqrt(program.mul(1 / unit, rate.gamma))))
        whole = program.add(*(program.mul(tidy(self.ring, p), rate.gamma) for rate, p in channels))
        for signs in product((1, -1), repeat=len(own) - 1):
            amplitude = program.add(roots[0], *(program.mul(s, r) for s, r in zip(signs, roots[1:], strict=True)))
            square = program.mul(unit * content, program.power(amplitude, 2))
            if self._equal(whole, square):
                return square
        return None

    def _equal(self, first: Node, second: Node) -> bool:
        if self._known is None:
            self._known = {}
            for definition in self.generator.definitions:
                self._known[definition.name] = program.substitute(definition.expression, self._known)
        known: Mapping[str, Node] = self._known
        _, values = at_random_point([program.substitute(node, known) for node in (first, second)], seed=13)
        return bool(values[0] == values[1])


def _by_place(combinations: Sequence[Combination]) -> dict[tuple[int, str], list[int]]:
    places: dict[tuple[int, str], list[int]] = {}
    for k, c in enumerate(combinations):
        if c.frequency is not None and c.direction in SHARED:
            places.setdefault((c.frequency, c.direction), []).append(k)
    return places


def _one_weight(weights: Sequence[Weight]) -> bool:
    first = weights[0][1]
    return len(weights) > 1 and all(p in (first, -first) for _, p in weights)


def _coefficient(node: Node) -> Fraction:
    numbers = [f.args[0] for f in node.args if f.op == "number"] if node.op == "mul" else []
    return Fraction(numbers[0]) if numbers else Fraction(1)


def _root(ring: Ring, value: Polynomial) -> Node | None:
    """Square root of a polynomial as a product of even powers; None where it is no such product."""
    content, factors = ring.factors(value)
    top, bottom = isqrt(max(content.numerator, 0)), isqrt(content.denominator)
    if Fraction(top, bottom) ** 2 != content or any(power % 2 for _, power in factors):
        return None
    return program.mul(Fraction(top, bottom), *(program.power(ring.collect(f), power // 2) for f, power in factors))
