"""Limits and series of formulas in a parameter: zero or infinite temperature, high bias, equilibrium.

The definitions of a formula are expanded one by one, so that the result has the structure of the formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from symness import program
from symness.assumptions import inequality, sign_of
from symness.asymptotics import Expansion
from symness.convert import from_sympy, to_sympy
from symness.errors import LimitError, ModelError, UndecidedOrder
from symness.formula import Condition, Definition, Formula, Output
from symness.laurent import Series, TooShort
from symness.observable import Setup
from symness.orders import agree, apart
from symness.parameters import Parameter
from symness.program import Node
from symness.progress import watched
from symness.quantity import Quantity
from symness.residues import NoRoot, ResiduePoint
from symness.state import SteadyState, substituted

__all__ = ["as_formula", "limit", "series"]

_LONGEST = 24
_POINTS = 40
#: So many undecided orders of levels are tried both ways.
_LEVELS = 2


@watched("limit")
def limit(source: Formula | Quantity | SteadyState, **targets: Any) -> Formula:
    """The limit of every output, one parameter after the other.

    Parameters
    ----------
    source : Formula, Quantity or SteadyState
    **targets
        Parameter -> where it goes: a number, an expression in the other parameters (``T_2=T_1``: equilibrium),
        ``sympy.oo`` or ``-sympy.oo`` (``mu_1=oo``: high bias).  A finite value is approached from above.

    Returns
    -------
    Formula
        In the remaining parameters.  At a finite target it keeps the reference of the model with that value put in.

    Raises
    ------
    LimitError
        Where an output diverges, or a sign decides that the assumptions leave open.
    """
    formula = as_formula(source, "limit")
    if not targets:
        raise LimitError("limit: no parameter; pass e.g. T_1=0 or mu_1=sympy.oo")
    for name, target in targets.items():
        formula = _expanded(formula, name, target, 0, "limit")
    return formula


@watched("series")
def series(source: Formula | Quantity | SteadyState, parameter: Any, about: Any = 0, order: int = 2) -> Formula:
    """The coefficients of every output in powers of a parameter.

    Parameters
    ----------
    parameter : symbol or str
    about : number, expression, ``sympy.oo`` or ``-sympy.oo``
        Powers of ``parameter - about`` (from above); at infinity of ``1/parameter``.
    order : int
        The last power.

    Returns
    -------
    Formula
        Output ``name_k`` is the coefficient of the k-th power (``name_m1`` of power -1); those that vanish
        identically are left out.

    Raises
    ------
    LimitError
        As for :func:`limit`.
    """
    if not isinstance(order, int) or order < 0:
        raise LimitError(f"series: order={order!r} must be a non-negative integer")
    return _expanded(as_formula(source, "series"), str(parameter), about, order, "series")


def as_formula(source: Any, where: str) -> Formula:
    """The formula of what a user has in hand."""
    if isinstance(source, Formula):
        return source
    if isinstance(source, Quantity):
        found: Formula = source.formula()
        return found
    if isinstance(source, SteadyState):
        return source.closed_form
    raise LimitError(f"{where}: {type(source).__name__}; pass a formula, a quantity or a steady state")


def _expanded(formula: Formula, name: str, target: Any, order: int, where: str, tried: tuple[Any, ...] = ()) -> Formula:
    """``tried`` are inequalities that are taken to hold: what both of two opposite ones give, holds without them."""
    known = {item.name: item for item in formula.inputs}
    if name not in known:
        raise LimitError(f"{where}: {name!r} is no parameter; there are {', '.join(known)}")
    for length in (order + 2, order + 5, order + 9, _LONGEST):
        for seed in range(_POINTS):
            attempt = _Expanded(formula, name, target, order, length, seed, tried)
            try:
                return attempt.formula(where)
            except UndecidedOrder:
                gap = attempt.undecided
                if len(tried) == _LEVELS or gap is None:
                    raise
                both = [_expanded(formula, name, target, order, where, (*tried, sign)) for sign in (gap > 0, gap < 0)]
                if not agree(*both):
                    raise
                return replace(both[0], conditions=(*both[0].conditions, apart(gap, [i.name for i in formula.inputs])))
            except (NoRoot, ZeroDivisionError):
                continue
            except TooShort:
                break
    raise LimitError(f"{where}: {name} -> {target} needs more than {_LONGEST} orders; simplify the model first")


class _Expanded:
    """One attempt, at one random point and with one length."""

    def __init__(
        self, formula: Formula, name: str, target: Any, order: int, length: int, seed: int, tried: Any
    ) -> None:
        self.source, self.name, self.order = formula, name, order
        self.parameters = {i.name: Parameter(i.name, i.latex, **_assumptions(i.domain)) for i in formula.inputs}
        self.target = sp.sympify(target)
        if self.target.free_symbols and {s.name for s in self.target.free_symbols} - (set(self.parameters) - {name}):
            raise LimitError(f"{name} -> {target}: pass a number or an expression in the other parameters")
        self.values: dict[str, Node] = {}
        self.definitions: list[Definition] = []
        model = getattr(formula.reference, "model", None)
        self.declared = tuple(getattr(model, "assume", ()))
        self.assume = (*self.declared, *tried, *self._conditions())
        #: the last expression whose sign was asked for in vain
        self.undecided: Any = None
        self.expansion = Expansion({}, length, ResiduePoint(101 + seed), self.sign)
        self.expansion.symbols[name] = self._start()

    def _start(self) -> Series:
        one = program.number(1)
        if self.target in (sp.oo, -sp.oo):
            return Series(-1, (one if self.target == sp.oo else -one,), True)
        try:
            value = from_sympy(self.target, list(self.parameters))
        except ModelError as error:
            raise LimitError(f"{self.name} -> {self.target}: {error}") from error
        return self.expansion.trimmed(0, [value, one], True)

    def _conditions(self) -> list[Any]:
        """What holds wherever the formula is valid."""
        values = self._before()
        shown = [to_sympy(program.substitute(c.expression, values), self.parameters) for c in self.source.conditions]
        return [x > 0 if c.strict else x >= 0 for x, c in zip(shown, self.source.conditions, strict=True)]

    def _before(self) -> dict[str, Node]:
        """The definitions of the source in its parameters."""
        values: dict[str, Node] = {}
        for definition in self.source.definitions:
            values[definition.name] = program.substitute(definition.expression, values)
        return values

    def sign(self, node: Node, known: Sequence[Any] | None = None) -> int | None:
        expression = to_sympy(program.substitute(node, self.values), self.parameters)
        relations = self.assume if known is None else known
        assume = [r.subs({s: self.parameters.get(s.name, s) for s in r.free_symbols}) for r in relations]
        sign = sign_of(expression, [r for r in assume if r not in (sp.true, sp.false)])
        self.undecided = self.undecided if sign is not None else expression
        return sign

    def formula(self, where: str) -> Formula:
        for definition in self.source.definitions:
            self._define(definition)
        outputs = [made for output in self.source.outputs for made in self._outputs(output, where)]
        inputs = tuple(i for i in self.source.inputs if i.name != self.name)
        note = {"limit" if where == "limit" else "series": f"{self.name} -> {self.target}"}
        earlier = self.source.provenance.get(next(iter(note)))
        note = {key: f"{earlier}, {text}" if earlier else text for key, text in note.items()}
        reference = self._reference() if where == "limit" else None
        if reference is None:
            outputs = [replace(o, observable=None) for o in outputs]
        made = Formula(
            self.source.name,
            inputs,
            tuple(self.definitions),
            tuple(outputs),
            tuple(c for old in self.source.conditions for c in self._condition(old)),
            {**self.source.provenance, **note},
            reference,
        )
        return made.select([o.name for o in outputs])

    def _define(self, definition: Definition) -> None:
        """The coefficients of a definition, each under a name where it is more than a symbol."""
        expansion = self.expansion
        found = expansion.expand(definition.expression)
        single = found.exact and found.low == 0 and len(found.coefficients) <= 1
        named = []
        for k, coefficient in enumerate(found.coefficients, found.low):
            if not program.count_ops([coefficient], shared=True) and coefficient.op != "call":
                named.append(coefficient)
                continue
            plain = single or (k == 0 and found.low == 0 and not self.order)
            suffix = "" if plain else f"_{_power(k)}"
            latex = definition.latex if plain else rf"{{{definition.latex}}}^{{[{k}]}}"
            name = definition.name + suffix
            self.definitions.append(Definition(name, coefficient, latex, definition.atom))
            expansion.point.values[name] = expansion.point.evaluate([coefficient])[0]
            self.values[name] = program.substitute(coefficient, self.values)
            named.append(program.symbol(name))
        expansion.symbols[definition.name] = Series(found.low, tuple(named), found.exact)

    def _outputs(self, output: Output, where: str) -> list[Output]:
        re, im = (self.expansion.expand(part) for part in program.real_imag(output.expression))
        low = min((part.low for part in (re, im) if part.coefficients), default=0)
        if where == "limit":
            if low < 0:
                raise LimitError(
                    f"limit: {output.name} diverges, with the power {low} of the distance, as {self.name} -> "
                    f"{self.target}; use sn.series"
                )
            value = program.add(re.at(0), program.mul(program.I, im.at(0)))
            domain = "complex" if output.is_complex else output.domain
            return [replace(output, expression=value, domain=domain)]
        made = []
        for k in range(low, self.order + 1):
            value = program.add(re.at(k), program.mul(program.I, im.at(k)))
            if not value.is_zero:
                what = f"{output.meaning or output.name}: coefficient of power {k}"
                made.append(
                    replace(
                        output,
                        name=f"{output.name}_{_power(k)}",
                        expression=value,
                        latex=rf"{{{output.latex}}}^{{[{k}]}}",
                        meaning=what,
                        domain="complex" if output.is_complex else "real",
                    )
                )
        return made

    def _condition(self, condition: Condition) -> list[Condition]:
        """What is left of a condition in the limit; none where it holds by itself."""
        found = self.expansion.expand(condition.expression)
        if not found.coefficients or found.low > 0:
            return []
        value = found.coefficients[0]
        sign = self.sign(value, self._others(condition))  # a condition does not follow from itself
        if sign == -1:
            raise LimitError(f"{self.name} -> {self.target} violates the condition {condition.text}")
        if sign == 1 or found.low < 0:
            return []
        # In the parameters alone: a condition is printed without definitions.
        expression = program.substitute(value, self.values)
        shown = to_sympy(expression, self.parameters)
        strict = inequality(shown)
        relation = strict if condition.strict else sp.LessThan(strict.lhs, strict.rhs, evaluate=False)
        return [Condition(expression, str(relation), sp.latex(relation), condition.strict)]

    def _others(self, condition: Condition) -> list[Any]:
        """What was declared beside this condition; it may be declared, too, in other words."""
        own = to_sympy(program.substitute(condition.expression, self._before()), self.parameters)
        sides = [(r, r.gts - r.lts) for r in self.declared]
        here = [(r, x.subs({s: self.parameters.get(s.name, s) for s in x.free_symbols})) for r, x in sides]
        return [r for r, x in here if sp.expand(x - own) != 0]

    def _reference(self) -> Setup | None:
        """The model with the value put in, for a finite target that a model can have."""
        setup = self.source.reference
        if setup is None or not self.target.is_finite or setup.kept is not None:
            return None
        symbol = next((s for s in setup.model.symbols if s.name == self.name), None)
        if symbol is None or any(_depends(o.observable, symbol) for o in self.source.outputs):
            return None
        same = {s.name: s for s in setup.model.symbols}
        value = self.target.subs({s: same[s.name] for s in self.target.free_symbols})
        try:
            frame = None if setup.frame is None else setup.frame.subs({symbol: value})
            known = frame is not None and not frame.has(sp.nan, sp.zoo, sp.oo, -sp.oo)
            return Setup(substituted(setup.model, {symbol: value}), setup.generator, frame=frame if known else None)
        except ModelError:
            return None


def _assumptions(domain: str) -> dict[str, Any]:
    return {"positive": True} if domain == "nonnegative" else {"real": True}


def _power(k: int) -> str:
    return f"m{-k}" if k < 0 else str(k)


def _depends(observable: Any, symbol: Any) -> bool:
    """Whether the definition of an observable itself holds the parameter."""
    if observable is None:
        return True
    parts: Sequence[Any] = [x for x in (observable.operator, observable.function) if x is not None]
    return any(symbol in part.free_symbols for part in parts)
