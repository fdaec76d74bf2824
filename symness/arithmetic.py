"""Arithmetic of quantities: sums, products, quotients and functions of observables of one steady state.

A composite is kept as a SymPy expression in stand-ins for its parts, so that the reference can compute every part in
its own way and combine the numbers.  A linear combination of linear observables (currents, expectation values) is one
linear functional of the state: it gets a closed form of its own, shorter and more accurate than the sum of two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from symness import program
from symness.convert import from_sympy
from symness.errors import ModelError, ObservableError
from symness.liouville import Coordinate, Entry
from symness.observable import Observable, stand_ins
from symness.parameters import Parameter, check_parameters
from symness.program import Node
from symness.quantity import Quantity, gathered
from symness.rational import polynomial_weight
from symness.thermodynamics import value_of_row

__all__ = ["combined", "maximum", "minimum", "sqrt"]


def sqrt(value: Any) -> Any:
    """Square root of a quantity (or of an expression); NaN in evaluators where it is negative."""
    return combined(sp.sqrt, value) if isinstance(value, Quantity) else sp.sqrt(value)


def maximum(first: Any, second: Any) -> Any:
    """The larger of two quantities, or of a quantity and an expression in parameters."""
    return combined(sp.Max, first, second) if _any(first, second) else sp.Max(first, second)


def minimum(first: Any, second: Any) -> Any:
    """The smaller of two quantities, or of a quantity and an expression in parameters."""
    return combined(sp.Min, first, second) if _any(first, second) else sp.Min(first, second)


def _any(*operands: Any) -> bool:
    return any(isinstance(operand, Quantity) for operand in operands)


def combined(function: Callable[..., Any], *operands: Any) -> Quantity:
    """``function`` of SymPy expressions, applied to quantities of one state, numbers and expressions in parameters.

    Raises
    ------
    ObservableError
        For quantities of different states, or an operand or a function that cannot be evaluated.
    """
    parts = _Parts([operand for operand in operands if isinstance(operand, Quantity)])
    try:
        expression = sp.sympify(function(*(parts.stand_in(operand) for operand in operands)))
        node = program.substitute(from_sympy(expression, parts.order), parts.values)
    except (TypeError, ModelError, sp.SympifyError, ZeroDivisionError) as error:  # the last: by what always vanishes
        raise ObservableError(f"the combination cannot be evaluated: {error}") from error
    row = parts.row(expression)
    if row is not None and len(parts.quantities) > 1:  # one quantity, scaled, keeps the short form it has
        node = min(node, value_of_row(parts.state, row), key=lambda n: program.count_ops([n], shared=True))
    return Quantity(
        parts.state,
        node,
        Observable("function", parts=tuple(parts.observables), function=expression),
        sp.latex(expression),
        str(expression.xreplace({s: sp.Symbol(text) for s, text in parts.meanings.items()})),
        parts.unit(expression),
        "complex" if expression.has(sp.I) else "real",
        row,
        tuple(parts.quantities.values()),
        **gathered(parts.quantities.values()),
    )


class _Parts:
    """The quantities that a composite is made of, each once, and what stands for them."""

    def __init__(self, quantities: list[Quantity]) -> None:
        self.state = quantities[0].state
        if any(q.state is not self.state for q in quantities):
            raise ObservableError("the quantities belong to different steady states; combine those of one state")
        self.symbols = {s.name: s for s in self.state.generator.model.symbols}
        self.quantities: dict[Observable, Quantity] = {}
        self.values: dict[str, Node] = {}
        self.meanings: dict[Any, str] = {}

    @property
    def observables(self) -> list[Observable]:
        return list(self.quantities)

    @property
    def order(self) -> list[str]:
        return [*self.values, *self.symbols]

    def stand_in(self, operand: Any) -> Any:
        """The operand as an expression in stand-ins (real and imaginary part) and parameters."""
        if not isinstance(operand, Quantity):
            expression = sp.sympify(operand)
            check_parameters("quantity", expression)
            unknown = sorted({s.name for s in expression.free_symbols} - set(self.symbols))
            if unknown:
                raise ObservableError(f"{expression}: {unknown[0]!r} is no parameter of the model of this quantity")
            return expression
        if operand.parts:
            # A composite of composites is one composite of the same observables.
            inner: dict[str, Any] = {}
            for k, part in enumerate(operand.parts):
                own = self.stand_in(part)
                inner |= dict(zip(stand_ins(k), own.as_real_imag(), strict=True))
            function = operand.observable.function
            return function.xreplace({s: inner[s.name] for s in function.free_symbols if s.name in inner})
        self.quantities.setdefault(operand.observable, operand)
        names = stand_ins(self.observables.index(operand.observable))
        self.values.update(zip(names, program.real_imag(operand.expression), strict=True))
        if operand.domain != "complex":
            symbol = Parameter(
                names[0], operand.latex, real=True, nonnegative=True if operand.domain == "nonnegative" else None
            )
            self.meanings[symbol] = f"[{operand.meaning}]"
            return symbol
        re = Parameter(names[0], rf"\operatorname{{Re}} {operand.latex}", real=True)
        im = Parameter(names[1], rf"\operatorname{{Im}} {operand.latex}", real=True)
        self.meanings |= {re: f"Re[{operand.meaning}]", im: f"Im[{operand.meaning}]"}
        return re + sp.I * im

    def row(self, expression: Any) -> Mapping[Coordinate, Entry] | None:
        """The linear functional that a linear combination of linear observables is; None for anything else."""
        symbols = list(self.meanings)
        if expression.subs(dict.fromkeys(symbols, 0)) != 0:
            return None
        total: dict[Coordinate, Entry] = {}
        ring = self.state.generator.ring
        for k, quantity in enumerate(self.quantities.values()):
            symbol = next(s for s in symbols if s.name == stand_ins(k)[0])
            weight = sp.diff(expression, symbol)
            linear = quantity.row is not None and not weight.free_symbols & set(symbols)
            factor = polynomial_weight(self.state.generator, weight) if linear else None
            if factor is None:
                return None
            for coordinate, entry in quantity.row.items():
                own = total.setdefault(coordinate, {})
                for rate, value in entry.items():
                    own[rate] = own.get(rate, ring.zero) + factor * value
        return total

    def unit(self, expression: Any) -> str:
        """Power of the energy, found by counting energies in four times the unit; parameters have no declared unit."""
        degrees = {"1": 0, "energy": 1, "energy^2": 2}
        units = {name: q.unit for k, q in enumerate(self.quantities.values()) for name in stand_ins(k)}
        if not expression.free_symbols:
            return "1"
        if expression.free_symbols & set(self.symbols.values()) or not set(units.values()) <= set(degrees):
            return "as the expression says"
        numbers = {s: sp.Rational(2 * n + 3, n + 2) for n, s in enumerate(self.meanings)}
        scaled = {s: value * 4 ** degrees[units[s.name]] for s, value in numbers.items()}
        ratio = abs((expression.subs(scaled) / expression.subs(numbers)).evalf(30))
        return next((name for name, k in degrees.items() if abs(ratio - 4**k) < sp.Rational(1, 10**12)), "mixed")
