"""Steady-state spectra and susceptibilities from the resolvent of the generator (quantum regression theorem).

With <A(t) B(0)> = Tr[A exp(L t) B rho] for t > 0 and L = M the generator,

    G(w) = int_0^oo dt exp(-i w t) (<A(t) B> - <A><B>) = Tr[A (i w - M)^-1 (B rho - <B> rho)].
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symness import program
from symness.baths import exact_matrix
from symness.errors import ObservableError
from symness.formula import Input
from symness.observable import Observable
from symness.quantity import Quantity
from symness.resolvent import Resolvent
from symness.state import SteadyState

__all__ = ["spectrum", "susceptibility"]


def spectrum(state: SteadyState, A: Any, B: Any = None, omega: Any = "omega") -> Quantity:
    """Spectrum int dt exp(-i omega t) (<A(t) B(0)> - <A><B>) over all times.

    For A = B^+ it is real, and that of emission for B a lowering operator: it peaks where the system loses the energy
    omega > 0 (the convention of QuTiP's ``spectrum``).  The elastic part, 2 pi <A><B> delta(omega), is left out.

    Parameters
    ----------
    A, B : matrices on the product space
        Default for B: the Hermitian conjugate of A.
    omega : SymPy symbol or str
        The frequency, a further parameter of the formula; any name that the model does not use.

    Raises
    ------
    ObservableError
        For operators of the wrong shape, or a frequency that is a parameter of the model.
    """
    first = _operator(state, "spectrum: A", A)
    second = first.H if B is None else _operator(state, "spectrum: B", B)
    frequency = _frequency(state, "spectrum", omega)
    own = (first.H - second).applyfunc(sp.expand).is_zero_matrix
    solver = Resolvent(state, frequency, (first, second), +1)
    one = solver.answer(first, solver.product(second))
    if own:
        expression = program.mul(2, solver.known(one[0]))
    else:
        other = solver.answer(second.H, solver.product(first.H))
        re, im = solver.known(program.add(one[0], other[0])), solver.known(one[1] - other[1])
        expression = program.add(re, program.mul(program.I, im))
    return Quantity(
        state,
        expression,
        Observable("spectrum", operator=first, second=second, function=frequency),
        rf"S({sp.latex(frequency)})",
        f"spectrum of <A(t) B(0)> at {frequency.name}",
        "1 per energy",
        "real" if own else "complex",
        definitions=tuple(solver.definitions),
        inputs=(_input(frequency),),
    )


def susceptibility(state: SteadyState, A: Any, B: Any, omega: Any = "omega") -> Quantity:
    """Linear response of <A> to H - f(t) B: chi(omega) = i int_0^oo dt exp(i omega t) <[A(t), B(0)]>.

    The perturbation acts on the system alone; the baths are those of the generator (quantum regression).

    Parameters
    ----------
    A, B : matrices on the product space
    omega : SymPy symbol or str
        See :func:`spectrum`.

    Raises
    ------
    ObservableError
        As :func:`spectrum`.
    """
    first, second = _operator(state, "susceptibility: A", A), _operator(state, "susceptibility: B", B)
    frequency = _frequency(state, "susceptibility", omega)
    solver = Resolvent(state, frequency, (first, second), -1)
    re, im = (solver.known(part) for part in solver.answer(first, solver.commutator(second)))
    return Quantity(
        state,
        program.add(-im, program.mul(program.I, re)),
        Observable("susceptibility", operator=first, second=second, function=frequency),
        rf"\chi({sp.latex(frequency)})",
        f"susceptibility of <A> to a force on B at {frequency.name}",
        "1 per energy",
        "complex",
        definitions=tuple(solver.definitions),
        inputs=(_input(frequency),),
    )


def _operator(state: SteadyState, where: str, operator: Any) -> Any:
    try:
        matrix = sp.ImmutableMatrix(operator)
    except (TypeError, ValueError) as error:
        raise ObservableError(f"{where}={operator!r} is not a matrix; pass one on the space of H") from error
    if matrix.shape != state.generator.model.H.shape:
        raise ObservableError(
            f"{where} has shape {matrix.shape}, H has {state.generator.model.H.shape}; pass one on that space"
        )
    return exact_matrix(where, matrix)


def _frequency(state: SteadyState, where: str, omega: Any) -> Any:
    symbol = sp.Symbol(omega, real=True) if isinstance(omega, str) else omega
    if not isinstance(symbol, sp.Symbol) or not symbol.name.isidentifier():
        raise ObservableError(f"{where}: omega={omega!r}; pass a symbol or a name")
    if symbol.name in state.generator.names.taken or symbol.name in {d.name for d in state.definitions}:
        raise ObservableError(f"{where}: omega={symbol.name!r} is a name of this model; pass another, e.g. omega='nu'")
    return symbol


def _input(frequency: Any) -> Input:
    latex = getattr(frequency, "latex", None) or sp.latex(frequency)
    return Input(frequency.name, latex, "nonnegative" if frequency.is_nonnegative else "real")
