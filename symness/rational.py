"""Programs as reduced quotients of polynomials: where common factors have to cancel before numbers are put in.

Rates and the symbols of the Hamiltonian's ring are the variables; every other definition is expanded down to them.
What vanishes at equilibrium is a polynomial in the rates (d_j u_l - u_j d_l), so two expressions that vanish together
share it as a factor, and their quotient no longer holds it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

import sympy as sp

from symness import program
from symness.composites import tidy
from symness.errors import ModelError, ObservableError
from symness.exact import Polynomial, Ring
from symness.generators import Generator
from symness.program import Node
from symness.state import SteadyState

__all__ = ["Quotient", "Rational", "affordable", "one_product", "polynomial_weight"]

Found = TypeVar("Found")

#: longest product of two polynomials (terms times terms) that is worth expanding
PRODUCT_LIMIT = 30_000
#: most coordinates of a state for which a current is expanded in search of one product
SECTOR_LIMIT = 8


def affordable(compute: Callable[..., Found], *arguments: Any) -> Found | None:
    """What it computes, or None where polynomials outgrow :data:`PRODUCT_LIMIT`."""
    try:
        return compute(*arguments)
    except OverflowError:
        return None


@dataclass(frozen=True)
class Quotient:
    """``top / bottom``, without a common factor, both in the normal form of the ring.

    Sums and products raise OverflowError beyond :data:`PRODUCT_LIMIT`.
    """

    ring: Ring
    top: Polynomial
    bottom: Polynomial

    @classmethod
    def of(cls, ring: Ring, top: Polynomial, bottom: Polynomial) -> Quotient:
        top, bottom = ring.reduce(top), ring.reduce(bottom)
        if not len(bottom):
            raise ZeroDivisionError("a denominator vanishes identically")
        if not len(top):
            return cls(ring, ring.zero, ring.one)
        whole = ring.divide(top, bottom)
        if whole is not None:
            return cls(ring, whole, ring.one)
        common = top.gcd(bottom)
        return cls(ring, top / common, bottom / common)

    def _guard(self, other: Quotient) -> None:
        if max(len(self.top), len(self.bottom)) * max(len(other.top), len(other.bottom)) > PRODUCT_LIMIT:
            raise OverflowError("a quotient of polynomials would have too many terms")

    def __add__(self, other: Quotient) -> Quotient:
        self._guard(other)
        if self.bottom == other.bottom:
            return self.of(self.ring, self.top + other.top, self.bottom)
        top = self.top * other.bottom + other.top * self.bottom
        return self.of(self.ring, top, self.bottom * other.bottom)

    def __mul__(self, other: Quotient) -> Quotient:
        self._guard(other)
        return self.of(self.ring, self.top * other.top, self.bottom * other.bottom)

    def __truediv__(self, other: Quotient) -> Quotient:
        self._guard(other)
        return self.of(self.ring, self.top * other.bottom, self.bottom * other.top)

    def __pow__(self, exponent: int) -> Quotient:
        return self.of(self.ring, self.top**exponent, self.bottom**exponent)

    def node(self) -> Node:
        """As a factored program, with one rational coefficient."""
        (top, above), (bottom, below) = (_factored(self.ring, p) for p in (self.top, self.bottom))
        content = top / bottom
        return program.div(program.mul(content.numerator, above), program.mul(content.denominator, below))


def _factored(ring: Ring, polynomial: Polynomial) -> tuple[Fraction, Node]:
    """Content and the product of the factors."""
    content, factors = ring.factors(polynomial)
    return content, program.mul(*(program.power(ring.collect(f), k) for f, k in factors))


class Rational:
    """Converts expressions of one steady state.

    The normalisation stays a symbol (it cancels in ratios); functions of parameters become symbols too.
    """

    def __init__(self, state: SteadyState, expressions: Sequence[Node]) -> None:
        self.state = state
        generator = state.generator
        self._expanded = _expansions(state)
        nodes = expanded(state, expressions)
        calls = [n for n in program.walk(nodes) if n.op == "call"]
        # A function inside a function goes with the outer one.
        self._calls = {n: program.symbol(f"function {k}") for k, n in enumerate(calls)}
        nodes = [program.replace(n, self._calls) for n in nodes]
        symbols = [s for s in program.symbols_of(nodes) if s not in generator.ring.names]
        source = generator.ring
        relations = {source.names[place]: source.collect(square) for place, square in source.relations}
        self.ring = Ring([*symbols, *source.names], relations)
        self.quotients = [self._quotient(n) for n in nodes]
        self._named = self._names()

    def _quotient(self, node: Node) -> Quotient:
        ring = self.ring
        values = {name: Quotient(ring, g, ring.one) for name, g in ring.generators.items()}

        def convert(value: Fraction) -> Quotient:
            return Quotient(ring, ring.constant(value), ring.one)

        def refuse(name: str, *arguments: Any, node: Node) -> Any:
            raise ObservableError(f"{node!r} is no quotient of polynomials")

        value: Quotient = program.evaluate([node], values, refuse, convert, values.get("i"))[0]
        return value

    def is_nonnegative(self, polynomial: Polynomial) -> bool:
        """Sum of positive terms in rates and parameters that are not negative; False where that is not sure."""
        generator = self.state.generator
        known = {s.name for s in generator.model.symbols if s.is_nonnegative}
        known |= {name for name, rate in generator.rates.items() if rate.channel[0] == rate.channel[1]}
        positive = all(coefficient > 0 for coefficient in polynomial.to_dict().values())
        return positive and self.ring.uses(polynomial) <= known

    # -- back to programs -----------------------------------------------------------------------------------------

    def _names(self) -> Mapping[str, tuple[Fraction, Node, int]]:
        """(scale, symbol, +1 or -1) by the text of a primitive polynomial: it is symbol**(+-1) / scale."""
        named: dict[str, tuple[Fraction, Node, int]] = {}
        for definition in self.state.definitions:
            expression, power = self._expanded.get(definition.name), 1
            if expression is not None and expression.op == "div" and expression.args[0] is program.number(1):
                # a Schur factor R: its determinant is 1/R
                expression, power = expression.args[1], -1
            if expression is None or any(n.op in ("call", "div", "i") for n in program.walk([expression])):
                continue
            if not set(program.symbols_of([expression])) <= set(self.ring.names):
                continue
            value = self.ring.reduce(self.ring.from_node(expression))
            if len(value) > 1:
                scale, primitive = self.ring.primitive(value)
                named.setdefault(str(primitive), (scale, program.symbol(definition.name), power))
        return named

    def show(self, polynomial: Polynomial) -> Node:
        """Factored, with the names that the state has for factors."""
        content, above, below = self._shown(polynomial)
        return program.div(program.mul(content, *above), program.mul(*below))

    def quotient(self, value: Quotient) -> Node:
        """As one product; what stands below as 1/R stands above as R."""
        top, above, below = self._shown(value.top)
        bottom, under, over = self._shown(value.bottom)
        return program.div(program.mul(top / bottom, *above, *over), program.mul(*under, *below))

    def _shown(self, polynomial: Polynomial) -> tuple[Fraction, list[Node], list[Node]]:
        """Coefficient, factors, and factors of the denominator."""
        content, factors = self.ring.factors(polynomial)
        back = {symbol.args[0]: call for call, symbol in self._calls.items()}
        sides: dict[int, list[Node]] = {1: [], -1: []}
        for factor, exponent in factors:
            scale, node, power = self._named.get(str(factor)) or (Fraction(1), tidy(self.ring, factor), 1)
            content /= scale**exponent
            sides[power].append(program.power(program.substitute(node, back), exponent))
        return content, sides[1], sides[-1]


def polynomial_weight(generator: Generator, expression: Any) -> Polynomial | None:
    """A factor in the ring of the generator; None where it is no polynomial of the parameters and known roots."""
    try:
        node = generator.table.plain(sp.sympify(expression))
    except ModelError:
        return None
    return None if any(n.op == "div" for n in program.walk([node])) else generator.ring.from_node(node)


def expanded(state: SteadyState, expressions: Sequence[Node]) -> list[Node]:
    """Expressions in rates, the symbols of the Hamiltonian's ring, and the normalisation."""
    definitions = _expansions(state)
    memo: dict[Node, Node] = {}
    return [program.substitute(e, definitions, memo) for e in expressions]


