"""An observable of a steady state: an expression in its elements and rates, and what the reference must compute."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import sympy as sp

from symness.display import Displayed
from symness.errors import VerificationError
from symness.formula import Definition, Input
from symness.observable import Observable
from symness.program import Node

if TYPE_CHECKING:
    from symness.state import SteadyState

__all__ = ["Quantity", "gathered"]


def gathered(quantities: Iterable[Quantity]) -> dict[str, Any]:
    """Definitions and inputs that these bring beyond those of their state, each once, as keywords of a Quantity."""
    definitions: dict[str, Definition] = {}
    inputs: dict[str, Input] = {}
    for quantity in quantities:
        for definition in quantity.definitions:
            known = definitions.setdefault(definition.name, definition)
            if known.expression is not definition.expression:
                raise VerificationError(f"two intermediates are called {known.name!r}; please report the model")
        inputs |= {item.name: item for item in quantity.inputs}
    return {"definitions": tuple(definitions.values()), "inputs": tuple(inputs.values())}


@dataclass(frozen=True, repr=False)
class Quantity(Displayed):
    """One observable.

    Quantities of one state can be added, multiplied, divided, raised to a power, and combined with numbers and with
    expressions in the parameters; ``sn.sqrt``, ``sn.maximum``, ``sn.minimum``, ``abs``, ``.real`` and ``.imag`` work
    too.  The result is a quantity that the reference can check.

    Attributes
    ----------
    expression : Node
        In the symbols of ``state.definitions``.
    meaning : str
    unit : str
    domain : str
        ``"real"``, ``"nonnegative"``, ``"complex"`` or ``"bool"``.
    row : mapping, optional
        The linear functional of the state that it is, where it is one.
    parts : tuple of Quantity
        What a composite is made of.
    definitions : tuple of Definition
        Intermediates beyond those of the state, in order; equal names are equal expressions.
    inputs : tuple of Input
        Parameters beyond those of the model (the frequency of a spectrum).
    """

    state: SteadyState = field(repr=False)
    expression: Node
    observable: Observable
    latex: str
    meaning: str
    unit: str = "1"
    domain: str = "real"
    row: Any = field(default=None, repr=False, compare=False)
    parts: tuple[Quantity, ...] = field(default=(), repr=False, compare=False)
    definitions: tuple[Definition, ...] = field(default=(), repr=False, compare=False)
    inputs: tuple[Input, ...] = field(default=(), repr=False, compare=False)

    #: an array of expressions is no operand
    __array_ufunc__ = None

    def __str__(self) -> str:
        return f"{self.meaning} (unit: {self.unit})\n{self.formula()}"

    def _repr_latex_(self) -> str:
        from symness.outputs import formula

        return formula(self.state, {"result": self}).latex(notebook=True)

    def renamed(self, latex: str | None = None, meaning: str | None = None, unit: str | None = None) -> Quantity:
        """The same quantity under a paper's symbol."""
        return replace(
            self,
            latex=self.latex if latex is None else latex,
            meaning=self.meaning if meaning is None else meaning,
            unit=self.unit if unit is None else unit,
        )

    def formula(self, name: str = "result") -> Any:
        """This quantity alone as a :class:`symness.formula.Formula`."""
        from symness.outputs import formula

        return formula(self.state, {name: self})

    # -- arithmetic ------------------------------------------------------------------------------------------------

    def _combined(self, function: Callable[..., Any], *operands: Any) -> Quantity:
        from symness.arithmetic import combined

        return combined(function, *operands)

    def __add__(self, other: Any) -> Quantity:
        return self._combined(operator.add, self, other)

    def __radd__(self, other: Any) -> Quantity:
        return self._combined(operator.add, other, self)

    def __sub__(self, other: Any) -> Quantity:
        return self._combined(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Quantity:
        return self._combined(operator.sub, other, self)

    def __mul__(self, other: Any) -> Quantity:
        return self._combined(operator.mul, self, other)

    def __rmul__(self, other: Any) -> Quantity:
        return self._combined(operator.mul, other, self)

    def __truediv__(self, other: Any) -> Quantity:
        return self._combined(operator.truediv, self, other)

    def __rtruediv__(self, other: Any) -> Quantity:
        return self._combined(operator.truediv, other, self)

    def __pow__(self, exponent: Any) -> Quantity:
        return self._combined(operator.pow, self, exponent)

    def __neg__(self) -> Quantity:
        return self._combined(operator.neg, self)

    def __abs__(self) -> Quantity:
        return self._combined(sp.Abs, self)

    @property
    def real(self) -> Quantity:
        """Real part."""
        return self._combined(sp.re, self)

    @property
    def imag(self) -> Quantity:
        """Imaginary part."""
        return self._combined(sp.im, self)
