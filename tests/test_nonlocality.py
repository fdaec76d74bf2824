"""CHSH and I_3322: known values, bounds, symmetries, and searches by other routes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import systems

import symness as sn
from symness.bell import COEFFICIENTS, pauli_matrix

SINGLET = np.outer([0, 1, -1, 0], [0, 1, -1, 0]) / 2
MIXED = np.eye(4) / 4
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
SWAP = np.eye(4)[[0, 2, 1, 3]]


def random_states(count: int, rank: int | None = None, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    found = []
    for k in range(count):
        columns = rank or 1 + k % 4
        g = rng.normal(size=(4, columns)) + 1j * rng.normal(size=(4, columns))
        rho = g @ g.conj().T
        found.append(rho / np.trace(rho).real)
    return np.array(found)


def unitaries(count: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.linalg.qr(rng.normal(size=(count, 2, 2)) + 1j * rng.normal(size=(count, 2, 2)))[0]


def operator(alice: Any, bob: Any) -> np.ndarray:
    """The expression as a 4 x 4 matrix, written out term by term; each measurement is a 2 x 2 matrix."""
    (a1, a2, a3), (b1, b2, b3), one = alice, bob, np.eye(2)
    terms = [(a1, b1 + b2 + b3), (a2, b1 + b2 - b3), (a3, b1 - b2), (a1 + a2, one), (-one, b1 + b2)]
    return sum(np.kron(a, b) for a, b in terms)


def measurements(vectors: np.ndarray) -> np.ndarray:
    return np.einsum("kx,xab->kab", vectors, PAULI)


# -- the largest I_3322 value ----------------------------------------------------------------------------------------


def test_the_coefficients_are_those_of_the_expression() -> None:
    rng = np.random.default_rng(2)
    rho = random_states(1)[0]
    for _ in range(5):
        alice, bob = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in rng.normal(size=(2, 3, 3)))
        expected = np.trace(rho @ operator(measurements(alice), measurements(bob))).real
        first, second = ([[1, 0, 0, 0], *([0, *v] for v in vectors)] for vectors in (alice, bob))
        found = np.einsum("ij,im,mn,jn", COEFFICIENTS, first, pauli_matrix(rho), second)
        assert found == pytest.approx(expected, abs=1e-14)


def test_known_values() -> None:
    listed = np.array([SINGLET, MIXED, np.diag([1.0, 0, 0, 0])])
    found = sn.bell_i3322(listed)
    assert found[0] == pytest.approx(5, abs=1e-13)
    assert found[1] == pytest.approx(0, abs=1e-15)
    assert sn.bell_i3322(listed, degenerate=True) == pytest.approx([5, 4, 4], abs=1e-13)
    # Werner states: every term but the correlations vanishes, so the value is 5 p.
    p = np.linspace(0, 1, 6)
    werner = p[:, None, None] * SINGLET + (1 - p)[:, None, None] * MIXED
    assert sn.bell_i3322(werner) == pytest.approx(5 * p, abs=1e-13)
    # Fixed answers: 4 without looking at the qubits, or CHSH and 2 more.
    answers = [operator(*(np.array(x)[:, None, None] * np.eye(2) for x in (a, b)))[0, 0] for a, b in signs()]
    assert max(answers) == 4
    assert sn.bell_i3322(werner, degenerate=True) == pytest.approx(
        np.max([5 * p, 2 + 2 * np.sqrt(2) * p, 0 * p + 4], axis=0), abs=1e-13
    )


def signs() -> Any:
    triples = list(itertools.product((1, -1), repeat=3))
    return itertools.product(triples, triples)


def test_local_states_keep_the_local_bound() -> None:
    rng = np.random.default_rng(4)
    products = []
    for _ in range(30):
        mixture = np.zeros((4, 4), complex)
        for weight in rng.dirichlet(np.ones(rng.integers(1, 4))):
            factors = rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2))
            vector = np.kron(*(f / np.linalg.norm(f) for f in factors))
            mixture += weight * np.outer(vector, vector.conj())
        products.append(mixture)
    assert sn.bell_i3322(np.array(products)).max() <= 4 + 1e-12
    assert sn.bell_i3322(np.array(products), degenerate=True) == pytest.approx(4, abs=1e-12)


def test_no_choice_of_measurements_exceeds_it() -> None:
    rng = np.random.default_rng(5)
    rho = random_states(24)
    found, any_found = sn.bell_i3322(rho), sn.bell_i3322(rho, degenerate=True)
    assert (any_found >= found - 1e-13).all()
    reached = np.full(24, -np.inf)
    for _ in range(400):
        alice, bob = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in rng.normal(size=(2, 3, 3)))
        values = np.einsum("nab,ba->n", rho, operator(measurements(alice), measurements(bob))).real
        reached = np.maximum(reached, values)
        fixed = rng.choice([1.0, -1.0], size=(2, 3)), rng.random(size=(2, 3)) < 0.3
        some = [
            np.where(mask[:, None, None], value[:, None, None] * np.eye(2), measurements(v))
            for value, mask, v in zip(*fixed, (alice, bob), strict=True)
        ]
        assert (np.einsum("nab,ba->n", rho, operator(*some)).real <= any_found + 1e-12).all()
    assert (reached <= found + 1e-12).all()
    assert (reached > found - 2.0).all()  # the search is no formality


def other_search(rho: np.ndarray, starts: int, seed: int) -> float:
    """The eigenvector way: each party in turn takes the sign of its own 2 x 2 operator, from random starts."""
    rng = np.random.default_rng(seed)
    alice, bob = (v / np.linalg.norm(v, axis=-1, keepdims=True) for v in rng.normal(size=(2, starts, 3, 3)))
    tensor = np.real(np.einsum("abcd,xca,ydb->xy", rho.reshape(2, 2, 2, 2), PAULI, PAULI))
    local_a = np.real(np.einsum("abcb,xca->x", rho.reshape(2, 2, 2, 2), PAULI))
    local_b = np.real(np.einsum("abad,ydb->y", rho.reshape(2, 2, 2, 2), PAULI))
    best, still = -np.inf, 0
    for _ in range(4000):
        b1, b2, b3 = (bob[:, k] @ tensor.T for k in range(3))
        weights = np.stack([b1 + b2 + b3 + local_a, b1 + b2 - b3 + local_a, b1 - b2], axis=1)
        alice = weights / np.linalg.norm(weights, axis=-1, keepdims=True)
        a1, a2, a3 = (alice[:, k] @ tensor for k in range(3))
        weights = np.stack([a1 + a2 + a3 - local_b, a1 + a2 - a3 - local_b, a1 - a2], axis=1)
        lengths = np.linalg.norm(weights, axis=-1)
        bob = weights / lengths[..., None]
        value = (lengths.sum(axis=1) + (alice[:, 0] + alice[:, 1]) @ local_a).max()
        still = still + 1 if value - best < 1e-15 else 0
        best = max(best, value)
        if still > 50:
            break
    return float(best)


def test_agrees_with_another_search() -> None:
    rho = random_states(20, seed=7)
    expected = [other_search(matrix, 60, seed=k) for k, matrix in enumerate(rho)]
    assert sn.bell_i3322(rho) == pytest.approx(expected, abs=1e-9)


@pytest.mark.slow
def test_agrees_with_another_search_on_many_states() -> None:
    rho = random_states(100, seed=11)
    expected = [other_search(matrix, 300, seed=k) for k, matrix in enumerate(rho)]
    assert sn.bell_i3322(rho) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("degenerate", [False, True])
def test_symmetries(degenerate: bool) -> None:
    """Local unitaries, exchange of the parties, complex conjugation, and convexity."""
    rho = random_states(16, seed=3)
    found = sn.bell_i3322(rho, degenerate)
    both = np.array([np.kron(u, v) for u, v in zip(unitaries(16), unitaries(16, seed=1), strict=True)])
    turned = both @ rho @ both.conj().transpose(0, 2, 1)
    assert sn.bell_i3322(turned, degenerate) == pytest.approx(found, abs=1e-12)
    assert sn.bell_i3322(SWAP @ rho @ SWAP, degenerate) == pytest.approx(found, abs=1e-12)
    assert sn.bell_i3322(rho.conj(), degenerate) == pytest.approx(found, abs=1e-12)
    halfway = sn.bell_i3322((rho[:8] + rho[8:]) / 2, degenerate)
    assert (halfway <= (found[:8] + found[8:]) / 2 + 1e-12).all()


def test_degenerate_measurements_include_chsh() -> None:
    """Fixed answers of A_3 and B_1 turn the expression into CHSH + 2: its value is never below 2 + 2 sqrt(M)."""
    rho = random_states(16, rank=1, seed=6)
    T = pauli_matrix(rho)[:, 1:, 1:]
    sizes = np.linalg.svd(T, compute_uv=False)
    chsh = 2 * np.hypot(sizes[:, 0], sizes[:, 1])
    assert (sn.bell_i3322(rho, degenerate=True) >= 2 + chsh - 1e-12).all()
    assert (chsh > 2).all()  # pure entangled states violate CHSH


def test_shapes_and_what_is_refused() -> None:
    rho = random_states(6).reshape(2, 3, 4, 4)
    grid = sn.bell_i3322(rho)
    assert grid.shape == (2, 3)
    assert sn.bell_i3322(rho[1, 2]).shape == ()
    assert sn.bell_i3322(rho[1, 2]) == pytest.approx(grid[1, 2], abs=1e-13)
    np.testing.assert_array_equal(sn.bell_i3322(rho), grid)
    np.random.seed(1)
    np.testing.assert_array_equal(sn.bell_i3322(rho), grid)
    rho[0, 1, 2, 2] = np.nan
    broken = sn.bell_i3322(rho)
    assert np.isnan(broken[0, 1])
    np.testing.assert_allclose(np.delete(broken.ravel(), 1), np.delete(grid.ravel(), 1), atol=1e-13)
    assert sn.bell_i3322(np.zeros((0, 4, 4))).shape == (0,)
    with pytest.raises(ValueError, match=r"shape \(3, 3\); pass density matrices of shape"):
        sn.bell_i3322(np.eye(3))
    with pytest.raises(ValueError, match=r"not Hermitian: element \(0, 1\)"):
        sn.bell_i3322(np.triu(np.ones((4, 4))))
    with pytest.raises(TypeError, match=r"pass density matrices of shape \(..., 4, 4\)"):
        sn.bell_i3322({"rho_11": 1.0})


# -- Horodecki's M and CHSH --------------------------------------------------------------------------------------------


def test_chsh_of_a_bell_state() -> None:
    """Strong coupling, T = 0: the ground state is a Bell state on resonance; M = 2, CHSH 2 sqrt(2)."""
    state = sn.steady_state(sn.secular(systems.two_qubits("fermi")))
    f = sn.evaluator(state, {"M": sn.horodecki(state), "B": sn.chsh(state)})
    rest = {"omega_1": 1.0, "omega_2": 1.0, "lam": 4.0, "gamma_1": 0.1, "gamma_2": 0.2, "mu_1": 0.0, "mu_2": 0.0}
    found = f(**rest, T_1=0.0, T_2=0.0)
    assert float(found["M"]) == pytest.approx(2, abs=1e-14)
    assert float(found["B"]) == pytest.approx(2 * np.sqrt(2), abs=1e-14)
    assert float(f(**rest, T_1=1e8, T_2=1e8)["B"]) == pytest.approx(0, abs=1e-7)


def test_chsh_against_measurements() -> None:
    """2 sqrt(M) is reached by the measurements that Horodecki's proof names, and exceeded by none."""
    state = sn.steady_state(sn.redfield(systems.two_qubits("bose")))
    values = {"omega_1": 1.0, "omega_2": 1.4, "lam": 3.0, "gamma_1": 0.1, "gamma_2": 0.2, "T_1": 0.2, "T_2": 0.5}
    values["lam"] = 2.2
    rho = systems.density(state, values)
    largest = float(sn.evaluator(state, {"B": sn.chsh(state)})(**values)["B"])
    T = pauli_matrix(rho)[1:, 1:]
    left, sizes, right = np.linalg.svd(T)
    angle = np.arctan2(sizes[1], sizes[0])
    bob = [np.cos(angle) * right[0] + sign * np.sin(angle) * right[1] for sign in (1, -1)]
    reached = left[:, 0] @ T @ (bob[0] + bob[1]) + left[:, 1] @ T @ (bob[0] - bob[1])
    assert reached == pytest.approx(largest, abs=1e-13)
    rng = np.random.default_rng(0)
    for _ in range(300):
        a, b, c, d = (v / np.linalg.norm(v) for v in rng.normal(size=(4, 3)))
        assert a @ T @ (c + d) + b @ T @ (c - d) <= largest + 1e-13
