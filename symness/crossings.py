"""Where an output takes a value, in closed form: roots of a polynomial in one parameter or in one exponential of it.

Roots of the condition are squared away, occupations become rational functions of Boltzmann factors, and the factors of
the numerator are solved one by one.  Every candidate is checked in the condition itself, with 50 digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import mpmath
import sympy as sp
from mpmath import mp

from symness import program
from symness.conditions import number_at
from symness.convert import to_sympy
from symness.formula import Formula, Output
from symness.parameters import Parameter
from symness.program import Node

__all__ = ["closed_crossings", "inside"]

#: operations of a condition that is still put over one denominator
_LONGEST = 300
#: random points at which a candidate has to hold
_POINTS = 4


def inside(node: Node) -> Node:
    """What stands under an outer max(0, x), whose boundary is that of x, times positive constants."""
    if node.op == "mul" and all(o.op == "number" for o in node.operands[:-1]):
        return inside(node.operands[-1])
    if node.op == "call" and node.args[0] == "positive_part":
        return inside(node.operands[0])
    return node


def closed_crossings(formula: Formula, output: Output, name: str, value: Any) -> Iterator[Any]:
    """Candidates from the polynomial factors of the condition, those that solve it."""
    whole = formula.expanded()[output.name]
    node = inside(whole) if value == 0 else whole
    symbols = {i.name: Parameter(i.name, i.latex, **_assumptions(i.domain)) for i in formula.inputs}
    parameter = symbols[name]
    for condition in _rational_conditions(node, value, symbols):
        algebra = _Boltzmann(parameter)
        rational = algebra.rational(condition)
        if rational is None or rational.count_ops() > _LONGEST:
            continue
        numerator = sp.fraction(sp.together(rational))[0]
        for factor, _ in sp.factor_list(sp.expand(numerator))[1]:
            for candidate in algebra.solutions(factor):
                if _solves(whole, value, candidate, name, symbols):
                    yield candidate


def _assumptions(domain: str) -> dict[str, Any]:
    return {"positive": True} if domain == "nonnegative" else {"real": True}


def _rational_conditions(node: Node, value: Any, symbols: dict[str, Any]) -> list[Any]:
    """node = value without its outermost roots: A - B = 0 with roots A and B becomes A**2 - B**2 = 0."""
    if value == 0 and node.op == "add" and len(node.operands) == 2:
        squares = [_square(part) for part in node.operands]
        if all(s is not None for s in squares):
            return [to_sympy(program.add(squares[0], program.mul(-1, squares[1])), symbols)]
    return [to_sympy(node, symbols) - value]


def _square(node: Node) -> Node | None:
    """The square of a root or modulus (of either sign)."""
    if node.op == "mul" and all(o.op == "number" for o in node.operands[:-1]):
        inner = _square(node.operands[-1])
        return None if inner is None else program.mul(*(program.power(o, 2) for o in node.operands[:-1]), inner)
    if node.op != "call" or node.args[0] not in ("hypot", "sqrt", "abs"):
        return None
    if node.args[0] == "hypot":
        return program.add(*(program.power(o, 2) for o in node.operands))
    inner = node.operands[0]
    if node.args[0] == "abs":
        return program.power(inner, 2)
    if inner.op == "call" and inner.args[0] == "positive_part":
        inner = inner.operands[0]
    return inner


class _Boltzmann:
    """Occupations and exponentials as rational functions of a few independent exponentials."""

    def __init__(self, parameter: Any) -> None:
        self.parameter = parameter
        #: exponent (content 1) -> symbol of its exponential, with the smallest fraction of it that occurs
        self.generators: dict[Any, Any] = {}
        self.unit: dict[Any, Any] = {}
        #: the one exponent that moves, a sum of energies over the parameter, which then need not fall into terms
        self.whole: Any = None

    def rational(self, expression: Any) -> Any | None:
        """The expression in exponentials; None where the parameter stands in another function."""
        expression = _without_differences(expression)
        calls = [c for c in expression.atoms(sp.Function) if c.func.__name__ in _EXPONENTS]
        exponents = {c: sp.expand(_EXPONENTS[c.func.__name__][0](*c.args)) for c in calls}
        moving = {sp.factor(e).as_coeff_Mul()[1] for e in exponents.values() if e.has(self.parameter)}
        if len(moving) == 1 and not (sp.factor(next(iter(moving)) * self.parameter)).has(self.parameter):
            self.whole = moving.pop()
        for exponent in exponents.values():
            for content, monomial in self._pieces(exponent):
                known = self.unit.get(monomial)
                self.unit[monomial] = abs(content) if known is None else sp.gcd(known, content)
        for k, monomial in enumerate(sorted(self.unit, key=str)):
            self.generators[monomial] = sp.Symbol(f"boltzmann_{k}", positive=True)
        replaced = {c: _EXPONENTS[c.func.__name__][1](self._power(e)) for c, e in exponents.items()}
        done = expression.xreplace(replaced)
        left = [f for f in done.atoms(sp.Function) if f.has(self.parameter)]
        return None if left else done

    def _pieces(self, exponent: Any) -> list[tuple[Any, Any]]:
        """Rational coefficients and the exponents of the generators."""
        if self.whole is not None and exponent.has(self.parameter):
            return [sp.factor(exponent).as_coeff_Mul()]
        return [term.as_coeff_Mul() for term in sp.Add.make_args(exponent)]

    def _power(self, exponent: Any) -> Any:
        total = sp.Integer(1)
        for content, monomial in self._pieces(exponent):
            total *= self.generators[monomial] ** (content / self.unit[monomial]) if monomial != 1 else sp.exp(content)
        return total

    def solutions(self, factor: Any) -> Iterator[Any]:
        """Values of the parameter at which a factor vanishes."""
        moving = [(m, s) for m, s in self.generators.items() if s in factor.free_symbols and m.has(self.parameter)]
        back = {s: sp.exp(self.unit[m] * m) for m, s in self.generators.items()}
        if not moving and self.parameter in factor.free_symbols:
            polynomial = sp.Poly(factor, self.parameter)
            if polynomial.degree() <= 2:
                yield from (sp.simplify(root.xreplace(back)) for root in sp.roots(polynomial))
        elif len(moving) == 1 and self.parameter not in factor.free_symbols:
            monomial, symbol = moving[0]
            polynomial = sp.Poly(factor, symbol)
            exponent = self.unit[monomial] * monomial
            if polynomial.degree() <= 4:
                for root in sp.roots(polynomial):
                    if root.is_positive is False or root.is_real is False:
                        continue
                    target = sp.log(root.xreplace(back))
                    for inverse in (1, -1):
                        scale = sp.simplify(exponent / self.parameter**inverse)
                        if not scale.has(self.parameter):
                            yield sp.simplify((target / scale) ** inverse)


def _without_differences(expression: Any) -> Any:
    """Differences of occupations written out."""
    found = [c for c in expression.atoms(sp.Function) if c.func.__name__.endswith("_difference")]
    written = {}
    for call in found:
        single = sp.Function(call.func.__name__.removesuffix("_difference"))
        omega, T_a, mu_a, T_b, mu_b = call.args
        written[call] = single(omega, T_a, mu_a) - single(omega, T_b, mu_b)
    return expression.xreplace(written)


_EXPONENTS: dict[str, tuple[Any, Any]] = {
    "bose": (lambda omega, T, mu: (omega - mu) / T, lambda e: 1 / (e - 1)),
    "fermi": (lambda omega, T, mu: (omega - mu) / T, lambda e: 1 / (e + 1)),
    "fermi_hole": (lambda omega, T, mu: (omega - mu) / T, lambda e: e / (e + 1)),
    "exp": (lambda x: x, lambda e: e),
}


def _solves(whole: Node, value: Any, candidate: Any, name: str, symbols: dict[str, Any]) -> bool:
    """At random points: the value is taken there, and the output is above it on one side only."""
    with mp.workdps(50):
        verdicts = []
        for seed in range(12):
            numbers = {n: mpmath.mpf(3 + (7 * seed + 11 * k) % 13) / (2 + (5 * seed + 3 * k) % 7)
                       for k, n in enumerate(symbols) if n != name}  # fmt: skip
            there = candidate.subs({symbols[n]: sp.Float(str(v), 60) for n, v in numbers.items()})
            place = sp.N(there, 50)
            if not place.is_real or (symbols[name].is_positive and not place.is_positive):
                continue
            x = mpmath.mpf(str(place))
            try:
                at = [number_at(whole, {**numbers, name: x * (1 + d)}) - mp.mpmathify(str(value)) for d in _SIDES]
            except (ZeroDivisionError, ValueError, TypeError):
                continue
            verdicts.append(abs(at[1]) < mpmath.mpf("1e-20") and (at[0] > 0) != (at[2] > 0))
        return len(verdicts) >= _POINTS and sum(verdicts) >= max(_POINTS, len(verdicts) // 2)


_SIDES: Sequence[Any] = (mpmath.mpf("-1e-12"), mpmath.mpf(0), mpmath.mpf("1e-12"))
