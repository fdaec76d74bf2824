"""Where an output crosses a value, and where it is largest, as one parameter moves.

In closed form where the crossing is a root of a polynomial of degree <= 2 in the parameter, or in one exponential of it
(Boltzmann factors at one temperature); otherwise by bracketing on the evaluator.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from mpmath import mp

from symness import program
from symness.conditions import number_at
from symness.convert import to_sympy
from symness.errors import LimitError
from symness.evaluator import Evaluator
from symness.formula import Formula, Output
from symness.limits import as_formula
from symness.parameters import Parameter
from symness.program import Node

__all__ = ["argmax", "threshold"]

#: operations of a condition that is still put over one denominator
_LONGEST = 300
_SCAN = 513
_POINTS = 4


def threshold(
    source: Any, parameter: Any, value: Any = 0, output: str | None = None, bracket: Any = None, **fixed: float
) -> Any:
    """Where an output takes a value; for an output that is clipped at zero, where it starts to be positive.

    Parameters
    ----------
    source : Formula, Quantity or SteadyState
    parameter : symbol or str
    value : number
    output : str, optional
        Which output, where the formula has several.
    bracket : (low, high), optional
        Search numerically between these, with a number for every other parameter in ``fixed``.

    Returns
    -------
    SymPy expression, list of these, or array
        The closed form (a list where there are several); with ``bracket``, all crossings in it, in increasing order.

    Raises
    ------
    LimitError
        Where no closed form exists and no bracket is given, or the evaluator has no value in the bracket.
    """
    formula, chosen = _single(as_formula(source, "threshold"), output, "threshold")
    name = _known(formula, parameter, "threshold")
    if bracket is not None:
        return _crossings(formula, chosen, name, float(value), bracket, fixed)
    if fixed:
        raise LimitError("threshold: values of parameters need a bracket=(low, high) of the one that is searched")
    found = list(_closed(formula, chosen, name, sp.sympify(value)))
    if not found:
        raise LimitError(
            f"threshold: no closed form of {chosen.name} = {value} in {name}; pass bracket=(low, high) and a value for "
            "every other parameter"
        )
    return found[0] if len(found) == 1 else found


def argmax(
    source: Any, parameter: Any, bracket: tuple[float, float], output: str | None = None, **fixed: float
) -> tuple[float, float]:
    """Where an output is largest between two values of a parameter.

    Parameters
    ----------
    bracket : (low, high)
    **fixed
        A number for every other parameter.

    Returns
    -------
    (position, value)
        The largest of a fine scan, refined to the zero of the exact derivative where the output is smooth there.
    """
    formula, chosen = _single(as_formula(source, "argmax"), output, "argmax")
    name = _known(formula, parameter, "argmax")
    run = _Curve(formula, chosen, name, fixed)
    low, high = _ends(bracket)
    points = np.linspace(low, high, 4 * _SCAN)
    while True:
        values = run(points)
        if np.isnan(values).all():
            raise LimitError(f"argmax: {chosen.name} has no value between {low} and {high}; change bracket=")
        best = int(np.nanargmax(values))
        left, right = points[max(best - 1, 0)], points[min(best + 1, len(points) - 1)]
        if right - left <= 1e-6 * max(abs(left), abs(right)):
            break
        points = np.linspace(left, right, 65)
    slope = run.slope()
    if slope is not None and best not in (0, len(points) - 1):
        refined = _root(slope, float(left), float(right))
        if refined is not None:
            return refined, float(run(np.array([refined]))[0])
    return float(points[best]), float(values[best])


# -- numerically -----------------------------------------------------------------------------------------------------


class _Curve:
    """One output as a function of one parameter, on the evaluator."""

    def __init__(self, formula: Formula, output: Output, name: str, fixed: dict[str, float]) -> None:
        self.formula, self.output, self.name, self.fixed = formula, output, name, fixed
        missing = [i.name for i in formula.inputs if i.name != name and i.name not in fixed and i.default is None]
        unknown = [n for n in fixed if n not in {i.name for i in formula.inputs} or n == name]
        if missing or unknown:
            what = f"no value for {missing[0]!r}" if missing else f"{unknown[0]!r} is no other parameter"
            raise LimitError(f"{output.name} over {name}: {what}; pass a number for every other parameter")
        self.evaluate = Evaluator(formula)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        arguments: dict[str, Any] = {**self.fixed, self.name: points}
        found = np.asarray(self.evaluate(**arguments)[self.output.name])
        if np.iscomplexobj(found):
            raise LimitError(f"{self.output.name} is complex; take its .real, .imag or abs()")
        return np.broadcast_to(found, points.shape).astype(float)

    def slope(self) -> Any:
        """The exact derivative as a function of a number, or None where there is none (a kink)."""
        expression = _inside(self.formula.expanded()[self.output.name])
        try:
            derivative = program.differentiate(expression, self.name)
        except ValueError:
            return None
        inputs = {i.name: i.default for i in self.formula.inputs if i.default is not None}

        def at(x: float) -> float:
            with mp.workdps(40):
                point = {n: mpmath.mpf(v) for n, v in {**inputs, **self.fixed, self.name: x}.items()}
                return float(number_at(derivative, point))

        return at


def _ends(bracket: Any) -> tuple[float, float]:
    try:
        low, high = map(float, bracket)
    except (TypeError, ValueError) as error:
        raise LimitError(f"bracket={bracket!r}: pass (low, high)") from error
    if not low < high:
        raise LimitError(f"bracket={bracket!r}: pass low < high")
    return low, high


def _root(function: Any, low: float, high: float) -> float | None:
    """Bisection of a sign change, to the last digit."""
    first = function(low)
    if not first * function(high) < 0:
        return None
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        if function(middle) * first > 0:
            low = middle
        else:
            high = middle


def _crossings(
    formula: Formula, output: Output, name: str, value: float, bracket: Any, fixed: dict[str, float]
) -> np.ndarray:
    run = _Curve(formula, output, name, fixed)
    points = np.linspace(*_ends(bracket), _SCAN)
    found = []
    for _ in range(1):
        above = run(points) > value
        known = ~np.isnan(run(points))
        if not known.any():
            raise LimitError(f"threshold: {output.name} has no value in bracket={bracket!r}")
        for k in np.flatnonzero((above[1:] != above[:-1]) & known[1:] & known[:-1]):
            found.append(_boundary(run, value, points[k], points[k + 1]))
    return np.array(found)


def _boundary(run: _Curve, value: float, low: float, high: float) -> float:
    """Where the output comes to lie above the value: 63 points at a time until no number lies between."""
    while True:
        points = np.linspace(low, high, 65)
        above = run(points) > value
        k = int(np.flatnonzero(above[1:] != above[:-1])[0])
        if (points[k], points[k + 1]) == (low, high) or points[k + 1] - points[k] <= 4e-16 * abs(points[k]):
            return float((points[k] + points[k + 1]) / 2)
        low, high = points[k], points[k + 1]


# -- in closed form --------------------------------------------------------------------------------------------------


def _single(formula: Formula, output: str | None, where: str) -> tuple[Formula, Output]:
    if output is None and len(formula.outputs) > 1:
        names = ", ".join(o.name for o in formula.outputs)
        raise LimitError(f"{where}: the formula has several outputs; pass output= one of {names}")
    try:
        chosen = formula.outputs[0] if output is None else formula.output(output)
    except KeyError as error:
        raise LimitError(f"{where}: {error.args[0]}") from error
    return formula.select([chosen.name]), chosen


def _known(formula: Formula, parameter: Any, where: str) -> str:
    name = str(parameter)
    if name not in {i.name for i in formula.inputs}:
        raise LimitError(f"{where}: {name!r} is no parameter of this output; there are "
                         f"{', '.join(i.name for i in formula.inputs)}")  # fmt: skip
    return name


def _inside(node: Node) -> Node:
    """What stands under an outer max(0, x), whose boundary is that of x, times positive constants."""
    if node.op == "mul" and all(o.op == "number" for o in node.operands[:-1]):
        return _inside(node.operands[-1])
    if node.op == "call" and node.args[0] == "positive_part":
        return _inside(node.operands[0])
    return node


def _closed(formula: Formula, output: Output, name: str, value: Any) -> Iterator[Any]:
    """Candidates from the polynomial factors of the condition, those that solve it."""
    whole = formula.expanded()[output.name]
    node = _inside(whole) if value == 0 else whole
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

    def rational(self, expression: Any) -> Any | None:
        """The expression in exponentials; None where the parameter stands in another function."""
        expression = _without_differences(expression)
        calls = [c for c in expression.atoms(sp.Function) if c.func.__name__ in _EXPONENTS]
        exponents = {c: sp.expand(_EXPONENTS[c.func.__name__][0](*c.args)) for c in calls}
        for exponent in exponents.values():
            for term in sp.Add.make_args(exponent):
                content, monomial = term.as_coeff_Mul()
                known = self.unit.get(monomial)
                self.unit[monomial] = abs(content) if known is None else sp.gcd(known, content)
        for k, monomial in enumerate(sorted(self.unit, key=str)):
            self.generators[monomial] = sp.Symbol(f"boltzmann_{k}", positive=True)
        replaced = {c: _EXPONENTS[c.func.__name__][1](self._power(e)) for c, e in exponents.items()}
        done = expression.xreplace(replaced)
        left = [f for f in done.atoms(sp.Function) if f.has(self.parameter)]
        return None if left else done

    def _power(self, exponent: Any) -> Any:
        total = sp.Integer(1)
        for term in sp.Add.make_args(exponent):
            content, monomial = term.as_coeff_Mul()
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
