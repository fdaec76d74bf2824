"""Derivatives of observables with respect to parameters, and the Fisher information of the steady state.

A derivative follows the definitions of the formula one by one (frequencies, occupations, mixing angle, rates,
normalisation, elements), so it is as exact and as long as the formula itself: every definition f that depends on the
parameter p gets a companion df/dp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symness import program
from symness.errors import ObservableError
from symness.formula import Definition
from symness.graph import components
from symness.names import Names
from symness.observable import Observable, stand_ins
from symness.parameters import Parameter
from symness.program import Node
from symness.quantity import Quantity, gathered
from symness.state import SteadyState

__all__ = ["derivative", "fisher_information", "quantum_fisher_information"]


def derivative(quantity: Quantity, parameter: Any) -> Quantity:
    """Exact derivative of an observable with respect to a parameter of the model.

    Rates, occupations, frequencies and the eigenbasis are differentiated along; elements in the energy basis refer to
    the eigenstates at each value of the parameter.  At the edge of the domain (T = 0, a rate of 0) it is the derivative
    from above.

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
    symbol = _parameter(quantity, parameter)
    if quantity.domain == "bool":
        raise ObservableError(f"derivative: {quantity.meaning!r} is true or false; differentiate an element instead")
    try:
        expression, companions = _Chain(quantity, symbol).slope(quantity.expression)
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


def _parameter(quantity: Quantity, parameter: Any) -> Any:
    name = parameter if isinstance(parameter, str) else getattr(parameter, "name", None)
    known = {s.name: s for s in quantity.state.generator.model.symbols}
    known |= {item.name: Parameter(item.name, item.latex, real=True) for item in quantity.inputs}
    if name not in known:
        raise ObservableError(f"derivative: {parameter!r} is no parameter of the model; there are {', '.join(known)}")
    return known[name]


class _Chain:
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


# -- Fisher information ------------------------------------------------------------------------------------------------


def fisher_information(state: SteadyState, parameter: Any, basis: str | None = None) -> Quantity:
    """Classical Fisher information of the populations, sum_k (dp_k/dp)**2/p_k.

    What a measurement in that basis tells about the parameter: the variance of an unbiased estimate from n measurements
    is at least 1/(n F).  0/0, NaN, where a population that depends on the parameter is exactly zero (T = 0); the
    reference calls it undefined and compares no number.

    Parameters
    ----------
    basis : {"energy", "product"}, optional
        Default: the basis of the generator.
    """
    chosen = basis or state.generator.basis
    pairs = []
    for k in range(state.generator.dimension):
        element = state.element(k, k, chosen)
        pairs += [(element, derivative(element, parameter))]
    pairs = [(p, d) for p, d in pairs if not (p.expression.is_zero or d.expression.is_zero)]
    terms, function = [], sp.S(0)
    for k, (element, slope) in enumerate(pairs):
        # In this order, no square of a small population underflows.
        p, d = element.expression, slope.expression
        terms.append(program.mul(d, program.div(d, p)))
        p_symbol, d_symbol = (sp.Symbol(stand_ins(2 * k + j)[0], real=True) for j in (0, 1))
        function = function + d_symbol**2 / p_symbol
    parts = tuple(q for pair in pairs for q in pair)
    symbol = _parameter(state.element(0, 0), parameter)
    return Quantity(
        state,
        program.add(*terms),
        Observable("function", parts=tuple(q.observable for q in parts), function=function),
        rf"F_{{{sp.latex(symbol)}}}",
        f"classical Fisher information of {symbol.name} in the populations of the {chosen} basis",
        f"1 per squared unit of {symbol.name}",
        "nonnegative",
        parts=parts,
        **gathered(parts),
    )


