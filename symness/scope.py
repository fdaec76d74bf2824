"""What two sides of a comparison are made of: named programs in the parameters alone, and where they are meant to hold.

A side may be a text in the syntax of :mod:`symness.published`, a SymPy expression, a program, a quantity, a formula, or
a mapping name -> one of these.  Symbols of a text are, in this order: its own earlier lines, what the other side
derived under names that the text does not print, the definitions of the formulas and states on the other side, and
parameters.  A generator or a state in a mapping is compared with nothing: it lends its definitions to texts and to
SymPy expressions such as the entries of ``generator.matrix()`` and ``state.density_matrix()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from symness import program
from symness.convert import from_sympy
from symness.errors import ModelError
from symness.formula import Condition, Formula, Output
from symness.generators import Generator
from symness.program import Node
from symness.published import parse
from symness.quantity import Quantity
from symness.state import SteadyState

__all__ = ["Scope", "Side"]

#: the name of a side that is one expression
RESULT = "result"


@dataclass
class Scope:
    """What is known about names.

    Attributes
    ----------
    definitions : dict name -> Node
        Expanded to parameters.
    positive : dict name -> bool
        Parameters: True where they are positive.
    conditions : list of Node
        Positive inside the domain.
    closed : bool
        Whether all parameters are known, so that any other name in a text is a slip.
    """

    definitions: dict[str, Node] = field(default_factory=dict)
    positive: dict[str, bool] = field(default_factory=dict)
    conditions: list[Node] = field(default_factory=list)
    closed: bool = False
    ambiguous: set[str] = field(default_factory=set)

    def define(self, name: str, value: Node) -> None:
        """A name that two states define differently is nobody's."""
        if self.definitions.setdefault(name, value) is not value:
            self.ambiguous.add(name)

    def refuse_ambiguous(self, where: str, names: Iterable[str]) -> None:
        """Stop at a name that two states define differently."""
        for name in names:
            if name in self.ambiguous:
                raise ModelError(f"{where}: {name!r} differs between two of the states; derive them one by one")

    def add_context(self, context: Generator | SteadyState) -> dict[str, Node]:
        """The definitions of a generator or a state, expanded; its parameters and conditions."""
        generator = context if isinstance(context, Generator) else context.generator
        table: dict[str, Node] = {}
        rates = generator.rates.values() if isinstance(context, Generator) else ()  # a state defines its own
        for item in (*context.definitions, *rates):
            table[item.name] = program.substitute(item.expression, table)
            self.define(item.name, table[item.name])
        self.add_symbols(generator.model.symbols)
        self.closed = True
        assumed = [Condition(from_sympy(r.gts - r.lts), str(r)) for r in generator.model.assume]
        self.add_conditions([*assumed, *generator.conditions], table)
        return table

    def add_symbols(self, symbols: Any) -> None:
        for item in sorted(symbols, key=lambda s: str(s.name)):
            self.positive[item.name] = self.positive.get(item.name, True) and item.is_nonnegative is True

    def add_conditions(self, conditions: Any, table: Mapping[str, Node]) -> None:
        for condition in conditions:
            node = program.substitute(condition.expression, table)
            if node not in self.conditions:
                self.conditions.append(node)


