"""Reference systems and independent routes, shared by the tests of the engine.

Nothing here uses the engine's algebra: :func:`run` evaluates programs with plain floats, :func:`superoperator` writes
the generator out as a complex matrix on the product space (where no phase of an eigenvector shows), and :func:`davies`,
:func:`lindblad`, :func:`stationary` are numpy alone.

Conventions: hbar = k_B = 1; column-stacked density matrices, vec(A rho B) = (B^T kron A) vec(rho); gamma is the
golden-rule rate, so a jump L of rate gamma is gamma (L rho L^+ - {L^+ L, rho}/2).
"""

from __future__ import annotations

import math
import signal
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp

import symness as sn
from symness import program
from symness.liouville import coordinates, liouvillian

# -- programs in floats ----------------------------------------------------------------------------------------------


def bose(omega: float, T: float, mu: float = 0.0) -> float:
    """1/(exp((omega - mu)/T) - 1)."""
    return 1 / math.expm1((omega - mu) / T)


def fermi(omega: float, T: float, mu: float = 0.0) -> float:
    """1/(exp((omega - mu)/T) + 1)."""
    return 1 / (math.exp((omega - mu) / T) + 1)


def function(name: str, *a: Any, node: Any = None) -> Any:
    """Every function that a program may call, in floats, as its description in ``program.FUNCTIONS`` says."""
    if name in ("eigenvalue", "eigenvector"):
        places = [int(x) for x in a[: 2 if name == "eigenvalue" else 3]]
        size = places[-1]
        parts = np.array(a[len(places) :], float).reshape(-1, size, size)
        energies, vectors = np.linalg.eigh(parts[0] + 1j * parts[1] if len(parts) == 2 else parts[0])
        order = np.argsort(-energies)
        if name == "eigenvalue":
            return float(energies[order[places[0]]])
        component = complex(vectors[places[0] % size, order[places[1]]])
        return component.imag if places[0] >= size else component.real
    table: dict[str, Callable[..., Any]] = {
        "positive_part": lambda x: max(x, 0.0),
        "minimum": min,
        "maximum": max,
        "abs": abs,
        "xlogx": lambda x: x * math.log(x) if x > 0 else 0.0,
        "bose": bose,
        "fermi": fermi,
        "fermi_hole": lambda w, T, mu: 1 - fermi(w, T, mu),
        "bose_difference": lambda w, a, m, b, n: bose(w, a, m) - bose(w, b, n),
        "fermi_difference": lambda w, a, m, b, n: fermi(w, a, m) - fermi(w, b, n),
        "cos_half": lambda d, h: math.cos(math.atan2(h, d) / 2),
        "sin_half": lambda d, h: math.sin(math.atan2(h, d) / 2),
    }
    return table[name](*a) if name in table else getattr(math, name)(*a)


def run(roots: Sequence[Any], values: Mapping[str, Any]) -> list[Any]:
    """Programs in Python floats (complex where i occurs)."""
    return program.evaluate(roots, values, function, float, 1j)


