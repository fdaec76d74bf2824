"""Where an output crosses a value, and where it is largest, as one parameter moves.

In closed form where the crossing is a root of a polynomial of degree <= 2 in the parameter, or in one exponential of it
(Boltzmann factors at one temperature); otherwise by bracketing on the evaluator.
"""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import sympy as sp
from mpmath import mp

from symness import program
from symness.conditions import number_at
from symness.crossings import closed_crossings, inside
from symness.errors import LimitError
from symness.evaluator import Evaluator
from symness.formula import Formula, Output
from symness.limits import as_formula

__all__ = ["argmax", "threshold"]

_SCAN = 513


def threshold(
    source: Any, parameter: Any, value: Any = 0, output: str | None = None, bracket: Any = None, **fixed: float
) -> Any:
    """Where an output takes a value; for an output that is clipped at zero, where it starts to be positive.

    Parameters
    ----------
    source : Formula, Quantity or SteadyState
    parameter : symbol or str
    value : number, or without a bracket an expression in the other parameters
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
        try:
            level = float(value)
        except TypeError as error:
            raise LimitError(f"threshold: value={value!r}; with a bracket pass a number") from error
        return _crossings(formula, chosen, name, level, bracket, fixed)
    if fixed:
        raise LimitError("threshold: values of parameters need a bracket=(low, high) of the one that is searched")
    found = list(closed_crossings(formula, chosen, name, sp.sympify(value)))
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
        expression = inside(self.formula.expanded()[self.output.name])
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
    values = run(points)
    above, known = values > value, ~np.isnan(values)
    if not known.any():
        raise LimitError(f"threshold: {output.name} has no value in bracket={bracket!r}")
    crossed = np.flatnonzero((above[1:] != above[:-1]) & known[1:] & known[:-1])
    return np.array([_boundary(run, value, points[k], points[k + 1]) for k in crossed])


def _boundary(run: _Curve, value: float, low: float, high: float) -> float:
    """Where the output comes to lie above the value: 63 points at a time until no number lies between."""
    while True:
        points = np.linspace(low, high, 65)
        above = run(points) > value
        k = int(np.flatnonzero(above[1:] != above[:-1])[0])
        if (points[k], points[k + 1]) == (low, high) or points[k + 1] - points[k] <= 4e-16 * abs(points[k]):
            return float((points[k] + points[k + 1]) / 2)
        low, high = points[k], points[k + 1]


# -- arguments ------------------------------------------------------------------------------------------------------


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
