"""The reference against textbook states, published matrix elements and QuTiP, each by a route of its own."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
import qutip
import sympy as sp
from mpmath import mp, mpf

import symness as sn
from symness.errors import ModelError, ObservableError
from symness.observable import Observable, Setup
from symness.reference import Reference, Result
from symness.reference_measures import negativity

GENERATORS = ("redfield", "secular", "local")


def element(i: int, j: int, basis: str = "energy") -> Observable:
    return Observable("element", basis=basis, indices=(i, j))


def density_matrix(model: sn.Model, generator: str, values: dict[str, Any], basis: str) -> np.ndarray:
    n = model.dimension
    found = Reference(Setup(model, generator)).solve(
        values, [element(i, j, basis) for i in range(n) for j in range(n)], digits=25
    )
    return np.array([complex(r.value) for r in found]).reshape(n, n)


def single_qubit(statistics: str = "bose") -> sn.Model:
    omega, g1, g2, t1, t2 = sn.parameters("omega gamma_1 gamma_2 T_1 T_2", positive=True)
    m1, m2 = sn.parameters("mu_1 mu_2")
    (a,) = sn.qubits("1")
    potentials = (m1, m2) if statistics == "fermi" else (0, 0)
    baths = [
        sn.Bath(name, a.lowering, rate=g, temperature=t, chemical_potential=mu, statistics=statistics)
        for name, g, t, mu in (("1", g1, t1, potentials[0]), ("2", g2, t2, potentials[1]))
    ]
    return sn.Model(omega * a.number, baths=baths)


def two_qubits(statistics: str = "bose", jumps: bool = False) -> sn.Model:
    w1, w2, lam, g1, g2, t1, t2 = sn.parameters("omega_1 omega_2 lam gamma_1 gamma_2 T_1 T_2", positive=True)
    m1, m2 = sn.parameters("mu_1 mu_2")
    a, b = sn.qubits("1 2")
    potentials = (m1, m2) if statistics == "fermi" else (0, 0)
    baths = [
        sn.Bath(name, q.lowering, rate=g, temperature=t, chemical_potential=mu, statistics=statistics)
        for name, q, g, t, mu in (("1", a, g1, t1, potentials[0]), ("2", b, g2, t2, potentials[1]))
    ]
    kappa = sn.parameters("kappa", positive=True)
    return sn.Model(
        w1 * a.number + w2 * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=baths,
        jumps=[sn.Jump("dephasing", [a.z, b.z], rate=kappa)] if jumps else [],
    )


POINT: dict[str, Any] = {
    "omega_1": 5.0,
    "omega_2": 5.5,
    "lam": 3.0,
    "gamma_1": 0.3,
    "gamma_2": 0.7,
    "T_1": 1.5,
    "T_2": 0.8,
    "mu_1": 1.0,
    "mu_2": -2.0,
    "kappa": 0.2,
}


# -- one qubit: everything is known --------------------------------------------------------------------------------


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_single_qubit(generator: str, statistics: str) -> None:
    values = {"omega": 2.0, "gamma_1": 0.3, "gamma_2": 0.7, "T_1": 1.5, "T_2": 0.4, "mu_1": 0.5, "mu_2": -0.25}
    kinds = [
        element(0, 0),
        Observable("energy_current", bath="1"),
        Observable("particle_current", bath="1"),
        Observable("heat_current", bath="1"),
        Observable("entropy_production"),
    ]
    results = Reference(Setup(single_qubit(statistics), generator)).solve(values, kinds)
    with mp.workdps(60):
        sign, mu = (1, (mpf(0), mpf(0))) if statistics == "bose" else (-1, (mpf("0.5"), mpf("-0.25")))
        n = [1 / (mp.exp((2 - mu[k]) / mpf(values[f"T_{k + 1}"])) - sign) for k in (0, 1)]
        g = [mpf(values[f"gamma_{k + 1}"]) for k in (0, 1)]
        total = sum(g[k] * (1 + 2 * sign * n[k] * (sign > 0)) for k in (0, 1))
        excited = (g[0] * n[0] + g[1] * n[1]) / total
        current = g[0] * g[1] * (n[0] - n[1]) / total
        heat = [(2 - mu[0]) * current, -(2 - mu[1]) * current]
        entropy = -heat[0] / mpf(values["T_1"]) - heat[1] / mpf(values["T_2"])
        for result, exact in zip(results, (excited, 2 * current, current, heat[0], entropy), strict=True):
            assert abs(result.value - exact) < mpf("1e-50") * abs(exact)


def test_zero_temperature() -> None:
    reference = Reference(Setup(single_qubit(), "secular"))
    values = {"omega": 2, "gamma_1": "0.3", "gamma_2": "0.7", "T_1": 0, "T_2": 0}
    kinds = [element(0, 0), Observable("entropy_production"), Observable("energy_current", bath="1")]
    assert [result.value for result in reference.solve(values, kinds)] == [0, 0, 0]
    assert reference.solve(values | {"T_2": 1}, kinds)[1].value == mp.inf


@pytest.mark.parametrize(("hot", "rates", "sign"), [(1, (0.3, 0.7), 1), (4000, (0.74, 0.035), -1)])
def test_entropy_at_zero_temperature_has_the_sign_of_the_heat(hot: int, rates: tuple[float, float], sign: int) -> None:
    # A Redfield generator may draw heat from a bath at T = 0: infinite entropy of the wrong sign, as at small T.
    values = POINT | {"omega_1": 3.5, "omega_2": 0.7, "lam": 0.3, "T_1": hot, "gamma_1": rates[0], "gamma_2": rates[1]}
    reference = Reference(Setup(two_qubits(), "redfield"))
    kinds = [Observable("entropy_production"), Observable("heat_current", bath="2", energy="total")]
    near = [result.value for result in reference.solve(values | {"T_2": 1e-4}, kinds, digits=20)]
    exact = [result.value for result in reference.solve(values | {"T_2": 0}, kinds, digits=20)]
    assert sign * near[0] > 0 > sign * near[1]
    assert exact[0] == sign * mp.inf
    assert abs(exact[1] - near[1]) < 1e-9 * abs(near[1])


def test_fermion_level_at_its_chemical_potential_is_half_filled() -> None:
    values = {"omega": 2, "gamma_1": 1, "gamma_2": 1, "T_1": 0, "T_2": 3, "mu_1": 2, "mu_2": 2}
    assert Reference(Setup(single_qubit("fermi"), "redfield")).solve(values, [element(0, 0)])[0].value == mpf(1) / 2


def test_tiny_populations_have_all_their_digits() -> None:
    values = {"omega": 20.0, "gamma_1": 0.5, "gamma_2": 0.5, "T_1": 0.0625, "T_2": 0.0625}
    (result,) = Reference(Setup(single_qubit(), "secular")).solve(values, [element(0, 0)])
    with mp.workdps(60):
        exact = 1 / (mp.exp(320) + 1)
        assert exact < mpf("1e-138")
        assert abs(result.value - exact) < mpf("1e-50") * exact


# -- states that are known for any system --------------------------------------------------------------------------


@pytest.mark.parametrize("generator", ["redfield", "secular"])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_equal_baths_give_the_gibbs_state(generator: str, statistics: str) -> None:
    mu = 0.5 if statistics == "fermi" else 0
    values = POINT | {"T_2": 1.5, "mu_1": mu, "mu_2": mu}
    kinds = [element(k, k) for k in range(4)] + [element(1, 2), Observable("entropy_production")]
    results = Reference(Setup(two_qubits(statistics), generator)).solve(values, kinds)
    with mp.workdps(60):
        root = mp.hypot(mpf("0.25"), mpf("1.5"))
        levels = [mpf("10.5") - 2 * mu, mpf("5.25") + root - mu, mpf("5.25") - root - mu, mpf(0)]
        weights = [mp.exp(-level / mpf("1.5")) for level in levels]
        for result, weight in zip(results[:4], weights, strict=True):
            assert abs(result.value - weight / sum(weights)) < mpf("1e-50")
    # Exactly zero, and known to be so for a reason: no atom moves it.
    for result in results[4:]:
        assert abs(result.value) < mpf("1e-400")
        assert result.condition == 0


@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_currents_balance(generator: str, statistics: str) -> None:
    names = ("1", "2", "dephasing")
    model = two_qubits(statistics, jumps=True)
    kinds = [Observable("energy_current", bath=name) for name in names]
    kinds += [Observable("particle_current", bath=name) for name in names[:2]]
    values = [r.value for r in Reference(Setup(model, generator)).solve(POINT, kinds)]
    with mp.workdps(60):
        assert abs(sum(values[:3])) < mpf("1e-48")
        assert abs(sum(values[3:])) < mpf("1e-48")
    assert abs(values[3]) > 1e-6


# -- published matrix elements -------------------------------------------------------------------------------------


def appendix_a(values: dict[str, Any], statistics: str) -> list[Any]:
    """Steady state of wang2019, Appendix A: populations of (ee, gg, upper, lower), Re and Im of upper-lower.

    gamma_i = J_i N_i and Gamma_i = J_i (1 +- N_i) with J = gamma/2, at (delta -+ Omega)/2.
    """
    v = {name: mpf(value) for name, value in values.items()}
    sign = 1 if statistics == "bose" else -1
    omega = mp.hypot(v["omega_1"] - v["omega_2"], v["lam"])
    theta = mp.atan2(v["lam"], v["omega_1"] - v["omega_2"])
    up, down = {}, {}
    for i in (1, 2):
        for s in (+1, -1):
            w = (v["omega_1"] + v["omega_2"] + s * omega) / 2
            mu = v[f"mu_{i}"] if statistics == "fermi" else 0
            n = 1 / (mp.exp((w - mu) / v[f"T_{i}"]) - sign)
            up[i, s], down[i, s] = v[f"gamma_{i}"] / 2 * n, v[f"gamma_{i}"] / 2 * (1 + sign * n)
    c, s, h = mp.cos(theta / 2) ** 2, mp.sin(theta / 2) ** 2, mp.sin(theta) / 2
    g, G, P, M = up, down, +1, -1
    m = mp.zeros(6)
    m[0, 0] = -2 * (s * (G[1, M] + G[2, P]) + c * (G[1, P] + G[2, M]))
    m[0, 2] = 2 * (s * g[1, M] + c * g[2, M])
    m[0, 3] = 2 * (c * g[1, P] + s * g[2, P])
    m[0, 4] = 2 * h * (g[1, P] + g[1, M] - g[2, P] - g[2, M])
    m[1, 1] = -2 * (s * (g[1, M] + g[2, P]) + c * (g[1, P] + g[2, M]))
    m[1, 2] = 2 * (c * G[1, P] + s * G[2, P])
    m[1, 3] = 2 * (c * G[2, M] + s * G[1, M])
    m[1, 4] = -2 * h * (G[1, P] + G[1, M] - G[2, P] - G[2, M])
    m[2, 0] = 2 * (s * G[1, M] + c * G[2, M])
    m[2, 1] = 2 * (c * g[1, P] + s * g[2, P])
    m[2, 2] = -2 * (s * (g[1, M] + G[2, P]) + c * (g[2, M] + G[1, P]))
    m[2, 4] = -2 * h * (g[1, P] - G[1, M] - g[2, P] + G[2, M])
    m[4, 0] = h * (G[1, P] + G[1, M] - G[2, P] - G[2, M])
    m[4, 1] = -h * (g[1, P] + g[1, M] - g[2, P] - g[2, M])
    m[4, 2] = -h * (g[1, M] - G[1, P] - g[2, M] + G[2, P])
    m[4, 3] = -h * (g[1, P] - G[1, M] - g[2, P] + G[2, M])
    m[4, 4] = m[5, 5] = -s * (g[1, M] + G[1, M] + g[2, P] + G[2, P]) - c * (g[1, P] + G[1, P] + g[2, M] + G[2, M])
    m[4, 5], m[5, 4] = omega, -omega
    for k in range(4):
        m[3, k] = 1
    return list(mp.lu_solve(m, mp.matrix([0, 0, 0, 1, 0, 0])))


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_two_qubits_against_published_elements(statistics: str) -> None:
    kinds = [element(0, 0), element(3, 3), element(1, 1), element(2, 2), element(1, 2)]
    found = [r.value for r in Reference(Setup(two_qubits(statistics), "redfield")).solve(POINT, kinds)]
    with mp.workdps(80):
        exact = appendix_a(POINT, statistics)
        for value, other in zip(found[:4], exact[:4], strict=True):
            assert abs(value - other) < mpf("1e-50") * other
        assert abs(found[4] - mpmath.mpc(exact[4], exact[5])) < mpf("1e-50") * abs(found[4])


def test_two_qubits_against_closed_form() -> None:
    """Balanced constant rates, gamma = 2J; n+- average the occupations with the weights of the mixing angle."""
    values = POINT | {"gamma_2": 0.3, "T_2": 0.05}
    observables = [element(0, 0), element(1, 2)]
    results = Reference(Setup(two_qubits(), "redfield")).solve(values, observables)
    with mp.workdps(300):
        omega, j = mp.hypot(mpf("0.5"), 3), mpf(0.3) / 2
        theta = mp.atan2(3, mpf("-0.5"))
        c, s, h = mp.cos(theta / 2) ** 2, mp.sin(theta / 2) ** 2, mp.sin(theta) / 2
        plus, minus = (mpf("10.5") + omega) / 2, (mpf("10.5") - omega) / 2
        (a, b), (x, y) = ([1 / mp.expm1(w / mpf(values[t])) for t in ("T_1", "T_2")] for w in (plus, minus))
        np_, nm, ep, em = c * a + s * b, s * x + c * y, h * (a - b), h * (x - y)
        k2, o = 2 * (1 + np_ + nm), omega / j
        v, e = c * a * y + s * b * x, ep - em
        norm = o**2 * (1 + 2 * np_) * (1 + 2 * nm) + k2**2 * (4 * v + 2 * np_ + 2 * nm + 1)
        excited = (o**2 * np_ * nm + k2**2 * v - (k2 - 1) * e**2) / norm
        coherence = mpmath.mpc(-k2, o) * (ep * (1 + 2 * nm) + em * (1 + 2 * np_)) / norm
        assert abs(results[0].value - excited) < mpf("1e-50") * abs(excited)
        assert abs(results[1].value - coherence) < mpf("1e-50") * abs(coherence)


# -- QuTiP ---------------------------------------------------------------------------------------------------------


def hermitian_model(seed: int, complex_entries: bool) -> tuple[sn.Model, dict[str, float], list[np.ndarray]]:
    """Three levels, two Ohmic baths with dense couplings; returns the coupling matrices too."""
    draw = random.Random(seed)
    size = 3
    alpha, t1, t2 = sn.parameters("alpha T_1 T_2", positive=True)

    def matrix() -> sp.Matrix:
        m = sp.zeros(size, size)
        for i in range(size):
            for j in range(i, size):
                re, im = sp.Rational(draw.randint(-9, 9), 8), sp.Rational(draw.randint(-9, 9), 8)
                m[i, j] = re + (sp.I * im if complex_entries and i != j else 0)
                m[j, i] = sp.conjugate(m[i, j])
        return m

    H, S1, S2 = matrix() + sp.diag(4, 2, 0), matrix(), matrix()
    baths = [
        sn.Bath("1", S1, rate=lambda w: alpha * w, temperature=t1),
        sn.Bath("2", S2, rate=lambda w: 2 * alpha * w, temperature=t2),
    ]
    arrays = [np.array(m.tolist(), dtype=complex) for m in (H, S1, S2)]
    return sn.Model(H, baths=baths), {"alpha": 0.05, "T_1": 0.7, "T_2": 1.9}, arrays


SPECTRA = [(0.05, 0.7), (0.1, 1.9)]


def correlation(strength: float, temperature: float, w: float) -> float:
    return strength * temperature if abs(w) < 1e-12 else strength * w / (-np.expm1(-w / temperature))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_hermitian_couplings_against_bloch_redfield_tensor(seed: int) -> None:
    """C(omega) is the spectrum that QuTiP takes, without a factor."""
    model, values, (H, *couplings) = hermitian_model(seed, False)
    spectra = [partial(correlation, *pair) for pair in SPECTRA]
    pairs = [[qutip.Qobj(s), f] for s, f in zip(couplings, spectra, strict=True)]
    tensor = qutip.bloch_redfield_tensor(qutip.Qobj(H), pairs, sec_cutoff=-1, fock_basis=True)
    expected = qutip.steadystate(tensor, method="svd").full()
    found = density_matrix(model, "redfield", values, "product")
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("seed", [1, 2])
def test_complex_hermitian_couplings_against_kronecker_products(seed: int) -> None:
    """QuTiP's tensor depends on the basis for complex couplings; Kronecker products do not."""
    model, values, (H, *couplings) = hermitian_model(seed, True)
    energies, vectors = np.linalg.eigh(H)
    one = np.eye(3)
    generator = -1j * (np.kron(one, np.diag(energies)) - np.kron(np.diag(energies), one))
    for s, pair in zip(couplings, SPECTRA, strict=True):
        s = vectors.conj().T @ s @ vectors
        half = s * [[correlation(*pair, ej - ei) / 2 for ej in energies] for ei in energies]
        generator += np.kron(s.T, half) - np.kron(one, s @ half)
        generator += np.kron(half.conj(), s) - np.kron((half.conj().T @ s).T, one)
    null = np.linalg.svd(generator)[2][-1].conj().reshape(3, 3).T
    expected = vectors @ (null / np.trace(null)) @ vectors.conj().T
    np.testing.assert_allclose(density_matrix(model, "redfield", values, "product"), expected, atol=1e-12)


