"""Spectra and susceptibilities: QuTiP, resolvents in mpmath, sum rules, Kubo's relation, Mollow's triplet."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import qutip
import sympy as sp
import systems
from catalogue import CASES
from exactly import close, digits, exact, liouvillian, operators, spoiled
from mpmath import mp

import symness as sn
from symness.errors import ObservableError

QUICK = (
    "wang2019 fermions",
    "khandelwal2020 tunnelling",
    "driven qubit local",
    "driven qubit redfield",
    "maser local",
    "double dot local",
)
SLOW = (
    "wang2019 bosons",
    "khandelwal2020 local",
    "camalet2011",
    "man2019",
    "zhang2021 strong",
    "double dot charging redfield",
    "refrigerator local",
)
#: the largest evaluators: quick at many digits, where nothing is compiled, and slow elsewhere
LARGE = ("wang2019 fermions", "khandelwal2020 tunnelling")


def marked(names: tuple[str, ...], slow: tuple[str, ...]) -> list[Any]:
    return [pytest.param(name, marks=pytest.mark.slow) if name in slow else name for name in names]


FREQUENCIES = np.array([-2.3, -0.7, 0.11, 0.9, 1.6])


def outputs_of(case: Any, *names: str) -> dict[str, Any]:
    lower, diagonal = operators(case.state.generator.dimension)
    found = {
        "emission": sn.spectrum(case.state, lower, omega="nu"),
        "noise": sn.spectrum(case.state, diagonal, omega="nu"),
        "crossed": sn.spectrum(case.state, lower, diagonal + lower, omega="nu"),
        "response": sn.susceptibility(case.state, diagonal + lower, lower + lower.T, omega="nu"),
    }
    return {name: found[name] for name in names or found}


# -- second routes -----------------------------------------------------------------------------------------------------


def correlated(case: Any, A: Any, B: Any, omega: Any, sign: int, response: bool = False) -> Any:
    """Tr[A (i sign omega - L)^-1 X] on all n**2 coordinates, X = B rho - <B> rho or [B, rho]."""
    route = case.route()
    A, B, n, rho = mp.matrix(A.tolist()), mp.matrix(B.tolist()), route.size, route.rho
    product = B * rho
    mean = mp.fsum(product[k, k] for k in range(n))
    X = product - (rho * B if response else mean * rho)
    rows = mp.mpc(0, sign * omega) * mp.eye(n * n) - route.L
    right = mp.matrix([X[k % n, k // n] for k in range(n * n)])
    for column in range(n * n):  # one equation is redundant at omega = 0: the trace stands in for it
        rows[0, column] = int(column % (n + 1) == 0)
    right[0] = 0
    x = mp.lu_solve(rows, right)
    return mp.fsum(A[i, j] * x[j + n * i] for i in range(n) for j in range(n))


def resolvents(case: Any, omega: Any) -> dict[str, Any]:
    lower, diagonal = operators(case.state.generator.dimension)

    def both(A: Any, B: Any) -> Any:
        return correlated(case, A, B, omega, 1) + mp.conj(correlated(case, B.H, A.H, omega, 1))

    return {
        "emission": both(lower, lower.H),
        "noise": both(diagonal, diagonal),
        "crossed": both(lower, diagonal + lower),
        "response": 1j * correlated(case, diagonal + lower, lower + lower.T, omega, -1, True),
    }


@pytest.mark.parametrize("name", marked((*QUICK, *SLOW), SLOW))
def test_resolvents_agree_to_thirty_digits(name: str) -> None:
    case = CASES[name]
    quantities = outputs_of(case)
    for omega in ("0", "0.83"):
        with digits(50):
            expected = resolvents(case, mp.mpf(omega))
            found = exact(case.state, quantities, {**case.values, "nu": omega})
            scale = max(map(abs, expected.values()))
            for key, value in expected.items():
                assert close(found[key], value, 1e-30, scale), (key, omega)


@pytest.mark.parametrize("name", marked((*QUICK, *SLOW), (*LARGE, *SLOW)))
def test_spectra_are_those_of_qutip(name: str) -> None:
    case = CASES[name]
    lower, diagonal = (qutip.Qobj(systems.numeric(m)) for m in operators(case.state.generator.dimension))
    n = case.state.generator.dimension
    L = qutip.Qobj(liouvillian(case), dims=[[[n], [n]], [[n], [n]]])
    found = sn.evaluator(case.state, outputs_of(case, "emission", "noise"))(**case.values, nu=FREQUENCIES)
    for key, pair in {"emission": (lower, lower.dag()), "noise": (diagonal, diagonal)}.items():
        for solver in ("es", "pi"):
            expected = qutip.spectrum(L, FREQUENCIES, [], *pair, solver=solver)
            np.testing.assert_allclose(found[key], expected, rtol=1e-8, atol=1e-10 * np.abs(expected).max())


def test_the_routes_tell_a_wrong_spectrum() -> None:
    case = CASES["driven qubit local"]
    with digits(40):
        expected = resolvents(case, mp.mpf("0.83"))
        quantities = {key: spoiled(q) for key, q in outputs_of(case).items()}
        found = exact(case.state, quantities, {**case.values, "nu": "0.83"})
        assert not any(close(found[key], expected[key], 1e-7) for key in expected)


# -- exact relations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["driven qubit local", "maser local", "double dot local"])
def test_the_spectrum_integrates_to_the_variance(name: str) -> None:
    """int d omega/(2 pi) S(omega) = <A A^+> - |<A>|**2, with omega = tan(x): S falls as 1/omega**2 or faster."""
    case = CASES[name]
    lower, diagonal = operators(case.state.generator.dimension)
    x = (np.arange(20001) + 0.5) / 20001 * np.pi - np.pi / 2
    found = sn.evaluator(case.state, outputs_of(case, "emission", "noise"))(**case.values, nu=np.tan(x))
    rho = systems.density(case.state, case.values)
    for key, A in {"emission": systems.numeric(lower), "noise": systems.numeric(diagonal)}.items():
        variance = np.trace(A @ A.conj().T @ rho).real - abs(np.trace(A @ rho)) ** 2
        integral = (found[key] / np.cos(x) ** 2).sum() * (np.pi / len(x)) / (2 * np.pi)
        assert integral == pytest.approx(variance, rel=1e-6), key


@pytest.mark.parametrize(
    "name", marked(("khandelwal2020 tunnelling", "driven qubit local", "driven qubit redfield", "maser local"), LARGE)
)
def test_dissipation_is_the_odd_part_of_fluctuation(name: str) -> None:
    """Kubo: 2 Im chi_AA(omega) = S_A(-omega) - S_A(omega) for a Hermitian A, in any state; S_A >= 0 for Lindblad."""
    case = CASES[name]
    lower, diagonal = operators(case.state.generator.dimension)
    A = diagonal + lower + lower.T
    outputs = {"S": sn.spectrum(case.state, A, omega="nu"), "chi": sn.susceptibility(case.state, A, A, omega="nu")}
    run = sn.evaluator(case.state, outputs)
    up, down = (run(**case.values, nu=sign * FREQUENCIES) for sign in (1, -1))
    np.testing.assert_allclose(2 * up["chi"].imag, down["S"] - up["S"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(up["chi"], down["chi"].conj(), rtol=1e-9, atol=1e-12)  # chi(t) is real
    if case.kind == "local":
        assert (up["S"] >= 0).all()
        assert (down["S"] >= 0).all()


@cache
def thermal() -> Any:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("q")
    model = sn.Model(omega / 2 * q.z, baths=[sn.Bath("B", q.lowering, gamma, T)])
    return sn.steady_state(sn.secular(model)), q


def test_emission_and_absorption_are_in_detailed_balance() -> None:
    """S_x(omega)/S_x(-omega) = exp(-omega/T) at the line of a weakly damped qubit: S of positive frequencies emits."""
    state, q = thermal()
    run = sn.evaluator(state, {"S": sn.spectrum(state, q.x, omega="nu")})
    T = np.array([0.2, 0.7, 3.0])
    up, down = (run(omega=1.0, gamma=1e-7, T=T, nu=sign)["S"] for sign in (1.0, -1.0))
    np.testing.assert_allclose(up / down, np.exp(-1 / T), rtol=1e-9)


def test_lines_of_a_thermal_qubit() -> None:
    """sigma^+(t) sigma^-: a Lorentzian of weight p at omega, half width gamma (1 + 2 N)/2; chi of sigma_x likewise."""
    state, q = thermal()
    outputs = {
        "emission": sn.spectrum(state, q.raising, q.lowering, omega="nu"),
        "absorption": sn.spectrum(state, q.lowering, q.raising, omega="nu"),
        "chi": sn.susceptibility(state, q.x, q.x, omega="nu"),
    }
    nu = np.linspace(-3, 3, 61)
    found = sn.evaluator(state, outputs)(omega=1.2, gamma=0.3, T=0.8, nu=nu)
    N = systems.bose(1.2, 0.8)
    half, p = 0.3 * (1 + 2 * N) / 2, N / (1 + 2 * N)
    np.testing.assert_allclose(found["emission"], 2 * p * half / (half**2 + (nu - 1.2) ** 2), rtol=1e-12)
    np.testing.assert_allclose(found["absorption"], 2 * (1 - p) * half / (half**2 + (nu + 1.2) ** 2), rtol=1e-12)
    line = (1 - 2 * p) * (1 / (1.2 - nu - 1j * half) + 1 / (1.2 + nu + 1j * half))
    np.testing.assert_allclose(found["chi"], line, rtol=1e-11)


@cache
def fluorescence() -> Any:
    """A driven qubit in the frame of the drive, delta/2 sigma_z + F/2 sigma_x, its bath at the frequency omega_0."""
    delta = sn.parameters("delta")
    F, gamma, T, omega_0 = sn.parameters("F gamma T omega_0", positive=True)
    (q,) = sn.qubits("q")
    bath = sn.Bath("B", q.lowering, gamma, T, frequency=omega_0)
    return sn.steady_state(sn.local(sn.Model(delta / 2 * q.z, interaction=F / 2 * q.x, baths=[bath]))), q


def test_resonance_fluorescence_is_the_triplet_of_mollow() -> None:
    """Lines at 0 and +-F of half widths gamma/2 and 3 gamma/4 and weights 1/2, 1/4, 1/4 (of p = 1/2) for F >> gamma.

    Mollow, Phys. Rev. 188, 1969 (1969): the sum of three Lorentzians up to gamma/F.
    """
    state, q = fluorescence()
    run = sn.evaluator(state, {"S": sn.spectrum(state, q.raising, q.lowering, omega="nu")})
    gamma, F = 1.0, 4000.0
    nu = np.concatenate([np.linspace(-5, 5, 1001) + centre for centre in (-F, 0, F)])
    found = run(delta=0.0, F=F, gamma=gamma, T=1e-3, omega_0=1.0, nu=nu)["S"]
    lines = ((0.0, gamma / 2, 1 / 4), (F, 3 * gamma / 4, 1 / 8), (-F, 3 * gamma / 4, 1 / 8))
    expected = sum(2 * weight * half / (half**2 + (nu - centre) ** 2) for centre, half, weight in lines)
    np.testing.assert_allclose(found, expected, rtol=5e-3)
    peaks = nu[np.r_[False, (found[1:-1] > found[:-2]) & (found[1:-1] > found[2:]), False]]
    np.testing.assert_allclose(peaks, [-F, 0, F], atol=0.02)
    assert found.max() / found[np.argmin(abs(nu - F))] == pytest.approx(3, rel=1e-3)


def test_a_weak_drive_scatters_elastically() -> None:
    """The inelastic part is p - |<sigma>|**2 = 2 p**2 at T = 0 on resonance, of second order in the intensity."""
    state, q = fluorescence()
    x = (np.arange(20001) + 0.5) / 20001 * np.pi - np.pi / 2
    run = sn.evaluator(state, {"S": sn.spectrum(state, q.raising, q.lowering, omega="nu"), "p": state.element(0, 0)})
    found = run(delta=0.0, F=0.05, gamma=1.0, T=1e-3, omega_0=1.0, nu=np.tan(x))
    integral = (found["S"] / np.cos(x) ** 2).sum() / (2 * len(x))
    assert integral == pytest.approx(2 * found["p"][0] ** 2, rel=1e-6)


# -- evaluator and reference -------------------------------------------------------------------------------------------


CHECKED = ("driven qubit local", "maser local")


@pytest.mark.parametrize(
    "name", [*CHECKED, *(pytest.param(n, marks=pytest.mark.slow) for n in QUICK if n not in CHECKED)]
)
def test_formulas_keep_the_promise_on_digits(name: str) -> None:
    case = CASES[name]
    formula = sn.formula(case.state, outputs_of(case))
    assert r"S(\nu)" in formula.latex()
    assert r"\chi(\nu)" in formula.latex()
    report = formula.check(points=6 if name in CHECKED else 24, digits=25)
    assert report.passed, report.text()


def test_fluctuations_of_a_level_that_is_almost_full_keep_their_digits() -> None:
    """p (1 - p) with 1 - p = 1e-38: p - p**2 would be zero in any arithmetic of fixed precision."""
    eps, T, g1, g2 = sn.parameters("eps T gamma_1 gamma_2", positive=True)
    mu = sn.parameters("mu")
    (d,) = sn.fermions("d")
    leads = [sn.Bath(str(k), d.annihilation, g, T, mu, statistics="fermi") for k, g in enumerate((g1, g2), 1)]
    state = sn.steady_state(sn.secular(sn.Model(eps * d.number, baths=leads)))
    quantity = sn.spectrum(state, d.number)
    point = {"eps": 0.28, "T": 0.24, "gamma_1": 0.1, "gamma_2": 0.02, "mu": 21.2, "omega": 0.91}
    found = float(sn.evaluator(state, {"S": quantity})(**point)["S"])
    hole = 1 / (np.exp((21.2 - 0.28) / 0.24) + 1)
    assert hole < 1e-37
    assert found == pytest.approx(2 * hole * 0.12 / (0.12**2 + 0.91**2), rel=1e-12)
    assert sn.formula(state, {"S": quantity}).check(points=24, digits=20).passed
    level = sn.spectrum(state, sp.eye(2) + 3 * d.number)  # a constant has no fluctuations
    assert float(sn.evaluator(state, {"S": level})(**point)["S"]) == pytest.approx(9 * found, rel=1e-12)


def test_a_wrong_formula_fails_the_check() -> None:
    case = CASES["driven qubit local"]
    for key, quantity in outputs_of(case).items():
        assert not sn.formula(case.state, {key: spoiled(quantity)}).check(points=2, digits=20).passed, key


def test_a_spectrum_can_be_differentiated_and_combined() -> None:
    state, q = thermal()
    S = sn.spectrum(state, q.raising, q.lowering, omega="nu")
    outputs = {"S": S, "dS": sn.derivative(S, "nu"), "ratio": S / state.element(0, 0)}
    found = sn.evaluator(state, outputs)(omega=1.2, gamma=0.3, T=0.8, nu=0.9)
    N = systems.bose(1.2, 0.8)
    half, p = 0.3 * (1 + 2 * N) / 2, N / (1 + 2 * N)
    assert found["dS"] == pytest.approx(4 * p * half * 0.3 / (half**2 + 0.3**2) ** 2, rel=1e-11)
    assert found["ratio"] == pytest.approx(found["S"] / p, rel=1e-12)
    assert sn.formula(state, outputs).check(points=4, digits=20).passed


def test_mistakes_are_named() -> None:
    state, q = thermal()
    with pytest.raises(ObservableError, match=r"A has shape \(3, 3\), H has \(2, 2\)"):
        sn.spectrum(state, sp.eye(3))
    with pytest.raises(ObservableError, match="'omega' is a name of this model; pass another"):
        sn.spectrum(state, q.x)
    with pytest.raises(ObservableError, match=r"susceptibility: A=.* is not a matrix"):
        sn.susceptibility(state, object(), q.x, omega="nu")
    with pytest.raises(sn.ModelError, match="'phi' is no parameter of the model"):
        sn.spectrum(state, sp.Symbol("phi", real=True) * q.x, omega="nu")
    with pytest.raises(ObservableError, match="pass a symbol or a name"):
        sn.spectrum(state, q.x, omega=3)


def test_spectra_of_one_state_never_share_a_name() -> None:
    """However many other states had spectra in between."""
    state, q = thermal()
    first = sn.spectrum(state, q.x, omega="nu")
    for _ in range(70):
        sn.spectrum(replace(state), q.x, omega="nu")
    second = sn.spectrum(state, q.x + q.z, omega="nu")
    names = [definition.name for quantity in (first, second) for definition in quantity.definitions]
    assert first.definitions
    assert second.definitions
    assert len(set(names)) == len(names)


def test_numpy_operators_are_those_of_exact_numbers() -> None:
    state, q = thermal()
    found = sn.spectrum(state, np.array(q.lowering, float), omega="nu")
    assert found.expression is sn.spectrum(state, q.lowering, omega="nu").expression


def test_what_vanishes_identically_is_zero() -> None:
    """The operators change the charge by different amounts; at another point the rounding would be 1e-32."""
    assert outputs_of(CASES["double dot local"], "crossed")["crossed"].expression.is_zero
    assert not outputs_of(CASES["khandelwal2020 local"], "noise")["noise"].expression.is_zero