def _expansions(state: SteadyState) -> dict[str, Node]:
    """Every definition down to what is kept; the X_k of the differences as polynomials in composites."""
    kept = {*state.generator.ring.names, *state.generator.rates}
    products = {}
    if state.linear is not None:
        if state.linear.norm.op == "symbol":
            kept.add(state.linear.norm.args[0])
        differences = state.linear.differences
        for up, down, up0, down0, key in differences.triples:
            u, d, u0, d0 = (program.symbol(c.name) for c in (up, down, up0, down0))
            products[differences.definitions[key].name] = program.add(program.mul(d, u0), -program.mul(u, d0))
    composites = {c.name: c.expression for c in state.matrix.combinations}
    known: dict[str, Node] = {}
    for definition in state.definitions:
        if definition.name in products:
            inner = program.substitute(products[definition.name], composites)
            known[definition.name] = program.substitute(inner, known)
        elif definition.name not in kept:
            known[definition.name] = program.substitute(definition.expression, known)
    return known


def one_product(state: SteadyState, expression: Node) -> Node | None:
    """An expression with real values as one reduced product; None where that has too many terms or there is no R.

    Baths at different frequencies have no common difference of occupations; what vanishes is then one factor.
    """
    if len(state.sector) > SECTOR_LIMIT:
        return None
    try:
        field = Rational(state, [expression])
    except (OverflowError, ObservableError):
        return None
    return field.quotient(field.quotients[0])