def test_local_generator_against_hand_built_lindblad() -> None:
    model = two_qubits(jumps=True)
    e, g = qutip.basis(2, 0), qutip.basis(2, 1)
    lower, z, one = g * e.dag(), e * e.dag() - g * g.dag(), qutip.qeye(2)
    a, b = qutip.tensor(lower, one), qutip.tensor(one, lower)
    H = 5.0 * a.dag() * a + 5.5 * b.dag() * b + 1.5 * (a.dag() * b + b.dag() * a)
    jumps = []
    for op, w, rate, t in ((a, 5.0, 0.3, 1.5), (b, 5.5, 0.7, 0.8)):
        n = 1 / np.expm1(w / t)
        jumps += [np.sqrt(rate * (1 + n)) * op, np.sqrt(rate * n) * op.dag()]
    jumps += [np.sqrt(0.2) * qutip.tensor(z, one), np.sqrt(0.2) * qutip.tensor(one, z)]
    state = qutip.steadystate(H, jumps)
    np.testing.assert_allclose(density_matrix(model, "local", POINT, "product"), state.full(), atol=1e-10)
    kinds = [
        Observable("concurrence"),
        Observable("negativity"),
        Observable("expectation", operator=sn.qubits("1 2")[0].x),
    ]
    concurrence, negativity, x = Reference(Setup(model, "local")).solve(POINT, kinds)
    assert float(concurrence.value) == pytest.approx(qutip.concurrence(state), abs=1e-9)
    transposed = qutip.partial_transpose(state, [0, 1]).eigenenergies()
    assert float(negativity.value) == pytest.approx(-transposed[transposed < 0].sum(), abs=1e-12)
    assert x.value == 0


