"""The formulas of a derivation file, derived and counted."""

from __future__ import annotations

import ast
import importlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from symness.blame import DerivationError, UnknownDerivationError
from symness.loading import Derivation, Outline, find, load, names, outline

if TYPE_CHECKING:
    from symness.formula import Formula

__all__ = [
    "Derivation",
    "DerivationError",
    "Derived",
    "Outline",
    "UnknownDerivationError",
    "closed_forms",
    "derive",
    "find",
    "jobs",
    "load",
    "modules",
    "names",
    "outline",
    "ranges_for",
    "source",
]


@dataclass(frozen=True)
class Derived:
    """A formula, the seconds that its derivation took, and the published number of operations, if there is one."""

    title: str
    formula: Formula
    seconds: float
    published: int | None = None

    @property
    def operations(self) -> int:
        """As displayed (:meth:`symness.formula.Formula.count_ops`)."""
        return self.formula.count_ops()

    @property
    def executed(self) -> int:
        """As a program: every shared subexpression once, atoms of the model not counted."""
        from symness import program

        kept = [d.expression for d in self.formula.definitions if not d.atom]
        return program.count_ops([*kept, *(o.expression for o in self.formula.outputs)], shared=True)


def derive(derivation: Derivation, kind: str, title: str) -> Derived:
    """One formula of ``CLOSED_FORMS`` or ``MODULES`` (``kind``), timed.

    A formula of ``MODULES`` gets the name of its module.

    Raises
    ------
    DerivationError
        When the model is not well defined, the callable fails, or what it returns is no Formula.
    """
    importlib.import_module("symness.outputs")  # what the imports take is not the time of the first derivation
    from symness.formula import Formula

    recipe = derivation.recipes(kind)[title]
    what = f"{kind}[{title!r}]"
    start = time.perf_counter()
    with derivation.blamed(what):
        formula = recipe()
    seconds = time.perf_counter() - start
    if not isinstance(formula, Formula):
        line = getattr(getattr(recipe, "__code__", None), "co_firstlineno", 0)
        place = derivation.path if derivation.packaged or not line else f"{derivation.path}:{line}"
        raise DerivationError(
            f"{place}: {what} returns {type(formula).__name__}; return a Formula: sn.formula(state, {{...}}) or "
            "state.closed_form"
        )
    if kind == "MODULES":
        return Derived(title, replace(formula, name=title), seconds)
    with derivation.blamed(f"PUBLISHED[{title!r}]"):
        published = _count_published(derivation.published.get(title), formula)
    return Derived(title, formula, seconds, published)


def closed_forms(derivation: Derivation) -> Iterator[Derived]:
    """Every closed form, in the order of the file."""
    return (derive(derivation, "CLOSED_FORMS", title) for title in derivation.closed_forms)


def modules(derivation: Derivation) -> Iterator[Derived]:
    """The formula of every module, in the order of the file."""
    return (derive(derivation, "MODULES", name) for name in derivation.modules)


def jobs(derivations: Sequence[Derivation]) -> dict[str, Derivation]:
    """Module -> its derivation, in order; DerivationError when two of them define one module."""
    found: dict[str, Derivation] = {}
    for derivation in derivations:
        for module in derivation.modules:
            if module in found:
                raise DerivationError(
                    f"{derivation.path}: MODULES[{module!r}] is also defined in {found[module].path}; rename one"
                )
            found[module] = derivation
    return found


def source(derivation: Derivation, module: str) -> str:
    """Source of a generated module."""
    formula = derive(derivation, "MODULES", module).formula
    with derivation.blamed(f"MODULES[{module!r}]"):
        return formula.numpy_source(derivation=derivation.name)


def ranges_for(derivation: Derivation, formula: Formula, formulas: Sequence[Formula]) -> dict[str, Any]:
    """The entries of ``RANGES`` that are parameters of a formula; one that belongs to none of them is an error."""
    known = {item.name for each in formulas for item in each.inputs}
    for name in derivation.ranges:
        if name not in known:
            there = ", ".join(sorted(known))
            raise DerivationError(
                f"{derivation.path}: RANGES[{name!r}] is a parameter of no module; pass one of {there}"
            )
    return {item.name: derivation.ranges[item.name] for item in formula.inputs if item.name in derivation.ranges}


def _count_published(given: Any, formula: Formula) -> int | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        return sum(_count_line(str(name), str(text)) for name, text in given.items())
    value = given(formula) if callable(given) else given
    if not isinstance(value, int):
        raise DerivationError(f"a count of operations is an integer, not {value!r}")
    return value


def _count_line(name: str, text: str) -> int:
    """Operations of a printed right-hand side, counted as those of a Formula: signs and rational literals are free."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise DerivationError(f"the line {name!r}, {text!r}, is no Python expression: {error.msg}") from error

    def literal(node: ast.AST) -> bool:
        if isinstance(node, ast.BinOp):
            return isinstance(node.op, ast.Div) and literal(node.left) and literal(node.right)
        return isinstance(node, ast.Constant) or (isinstance(node, ast.UnaryOp) and literal(node.operand))

    return sum(isinstance(node, (ast.BinOp, ast.Call)) and not literal(node) for node in ast.walk(tree))
