"""Truncated Laurent series in one small parameter, with exact coefficients.

A coefficient is a program in the other parameters together with its residue at a random point of a prime field, which
decides whether it vanishes identically.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from symness import program
from symness.errors import LimitError
from symness.program import Node
from symness.residues import ResiduePoint

__all__ = ["Arithmetic", "Series", "TooShort"]

_ZERO, _ONE = program.number(0), program.number(1)


@dataclass(frozen=True)
class Series:
    """sum over k of coefficients[k] eps**(low + k) + O(eps**(low + length)); ``exact`` where nothing was cut off.

    The first coefficient is not identically zero; an empty series is zero to the order known.
    """

    low: int
    coefficients: tuple[Node, ...]
    exact: bool = False

    @property
    def end(self) -> float:
        """The first power that is not known."""
        return float("inf") if self.exact else self.low + len(self.coefficients)

    def at(self, power: int) -> Node:
        """Coefficient of eps**power."""
        if power >= self.end:
            raise TooShort(power)
        k = power - self.low
        return self.coefficients[k] if 0 <= k < len(self.coefficients) else _ZERO


class TooShort(Exception):
    """More orders are needed than were kept."""


class Arithmetic:
    """Sums, products, quotients and roots of series at one random point.

    Parameters
    ----------
    length : int
        Orders that are kept.
    point : ResiduePoint
        Where a coefficient is tested for zero.
    """

    def __init__(self, length: int, point: ResiduePoint) -> None:
        self.length, self.point = length, point

    def vanishes(self, node: Node) -> bool:
        """Whether a coefficient is identically zero."""
        return node.is_zero or not int(self.point.evaluate([node])[0])

    def constant(self, node: Node) -> Series:
        return Series(0, (), True) if self.vanishes(node) else Series(0, (node,), True)

    def trimmed(self, low: int, coefficients: Sequence[Node], exact: bool) -> Series:
        """Without leading zeros, and no longer than wanted."""
        listed = list(coefficients)
        if len(listed) > self.length:
            listed, exact = listed[: self.length], exact and all(self.vanishes(c) for c in listed[self.length :])
        while listed and self.vanishes(listed[0]):
            listed.pop(0)
            low += 1
        return Series(low, tuple(_ZERO if self.vanishes(c) else c for c in listed), exact)

    def scaled(self, x: Series, factor: int | Fraction) -> Series:
        return Series(x.low, tuple(program.mul(factor, c) for c in x.coefficients), x.exact)

    def sum(self, parts: Sequence[Series]) -> Series:
        known = [p for p in parts if p.coefficients or not p.exact]
        if not known:
            return Series(0, (), True)
        low = min(p.low for p in known)
        end = min(p.end for p in known)
        top = max(p.low + len(p.coefficients) for p in known)
        last = int(min(end, top))
        listed = [
            program.add(*(p.at(k) for p in known if p.low <= k < p.low + len(p.coefficients))) for k in range(low, last)
        ]
        return self.trimmed(low, listed, end == float("inf"))

    def product(self, x: Series, y: Series) -> Series:
        if (x.exact and not x.coefficients) or (y.exact and not y.coefficients):
            return Series(0, (), True)
        low = x.low + y.low
        # Relative precision: an exact factor takes none away.
        own = [len(z.coefficients) for z in (x, y)]
        count = own[0] + own[1] - 1 if x.exact and y.exact else own[1] if x.exact else own[0] if y.exact else min(own)
        listed = [
            program.add(
                *(
                    program.mul(x.coefficients[i], y.coefficients[k - i])
                    for i in range(k + 1)
                    if i < len(x.coefficients) and k - i < len(y.coefficients)
                )
            )
            for k in range(count)
        ]
        return self.trimmed(low, listed, x.exact and y.exact)

    def inverse(self, x: Series) -> Series:
        return self.quotient(self.constant(_ONE), x)

    def quotient(self, a: Series, b: Series) -> Series:
        """a/b, coefficient by coefficient: q_k = (a_k - sum over i of b_i q_(k-i))/b_0."""
        if not b.coefficients:
            if b.exact:
                raise LimitError("a denominator vanishes identically in this limit")
            raise TooShort
        if a.exact and not a.coefficients:
            return a
        top, bottom = a.coefficients, b.coefficients
        first = bottom[0]
        if b.exact and len(bottom) == 1:
            return Series(a.low - b.low, tuple(program.div(c, first) for c in top), a.exact)
        count = min(self.length if z.exact else len(z.coefficients) for z in (a, b))
        listed: list[Node] = []
        for k in range(count):
            own = [top[k]] if k < len(top) else []
            cross = [program.mul(bottom[i], listed[k - i]) for i in range(1, min(k + 1, len(bottom)))]
            rest = program.add(*own, *(program.mul(-1, c) for c in cross))
            listed.append(_ZERO if rest.is_zero else program.div(rest, first))
        return self.trimmed(a.low - b.low, listed, False)

    def power(self, x: Series, exponent: int) -> Series:
        if exponent < 0:
            return self.power(self.inverse(x), -exponent)
        result = self.constant(_ONE)
        for _ in range(exponent):
            result = self.product(result, x)
        if not result.coefficients:
            return result
        first = program.power(x.coefficients[0], exponent)
        return Series(result.low, (first, *result.coefficients[1:]), result.exact)

    def square_root(self, node: Node) -> Node:
        """The root of a coefficient that is not negative."""
        return program.sqrt(node)

    def root(self, x: Series) -> Series:
        if not x.coefficients:
            if x.exact:
                return x
            raise TooShort
        if x.low % 2:
            raise LimitError("a square root has half-integer powers in this limit; take the limit of its square")
        first = self.square_root(x.coefficients[0])
        if x.exact and len(x.coefficients) == 1:
            return Series(x.low // 2, (first,), True)
        count = self.length if x.exact else len(x.coefficients)
        listed: list[Node] = [first]
        for k in range(1, count):
            own = x.coefficients[k] if k < len(x.coefficients) else _ZERO
            cross = [program.mul(listed[i], listed[k - i]) for i in range(1, k)]
            listed.append(program.div(program.add(own, program.mul(-1, program.add(*cross))), program.mul(2, first)))
        return self.trimmed(x.low // 2, listed, False)

    def taylor(self, x: Series, coefficient: Callable[[int], Node]) -> Series:
        """sum over k of coefficient(k) (x - x_0)**k."""
        shift = Series(max(x.low, 1), x.coefficients[max(0, 1 - x.low) :], x.exact) if x.low < 1 else x
        shift = self.trimmed(shift.low, shift.coefficients, shift.exact)
        terms, term = [self.constant(coefficient(0))], self.constant(_ONE)
        if shift.exact and not shift.coefficients:
            return terms[0]
        for k in range(1, self.length):
            term = self.product(term, shift)
            terms.append(self.product(self.constant(coefficient(k)), term))
        return self.sum([*terms, Series(self.length * max(shift.low, 1), ())])