def test_secular_generator_against_hand_built_lindblad() -> None:
    """Jumps between the eigenstates, one operator for each Bohr frequency."""
    H = np.diag([0, 0, 0, 10.5][::-1]).astype(complex)
    H[1:3, 1:3] = [[5.0, 1.5], [1.5, 5.5]]
    energies, vectors = np.linalg.eigh(H)
    lower = np.array([[0, 0], [1, 0]])
    jumps = []
    for op, rate, t in ((np.kron(lower, np.eye(2)), 0.3, 1.5), (np.kron(np.eye(2), lower), 0.7, 0.8)):
        s = vectors.conj().T @ op @ vectors
        gaps = energies[None, :] - energies[:, None]
        for w in sorted({round(gap, 9) for gap in gaps[abs(s) > 1e-12]}):
            part = np.where(abs(gaps - w) < 1e-8, s, 0)
            n = 1 / np.expm1(w / t)
            x = vectors @ part @ vectors.conj().T
            jumps += [qutip.Qobj(np.sqrt(rate * (1 + n)) * x), qutip.Qobj(np.sqrt(rate * n) * x.conj().T)]
    expected = qutip.steadystate(qutip.Qobj(H), jumps).full()
    np.testing.assert_allclose(density_matrix(two_qubits(), "secular", POINT, "product"), expected, atol=1e-10)


