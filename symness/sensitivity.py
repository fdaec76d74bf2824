"""Derivatives of observables with respect to parameters.

A derivative follows the definitions of the formula one by one (frequencies, occupations, mixing angle, rates,
normalisation, elements), so it is as exact and as long as the formula itself: every definition f that depends on the
parameter p gets a companion df/dp.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symness import program
from symness.errors import ObservableError
from symness.formula import Definition
from symness.names import Names
from symness.observable import Observable
from symness.parameters import Parameter
from symness.program import Node
from symness.quantity import Quantity

__all__ = ["Chain", "derivative", "parameter_of"]


def derivative(quantity: Quantity, parameter: Any) -> Quantity:
    """Exact derivative of an observable with respect to a parameter of the model.

    Rates, occupations, frequencies and the eigenbasis are differentiated along; elements in the energy basis refer to
    the eigenstates at each value of the parameter (complex ones without a closed form are carried along parallel).  At
    the edge of the domain (T = 0, a rate of 0) it is the derivative from above.

    Parameters
    ----------
    parameter : SymPy symbol or str
        A parameter of the model, or the frequency of a spectrum.

    Raises
    ------
    ObservableError
        For something that is no parameter, and for an observable that is not differentiable (a mask, the concurrence
        of a state without X form).
    """
    state = quantity.state
    symbol = parameter_of(quantity, parameter)
    if quantity.domain == "bool":
        raise ObservableError(f"derivative: {quantity.meaning!r} is true or false; differentiate an element instead")
    try:
        expression, companions = Chain(quantity, symbol).slope(quantity.expression)
    except ValueError as error:
        raise ObservableError(f"derivative of {quantity.meaning!r}: {error}") from error
    return Quantity(
        state,
        expression,
        Observable("derivative", parts=(quantity.observable,), function=symbol),
        rf"\partial_{{{sp.latex(symbol)}}} {quantity.latex}",
        f"derivative of [{quantity.meaning}] with respect to {symbol.name}",
        f"{quantity.unit} per unit of {symbol.name}",
        "complex" if quantity.domain == "complex" else "real",
        definitions=(*quantity.definitions, *companions),
        inputs=quantity.inputs,
    )


def parameter_of(quantity: Quantity, parameter: Any) -> Any:
    """The parameter of the model, or the further input of the quantity, that is meant."""
    name = parameter if isinstance(parameter, str) else getattr(parameter, "name", None)
    known = {s.name: s for s in quantity.state.generator.model.symbols}
    known |= {item.name: Parameter(item.name, item.latex, real=True) for item in quantity.inputs}
    if name not in known:
        raise ObservableError(f"derivative: {parameter!r} is no parameter of the model; there are {', '.join(known)}")
    return known[name]


class Chain:
    """The chain rule through definitions."""

    def __init__(self, quantity: Quantity, symbol: Any) -> None:
        self.parameter, self.latex = symbol.name, sp.latex(symbol)
        self.definitions = [*quantity.state.definitions, *quantity.definitions]
        self.known = {d.name: d.expression for d in self.definitions}
        self.taken = {*quantity.state.generator.names.taken, *self.known, *(i.name for i in quantity.inputs)}

    def slope(self, root: Node) -> tuple[Node, tuple[Definition, ...]]:
        """d root/dp, and the definitions that it needs."""
        needed = set(program.symbols_of([root]))
        for definition in reversed(self.definitions):
            if definition.name in needed:
                needed.update(program.symbols_of([definition.expression]))
        # N' = -N (1 + N) x' and the like name the definition instead of repeating it; of equal definitions the first,
        # so that the companion of a definition is the same whatever else is differentiated.
        written: dict[Node, Node] = {}
        for definition in self.definitions:
            if definition.expression.op in ("call", "div", "add"):
                written.setdefault(definition.expression, program.symbol(definition.name))
        slopes: dict[str, Node] = {self.parameter: program.number(1)}
        companions: dict[str, Definition] = {}
        for definition in self.definitions:
            if definition.name not in needed:
                continue
            slope = program.replace(program.differentiate(definition.expression, slopes), written)
            if slope.operands:
                companion = self._companion(definition, slope)
                companions[companion.name] = companion
                slope = program.symbol(companion.name)
            if not slope.is_zero:
                slopes[definition.name] = slope
        return program.differentiate(root, slopes), tuple(companions.values())

    def _companion(self, definition: Definition, slope: Node) -> Definition:
        """Equal companions of different derivatives have one name."""
        names = Names({name for name in self.taken if self.known.get(name) is not slope})
        name = names.fresh(f"d_{self.parameter}_{definition.name}")
        return Definition(name, slope, rf"\partial_{{{self.latex}}} {definition.latex}", definition.atom)
