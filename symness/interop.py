"""QuTiP objects to models, and steady states and Liouvillians to QuTiP, for a cross-check in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import sympy as sp
from mpmath import mp

from symness.conditions import number_at
from symness.errors import MissingPackageError, ModelError
from symness.generators import Generator
from symness.liouville import coordinates, liouvillian
from symness.outputs import evaluator
from symness.state import SteadyState

__all__ = ["from_qutip", "to_qutip"]

#: an entry is taken for a simple number (a rational, or the root of one) within this distance
_TOLERANCE = 1e-12


def from_qutip(operator: Any) -> sp.ImmutableMatrix:
    """A QuTiP operator as an exact matrix, for use in a model.

    Entries must be simple numbers: rationals of small denominator, roots of these, and i times such.  The basis is
    the one of the operator (QuTiP puts the state ``|0>`` of ``basis(2, 0)``, the excited one of ``sigmaz``, first).

    Raises
    ------
    ModelError
        For an entry that is no simple number: build the operator from exact ones and symbols instead.
    """
    if not hasattr(operator, "full") or not getattr(operator, "isoper", False):
        raise ModelError(f"from_qutip: {type(operator).__name__} is no QuTiP operator; pass a qutip.Qobj operator")
    entries = operator.full()
    return sp.ImmutableMatrix([[_exact(value) for value in row] for row in entries])


def _exact(value: complex) -> Any:
    return _simple(value.real) + sp.I * _simple(value.imag)


def _simple(number: float) -> Any:
    for candidate in (number, number * abs(number)):
        exact = sp.nsimplify(candidate, rational=True, tolerance=_TOLERANCE)
        if exact.q <= 1024 and abs(float(exact) - candidate) <= _TOLERANCE * max(1, abs(candidate)):
            return exact if candidate is number else sp.sign(exact) * sp.sqrt(abs(exact))
    raise ModelError(
        f"from_qutip: the entry {number!r} is neither a simple fraction nor the root of one; multiply an exact "
        "operator by a parameter instead"
    )


def to_qutip(source: SteadyState | Generator, values: Mapping[str, float], dims: Any = None) -> Any:
    """A steady state as a density matrix, or a generator as a Liouvillian, in the product basis.

    Parameters
    ----------
    source : SteadyState or Generator
    values : mapping
        A number for every parameter of the model.
    dims : list of int, optional
        Dimensions of the parts, e.g. ``[2, 2]`` (default: one part).

    Returns
    -------
    qutip.Qobj
        ``qutip.steadystate(to_qutip(generator, values))`` is ``to_qutip(state, values)``.

    Raises
    ------
    MissingPackageError
        Where QuTiP is not installed.
    ModelError
        For a missing or unknown parameter.
    """
    try:
        import qutip
    except ImportError as error:
        raise MissingPackageError("to_qutip needs QuTiP: pip install 'symness[qutip]'") from error
    generator = source.generator if isinstance(source, SteadyState) else source
    if not isinstance(generator, Generator):
        raise ModelError(f"to_qutip: {type(source).__name__}; pass a steady state or a generator")
    names = {s.name for s in generator.model.symbols}
    if names != set(values):
        wrong = sorted(names ^ set(values))[0]
        hint = "is missing" if wrong in names else f"is no parameter; there are {', '.join(sorted(names))}"
        raise ModelError(f"to_qutip: {wrong!r} {hint}")
    n = generator.dimension
    parts = list(dims) if dims is not None else [n]
    if int(np.prod(parts)) != n:
        raise ModelError(f"to_qutip: dims={dims!r} do not multiply to {n}, the dimension of the model")
    if isinstance(source, SteadyState):
        return qutip.Qobj(_density(source, values), dims=[parts, parts])
    return qutip.Qobj(_liouvillian(generator, values), dims=[[parts, parts], [parts, parts]])


def _density(state: SteadyState, values: Mapping[str, float]) -> np.ndarray:
    n = state.generator.dimension
    places = [(i, j) for i in range(n) for j in range(i, n)]
    run = evaluator(state, {f"rho_{i}_{j}": state.element(i, j, "product") for i, j in places})
    arguments: dict[str, Any] = dict(values)
    found = run(strict=True, **arguments)
    rho = np.zeros((n, n), complex)
    for i, j in places:
        rho[i, j] = found[f"rho_{i}_{j}"]
        rho[j, i] = np.conj(rho[i, j])
    return rho


def _liouvillian(generator: Generator, values: Mapping[str, float]) -> np.ndarray:
    """On column-stacked density matrices of the product space."""
    n = generator.dimension
    with mp.workdps(30):
        known = {name: mp.mpf(value) for name, value in values.items()}
        named = [(d.name, d.expression) for d in generator.definitions]
        for name, expression in (*named, *((r.name, r.expression) for r in generator.rates.values())):
            known[name] = number_at(expression, known)
        matrix = liouvillian(generator)
        place = {c: k for k, c in enumerate(coordinates(n))}
        inside = np.zeros((n * n, n * n))
        for row, columns in matrix.rows.items():
            for column, entry in columns.items():
                total = sum(
                    number_at(matrix.ring.collect(weight), known) * (known[rate] if rate else 1)
                    for rate, weight in entry.items()
                )
                inside[place[row], place[column]] = float(total)
        vectors = np.array([[complex(number_at(v, known)) for v in row] for row in generator.spectrum.vectors])
    into, back = _coordinate_maps(n)
    full = back @ inside @ into
    if generator.basis == "product":
        return full
    turn = np.kron(vectors.conj(), vectors)
    return turn @ full @ turn.conj().T


def _coordinate_maps(n: int) -> tuple[np.ndarray, np.ndarray]:
    """vec(rho) to (populations, Re, Im), extended linearly, and back."""
    back = np.zeros((n * n, n * n), complex)
    for k, (axis, i, j) in enumerate(coordinates(n)):
        if axis == "p":
            back[i + n * i, k] = 1
        else:
            back[i + n * j, k], back[j + n * i, k] = (1, 1) if axis == "x" else (1j, -1j)
    return np.linalg.inv(back), back