def test_common_bath_against_hand_built_lindblad() -> None:
    """A rank-one rate matrix is one collective jump; degenerate qubits keep their coherence in the secular form."""
    w, ga, gb, gp, t, tp = sn.parameters("omega G_A G_B gamma T T_p", positive=True)
    a, b = sn.qubits("1 2")
    s = sp.sqrt(ga * gb)
    common = sn.Bath("C", [a.lowering, b.lowering], rate=[[ga, s], [s, gb]], temperature=t)
    private = sn.Bath("p", a.lowering, rate=gp, temperature=tp)
    model = sn.Model(w * (a.number + b.number), baths=[common, private])
    values = {"omega": 1.0, "G_A": 0.25, "G_B": 0.5, "gamma": 0.125, "T": 0.5, "T_p": 2.0}
    lower = np.array([[0, 0], [1, 0]])
    la, lb = np.kron(lower, np.eye(2)), np.kron(np.eye(2), lower)
    collective = 0.5 * la + np.sqrt(0.5) * lb
    jumps = []
    for op, rate, temperature in ((collective, 1.0, 0.5), (la, 0.125, 2.0)):
        n = 1 / np.expm1(1 / temperature)
        jumps += [qutip.Qobj(np.sqrt(rate * (1 + n)) * op), qutip.Qobj(np.sqrt(rate * n) * op.T)]
    expected = qutip.steadystate(qutip.Qobj(np.diag([2.0, 1, 1, 0])), jumps).full()
    for generator in GENERATORS:
        np.testing.assert_allclose(density_matrix(model, generator, values, "product"), expected, atol=1e-10)