def quantum_fisher_information(state: SteadyState, parameter: Any) -> Quantity:
    """Quantum Fisher information of the steady state, a sum over its eigenstates.

    ``sum_jk 2 |<j|d rho/dp|k>|**2/(l_j + l_k)``, in the inverse square of the parameter's unit.

    It is the Fisher information of the best measurement (symmetric logarithmic derivative; Braunstein and Caves, Phys.
    Rev. Lett. 72, 3439 (1994)).  Blocks of rho of one and two states are in closed form,

        ``F = [(da - db)**2 + 4 |dc|**2 + (dD)**2/D]/(a + b),  D = a b - |c|**2``

    for a block with diagonal a, b and off-diagonal c; larger blocks take the numerical eigenvectors of rho.  0/0, NaN,
    where rho has an eigenvalue zero (T = 0), where the reference calls it undefined and
    compares no number; NaN or inf where D is below 2**-98 a b, beyond the digits of double-double arithmetic.
    """
    n = state.generator.dimension
    elements = {(i, j): state.element(i, j, "product") for i in range(n) for j in range(i, n)}
    elements = {place: q for place, q in elements.items() if not q.expression.is_zero}
    slopes = {place: derivative(q, parameter) for place, q in elements.items()}
    values = {place: program.real_imag(q.expression) for place, q in elements.items()}
    moved = {place: program.real_imag(q.expression) for place, q in slopes.items()}
    terms = []
    for block in components(n, [place for place in elements if place[0] != place[1]]):
        if (block[0], block[0]) in elements:
            terms.append(_of_block(block, values, moved))
    symbol = _parameter(state.element(0, 0), parameter)
    return Quantity(
        state,
        program.add(*terms),
        Observable("quantum_fisher_information", function=symbol),
        rf"F^Q_{{{sp.latex(symbol)}}}",
        f"quantum Fisher information of {symbol.name}",
        f"1 per squared unit of {symbol.name}",
        "nonnegative",
        **gathered([*elements.values(), *slopes.values()]),
    )


Parts = Mapping[tuple[int, int], tuple[Node, Node]]


def _of_block(block: list[int], values: Parts, moved: Parts) -> Node:
    zero = program.number(0)
    if len(block) == 1:
        place = (block[0], block[0])
        return program.mul(moved[place][0], program.div(moved[place][0], values[place][0]))
    if len(block) > 2:
        return _spectral(block, values, moved)
    i, j = block
    (a, _), (b, _) = values[i, i], values[j, j]
    (da, _), (db, _) = moved[i, i], moved[j, j]
    (x, y), (dx, dy) = values.get((i, j), (zero, zero)), moved.get((i, j), (zero, zero))
    size = program.add(program.power(dx, 2), program.power(dy, 2))
    # D = ab - |c|^2 and its derivative
    minor = program.mul(a, b) - program.add(program.power(x, 2), program.power(y, 2))
    slope = program.add(program.mul(a, db), program.mul(b, da), program.mul(-2, x, dx), program.mul(-2, y, dy))
    curve = program.mul(slope, program.div(slope, minor))
    return program.div(program.add(program.power(da - db, 2), program.mul(4, size), curve), program.add(a, b))


def _spectral(block: list[int], values: Parts, moved: Parts) -> Node:
    """From eigenvectors; a complex block as the real symmetric [[Re, -Im], [Im, Re]], which has every term twice."""
    zero = program.number(0)

    def dense(parts: Parts) -> tuple[list[list[Node]], list[list[Node]]]:
        re, im = ([[zero] * len(block) for _ in block] for _ in (0, 1))
        for p, i in enumerate(block):
            for q, j in enumerate(block):
                a, b = parts.get((min(i, j), max(i, j)), (zero, zero))
                re[p][q], im[p][q] = a, b if i <= j else -b
        return re, im

    rows, slopes = dense(values), dense(moved)
    doubled = any(not x.is_zero for part in (rows[1], slopes[1]) for row in part for x in row)
    matrix, change = (_doubled(*pair) if doubled else pair[0] for pair in (rows, slopes))
    n, entries = len(matrix), [x for row in matrix for x in row]
    energies = [program.call("eigenvalue", k, n, *entries) for k in range(n)]
    vectors = [[program.call("eigenvector", i, k, n, *entries) for i in range(n)] for k in range(n)]
    terms = []
    for k in range(n):
        image = [program.add(*(program.mul(change[i][j], vectors[k][j]) for j in range(n))) for i in range(n)]
        for m in range(k + 1):
            overlap = program.add(*(program.mul(vectors[m][i], image[i]) for i in range(n)))
            weight = program.div(program.power(overlap, 2), program.add(energies[k], energies[m]))
            terms.append(program.mul(2 if m == k else 4, weight))
    total = program.add(*terms)
    return program.mul(program.number(1) / 2, total) if doubled else total


def _doubled(re: list[list[Node]], im: list[list[Node]]) -> list[list[Node]]:
    upper = [[*r, *(-x for x in i)] for r, i in zip(re, im, strict=True)]
    lower = [[*i, *r] for r, i in zip(re, im, strict=True)]
    return upper + lower
