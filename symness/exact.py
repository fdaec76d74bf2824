"""Exact polynomials over the rationals, modulo the relations of the model.

Polynomials are python-flint's; this module adds reduction by relations ``g**2 = polynomial`` (c**2 + s**2 = 1,
radicals, i**2 = -1), a short *displayed* form (content, factors, and inside a factor the best common symbol taken out
again and again), and minors.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import flint

from symness import program
from symness.errors import ZeroPivotError
from symness.program import Node

__all__ = [
    "Polynomial",
    "Ring",
    "adjugate",
    "common_content",
    "determinant",
    "minors_of_first_row",
    "nonzero_pivot",
]

Polynomial = Any  # flint.fmpq_mpoly: no stubs


class Ring:
    """Q[names] modulo relations ``name**2 = polynomial``.

    Parameters
    ----------
    names : sequence of str
        In declared order: the order in which terms are displayed.
    relations : mapping name -> Node, optional
        The square of a symbol, as an expression in the other names.
    """

    def __init__(self, names: Sequence[str], relations: Mapping[str, Node] | None = None) -> None:
        self.names = tuple(dict.fromkeys(names))
        self.index = {name: k for k, name in enumerate(self.names)}
        self.context = flint.fmpq_mpoly_ctx.get(list(self.names) or ["unused"], flint.Ordering.lex)
        self.generators = dict(zip(self.names, self.context.gens(), strict=False))
        self.zero = self.context.from_dict({})
        self.one = self.constant(1)
        self.relations = [
            (self.index[name], self.from_node(square))
            for name, square in (relations or {}).items()
            if name in self.index
        ]
        # A root that stands under another root is reduced after it.
        bound = {self.names[place]: self.uses(square) for place, square in self.relations}
        self.relations.sort(key=lambda r: -_depth(self.names[r[0]], bound))

    def constant(self, value: int | Fraction) -> Polynomial:
        value = Fraction(value)
        return self.context.constant(flint.fmpq(value.numerator, value.denominator))

    def from_node(self, node: Node) -> Polynomial:
        """Convert an expression without functions or symbolic denominators."""
        return self.from_nodes([node])[0]

    def from_nodes(self, nodes: Sequence[Node]) -> list[Polynomial]:
        return program.evaluate(nodes, self.generators, _no_function, self.constant, self.generators.get("i"))

    def reduce(self, polynomial: Polynomial) -> Polynomial:
        """Normal form: no relation symbol with a power above one."""
        for place, square in self.relations:
            while any(monomial[place] > 1 for monomial in polynomial.monoms()):
                low: dict[tuple[int, ...], Any] = {}
                high: dict[tuple[int, ...], Any] = {}
                for monomial, coefficient in polynomial.to_dict().items():
                    if monomial[place] > 1:
                        lowered = (*monomial[:place], monomial[place] - 2, *monomial[place + 1 :])
                        high[lowered] = high.get(lowered, 0) + coefficient
                    else:
                        low[monomial] = coefficient
                polynomial = self.context.from_dict(low) + self.context.from_dict(high) * square
        return polynomial

    def split(self, polynomial: Polynomial, names: Sequence[str]) -> dict[tuple[int, ...], Polynomial]:
        """Coefficients by the powers of some symbols."""
        places = [self.index[name] for name in names]
        parts: dict[tuple[int, ...], dict[tuple[int, ...], Any]] = {}
        for monomial, coefficient in polynomial.to_dict().items():
            key = tuple(int(monomial[k]) for k in places)
            rest = list(monomial)
            for k in places:
                rest[k] = 0
            parts.setdefault(key, {})[tuple(rest)] = coefficient
        return {key: self.context.from_dict(part) for key, part in sorted(parts.items())}

    def uses(self, polynomial: Polynomial) -> set[str]:
        """Names that occur."""
        degrees = polynomial.degrees() if len(polynomial) else ()
        return {name for name, degree in zip(self.names, degrees, strict=False) if degree > 0}

    def divide(self, numerator: Polynomial, denominator: Polynomial) -> Polynomial | None:
        """Exact quotient modulo the relations; None where it is not a polynomial."""
        for place, _ in self.relations:
            name = self.names[place]
            if name in self.uses(denominator):
                mirrored = [-g if n == name else g for n, g in self.generators.items()]
                other = denominator.compose(*mirrored, ctx=self.context)
                numerator = self.reduce(numerator * other)
                denominator = self.reduce(denominator * other)
        if not len(denominator):
            return None
        quotient, remainder = divmod(numerator, denominator)
        return None if len(remainder) else self.reduce(quotient)

    def factors(self, polynomial: Polynomial) -> tuple[Fraction, list[tuple[Polynomial, int]]]:
        """Rational content and irreducible factors with integer coefficients, the simplest term of each positive.

        Sorted by length, then by the declared order of the symbols as displayed, however the factors were found.
        """
        if not len(polynomial):
            return Fraction(0), []
        listed = []
        for place, square in self.relations:
            # 1 - c**2 stays one factor, the square of its root
            count = 0
            while len(square) > 1:
                quotient, remainder = divmod(polynomial, square)
                if len(remainder):
                    break
                polynomial, count = quotient, count + 2
            if count:
                listed.append((self.generators[self.names[place]], count))
        content, found = polynomial.factor()
        total = _fraction(content)
        for factor, power in found:
            scale, primitive = self.primitive(factor)
            total *= scale**power
            known = next((k for k, (other, _) in enumerate(listed) if other == primitive), None)
            if known is None:
                listed.append((primitive, int(power)))
            else:  # a root that was found as 1 - c**2 as well
                listed[known] = primitive, listed[known][1] + int(power)
        if len(listed) > 1:
            listed.sort(key=lambda item: (len(item[0]), self._key(item[0])))
        return total, listed

    def primitive(self, polynomial: Polynomial) -> tuple[Fraction, Polynomial]:
        """Content and primitive part; in the primitive part the simplest term is positive.

        The simplest term has the lowest degree, then the smallest coefficient, then comes first in declared order.
        """
        terms = self._terms(polynomial)
        content = common_content(c for _, c in terms)
        lead = min(terms, key=lambda t: (sum(t[0]), abs(t[1]), tuple(-e for e in t[0])))
        if lead[1] < 0:
            content = -content
        return content, polynomial * self.constant(1 / content)

    def _terms(self, polynomial: Polynomial) -> list[tuple[tuple[int, ...], Fraction]]:
        return [(tuple(map(int, m)), _fraction(c)) for m, c in polynomial.to_dict().items()]

    def _key(self, polynomial: Polynomial) -> tuple[Any, ...]:
        """Symbols from left to right as displayed: r_1 = a + b*(...) stands before r_2 = b + a*(...)."""
        leaves, stack = [], [self.collect(polynomial)]
        while stack:
            node = stack.pop()
            if node.op == "symbol":
                leaves.append(self.index[node.args[0]])
            stack.extend(reversed(node.operands))
        return tuple(leaves), str(polynomial)

    def display(self, polynomial: Polynomial) -> Node:
        """The short form of one polynomial: factored, then collected inside each factor."""
        content, listed = self.factors(polynomial)
        return program.mul(program.number(content), *(program.power(self.collect(f), k) for f, k in listed))

    def collect(self, polynomial: Polynomial) -> Node:
        """Sum with common symbols taken out where that shortens it most; no factoring over the rationals."""
        terms = self._terms(polynomial)
        terms.sort(key=lambda t: (sum(t[0]), tuple(-e for e in t[0])))
        return self._collect(terms)

    def _collect(self, terms: list[tuple[tuple[int, ...], Fraction]]) -> Node:
        if len(terms) == 1:
            return self._monomial(*terms[0])
        content = common_content(c for _, c in terms)
        common = tuple(min(m[k] for m, _ in terms) for k in range(len(terms[0][0])))
        if any(common) or content != 1:
            inner = [(tuple(a - b for a, b in zip(m, common, strict=True)), c / content) for m, c in terms]
            if all(c < 0 for _, c in inner):
                inner, content = [(m, -c) for m, c in inner], -content
            return program.mul(self._monomial(common, content), self._collect(inner))
        counts = [sum(1 for m, _ in terms if m[k]) for k in range(len(terms[0][0]))]
        numeric = [t for t in terms if abs(t[1]) != 1]
        best = max(range(len(counts)), key=lambda k: (counts[k], -k), default=-1)
        if best >= 0 and counts[best] > 1 and counts[best] >= len(numeric):
            chosen = [t for t in terms if t[0][best]]
        elif len(numeric) > 1 and common_content(c for _, c in numeric) != 1:
            chosen = numeric
        elif best >= 0 and counts[best] > 1:
            chosen = [t for t in terms if t[0][best]]
        else:
            return program.add(*(self._monomial(m, c) for m, c in terms))
        taken = {m for m, _ in chosen}
        rest = [t for t in terms if t[0] not in taken]
        if not rest:
            return program.add(*(self._monomial(m, c) for m, c in terms))
        return program.gathered(program.add(self._collect(rest), self._collect(chosen)))

    def _monomial(self, powers: tuple[int, ...], coefficient: Fraction) -> Node:
        factors = [program.power(program.symbol(self.names[k]), e) for k, e in enumerate(powers) if e]
        return program.mul(program.number(coefficient), *factors)


def _depth(name: str, bound: Mapping[str, set[str]]) -> int:
    return 1 + max((_depth(inner, bound) for inner in bound[name] if inner in bound), default=0)


def _fraction(value: Any) -> Fraction:
    # int() on a flint rational would drop the denominator without a word.
    value = flint.fmpq(value)
    return Fraction(int(value.p), int(value.q))


def common_content(values: Iterable[Fraction]) -> Fraction:
    """The largest rational number of which all of them are integer multiples; 0 where all are 0."""
    listed = list(values)
    return Fraction(math.gcd(*(v.numerator for v in listed)), math.lcm(*(v.denominator for v in listed)))


def _no_function(name: str, *arguments: Any, node: Node) -> Any:
    raise ValueError(f"{node!r} is not a polynomial: name it as a symbol first")


def minors_of_first_row(matrix: Sequence[Sequence[Polynomial]], zero: Polynomial, budget: int) -> list[Polynomial]:
    """Cofactors of the first row, by Laplace expansion with every smaller minor kept (all n share them).

    Raises
    ------
    OverflowError
        When one minor has more than ``budget`` terms.
    """
    n = len(matrix)
    if n == 1:
        return [zero + 1]
    # minors[columns] over the last k rows, built from the bottom row up
    minors: dict[tuple[int, ...], Any] = {(j,): matrix[n - 1][j] for j in range(n)}
    for k in range(2, n):
        row = matrix[n - k]
        larger: dict[tuple[int, ...], Any] = {}
        for columns, minor in minors.items():
            if not len(minor):
                continue
            for j in range(n):
                if j in columns or not len(row[j]):
                    continue
                joined = tuple(sorted((*columns, j)))
                sign = 1 if joined.index(j) % 2 == 0 else -1
                term = sign * row[j] * minor
                larger[joined] = larger[joined] + term if joined in larger else term
                if len(larger[joined]) > budget:
                    raise OverflowError
        minors = larger
    result = []
    for i in range(n):
        cofactor: Any = minors.get(tuple(j for j in range(n) if j != i), zero)
        result.append(cofactor if i % 2 == 0 else -1 * cofactor)
    return result


def determinant(matrix: Sequence[Sequence[Polynomial]], zero: Polynomial, budget: int) -> Polynomial:
    """Determinant from the cofactors of the first row."""
    cofactors = minors_of_first_row(matrix, zero, budget)
    total = zero
    for entry, cofactor in zip(matrix[0], cofactors, strict=True):
        total = total + entry * cofactor
    return total


def adjugate(matrix: Sequence[Sequence[Polynomial]], zero: Polynomial, budget: int) -> list[list[Polynomial]]:
    """Transposed cofactors: matrix * adjugate = determinant."""
    n = len(matrix)
    result = [[zero] * n for _ in range(n)]
    for i in range(n):
        order = [i, *(k for k in range(n) if k != i)]
        cofactors = minors_of_first_row([matrix[k] for k in order], zero, budget)
        for j in range(n):
            result[j][i] = cofactors[j] if i % 2 == 0 else -1 * cofactors[j]
    return result


def nonzero_pivot(value: Node, where: str) -> Node:
    """The pivot itself, unless it is the number zero."""
    if value.is_zero:
        raise ZeroPivotError(
            f"elimination of {where}: the pivot is zero, so this element has no decay and no drive; "
            "give it a rate or pass a generator that keeps it"
        )
    return value