def test_three_levels_that_need_a_numerical_basis() -> None:
    """A chain of three qubits: the blocks of one and two excitations have three states."""
    w, g, t1, t2 = sn.parameters("omega gamma T_1 T_2", positive=True)
    q = sn.qubits("1 2 3")
    hop = sum((q[k].raising * q[k + 1].lowering + q[k].lowering * q[k + 1].raising for k in (0, 1)), sp.zeros(8, 8))
    baths = [
        sn.Bath("1", q[0].lowering, rate=g, temperature=t1),
        sn.Bath("2", q[2].lowering, rate=g, temperature=t2),
    ]
    bare = sum(((w + sp.Rational(k, 4)) * q[k].number for k in range(3)), sp.zeros(8, 8))
    model = sn.Model(bare, interaction=hop, baths=baths)
    kinds = [element(k, k) for k in range(8)] + [Observable("negativity", dimensions=(2, 4))]
    results = Reference(Setup(model, "redfield")).solve(
        {"omega": 4.0, "gamma": 0.125, "T_1": 3.0, "T_2": 3.0}, kinds, 30
    )
    H = np.array((model.total.subs(w, 4)).tolist(), dtype=float)
    weights = np.exp(-np.linalg.eigvalsh(H) / 3)
    found = sorted(float(r.value) for r in results[:8])
    np.testing.assert_allclose(found, sorted(weights / weights.sum()), rtol=1e-12)
    reference = qutip.Qobj((-qutip.Qobj(H) / 3).expm().full() / weights.sum(), dims=[[2, 4], [2, 4]])
    transposed = qutip.partial_transpose(reference, [0, 1]).eigenenergies()
    assert float(results[8].value) == pytest.approx(-transposed[transposed < 0].sum(), abs=1e-12)


