"""Series of programs: bath functions, angles, exponentials and functions with a kink.

What is exponentially small is zero to every order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import factorial

from symness import program
from symness.errors import LimitError, UndecidedOrder
from symness.laurent import Arithmetic, Series, TooShort
from symness.program import Node
from symness.residues import ResiduePoint

__all__ = ["Expansion"]

_ZERO, _ONE = program.number(0), program.number(1)


class Expansion(Arithmetic):
    """Expands programs in eps at one random point.

    Parameters
    ----------
    symbols : mapping name -> Series
        Those that depend on eps.  Other symbols are themselves.
    length, point
        As of :class:`symness.laurent.Arithmetic`.
    sign : callable of Node
        +1 or -1 for a coefficient, None where it is undecided.
    """

    def __init__(
        self,
        symbols: Mapping[str, Series],
        length: int,
        point: ResiduePoint,
        sign: Callable[[Node], int | None],
    ) -> None:
        super().__init__(length, point)
        self.symbols, self.sign = dict(symbols), sign

    def expand(self, root: Node) -> Series:
        """The series of a program."""
        memo: dict[Node, Series] = {}
        for node in program.walk([root]):
            parts = [memo[child] for child in node.operands]
            if node.op == "symbol":
                memo[node] = self.symbols.get(node.args[0]) or self.constant(node)
            elif not any(self._moves(part) for part in parts) and node.operands:
                values = [part.at(0) for part in parts]
                memo[node] = self.constant(_again(node, values))
            elif node.op in ("number", "i"):
                memo[node] = self.constant(node)
            elif node.op == "add":
                memo[node] = self.sum(parts)
            elif node.op == "mul":
                total = parts[0]
                for part in parts[1:]:
                    total = self.product(total, part)
                memo[node] = total
            elif node.op == "div":
                memo[node] = self.quotient(parts[0], parts[1])
            elif node.op == "pow":
                memo[node] = self.power(parts[0], node.args[1])
            else:
                memo[node] = self.call(node.args[0], parts)
        return memo[root]

    @staticmethod
    def _moves(series: Series) -> bool:
        return not (series.exact and series.low + len(series.coefficients) <= 1 and series.low >= 0)

    # -- functions ---------------------------------------------------------------------------------------------------

    def call(self, name: str, parts: Sequence[Series]) -> Series:
        if name == "sqrt":
            return self.root(parts[0])
        if name == "hypot":
            return self.root(self.sum([self.power(p, 2) for p in parts]))
        if name in ("bose", "fermi", "fermi_hole"):
            return self.occupation(name, *parts)
        if name in ("bose_difference", "fermi_difference"):
            single = name.removesuffix("_difference")
            omega, T_a, mu_a, T_b, mu_b = parts
            first, second = self.occupation(single, omega, T_a, mu_a), self.occupation(single, omega, T_b, mu_b)
            found = self.sum([first, self.scaled(second, -1)])
            values = [p.at(0) for p in parts] if all(p.low >= 0 for p in parts) else []
            if found.low == 0 and found.coefficients and values and not any(v.is_zero for v in (values[1], values[3])):
                # The difference keeps its digits as one atom.
                return Series(0, (program.call(name, *values), *found.coefficients[1:]), found.exact)
            return found
        if name in ("cos_half", "sin_half"):
            return self.half_angle(name, *parts)
        if name == "exp":
            return self.exponential(parts[0])
        if name in ("abs", "positive_part", "maximum", "minimum"):
            return self.kinked(name, parts)
        raise LimitError(f"no expansion of {name} is known; take the limit of another output")

    def exponential(self, x: Series) -> Series:
        if x.low < 0 and x.coefficients:
            if self._certain(x, "an exponent") < 0:
                return Series(0, (), True)
            raise LimitError("an exponential grows beyond every power in this limit")
        at_zero = program.call("exp", x.at(0)) if x.low == 0 and x.coefficients else _ONE
        return self.taylor(x, lambda k: program.div(at_zero, factorial(k)))

    def occupation(self, name: str, omega: Series, T: Series, mu: Series) -> Series:
        """N of x = (omega - mu)/T."""
        gap = self.sum([omega, self.scaled(mu, -1)])
        x = self.quotient(gap, T)
        sign = +1 if name == "bose" else -1
        if not x.coefficients and not x.exact:
            raise TooShort
        if x.low < 0 and x.coefficients:
            beyond = self._certain(x, "(omega - mu)/T of a bath")
            filled = 0 if beyond > 0 else -sign
            return self.constant(program.number(filled if name != "fermi_hole" else 1 - filled))
        if x.coefficients and x.low == 0:
            start = [s.at(0) for s in (omega, T, mu)]
            N = program.call("bose" if sign > 0 else "fermi", *start)
            hole = program.add(1, N) if sign > 0 else program.call("fermi_hole", *start)
            return self.taylor(x, lambda k: _derivative(k, N, hole, name))
        return self._small_argument(name, x)

    def _small_argument(self, name: str, x: Series) -> Series:
        """x -> 0: 1/(e^x - 1) = 1/x - 1/2 + x/12 - ..., 1/(e^x + 1) = 1/2 - x/4 + ..."""
        steps = [program.number(Fraction(1, factorial(k + 1))) for k in range(self.length)]
        if name == "bose":
            if not x.coefficients:
                raise LimitError("an occupation of bosons is infinite: its frequency vanishes in this limit")
            quotient = self.taylor(x, lambda k: steps[k])  # (e^x - 1)/x
            return self.inverse(self.product(x, quotient))
        rising = self.scaled(x, -1) if name == "fermi_hole" else x
        exponential = self.taylor(rising, lambda k: program.number(Fraction(1, factorial(k))))
        return self.inverse(self.sum([exponential, self.constant(_ONE)]))

    def square_root(self, node: Node) -> Node:
        """Of a square what is squared, with its sign: a residue has two roots and does not know which is positive."""
        if self.vanishes(node - _ONE):
            return _ONE
        if node.op == "div":
            top, bottom = map(self.square_root, node.args)
            plain = not any(n.op == "call" and n.args[0] == "sqrt" for n in program.walk([top, bottom]))
            return program.div(top, bottom) if plain else program.sqrt(node)
        powers: Counter[Node] = Counter()
        for factor in program.flat(node) if node.op == "mul" else [node]:
            base, exponent = (factor.args[0], factor.args[1]) if factor.op == "pow" else (factor, 1)
            powers[base] += exponent
        numbers = program.mul(*(program.power(n, k) for n, k in powers.items() if n.op == "number"))
        bases = {n: k for n, k in powers.items() if n.op != "number"}
        if any(k % 2 for k in bases.values()) or (first := program.sqrt(numbers)).op != "number":
            return program.sqrt(node)
        root = program.mul(first, *(program.power(n, k // 2) for n, k in bases.items()))
        sign = self.sign(root)
        return program.mul(sign, root) if sign else program.sqrt(node)

    def half_angle(self, name: str, delta: Series, lam: Series) -> Series:
        """cos or sin of theta/2: the larger one is a root, the other lam/(2 Omega) over it."""
        small = not lam.coefficients and lam.exact
        if small or (delta.coefficients and lam.coefficients and lam.low > delta.low):
            upper = self._certain(delta, "a detuning, and with it the order of two levels,", UndecidedOrder)
            stretch = self.root(self.sum([self.constant(_ONE), self.power(self.quotient(lam, delta), 2)]))
            Omega = self.product(self.scaled(delta, upper), stretch)
            large = self.root(self.scaled(self.sum([self.constant(_ONE), self.inverse(stretch)]), Fraction(1, 2)))
        else:
            Omega, upper = self.root(self.sum([self.power(delta, 2), self.power(lam, 2)])), 1
            large = self.root(self.quotient(self.sum([Omega, delta]), self.scaled(Omega, 2)))
        if upper < 0 and not small and self._certain(lam, "a coupling") < 0:
            large = self.scaled(large, -1)  # the sine has the sign of lam, the cosine none
        if (name == "cos_half") == (upper > 0):
            return large
        return self.quotient(lam, self.product(self.scaled(Omega, 2), large))

    def kinked(self, name: str, parts: Sequence[Series]) -> Series:
        """Continuous functions with a kink: away from it they are smooth."""
        if name in ("maximum", "minimum"):
            gap = self.sum([parts[0], self.scaled(parts[1], -1)])
            sign = self.sign(gap.coefficients[0]) if gap.coefficients else 0 if gap.exact else None
            if sign is not None:
                return parts[0] if (sign >= 0) == (name == "maximum") else parts[1]
        else:
            (x,) = parts
            if not x.coefficients:
                return x
            sign = self.sign(x.coefficients[0])
            if sign is not None:
                return x if sign > 0 else self.scaled(x, -1) if name == "abs" else Series(0, (), True)
        if all(p.low >= 0 for p in parts):
            value = program.call(name, *(p.at(0) for p in parts))
            # Only the limit itself is known where the sign is not.
            return Series(0, () if self.vanishes(value) else (value,), False)
        raise LimitError(f"the sign of what stands in {name} is undecided in this limit; pass assume=[...]")

    def _certain(self, x: Series, what: str, kind: type[LimitError] = LimitError) -> int:
        sign = self.sign(x.coefficients[0]) if x.coefficients else None
        if sign is None or sign == 0:
            raise kind(f"the sign of {what} is undecided in this limit; pass assume=[...] with an inequality")
        return sign


def _again(node: Node, values: Sequence[Node]) -> Node:
    """The node with other operands."""
    if node.op == "call":
        return program.call(node.args[0], *values)
    if node.op == "pow":
        return program.power(values[0], node.args[1])
    return {"add": program.add, "mul": program.mul, "div": program.div}[node.op](*values)


def _derivative(k: int, N: Node, hole: Node, name: str) -> Node:
    """k-th Taylor coefficient of the occupation in x: d/dx N = -N (1 +- N) as a polynomial in N and 1 +- N."""
    # coefficients of N**a hole**b: a polynomial in N alone, since hole = 1 +- N
    sign = 1 if name == "bose" else -1
    powers = {1: Fraction(1)}
    for _ in range(k):
        following: dict[int, Fraction] = {}
        for power, value in powers.items():
            for step, factor in ((0, -1), (1, -sign)):
                following[power + step] = following.get(power + step, Fraction(0)) + factor * power * value
        powers = following
    if k == 1:
        first = program.mul(-1, N, hole)
    else:
        first = program.add(*(program.mul(v / factorial(k), program.power(N, p)) for p, v in powers.items() if v))
    if name != "fermi_hole":
        return first
    return hole if k == 0 else program.mul(-1, first)
