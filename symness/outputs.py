"""From quantities of a steady state to a Formula and an evaluator."""

from __future__ import annotations

from collections.abc import Mapping

from symness.errors import ObservableError
from symness.evaluator import Evaluator
from symness.formula import Formula, Output
from symness.quantity import Quantity, gathered
from symness.state import SteadyState, build_formula

__all__ = ["evaluator", "formula"]


def formula(state: SteadyState, outputs: Mapping[str, Quantity] | None = None, name: str = "formula") -> Formula:
    """Quantities as one formula, with every definition that they need.

    Parameters
    ----------
    state : SteadyState
    outputs : mapping name -> Quantity
        From ``sn.heat_current(state, ...)``, ``sn.concurrence(state)``, ``state.element(i, j)``, ...  Default: all
        elements of the steady state, in the basis of the generator.

    Raises
    ------
    ObservableError
        For an output that is not a quantity of this state, or a name that is a parameter's.
    """
    if outputs is not None and not isinstance(outputs, Mapping):
        raise ObservableError(f"outputs= is a {type(outputs).__name__}; pass a dict, {{'name': quantity, ...}}")
    chosen = outputs if outputs is not None else _elements(state)
    parameters = {s.name for s in state.generator.model.symbols}
    made = []
    for key, quantity in chosen.items():
        if not isinstance(quantity, Quantity) or quantity.state is not state:
            raise ObservableError(
                f"output {key!r}: {quantity!r} is no quantity of this state; pass e.g. sn.heat_current(state, '1') or "
                "state.element(0, 1)"
            )
        if not key.isidentifier() or key in parameters:
            raise ObservableError(f"output {key!r}: pass a Python identifier that is not a parameter of the model")
        q = quantity
        made.append(Output(key, q.expression, q.latex, q.meaning, q.unit, q.domain, q.observable))
    own = gathered(chosen.values())
    return build_formula(state.generator, name, [*state.definitions, *own["definitions"]], made, own["inputs"])


def evaluator(
    state: SteadyState | Formula, outputs: Mapping[str, Quantity] | None = None, name: str = "formula"
) -> Evaluator:
    """A fast numpy function of the parameters: ``evaluator(state, outputs)(omega=10, T_1=[1, 2], ...)["name"]``.

    Parameters
    ----------
    state : SteadyState or Formula
        A formula (also a limit or a series) has its outputs already.
    outputs : mapping name -> Quantity
        As for :func:`formula`.

    Returns
    -------
    Evaluator
        Called with a number or an array for every parameter of the model, which broadcast; returns a dict name ->
        ndarray of the common shape, float64, complex128 or bool.  ``outputs=[...]`` computes only these.  NaN (False in
        a mask) outside the conditions of the formula; with ``strict=True`` a ValueError that names the parameter.
        Attributes: ``PARAMETERS``, ``OUTPUTS`` (meaning, unit, LaTeX), ``source`` (the same as a numpy module).

    Raises
    ------
    ObservableError
        As :func:`formula`.
    """
    if isinstance(state, Formula):
        if outputs is not None:
            raise ObservableError("evaluator: a formula has its outputs already; pass outputs= with a steady state")
        return Evaluator(state)
    return Evaluator(formula(state, outputs, name))


def _elements(state: SteadyState) -> dict[str, Quantity]:
    found = {}
    for output in state.closed_form.outputs:
        i, j = output.observable.indices
        found[output.name] = state.element(i, j, state.generator.basis)
    return found
