"""Linear response of currents: their derivative in equilibrium, and the asymmetry under exchange of the baths.

Both are formulas of their own: other parameters (one temperature less), or the same model seen from both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from symness import program
from symness.convert import from_sympy
from symness.errors import ObservableError
from symness.formula import Condition, Definition, Formula, Output
from symness.names import Names
from symness.outputs import formula
from symness.program import Node
from symness.quantity import Quantity
from symness.state import SteadyState

__all__ = ["conductance", "rectification"]


def conductance(current: Quantity, wrt: Any, at: Mapping[Any, Any] | None = None, name: str = "conductance") -> Formula:
    """Derivative of a current by a temperature, a chemical potential or any parameter, in equilibrium.

    Exact and finite: what vanishes in equilibrium is differentiated before equilibrium is put in.

    Parameters
    ----------
    current : Quantity
        Positive into the system, as all currents.
    wrt : symbol
        The parameter whose change drives the current, e.g. ``T_1``: d current/d T_1 with the other baths left alone.
    at : mapping symbol -> expression, optional
        What equilibrium is.  Default: every temperature equal to the one in ``wrt`` (or that of the first bath), every
        chemical potential likewise.

    Returns
    -------
    Formula
        With the one output ``name``, without the parameters that ``at`` replaces.

    Raises
    ------
    ObservableError
        For a parameter that the model does not have, a quantity without derivative, temperatures that are expressions
        (pass ``at=``), or values in ``at`` outside the conditions of the state.

    Notes
    -----
    The derivative is defined wherever the current is; where the current does not vanish (``local`` at different
    energies), it is the slope at that point.
    """
    state = _state_of("conductance", current)
    symbol = _parameter(state, wrt)
    point = _equilibrium(state, symbol) if at is None else {_parameter(state, k): v for k, v in at.items()}
    whole = formula(state, {name: current})
    slopes: dict[str, Node] = {symbol.name: program.number(1)}
    made: list[Definition] = []
    mark = getattr(symbol, "latex", symbol.name)
    names = Names({i.name for i in whole.inputs} | {d.name for d in whole.definitions})
    try:
        for definition in whole.definitions:
            made.append(definition)
            slope = program.differentiate(definition.expression, slopes)
            if slope.is_zero:
                continue
            own = names.fresh(f"d_{definition.name}")
            made.append(Definition(own, slope, rf"\partial_{{{mark}}} {definition.latex}", definition.atom))
            slopes[definition.name] = program.symbol(own)
        value = program.differentiate(whole.output(name).expression, slopes)
    except ValueError as error:
        raise ObservableError(f"conductance: {current.meaning} has no derivative: {error}") from error
    output = Output(
        name,
        value,
        rf"\partial_{{{mark}}} {current.latex}",
        f"derivative of the {current.meaning} by {symbol.name} in equilibrium",
        {"energy^2": "energy", "energy": "1"}.get(current.unit, current.unit),
    )
    return _put(replace(whole, name=name, definitions=tuple(made), outputs=(output,), reference=None), point)


def rectification(current: Quantity, exchange: Mapping[Any, Any] | None = None, name: str = "rectification") -> Formula:
    """How much a current depends on the direction of the bias.

    Parameters
    ----------
    exchange : mapping symbol -> symbol, optional
        What is exchanged, e.g. ``{T_1: T_2}``.  Default: the temperatures and chemical potentials of the two baths of
        a model that has two.

    Returns
    -------
    Formula
        Outputs ``forward`` (the current), ``backward`` (the current with the bias exchanged) and ``name`` =
        ``|forward + backward|/(|forward| + |backward|)``: 0 for a symmetric conductor, 1 for a perfect diode
        (undefined without bias, where it is NaN).

    Raises
    ------
    ObservableError
        For a model without two baths and no ``exchange``, or what is not a parameter.
    """
    state = _state_of("rectification", current)
    pairs = _swapped(state) if exchange is None else exchange
    both = {_parameter(state, a): _parameter(state, b) for a, b in pairs.items()}
    both |= {b: a for a, b in both.items()}
    whole = formula(state, {"forward": current})
    symbols: dict[str, Node] = {a.name: program.symbol(b.name) for a, b in both.items()}
    names = Names({i.name for i in whole.inputs} | {d.name for d in whole.definitions})
    made = list(whole.definitions)
    for definition in whole.definitions:
        expression = program.substitute(definition.expression, symbols)
        if expression is definition.expression:
            continue
        own = names.fresh(f"{definition.name}_back")
        made.append(Definition(own, expression, rf"{definition.latex}'", definition.atom))
        symbols[definition.name] = program.symbol(own)
    forward = whole.output("forward")
    back = program.substitute(forward.expression, symbols)
    sizes = [program.call("abs", e) for e in (forward.expression, back)]
    ratio = program.div(program.call("abs", program.add(forward.expression, back)), program.add(*sizes))
    meaning = f"{current.meaning}, with the bias exchanged"
    outputs = (
        replace(forward, observable=None),
        Output("backward", back, f"{current.latex}'", meaning, current.unit),
        Output(name, ratio, "R", f"rectification of the {current.meaning}", "1", "nonnegative"),
    )
    conditions = list(whole.conditions)
    for c in whole.conditions:
        turned = program.substitute(c.expression, symbols)
        if all(turned is not known.expression for known in conditions):
            conditions.append(Condition(turned, f"{c.text} with the bias exchanged", strict=c.strict))
    return replace(
        whole, name=name, definitions=tuple(made), outputs=outputs, conditions=tuple(conditions), reference=None
    )


def _state_of(asked: str, current: Any) -> SteadyState:
    if not isinstance(current, Quantity):
        raise ObservableError(f"{asked}: current={current!r} is no quantity; pass e.g. sn.heat_current(state, '1')")
    return current.state


def _parameter(state: SteadyState, wanted: Any) -> Any:
    for s in state.generator.model.symbols:
        if s == wanted or s.name == wanted:
            return s
    known = ", ".join(s.name for s in state.generator.model.symbols)
    raise ObservableError(f"{wanted!r} is no parameter of the model; there are {known}")


def _equilibrium(state: SteadyState, wrt: Any) -> dict[Any, Any]:
    """Temperatures and chemical potentials of all baths equal."""
    point: dict[Any, Any] = {}
    baths = state.generator.model.baths
    for values in ([b.temperature for b in baths], [b.chemical_potential for b in baths]):
        listed = [sp.sympify(v) for v in dict.fromkeys(values)]
        fixed = [v for v in listed if v.is_number]
        if any(not (v.is_Symbol or v.is_number) for v in listed) or len(fixed) > 1 or (fixed and wrt in listed):
            raise ObservableError(
                f"the baths are at {', '.join(map(str, listed))}: say what equilibrium is, e.g. at={{T_2: T_1}}"
            )
        common = wrt if wrt in listed else (fixed or listed)[0]
        point |= {v: common for v in listed if v != common}
    return point


def _swapped(state: SteadyState) -> dict[Any, Any]:
    baths = state.generator.model.baths
    pairs = {}
    if len(baths) == 2:
        first, second = baths
        for a, b in (
            (first.temperature, second.temperature),
            (first.chemical_potential, second.chemical_potential),
        ):
            a, b = sp.sympify(a), sp.sympify(b)
            if a != b and a.is_Symbol and b.is_Symbol:
                pairs[a] = b
            elif a != b:
                pairs = {}
                break
    if not pairs:
        raise ObservableError(
            "rectification: the model has not two baths whose temperatures (and potentials) are single parameters; say "
            "what is exchanged, e.g. exchange={T_1: T_2}"
        )
    return pairs


def _put(whole: Formula, point: Mapping[Any, Any]) -> Formula:
    """Values for parameters, with what becomes zero or equal to an earlier definition dropped."""
    order = [i.name for i in whole.inputs]
    known: dict[str, Node] = {s.name: from_sympy(sp.sympify(v), order) for s, v in point.items()}
    seen: dict[Node, Node] = {}
    made = []
    for definition in whole.definitions:
        value = _shortened(program.substitute(definition.expression, known), seen)
        if value.op in ("number", "symbol"):
            known[definition.name] = value
        elif value in seen:
            known[definition.name] = seen[value]
        else:
            seen[value] = program.symbol(definition.name)
            made.append(replace(definition, expression=value))
    outputs = tuple(
        replace(o, expression=_shortened(program.substitute(o.expression, known), seen)) for o in whole.outputs
    )
    conditions = tuple(turned for c in whole.conditions for turned in _condition(c, known))
    replaced = {s.name for s in point}
    inputs = tuple(i for i in whole.inputs if i.name not in replaced)
    result = replace(whole, inputs=inputs, definitions=tuple(made), outputs=outputs, conditions=conditions)
    return result.select([o.name for o in outputs])


def _condition(condition: Condition, known: Mapping[str, Node]) -> list[Condition]:
    """What is left of a condition when values are put in: nothing where it holds by itself, or at its boundary."""
    value = program.substitute(condition.expression, known)
    if value is condition.expression:
        return [condition]
    if value.op != "number":
        return [Condition(value, f"{condition.text} in equilibrium", strict=condition.strict)]
    if value.args[0] < 0:
        raise ObservableError(f"conductance: at= violates the condition {condition.text}; pass values that meet it")
    return []


def _shortened(node: Node, seen: Mapping[Node, Node]) -> Node:
    """Differences between equal arguments are zero, known occupations have names, and (a/b)/c is a/(b c)."""
    calls: dict[Node, Node] = {}
    for n in program.walk([node]):
        if n.op == "call" and n.args[0].endswith("_difference") and n.args[2:4] == n.args[4:6]:
            calls[n] = program.number(0)
        elif n.op == "call" and n in seen:
            calls[n] = seen[n]
    node = program.replace(node, calls) if calls else node
    nested = {n: _flat(n) for n in program.walk([node]) if n.op == "div"}
    return program.replace(node, {n: flat for n, flat in nested.items() if flat is not n})


def _flat(node: Node) -> Node:
    """A quotient whose numerator holds a quotient, with one fraction bar."""
    top, bottom = node.args
    factors = top.args if top.op == "mul" else (top,)
    inner = [f for f in factors if f.op == "div"]
    if len(inner) != 1:
        return node
    above = [f.args[0] if f is inner[0] else f for f in factors]
    below = inner[0].args[1]
    squared = program.power(below, 2) if below is bottom else program.mul(below, bottom)
    return program.div(program.mul(*above), squared)
