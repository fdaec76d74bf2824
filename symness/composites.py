"""Named composites: the sums of rates that recur in a generator get a name before anything is eliminated.

At one Bohr frequency w, the entries of the generator contain a few combinations sum_j a_j c_j(w) over the baths j (one
weighted by cos**2 and sin**2 for populations, one by cos*sin for coherences, ...).  Combination k of the absorption
rates is called u_k, of the emission rates d_k.  At equilibrium all baths have the same ratio of absorption to
emission, so

    X_k = d_k u_0 - u_k d_0 = sum_{j<l} (a_kj a_0l - a_kl a_0j) gamma_j gamma_l (N_l - N_j)

vanishes there, and so does every multiple of it: see :mod:`symness.differences`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from symness import program
from symness.collective import Writer, tidy
from symness.exact import Polynomial, Ring
from symness.formula import Definition
from symness.generators import Generator
from symness.liouville import Coordinate, Entry, Liouvillian
from symness.program import Node
from symness.rates import Rate

__all__ = ["Combination", "CompositeMatrix", "composite_matrix", "tidy"]

#: frequency, direction, weights per channel as text
Key = tuple[Any, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class Combination:
    """Sum of weight * rate at one frequency and direction; ``index`` k is shared by both directions."""

    name: str
    latex: str
    frequency: int | None
    direction: str
    index: int
    weights: tuple[tuple[str, Polynomial], ...]
    expression: Node


@dataclass(frozen=True)
class CompositeMatrix:
    """The sector of a generator as polynomials in composites and Hamiltonian symbols."""

    generator: Generator
    liouvillian: Liouvillian
    ring: Ring = field(repr=False)
    matrix: Mapping[tuple[Coordinate, Coordinate], Polynomial] = field(repr=False)
    combinations: tuple[Combination, ...] = ()
    gaps: tuple[Definition, ...] = ()
    parts: tuple[Definition, ...] = ()

    @property
    def sector(self) -> tuple[Coordinate, ...]:
        return self.liouvillian.sector

    @property
    def ground(self) -> Coordinate:
        """The population that only absorption leaves: never removed, so T = 0 has no zero pivot."""
        populations = [c for c in self.sector if c[0] == "p"]
        rates = self.generator.rates

        def emissions(c: Coordinate) -> int:
            return sum(
                1
                for r in populations
                if r != c
                for name in self.liouvillian.entry(r, c)
                if name and rates[name].direction != "up"
            )

        return min(populations, key=lambda c: (emissions(c), -populations.index(c)))

    @property
    def definitions(self) -> tuple[Definition, ...]:
        """Composites in terms of rates, what they are written in, and named Hamiltonian differences."""
        return (*self.gaps, *self.parts, *(Definition(c.name, c.expression, c.latex) for c in self.combinations))


class _Namer:
    def __init__(self, generator: Generator) -> None:
        self.generator, self.names = generator, generator.names
        self.source = generator.ring
        self.found: dict[Key, Combination] = {}
        self.vectors: dict[Any, list[tuple[tuple[str, str], ...]]] = {}
        self.gaps: dict[str, Definition] = {}

    def combination(self, rates: list[tuple[Rate, Polynomial]]) -> tuple[Fraction, str]:
        """Scale and symbol of one group of an entry."""
        first = rates[0][0]
        scale, _ = self.source.primitive(rates[0][1])
        weights = tuple((rate.name, poly * self.source.constant(1 / scale)) for rate, poly in rates)
        if len(rates) == 1 and weights[0][1] == self.source.one:
            return scale, first.name
        channels = tuple((f"{r.bath}|{r.channel}", str(p)) for (r, _), (_, p) in zip(rates, weights, strict=True))
        key = (first.frequency, first.direction, channels)
        if key not in self.found:
            listed = self.vectors.setdefault(first.frequency, [])
            if channels not in listed:
                listed.append(channels)
            self.found[key] = self._new(first, listed.index(channels), weights)
        return scale, self.found[key].name

    def _new(self, rate: Rate, index: int, weights: Any) -> Combination:
        letters = {"up": "uvy", "down": "dwz"}.get(rate.direction, "kqh")
        tag, mark = ("", "") if rate.frequency is None else self.generator.label(rate.frequency)
        stem = letters[index] if index < 3 else f"{letters[0]}{index}"
        shown = letters[index] if index < 3 else f"{letters[0]}^{{({index})}}"
        name = self.names.fresh(stem + tag)
        return Combination(
            name,
            shown + (f"_{{{mark}}}" if mark else ""),
            rate.frequency,
            rate.direction,
            index,
            weights,
            program.number(0),
        )

    def gap(self, value: Polynomial) -> tuple[Fraction, Node]:
        """Scale and symbol (or monomial) of a Hamiltonian entry."""
        scale, primitive = self.source.primitive(value)
        if len(primitive) == 1:
            return scale, self.source.collect(primitive)
        text = str(primitive)
        if text not in self.gaps:
            k = len(self.gaps) + 1
            name = self.names.fresh("Delta" if k == 1 else f"Delta_{k}")
            latex = r"\Delta" if k == 1 else rf"\Delta_{{{k}}}"
            self.gaps[text] = Definition(name, self.source.collect(primitive), latex)
        return scale, program.symbol(self.gaps[text].name)


def composite_matrix(generator: Generator, liouvillian: Liouvillian) -> CompositeMatrix:
    """Name the composites of every entry of the sector."""
    namer = _Namer(generator)
    sector = liouvillian.sector
    symbolic: dict[tuple[Coordinate, Coordinate], list[tuple[Fraction, Node]]] = {}
    for row in sector:
        for column in sector:
            entry = liouvillian.entry(row, column)
            if entry:
                symbolic[row, column] = _entry(namer, generator, entry)
    used = list(
        dict.fromkeys(name for terms in symbolic.values() for _, node in terms for name in program.symbols_of([node]))
    )
    found = {c.name: c for c in namer.found.values()}
    order = sorted(found.values(), key=lambda c: (c.index, c.direction != "up", c.frequency or 0))
    writer = Writer(generator)
    order = [replace(c, expression=e) for c, e in zip(order, writer.expressions(order), strict=True)]
    rest = [name for name in used if name not in found]
    ring = Ring([*(c.name for c in order), *sorted(rest, key=lambda n: (n not in generator.rates, used.index(n)))])
    matrix = {}
    for key, terms in symbolic.items():
        total = ring.zero
        for scale, node in terms:
            total = total + ring.constant(scale) * ring.from_node(node)
        matrix[key] = total
    return CompositeMatrix(
        generator, liouvillian, ring, matrix, tuple(order), tuple(namer.gaps.values()), tuple(writer.definitions)
    )


def _entry(namer: _Namer, generator: Generator, entry: Entry) -> list[tuple[Fraction, Node]]:
    groups: dict[Any, list[tuple[Rate, Polynomial]]] = {}
    terms: list[tuple[Fraction, Node]] = []
    for name, value in entry.items():
        if not name:
            terms.append(namer.gap(value))
            continue
        rate = generator.rates[name]
        key = (rate.frequency, rate.direction) if rate.frequency is not None else (None, name)
        groups.setdefault(key, []).append((rate, value))
    for rates in groups.values():
        rates.sort(key=lambda item: (item[0].bath, item[0].channel))
        scale, symbol = namer.combination(rates)
        terms.append((scale, program.symbol(symbol)))
    return terms