def run_formula(formula: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs of a formula, definition by definition."""
    known = dict(values)
    for definition in formula.definitions:
        known[definition.name] = run([definition.expression], known)[0]
    return {o.name: run([o.expression], known)[0] for o in formula.outputs}


def known_values(generator: Any, values: Mapping[str, float]) -> dict[str, Any]:
    """Parameters, the named quantities of the spectrum, and the rates."""
    known: dict[str, Any] = dict(values)
    for item in (*generator.definitions, *generator.rates.values()):
        known[item.name] = run([item.expression], known)[0]
    return known


# -- superoperators --------------------------------------------------------------------------------------------------


def hermitian_matrix(generator: Any, values: Mapping[str, float]) -> np.ndarray:
    """The engine's real matrix M in the order of ``liouville.coordinates``."""
    matrix, known = liouvillian(generator), known_values(generator, values)
    place = {c: k for k, c in enumerate(coordinates(generator.dimension))}
    numbers = np.zeros((len(place), len(place)))
    for row, columns in matrix.rows.items():
        for column, entry in columns.items():
            total = sum(polynomial(matrix.ring, v, known) * (known[rate] if rate else 1) for rate, v in entry.items())
            numbers[place[row], place[column]] = total
    return numbers


def polynomial(ring: Any, value: Any, known: Mapping[str, Any]) -> float:
    """A polynomial of a ring in floats, term by term."""
    terms = value.to_dict()
    point = np.array([known.get(name, math.nan) for name in ring.names if name != "i"])
    places = [k for k, name in enumerate(ring.names) if name != "i"]
    powers = np.array([[int(m[k]) for k in places] for m in terms]).reshape(len(terms), len(places))
    coefficients = np.array([int(c.p) / int(c.q) for c in terms.values()])
    used = powers.any(axis=0)
    return float(coefficients @ np.prod(point[used] ** powers[:, used], axis=1))


def superoperator(generator: Any, values: Mapping[str, float]) -> np.ndarray:
    """The engine's generator on column-stacked density matrices of the product space."""
    n = generator.dimension
    into, back = _coordinate_maps(n)
    inside = back @ hermitian_matrix(generator, values) @ into
    if generator.basis == "product":
        return inside
    known = known_values(generator, values)
    V = np.array([run(row, known) for row in generator.spectrum.vectors], complex)
    # rho_product = V rho_energy V^+
    return np.kron(V.conj(), V) @ inside @ np.kron(V.T, V.conj().T)


def _coordinate_maps(n: int) -> tuple[np.ndarray, np.ndarray]:
    """vec(rho) -> (populations, Re, Im), extended linearly, and back."""
    listed = coordinates(n)
    into, back = np.zeros((n * n, n * n), complex), np.zeros((n * n, n * n), complex)
    for k, (axis, i, j) in enumerate(listed):
        first, second = i + n * j, j + n * i
        if axis == "p":
            into[k, first] = back[first, k] = 1
        elif axis == "x":
            into[k, first] = into[k, second] = 0.5
            back[first, k] = back[second, k] = 1
        else:
            into[k, first], into[k, second] = -0.5j, 0.5j
            back[first, k], back[second, k] = 1j, -1j
    return into, back


def numeric(matrix: Any, values: Mapping[str, float] | None = None) -> np.ndarray:
    """A SymPy matrix with parameters replaced by name."""
    table = {s: (values or {})[s.name] for s in sp.Matrix(matrix).free_symbols}
    return np.array(sp.Matrix(matrix).subs(table).evalf(30).tolist(), complex)


def commutator(H: np.ndarray) -> np.ndarray:
    """-i [H, .]."""
    unit = np.eye(len(H))
    return -1j * (np.kron(unit, H) - np.kron(H.T, unit))


def lindblad(L: np.ndarray) -> np.ndarray:
    """L . L^+ - {L^+ L, .}/2."""
    unit, K = np.eye(len(L)), L.conj().T @ L
    return np.kron(L.conj(), L) - 0.5 * (np.kron(unit, K) + np.kron(K.T, unit))


def davies(
    H: np.ndarray, baths: Sequence[tuple[np.ndarray, Callable[[float], float], Callable[[float], float]]]
) -> Any:
    """Davies generator of exchange couplings (S, emission rate, absorption rate as functions of omega).

    S = sum X_w with X_w the part of S between levels E_j - E_i = w; frequencies that agree to 1e-9 are one frequency.
    """
    energies, V = np.linalg.eigh(H)
    total = commutator(H)
    for S, down, up in baths:
        inside = V.conj().T @ S @ V
        gaps = energies[None, :] - energies[:, None]
        found: list[float] = []
        for w in gaps[np.abs(inside) > 1e-12]:
            if all(abs(w - known) > 1e-9 for known in found):
                found.append(w)
        for w in found:
            X = V @ np.where(np.abs(gaps - w) < 1e-9, inside, 0) @ V.conj().T
            total = total + down(w) * lindblad(X) + up(w) * lindblad(X.conj().T)
    return total


def stationary(L: np.ndarray) -> np.ndarray:
    """The density matrix with L rho = 0, trace one (null vector by singular values; its uniqueness is asserted)."""
    n = math.isqrt(len(L))
    _, sizes, vectors = np.linalg.svd(L)
    assert sizes[-1] < 1e-10 * sizes[0]
    assert sizes[-2] > 1e-7 * sizes[0]
    rho = vectors[-1].conj().reshape(n, n, order="F")
    return rho / np.trace(rho)


def density(state: Any, values: Mapping[str, float], basis: str = "product") -> np.ndarray:
    """All elements of a steady state by the public evaluator."""
    n = state.generator.dimension
    outputs = {f"rho_{i}_{j}": state.element(i, j, basis) for i in range(n) for j in range(i, n)}
    found = sn.evaluator(state, outputs)(**values)
    rho = np.zeros((n, n), complex)
    for i in range(n):
        for j in range(i, n):
            rho[i, j] = found[f"rho_{i}_{j}"]
            rho[j, i] = np.conj(rho[i, j])
    return rho


# -- systems ---------------------------------------------------------------------------------------------------------


def two_qubits(statistics: str = "fermi", assume: Sequence[Any] = ()) -> Any:
    """Two detuned qubits with exchange coupling, a bath at each (the model of wang2019), unequal flat rates.

    At equal temperatures and chemical potentials the steady state is exp(-(H + V - mu N)/T)/Z: every rate pair has
    up/down = exp(-(w - mu)/T), every coupling lowers the conserved N by one, and the coherences are driven by the
    differences of the baths' ratios only (X_k in ``composites``), which vanish.
    """
    omega_1, omega_2, lam, g1, g2, T1, T2 = sn.parameters("omega_1 omega_2 lam gamma_1 gamma_2 T_1 T_2", positive=True)
    mu1, mu2 = sn.parameters("mu_1 mu_2") if statistics == "fermi" else (0, 0)
    a, b = sn.qubits("1 2")
    return sn.Model(
        omega_1 * a.number + omega_2 * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[
            sn.Bath("1", a.lowering, g1, T1, mu1, statistics=statistics),
            sn.Bath("2", b.lowering, g2, T2, mu2, statistics=statistics),
        ],
        assume=list(assume),
    )


def chain(count: int = 3) -> Any:
    """Resonant XX chain of qubits with a bosonic bath at each end.

    In the sector of one excitation H is omega + lam/2 times the adjacency matrix of a path; for three sites its
    eigenvalues are omega + lam (1/sqrt(2), 0, -1/sqrt(2)).
    """
    omega, lam, gamma, T1, T2 = sn.parameters("omega lam gamma T_1 T_2", positive=True)
    sites = sn.qubits(" ".join(str(k + 1) for k in range(count)))
    hops = [p.raising * q.lowering + p.lowering * q.raising for p, q in pairwise(sites)]
    zero = sp.zeros(2**count, 2**count)
    return sn.Model(
        omega * sum((s.number for s in sites), zero),
        interaction=lam / 2 * sum(hops, zero),
        baths=[
            sn.Bath("L", sites[0].lowering, gamma, T1),
            sn.Bath("R", sites[-1].lowering, gamma, T2),
        ],
    )


def gibbs(H: np.ndarray, T: float) -> np.ndarray:
    """exp(-H/T)/Z."""
    energies, V = np.linalg.eigh(H)
    weights = np.exp(-(energies - energies.min()) / T)
    return V @ np.diag(weights / weights.sum()) @ V.conj().T


# -- processes -------------------------------------------------------------------------------------------------------


def hearing_interrupts() -> None:
    """For ``preexec_fn``: what a shell runs in the background ignores Ctrl-C, and hands that on to its children."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