def test_supplied_eigenbasis_is_used_as_it_stands() -> None:
    w, lam, g, t1, t2 = sn.parameters("omega lam gamma T_1 T_2", positive=True)
    a, b = sn.qubits("1 2")
    r = 1 / sp.sqrt(2)
    given = sp.Matrix([[1, 0, 0, 0], [0, r, -r, 0], [0, r, r, 0], [0, 0, 0, 1]])[:, [3, 2, 1, 0]]
    parts = {
        "interaction": lam * (a.raising * b.lowering + a.lowering * b.raising),
        "baths": [
            sn.Bath("1", a.lowering, rate=g, temperature=t1),
            sn.Bath("2", b.lowering, rate=g, temperature=t2),
        ],
    }
    values = {"omega": 4.0, "lam": 1.0, "gamma": 0.25, "T_1": 1.0, "T_2": 3.0}
    plain = density_matrix(sn.Model(w * (a.number + b.number), **parts), "redfield", values, "energy")
    turned = density_matrix(
        sn.Model(w * (a.number + b.number), eigenbasis=given, **parts), "redfield", values, "energy"
    )
    np.testing.assert_allclose(turned, plain[::-1, ::-1], atol=1e-14)


# -- condition numbers, digits, errors -----------------------------------------------------------------------------


