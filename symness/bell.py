"""The Bell inequality I_3322 (three two-valued measurements per party): largest value that a two-qubit state reaches.

    B = A_1 (B_1 + B_2 + B_3) + A_2 (B_1 + B_2 - B_3) + A_3 (B_1 - B_2) + A_1 + A_2 - B_1 - B_2,    A_i, B_j = +-1

Local hidden variables allow <B> <= 4, quantum mechanics of two qubits <B> <= 5 (Collins and Gisin 2004; in this
normalisation Zhang and Wang, Quantum Inf. Process. 20 (2021), Eqs. (6)-(8)).  A measurement of a qubit is
A = a . sigma with a unit vector a; a *degenerate* one, A = +1 or -1 whatever the state, answers without looking.

How the maximum is found: for given measurements of one party the best ones of the other are known exactly (each is the
direction of a vector), so the value is a function of Alice's three directions, convex in each.  Alternating between the
parties never lowers it; from many fixed starting points, turned into the axes of the correlations, this is followed to
where it stands, and there Newton steps give the last digits.

Exchanging the parties together with the signs of all results leaves B as it is (the coefficients of A_i B_j are
symmetric, those of A_i and B_j opposite): rho and rho with its qubits exchanged reach the same value.

Needs numpy and nothing else, like the generated modules beside which it is used.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

__all__ = ["COEFFICIENTS", "bell_i3322", "pauli_matrix"]

#: coefficient of A_i B_j; index 0 stands for the identity
COEFFICIENTS = np.array([[0.0, -1, -1, 0], [1, 1, 1, 1], [1, 1, 1, -1], [0, 1, -1, 0]])
_PAULI = np.array([[[1, 0], [0, 1]], [[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
_STARTS = 48
_STARTS_FIXED = 12  # where at least one measurement of Alice is degenerate: fewer directions to search
_ROUNDS = 40
_KEPT = 4
_REFINEMENTS = 40
_DAMPINGS = (0.0, 1e-3, 1e-1)
_CHUNK = 256
_TINY = 1e-300


def bell_i3322(rho: Any, degenerate: bool = False) -> Any:
    """Largest value of the I_3322 expression over all measurements (local bound 4, quantum bound 5).

    Parameters
    ----------
    rho : array_like, shape (..., 4, 4)
        Density matrices of two qubits in the product basis ee, eg, ge, gg.
    degenerate : bool
        Whether a measurement may give one fixed result.  With True the value is never below 4 = that of fixed results,
        and never below what the CHSH inequality says; with False (Zhang and Wang) it can be anything above -4.

    Returns
    -------
    ndarray, shape (...)
        NaN where an entry of rho is not finite.  The same input gives the same output: there is no random state.

    Raises
    ------
    TypeError, ValueError
        For anything that is not an array of Hermitian 4 x 4 matrices.
    """
    R = pauli_matrix(rho)
    shape = R.shape[:-2]
    flat = R.reshape(-1, 4, 4)
    values = np.full(len(flat), np.nan)
    known = np.flatnonzero(np.isfinite(flat).all(axis=(1, 2)))
    for start in range(0, len(known), _CHUNK):
        places = known[start : start + _CHUNK]
        values[places] = _largest(flat[places], degenerate)
    return values.reshape(shape)


def pauli_matrix(rho: Any) -> Any:
    """R_mn = Tr(rho sigma_m x sigma_n), m, n = 0 (identity), x, y, z; shape (..., 4, 4)."""
    try:
        array = np.asarray(rho, dtype=np.complex128)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"rho={type(rho).__name__} is no array of numbers ({error}); pass density matrices of shape (..., 4, 4) "
            "in the product basis ee, eg, ge, gg"
        ) from None
    if array.shape[-2:] != (4, 4):
        raise ValueError(f"rho has shape {array.shape}; pass density matrices of shape (..., 4, 4)")
    defect = np.abs(array - np.conj(np.swapaxes(array, -2, -1)))
    if np.nanmax(defect, initial=0.0) > 1e-9:
        place = tuple(int(k) for k in np.unravel_index(np.nanargmax(defect), defect.shape))
        raise ValueError(f"rho is not Hermitian: element {place} differs by {defect[place]:.3g}; pass density matrices")
    split = array.reshape(*array.shape[:-2], 2, 2, 2, 2)
    return np.einsum("...abcd,mca,ndb->...mn", split, _PAULI, _PAULI).real


def _largest(R: Any, degenerate: bool) -> Any:
    """The maximum for a batch of correlations (N, 4, 4)."""
    free = np.ones(3, bool)
    best = _search(R, free, np.zeros(3), _STARTS, degenerate)
    if degenerate:
        for fixed in product((0.0, 1.0, -1.0), repeat=3):
            if any(fixed):
                values = np.array(fixed)
                best = np.maximum(best, _search(R, values == 0, values, _STARTS_FIXED, True))
    return best


def _search(R: Any, free: Any, fixed: Any, starts: int, degenerate: bool) -> Any:
    """Maximum over Alice's ``free`` directions, her other measurements having the ``fixed`` results."""
    alice = _starting_points(R, free, fixed, starts)
    for _ in range(_ROUNDS if free.any() else 0):
        alice = _alternate(R, alice, free, degenerate)
    values = _value(R[:, None], alice, degenerate)
    order = np.argsort(-values, axis=1, kind="stable")[:, :_KEPT]
    alice = np.take_along_axis(alice, order[..., None, None], axis=1)
    values = np.take_along_axis(values, order, axis=1)
    for _ in range(_REFINEMENTS if free.any() else 0):
        before = values
        alice = _alternate(R, alice, free, degenerate)
        values = _value(R[:, None], alice, degenerate)
        for damping in _DAMPINGS:
            moved = _newton(R[:, None], alice, free, degenerate, damping)
            found = _value(R[:, None], moved, degenerate)
            better = found > values
            alice = np.where(better[..., None, None], moved, alice)
            values = np.where(better, found, values)
        if (values - before).max() <= 1e-14:
            break
    return values.max(axis=1)


