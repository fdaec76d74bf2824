"""The shortest display of a polynomial in the symbols that a paper has for some of its parts.

A name stands for a polynomial (a sum of rates, Gamma**2 + 4 delta**2, ...).  Three moves are tried: a name that divides
is taken out; a sum is split by the powers of one symbol, each coefficient displayed on its own; and a symbol of a
linear name is eliminated in favour of the name (a = Gamma - b) where that leaves fewer terms.  Every move is an
identity, so the result is exact whatever the search finds; it is the one with the fewest operations as displayed.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from symness import program
from symness.exact import Polynomial, Ring
from symness.program import Node

__all__ = ["Shortest", "length"]

#: Sums of at most so many terms are split by the powers of a symbol, sums within such a sum of at most so many, and no
#: others: 4 g**2 Gamma**2 + Gamma_h Gamma_c (4 delta**2 + Gamma**2) is one within one.
SPLIT_LIMITS = (200, 20)
#: most symbols that are eliminated together; every subset of them is tried
CHANGES = 4
#: so many views in a row that were not shorter end the search
PATIENCE = 2


class Shortest:
    """Displays polynomials of one ring.

    Parameters
    ----------
    ring : Ring
        Holds the symbols of the polynomials and the names.
    values : mapping name -> Polynomial
        What each name stands for, in the symbols that are no names.
    """

    def __init__(self, ring: Ring, values: Mapping[str, Polynomial]) -> None:
        self.ring = ring
        self.values = {name: value for name, value in values.items() if len(value) > 1}
        self._views: dict[tuple[tuple[str, str], ...], _View | None] = {}
        self._memo: dict[str, Node] = {}

    def show(self, polynomial: Polynomial) -> Node:
        """The shortest form found; ties go to the one with fewer minus signs."""
        if not len(polynomial):
            return program.number(0)
        key = str(polynomial)
        if key not in self._memo:
            self._memo[key] = self._search(polynomial)
        return self._memo[key]

    def _search(self, polynomial: Polynomial) -> Node:
        """Every subset of the useful changes, those that leave the fewest terms first, until they stop to help."""
        changes = self._changes(polynomial)[:CHANGES]
        subsets = [s for k in range(len(changes) + 1) for s in combinations(changes, k)]
        seen = [(view, view.map(polynomial)) for view in map(self._view, subsets) if view is not None]
        seen.sort(key=lambda item: len(item[1]))
        best, idle = None, 0
        for view, here in seen:
            node = view.show(here)
            if best is None or length(node) < length(best):
                best, idle = node, 0
            else:
                idle += 1
            if idle == PATIENCE:
                break
        assert best is not None
        return best

    def _view(self, changes: tuple[tuple[str, str], ...]) -> _View | None:
        """None where a symbol that is to be eliminated went with an earlier change."""
        if changes not in self._views:
            try:
                self._views[changes] = _View(self.ring, self.values, changes)
            except KeyError:
                self._views[changes] = None
        return self._views[changes]

    def _changes(self, polynomial: Polynomial) -> tuple[tuple[str, str], ...]:
        """(name, eliminated symbol) one after the other, as long as terms become fewer."""
        chosen: tuple[tuple[str, str], ...] = ()
        while True:
            taken = {name for change in chosen for name in change}
            now = self._view(chosen)
            assert now is not None
            here = now.map(polynomial)
            size, best = len(here), None
            present = self.ring.uses(here)
            for name in self.values:
                value = now.map(self.values[name])
                if name in taken or not all(sum(map(int, m)) == 1 for m in value.monoms()):
                    continue
                for symbol in sorted((self.ring.uses(value) & present) - set(self.values), key=self.ring.names.index):
                    view = self._view((*chosen, (name, symbol)))
                    terms = size if view is None else len(view.map(polynomial))
                    if terms < size:
                        size, best = terms, (name, symbol)
            if best is None:
                return chosen
            chosen = (*chosen, best)


class _View:
    """Polynomials after some symbols were eliminated."""

    def __init__(self, ring: Ring, values: Mapping[str, Polynomial], changes: tuple[tuple[str, str], ...]) -> None:
        self.ring = ring
        self.images = dict(ring.generators)
        for name, symbol in changes:
            value = self.map(values[name])
            g = ring.generators[symbol]
            weight = ring.split(value, [symbol])[(1,)]
            solved = g - (value - ring.generators[name]) / weight
            one = {**ring.generators, symbol: solved}
            self.images = {n: p.compose(*one.values(), ctx=ring.context) for n, p in self.images.items()}
        eliminated = {name for name, _ in changes}
        own = {name: self.map(value) for name, value in values.items() if name not in eliminated}
        # Long names first: what they stand for may hold short ones.
        self.values = dict(sorted(own.items(), key=lambda item: -len(item[1])))
        self.memo: dict[tuple[str, int], Node] = {}

    def map(self, polynomial: Polynomial) -> Polynomial:
        return self.ring.reduce(polynomial.compose(*self.images.values(), ctx=self.ring.context))

    def show(self, polynomial: Polynomial, depth: int = 0) -> Node:
        """Content, names that divide, and irreducible factors; ``depth`` counts the sums that were split above."""
        key = str(polynomial), depth
        if key not in self.memo:
            named = []
            for name, value in self.values.items():
                power = 0
                while len(value) > 1 and len(polynomial) >= len(value):
                    quotient, remainder = divmod(polynomial, value)
                    if len(remainder):
                        break
                    polynomial, power = quotient, power + 1
                if power:
                    named.append(program.power(program.symbol(name), power))
            content, factors = self.ring.factors(polynomial)
            shown = [program.power(self._sum(factor, depth), exponent) for factor, exponent in factors]
            symbols = [node for node in shown if node.op != "add"]
            sums = [node for node in shown if node.op == "add"]
            self.memo[key] = program.mul(content, *symbols, *named, *sums)
        return self.memo[key]

    def _sum(self, factor: Polynomial, depth: int) -> Node:
        """One irreducible factor: collected, or split by the powers of a symbol."""
        found = [self.ring.collect(factor)]
        if depth < len(SPLIT_LIMITS) and 2 < len(factor) <= SPLIT_LIMITS[depth]:
            for symbol in sorted(self.ring.uses(factor), key=self.ring.names.index):
                parts = self.ring.split(factor, [symbol])
                if 1 < len(parts) < len(factor):
                    powers = [
                        (power, self.show(part, depth + 1)) for (power,), part in sorted(parts.items(), reverse=True)
                    ]
                    g = program.symbol(symbol)
                    found.append(program.add(*(_times(part, program.power(g, power)) for power, part in powers)))
        return min(found, key=length)


def length(node: Node) -> tuple[int, int]:
    """Operations, then minus signs."""
    negative = sum(1 for n in program.walk([node]) if n.op == "number" and n.args[0] < 0)
    return program.count_ops([node]), negative


def _times(part: Node, power: Node) -> Node:
    """Coefficient, power, rest: 4*g**2*(a + b)."""
    if part.op == "mul" and part.args[0].op == "number":
        return program.mul(part.args[0], power, *part.args[1:])
    return program.mul(power, part)