def test_condition_is_small_where_the_difference_of_occupations_is_an_atom() -> None:
    """Near equilibrium currents vanish with that difference; relative to it they are perfectly conditioned."""
    values = POINT | {"T_2": 1.5 * (1 + 1e-9)}
    kinds = [Observable("energy_current", bath="1"), Observable("entropy_production"), element(1, 2)]
    for statistics in ("bose", "fermi"):
        for result in Reference(Setup(two_qubits(statistics), "redfield")).solve(values | {"mu_2": 1.0}, kinds):
            assert 0.5 < result.condition < 30
            assert mp.almosteq(abs(result.value), result.scale)


def test_condition_grows_at_a_zero_crossing_of_the_concurrence() -> None:
    """The current of cold qubits keeps them entangled until the hot bath is too hot."""
    reference = Reference(Setup(two_qubits(), "redfield"))

    def at(t: float) -> Result:
        return reference.solve(POINT | {"T_1": t, "T_2": 0.05}, [Observable("concurrence")], digits=20)[0]

    low, high = 1.5, 4.0
    assert at(low).value > 0
    assert at(high).value == 0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if at(middle).value > 0 else (low, middle)
    assert at(low).scale < 1e-6
    assert at(low).condition > 1e4
    assert at(high).scale > 0


def test_digits_are_correct_digits() -> None:
    reference = Reference(Setup(two_qubits(), "redfield"))
    kinds = [element(0, 0), Observable("concurrence"), Observable("negativity")]
    values = POINT | {"T_1": 0.0625, "T_2": 0.09375}
    for few, many in zip(reference.solve(values, kinds, 30), reference.solve(values, kinds, 120), strict=True):
        assert abs(few.value - many.value) < mpf("1e-30") * many.scale
    assert reference.solve(values, kinds, 30)[0].value < 1e-50
    with pytest.raises(sn.ModelError, match=r"no 30000 digits .* pass fewer digits"):
        reference.solve(values, kinds, 30000)


def test_general_concurrence_agrees_with_the_closed_form() -> None:
    """A weak drive adds elements outside the X; the general formula is continuous there."""
    plain = two_qubits()
    x = sn.qubits("1 2")[0].x
    driven = sn.Model(plain.H, interaction=plain.interaction + x / 10**12, baths=plain.baths)
    values = POINT | {"T_1": 1.5, "T_2": 0.125}
    (closed,) = Reference(Setup(plain, "local")).solve(values, [Observable("concurrence")], 20)
    with pytest.raises(ModelError, match="several Bohr frequencies"):
        Reference(Setup(sn.Model(plain.H + x, baths=plain.baths), "local"))
    (general,) = Reference(Setup(driven, "local")).solve(values, [Observable("concurrence")], 20)
    assert abs(closed.value - general.value) < 1e-9
    assert abs(closed.scale - general.scale) < 1e-9


def test_negative_redfield_states_are_seen() -> None:
    """A cold and a warm bath; the secular state of the same point is positive."""
    values = {
        **POINT,
        "omega_1": 9.25,
        "omega_2": 9.75,
        "lam": 6.25,
        "gamma_1": 2,
        "gamma_2": 2,
        "T_1": 0.5,
        "T_2": 1.5,
    }
    kinds = [Observable("positive"), element(0, 0), Observable("concurrence")]
    positive, excited, concurrence = Reference(Setup(two_qubits(), "redfield")).solve(values, kinds)
    assert positive.value is False
    assert positive.scale > 1e-6
    assert -1e-5 < excited.value < 0
    # The negative product under the root counts as zero: the concurrence is twice the coherence.
    (w,) = Reference(Setup(two_qubits(), "redfield")).solve(values, [element(1, 2, "product")])
    assert mp.almosteq(concurrence.value, 2 * w.scale)
    (secular,) = Reference(Setup(two_qubits(), "secular")).solve(values, [Observable("positive")])
    assert secular.value is True