def _starting_points(R: Any, free: Any, fixed: Any, count: int) -> Any:
    """Alice's measurements (N, count, 3, 4): fixed random directions in the axes of the correlations R[1:, 1:]."""
    directions = np.random.default_rng(3322).normal(size=(count, 3, 3))
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    axes, _, _ = np.linalg.svd(R[:, 1:, 1:])
    alice = np.zeros((len(R), count, 3, 4))
    alice[..., 1:] = np.einsum("nxy,sky->nskx", axes, directions) * free[:, None]
    alice[..., 0] = fixed
    return alice


def _weights(R: Any, alice: Any) -> Any:
    """What stands with Bob's identity and his three measurements, (..., 4, 4): scalar first, then the vector."""
    identity = np.zeros((*alice.shape[:-2], 1, 4))
    identity[..., 0] = 1.0
    return np.swapaxes(COEFFICIENTS, 0, 1) @ np.concatenate([identity, alice], axis=-2) @ R


def _answers(weights: Any, degenerate: bool) -> tuple[Any, Any]:
    """The best measurements for these weights (..., 3, 4), and the value that each contributes."""
    length = np.linalg.norm(weights[..., 1:], axis=-1)
    best = np.zeros_like(weights)
    best[..., 1:] = weights[..., 1:] / np.maximum(length, _TINY)[..., None]
    # Nothing depends on the direction: any will do.
    best[..., 3] = np.where(length > 0, best[..., 3], 1.0)
    if not degenerate:
        return best, length
    scalar = weights[..., 0]
    constant = np.zeros_like(weights)
    constant[..., 0] = np.where(scalar < 0, -1.0, 1.0)
    flat = np.abs(scalar) > length
    return np.where(flat[..., None], constant, best), np.where(flat, np.abs(scalar), length)


def _value(R: Any, alice: Any, degenerate: bool) -> Any:
    """<B> with Bob's best answers."""
    weights = _weights(R, alice)
    return weights[..., 0, 0] + _answers(weights[..., 1:, :], degenerate)[1].sum(axis=-1)


def _alternate(R: Any, alice: Any, free: Any, degenerate: bool) -> Any:
    """Bob's best measurements, and Alice's best ones for those."""
    bob, _ = _answers(_weights(R[:, None], alice)[..., 1:, :], degenerate)
    identity = np.zeros((*bob.shape[:-2], 1, 4))
    identity[..., 0] = 1.0
    weights = COEFFICIENTS @ np.concatenate([identity, bob], axis=-2) @ np.swapaxes(R, -2, -1)[:, None]
    best, _ = _answers(weights[..., 1:, :], False)
    return np.where(free[:, None], best, alice)


def _newton(R: Any, alice: Any, free: Any, degenerate: bool, damping: float) -> Any:
    """One Newton step of Alice's directions on their spheres, uphill in every curvature."""
    K = COEFFICIENTS[1:]
    weights = _weights(R, alice)[..., 1:, :]
    bob, _ = _answers(weights, degenerate)
    a = alice[..., 1:]
    turned = bob @ np.swapaxes(R, -2, -1)  # (..., 3 of Bob, 4)
    gradient = K[:, 0, None] * R[..., 1:, 0][..., None, :] + K[:, 1:] @ turned[..., 1:]
    size = np.linalg.norm(weights[..., 1:], axis=-1)
    seen = np.abs(bob[..., 0]) == 0
    inverse = np.where(seen & (size > 1e-12), 1.0 / np.maximum(size, 1e-12), 0.0)
    T = R[..., 1:, 1:]
    across = np.eye(3) - bob[..., 1:, None] * bob[..., None, 1:]
    curved = T[..., None, :, :] @ (across * inverse[..., None, None]) @ np.swapaxes(T, -2, -1)[..., None, :, :]
    hessian = np.einsum("ij,kj,...jxy->...ixky", K[:, 1:], K[:, 1:], curved)
    radial = (a * gradient).sum(axis=-1)
    frame = _tangents(a) * free[:, None, None]  # (..., 3, 2, 3)
    inside = np.einsum("...iux,...ixky,...kvy->...iukv", frame, hessian, frame)
    inside -= np.einsum("...i,ik,uv->...iukv", radial, np.eye(3), np.eye(2))
    slope = np.einsum("...iux,...ix->...iu", frame, gradient)
    shape = slope.shape[:-2]
    values, vectors = np.linalg.eigh(inside.reshape(*shape, 6, 6))
    along = (np.swapaxes(vectors, -2, -1) @ slope.reshape(*shape, 6, 1))[..., 0]
    curvature = np.abs(values) + damping
    step = np.where(curvature > 1e-9, along / np.maximum(curvature, 1e-9), 0.0)
    step = (vectors @ step[..., None])[..., 0].reshape(*shape, 3, 2)
    moved = a + np.einsum("...iux,...iu->...ix", frame, step)
    moved /= np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), _TINY)
    result = alice.copy()
    result[..., 1:] = np.where(free[:, None], moved, a)
    return result


def _tangents(a: Any) -> Any:
    """Two unit vectors across each unit vector."""
    smallest = np.eye(3)[np.abs(a).argmin(axis=-1)]
    first = np.cross(a, smallest)
    first /= np.maximum(np.linalg.norm(first, axis=-1, keepdims=True), _TINY)
    return np.stack([first, np.cross(a, first)], axis=-2)
