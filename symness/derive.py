"""The formulas of a derivation file, derived and counted."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from symness.blame import DerivationError, UnknownDerivationError
from symness.loading import Derivation, Outline, find, is_range, load, names, outline

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
    """A derived formula.

    Attributes
    ----------
    title : str
        Its key in the derivation file.
    seconds : float
        What the derivation took.
    published : int, optional
        Operations of the published formula.
    differing : tuple of str, optional
        Outputs that are not identical to the published lines, exactly; None where no lines are given.
    """

    title: str
    formula: Formula
    seconds: float
    published: int | None = None
    differing: tuple[str, ...] | None = None

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
        published, differing = _compare(derivation.published.get(title), formula)
    return Derived(title, formula, seconds, published, differing)


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
    found = {item.name: derivation.ranges[item.name] for item in formula.inputs if item.name in derivation.ranges}
    return {
        name: _checked_range(derivation, name, given) if callable(given) else given for name, given in found.items()
    }


def _checked_range(derivation: Derivation, name: str, given: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def of_point(point: Any) -> Any:
        value = given(point)
        if callable(value) or not is_range(value):
            raise DerivationError(f"RANGES[{name!r}] returns {value!r}; return (low, high) with low <= high")
        return value

    return of_point


def _compare(given: Any, formula: Formula) -> tuple[int | None, tuple[str, ...] | None]:
    """Published operations, and which outputs are not those published: None where only a count is given."""
    if given is None:
        return None, None
    if isinstance(given, Mapping):
        from symness.published import compare

        comparison = compare(formula, {str(name): str(text) for name, text in given.items()})
        return comparison.published, comparison.differing
    value = given(formula) if callable(given) else given
    if not isinstance(value, int):
        raise DerivationError(f"a count of operations is an integer, not {value!r}")
    return value, None