def test_non_unique_states_are_refused() -> None:
    w, g, t = sn.parameters("omega gamma T", positive=True)
    a, b = sn.qubits("1 2")
    idle = sn.Model(w * (a.number + b.number), baths=[sn.Bath("1", a.lowering, rate=g, temperature=t)])
    with pytest.raises(sn.NonUniqueSteadyState, match="more than one steady state"):
        Reference(Setup(idle, "redfield")).solve({"omega": 1, "gamma": 1, "T": 1}, [element(0, 0)])
    (q,) = sn.qubits("1")
    # Populations decay to one half, but the coherence that commutes with the jump is kept.
    kept = sn.Model(sp.zeros(2, 2), jumps=[sn.Jump("x", q.x, rate=g)])
    with pytest.raises(sn.NonUniqueSteadyState):
        Reference(Setup(kept, "local")).solve({"gamma": 1}, [element(0, 0)])


def test_errors_name_what_is_wrong() -> None:
    reference = Reference(Setup(two_qubits(), "redfield"))
    with pytest.raises(ModelError, match="no value for 'lam'"):
        reference.solve({k: v for k, v in POINT.items() if k != "lam"}, [element(0, 0)])
    with pytest.raises(ModelError, match="no quantum at omega"):
        reference.solve(POINT | {"lam": 30.0}, [element(0, 0)])
    with pytest.raises(ModelError, match="pass T >= 0"):
        reference.solve(POINT | {"T_1": -1.0}, [element(0, 0)])
    with pytest.raises(ObservableError, match="no bath or jump is called '3'"):
        reference.solve(POINT, [Observable("energy_current", bath="3")])
    with pytest.raises(ObservableError, match="use negativity"):
        Reference(Setup(single_qubit(), "local")).solve(
            {"omega": 1, "gamma_1": 1, "gamma_2": 1, "T_1": 1, "T_2": 1}, [Observable("concurrence")]
        )
    model, values, _ = hermitian_model(1, False)
    with pytest.raises(ObservableError, match="exchanges no particles"):
        Reference(Setup(model, "redfield")).solve(values, [Observable("particle_current", bath="1")])
    (q,) = sn.qubits("1")
    g, t = sn.parameters("gamma T", positive=True)
    flat = sn.Model(q.z, baths=[sn.Bath("1", q.z + q.x, rate=g, temperature=t)])
    with pytest.raises(ModelError, match="zero_frequency_rate="):
        Reference(Setup(flat, "redfield"))
    with pytest.raises(ModelError, match="unknown; pass one of"):
        Reference(Setup(flat, "global"))


def test_a_state_without_negativity_is_measured_by_its_smallest_eigenvalue() -> None:
    """The number that digits count against does not vanish with the clipped value."""
    separable = {(k, k): mpf(weight) / 10 for k, weight in enumerate((1, 2, 3, 4))}
    assert negativity(separable, (2, 2), (0,)) == (0, -mpf(1) / 10)


def test_couplings_out_of_phase_absorb_with_the_conjugate_rate() -> None:
    """gamma_12 = i G/2: emission goes with gamma_ab, absorption with gamma_ba, on both routes."""
    omega, g, G, gamma, T, U = sn.parameters("omega g G gamma T U", positive=True)
    a, b = sn.qubits("1 2")
    rates = sp.Matrix([[G, sp.I * G / 2], [-sp.I * G / 2, G]])
    model = sn.Model(
        omega * (a.number + b.number),
        interaction=g * (a.raising * b.lowering + b.raising * a.lowering),
        baths=[sn.Bath("C", [a.lowering, b.lowering], rates, T), sn.Bath("1", a.lowering, gamma, U)],
    )
    state = sn.steady_state(sn.local(model))
    assert sn.formula(state, {"c": state.element(1, 2)}).check(points=4, digits=20).passed
