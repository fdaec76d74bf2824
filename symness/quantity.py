"""An observable of a steady state: an expression in its elements and rates, and what the reference must compute."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from symness.observable import Observable
from symness.program import Node

if TYPE_CHECKING:
    from symness.state import SteadyState

__all__ = ["Quantity"]


@dataclass(frozen=True)
class Quantity:
    """One observable.

    Attributes
    ----------
    expression : Node
        In the symbols of ``state.definitions``.
    meaning, unit, domain : str
        ``domain`` is ``"real"``, ``"nonnegative"``, ``"complex"`` or ``"bool"``.
    """

    state: SteadyState = field(repr=False)
    expression: Node
    observable: Observable
    latex: str
    meaning: str
    unit: str = "1"
    domain: str = "real"

    def __str__(self) -> str:
        return f"{self.meaning} (unit: {self.unit})\n{self.formula()}"

    def _repr_latex_(self) -> str:
        from symness.outputs import formula

        return formula(self.state, {"result": self}).latex(notebook=True)

    def renamed(self, latex: str, meaning: str | None = None) -> Quantity:
        """The same quantity under a paper's symbol."""
        return replace(self, latex=latex, meaning=self.meaning if meaning is None else meaning)

    def formula(self, name: str = "result") -> Any:
        """This quantity alone as a :class:`symness.formula.Formula`."""
        from symness.outputs import formula

        return formula(self.state, {name: self})
