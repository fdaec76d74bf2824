"""Quantities of a steady state in a paper's symbols.

``sn.steady_state(generator, notation=...)`` writes the elements with Schur factors.  Here any quantities are written as
reduced quotients over one normalisation, in the symbols that a :class:`symness.notation.Notation` defines from rates,
occupations and parameters: the form in which most papers print currents and populations.  Functions (roots, moduli)
stay as they stand, with the elements of the state named below them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symness import program
from symness.errors import ObservableError, VerificationError
from symness.formula import Definition, Formula, Output
from symness.notation import Notation
from symness.program import Node
from symness.quantity import Quantity
from symness.residues import at_random_point
from symness.state import SteadyState, build_formula
from symness.translation import Translation

__all__ = ["in_notation"]


def in_notation(
    state: SteadyState,
    outputs: Mapping[str, Quantity],
    notation: Notation,
    elements: Mapping[str, Quantity] | None = None,
    name: str = "formula",
) -> Formula:
    """Quantities in a paper's symbols, as short as the search of :mod:`symness.shortest` finds them.

    Parameters
    ----------
    state : SteadyState
        One that has a closed form.
    outputs : mapping name -> Quantity
        Rational functions of rates and parameters are written as one quotient; others keep their structure.
    notation : Notation
        ``define``: symbols in order, each an expression in parameters, occupations and angles (``generator.symbols``)
        and in earlier symbols.  One that equals a rate of the generator is that rate's symbol (an atom, as the rate
        is); a rate without a symbol is written out as gamma (1 +- N).  ``normalisation`` names the common denominator
        of the populations; ``latex`` is for defined names.  The other fields have no meaning here.
    elements : mapping name -> Quantity, optional
        Names for elements of the state below functions (populations under a root, the modulus of a coherence).

    Returns
    -------
    Formula
        Equal to the quantities at a random exact point (checked), definitions that no output needs left out.

    Raises
    ------
    ModelError
        When a defined symbol is no polynomial in parameters, angles and occupations.
    ObservableError
        When the state has no closed form, an output is no quantity of this state, or a quotient gets too long.
    VerificationError
        When the result differs from the quantities: a defect of the engine.
    """
    named = dict(elements or {})
    for key, quantity in {**outputs, **named}.items():
        if not isinstance(quantity, Quantity) or quantity.state is not state:
            raise ObservableError(f"in_notation: {key!r}: {quantity!r} is no quantity of this state; pass one of it")
    if not state.has_paper_form:
        raise ObservableError("in_notation: the state has no closed form short enough to be written; use sn.formula")
    translation = Translation(state, notation)
    writer = _Writer(state, named)
    kept = {key: writer.prepared(q.expression) for key, q in outputs.items()}
    below = writer.used_below(list(kept.values()))
    parts = {key: writer.parts(node) for key, node in (*below.items(), *kept.items())}
    try:
        quotients = translation.quotients(list(dict.fromkeys(part for own in parts.values() for part in own)))
    except OverflowError:
        raise ObservableError(
            "in_notation: as one quotient in rates these quantities have too many terms; pass the notation to "
            "sn.steady_state, whose form with Schur factors is shorter"
        ) from None
    shown = {node: translation.show(*quotient) for node, quotient in quotients.items()}
    written = {
        key: writer.finished(program.replace(node, {part: shown[part] for part in parts[key]}))
        for key, node in (*below.items(), *kept.items())
    }
    latex = {d.name: d.latex for d in state.definitions} | {k: q.latex for k, q in named.items()}
    own = [Definition(writer.plain(key), written[key], latex[writer.plain(key)]) for key in below]
    made = [Output(key, written[key], q.latex, q.meaning, q.unit, q.domain, q.observable) for key, q in outputs.items()]
    definitions = [*translation.definitions, translation.show_norm(), *own]
    formula = build_formula(state.generator, name, definitions, made)
    _check(formula, state, outputs)
    return formula


class _Writer:
    """Takes quantities apart into what becomes a quotient and what keeps its structure.

    Elements below functions stand as symbols with a mark, so that a paper's r_1 is not taken for the engine's.
    """

    MARK = " of the state"

    def __init__(self, state: SteadyState, elements: Mapping[str, Quantity]) -> None:
        self.state = state
        self.marked = {key + self.MARK: q.expression for key, q in elements.items()}
        self.marked |= {node.args[0] + self.MARK: node for node in state.elements.values() if node.op == "symbol"}
        self.named: dict[Node, Node] = {}
        for key, expression in self.marked.items():
            self._name(program.symbol(key), expression)

    def _name(self, own: Node, expression: Node) -> None:
        """What is replaced below functions: an element, the modulus of a complex one and its square."""
        re, im = program.real_imag(expression)
        if im.is_zero:
            self.named.setdefault(expression, own)
            return
        modulus, squares = program.call("abs", own), program.add(program.power(re, 2), program.power(im, 2))
        self.named[program.call("hypot", re, im)] = self.named[program.sqrt(squares)] = modulus
        self.named[squares] = program.power(modulus, 2)

    def plain(self, key: str) -> str:
        return key.removesuffix(self.MARK)

    def finished(self, node: Node) -> Node:
        return program.substitute(node, {key: program.symbol(self.plain(key)) for key in self.marked})

    def prepared(self, node: Node) -> Node:
        """Without differences of occupations; where there are functions, rational factors gathered, elements named."""
        node = program.replace(node, self._differences(node))
        if not _has_call(node):
            return node
        node, quotient = _gathered(node, "quotient" + self.MARK)
        return program.substitute(program.replace(node, self.named), {"quotient" + self.MARK: quotient})

    def _differences(self, node: Node) -> dict[Node, Node]:
        """N_a - N_b as (up_a down_b - up_b down_a)/(gamma_a gamma_b): evaluators need the former, rates are shorter."""
        rates: dict[tuple[Node, ...], dict[str, Any]] = {}
        for rate in self.state.generator.rates.values():
            if rate.occupation is not None and rate.channel[0] == rate.channel[1]:
                arguments = self.state.generator.table.occupation_call(rate).operands
                rates.setdefault(arguments, {})[rate.direction] = rate
        found = {}
        for call in program.walk([node]):
            if call.op == "call" and call.args[0] in ("bose_difference", "fermi_difference"):
                omega, *others = call.operands
                a, b = rates[(omega, *others[:2])], rates[(omega, *others[2:])]
                up_a, down_a, up_b, down_b = (
                    program.symbol(side[direction].name) for side in (a, b) for direction in ("up", "down")
                )
                gammas = program.mul(a["up"].gamma, b["up"].gamma)
                found[call] = program.div(program.add(up_a * down_b, -(up_b * down_a)), gammas)
        return found

    def used_below(self, nodes: list[Node]) -> dict[str, Node]:
        """The marked elements that occur, each with its expression."""
        used = set(program.symbols_of(nodes))
        return {key: node for key, node in self.marked.items() if key in used}

    def parts(self, node: Node) -> list[Node]:
        """Largest subexpressions without functions; where there are functions, those without marked elements."""
        if not _has_call(node):
            return [node]
        found, stack = [], [node]
        while stack:
            top = stack.pop()
            symbols = set(program.symbols_of([top]))
            if symbols and not _has_call(top) and not symbols & set(self.marked):
                found.append(top)
            else:
                stack.extend(reversed(top.operands))
        return found


def _gathered(node: Node, name: str) -> tuple[Node, Node]:
    """A product with its factors without functions gathered into one quotient, which a symbol stands for."""
    sides: tuple[list[Node], list[Node]] = ([], [])
    functions: tuple[list[Node], list[Node]] = ([], [])
    stack = [(node, 0)]
    while stack:
        top, side = stack.pop()
        if top.op == "mul":
            stack.extend((factor, side) for factor in reversed(top.args))
        elif top.op == "div":
            stack += [(top.args[1], 1 - side), (top.args[0], side)]
        else:
            (functions if _has_call(top) else sides)[side].append(top)
    quotient = program.div(program.mul(*sides[0]), program.mul(*sides[1]))
    if not program.symbols_of([quotient]):
        return node, program.number(1)
    above, below = (program.mul(*side) for side in functions)
    return program.div(program.mul(program.symbol(name), above), below), quotient


def _check(formula: Formula, state: SteadyState, outputs: Mapping[str, Quantity]) -> None:
    ours, known = formula.expanded(), state.expanded_definitions
    memo: dict[Node, Node] = {}
    nodes = []
    for key, quantity in outputs.items():
        for node in (ours[key], program.substitute(quantity.expression, known, memo)):
            nodes += [_roots_for_moduli(part) for part in program.real_imag(node)]
    _, values = at_random_point(nodes, seed=13)
    for k, key in enumerate(outputs):
        if values[4 * k : 4 * k + 2] != values[4 * k + 2 : 4 * k + 4]:
            raise VerificationError(f"in_notation: {key!r} differs from the quantity; please report the model")


def _roots_for_moduli(node: Node) -> Node:
    """|x| as the root of x**2: a modulus has no value in a prime field, and the sign inside it is free."""
    moduli = [n for n in program.walk([node]) if n.op == "call" and n.args[0] == "abs"]
    return program.replace(node, {n: program.sqrt(program.power(n.args[1], 2)) for n in moduli})


def _has_call(node: Node) -> bool:
    return any(n.op == "call" for n in program.walk([node]))