class Side:
    """The right side, read once, and what a text may refer to.

    Attributes
    ----------
    targets : dict name -> Node
        What was derived.
    scope : Scope
    """

    def __init__(self, derived: Any) -> None:
        self.scope = Scope()
        self.targets, inner = _targets(derived, self.scope)
        self.single = not isinstance(derived, (Mapping, Formula, SteadyState))
        self.optional = {name: self.scope.definitions[name] for name in inner}
        #: of a mapping everything is compared or used; of a formula, what is printed
        self.whole = isinstance(derived, Mapping)

    def match(self, mine: Any) -> dict[str, tuple[Node, Node]]:
        """Name -> (mine, derived) for what both sides have.

        Raises
        ------
        ModelError
            When the names do not match, or a text uses a name that is not known.
        """
        lines = _lines(mine)
        targets = self.targets
        alone = self.single or (len(targets) == 1 and list(lines) == [RESULT])
        if alone:
            targets = {list(lines)[-1]: next(iter(targets.values()))}
        elif not self.whole and not any(name in targets for name in lines):
            targets = self.optional
        shared = [name for name in lines if name in targets]
        if not shared:
            there = ", ".join(self.targets) or "nothing"
            raise ModelError(f"{', '.join(lines)}: nothing of that name is derived; there is {there}")
        unprinted = {name: node for name, node in self.targets.items() if name not in lines and not alone}
        used: set[str] = set()
        known: dict[str, Node] = {}
        for name, value in lines.items():
            known[name] = self._expanded(name, value, known, unprinted, used)
        idle = [name for name in unprinted if name not in used]
        if idle and self.whole:
            raise ModelError(f"{idle[0]!r} is derived, but neither printed nor used; printed are {', '.join(lines)}")
        return {name: (known[name], targets[name]) for name in shared}

    def _expanded(
        self, name: str, value: Any, known: Mapping[str, Node], unprinted: Mapping[str, Node], used: set[str]
    ) -> Node:
        """One line in the parameters alone."""
        scope = self.scope
        if not isinstance(value, str):
            return _node(value, scope)
        node = _parsed(value)
        names = program.symbols_of([node])
        used.update(names)
        scope.refuse_ambiguous(name, [symbol for symbol in names if symbol not in known and symbol not in unprinted])
        node = program.substitute(node, {**scope.definitions, **unprinted, **known})
        for symbol in program.symbols_of([node]) if scope.closed else ():
            if symbol not in scope.positive:
                there = ", ".join([*scope.positive, *scope.definitions])
                raise ModelError(
                    f"{name}: unknown symbol {symbol!r}; define it in a line before, or use one of {there}"
                )
        return node


def _lines(mine: Any) -> Mapping[str, Any]:
    if isinstance(mine, Mapping):
        return mine
    if isinstance(mine, (Formula, SteadyState)):
        return _targets(mine, Scope())[0]
    return {RESULT: mine}


def _parsed(text: str) -> Node:
    try:
        return parse(text)
    except (ArithmeticError, ValueError, TypeError) as error:
        raise ModelError(f"{text!r}: {error}") from error


def _targets(value: Any, scope: Scope) -> tuple[dict[str, Node], list[str]]:
    """Named programs, and names of definitions that may be meant where none of the outputs is."""
    if isinstance(value, SteadyState):
        value = value.closed_form
    if isinstance(value, Formula):
        expanded = {}
        table: dict[str, Node] = {}
        for definition in value.definitions:
            table[definition.name] = program.substitute(definition.expression, table)
            scope.define(definition.name, table[definition.name])
        for item in value.inputs:
            scope.positive[item.name] = scope.positive.get(item.name, True) and item.domain == "nonnegative"
        scope.closed = True
        scope.add_conditions(value.conditions, table)
        memo: dict[Node, Node] = {}
        for output in value.outputs:
            expanded[output.name] = program.substitute(output.expression, table, memo)
        return expanded, list(table)
    if isinstance(value, Mapping):
        for item in value.values():
            if isinstance(item, (Generator, SteadyState)):
                scope.add_context(item)
        rest = {str(n): item for n, item in value.items() if not isinstance(item, (Generator, SteadyState))}
        return {name: _node(item, scope) for name, item in rest.items()}, []
    return {RESULT: _node(value, scope)}, []


def _node(value: Any, scope: Scope) -> Node:
    """One expression in the parameters alone."""
    if isinstance(value, Formula):
        found, _ = _targets(value, scope)
        if len(found) != 1:
            raise ModelError(
                f"{value.name}: pass one output of it, formula.select(['name']); there are {', '.join(found)}"
            )
        return next(iter(found.values()))
    if isinstance(value, Quantity):
        return program.substitute(value.expression, scope.add_context(value.state))
    if isinstance(value, (Output, Node)):
        node = value.expression if isinstance(value, Output) else value
        scope.refuse_ambiguous(repr(node), [name for name in program.symbols_of([node]) if name in scope.definitions])
        return program.substitute(node, scope.definitions)
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, (int, Fraction)):
        return program.number(value)
    if isinstance(value, sp.Expr):
        inner = [symbol for symbol in value.free_symbols if symbol.name in scope.definitions]
        scope.add_symbols(value.free_symbols - set(inner))
        scope.refuse_ambiguous(str(value), [symbol.name for symbol in inner])
        return program.substitute(from_sympy(value), scope.definitions)
    raise ModelError(
        f"{value!r} cannot be compared; pass a text, a SymPy expression, a quantity, a formula or a program"
    )
