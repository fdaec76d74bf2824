"""Relaxation: characteristic polynomials against det(z - L) of an independent generator, eigenvalues, textbooks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import qutip
from catalogue import CASES
from exactly import close, digits, liouvillian, spoiled
from mpmath import mp

import symness as sn
from symness import program
from symness.conditions import number_at
from symness.errors import ModelError, ObservableError

QUICK = (
    "wang2019 fermions",
    "man2019",
    "camalet2011",
    "khandelwal2020 local",
    "khandelwal2020 tunnelling",
    "driven qubit local",
    "driven qubit secular",
    "maser local",
    "maser of three baths",
    "double dot local",
    "double dot secular",
)
SLOW = ("wang2019 bosons", "zhang2021 strong", "khandelwal2020 global", "double dot charging", "refrigerator local")
EVERY = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]


def known(relaxation: Any, values: Any) -> dict[str, Any]:
    found: dict[str, Any] = {name: mp.mpf(value) for name, value in values.items()}
    for item in relaxation.definitions:
        found[item.name] = number_at(item.expression, found)
    return found


def values_of(factors: Any, numbers: Any, z: Any) -> Any:
    """The product of the factors at z."""
    total = mp.mpc(1)
    for factor in factors:
        total *= sum(number_at(c, numbers) * z**k for k, c in enumerate(factor.coefficients)) ** factor.power
    return total


def matched(found: Any, expected: Any) -> float:
    """Largest distance of two multisets of numbers when each takes the nearest that is left."""
    left, worst = list(expected), 0.0
    assert len(found) == len(left)
    for value in found:
        nearest = min(left, key=lambda other: abs(other - value))
        left.remove(nearest)
        worst = max(worst, abs(nearest - value))
    return worst


# -- second routes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in QUICK if n not in ("wang2019 fermions", "khandelwal2020 tunnelling")])
def test_factors_multiply_to_the_characteristic_polynomial(name: str) -> None:
    """Of all n**2 coordinates, at complex z: degenerate eigenvalues count as often as they occur."""
    case = CASES[name]
    relaxation = sn.relaxation(case.state)
    factors = [f for sector in relaxation.sectors for f in sector.factors]
    assert sum(f.degree * f.power for f in factors) == case.state.generator.dimension**2
    with digits(50):
        L, numbers = case.route().L, known(relaxation, case.values)
        for z in (mp.mpc("0.3", "0.7"), mp.mpc("-0.2", "1.1")):
            expected = mp.det(z * mp.eye(L.rows) - L)
            assert close(values_of(factors, numbers, z), expected, 1e-30)


def test_the_polynomial_tells_a_wrong_factor() -> None:
    case = CASES["driven qubit local"]
    relaxation = sn.relaxation(case.state)
    factors = [f for sector in relaxation.sectors for f in sector.factors]
    last = factors[-1]
    coefficients = (program.mul(program.number(2), last.coefficients[0]), *last.coefficients[1:])
    with digits(40):
        L, numbers, z = case.route().L, known(relaxation, case.values), mp.mpc("0.3", "0.7")
        expected = mp.det(z * mp.eye(L.rows) - L)
        assert close(values_of(factors, numbers, z), expected, 1e-30)
        wrong = [*factors[:-1], replace(last, coefficients=coefficients)]
        assert not close(values_of(wrong, numbers, z), expected, 1e-3)


@pytest.mark.parametrize("name", EVERY)
def test_eigenvalues_are_all_those_of_the_liouvillian(name: str) -> None:
    """Roots of the factors, where they are known, and numbers from the sectors, against the whole n**2 matrix."""
    case = CASES[name]
    L = liouvillian(case)
    expected = np.linalg.eigvals(L)
    relaxation = sn.relaxation(case.state)
    found = np.concatenate(relaxation.eigenvalues(**case.values))
    # a nearly degenerate pair of a non-normal matrix is good to the root of the rounding
    assert matched(found, expected) < 1e-6
    assert relaxation.stationary == 1
    gap = np.sort(-expected.real)[1]
    assert relaxation.gap(**case.values) == pytest.approx(gap, rel=1e-7)
    numbers = known(relaxation, case.values)
    for sector, values in zip(relaxation.sectors, relaxation.eigenvalues(**case.values), strict=True):
        if sector.factors is None:
            continue
        roots = []
        for factor in sector.factors:
            inner = [number_at(c, numbers) for c in reversed(factor.coefficients)]
            roots += [complex(r) for r in mp.polyroots(inner, maxsteps=200, extraprec=200)] * factor.power
        assert matched(roots, values) < 1e-6


def test_a_wrong_eigenvalue_is_seen() -> None:
    assert matched([1.0, 2.0, 2.0], [2.0, 1.0, 2.0]) == 0
    assert matched([1.0, 1.0, 2.0], [2.0, 1.0, 2.0]) == 1
    with pytest.raises(AssertionError):
        matched([1.0], [1.0, 1.0])


@pytest.mark.parametrize("name", ["khandelwal2020 local", "double dot local"])
def test_the_slowest_mode_of_qutip_decays_with_the_gap(name: str) -> None:
    """The distance from the steady state falls by exp(-gap t) at late times (QuTiP's propagator)."""
    case = CASES[name]
    gap = float(sn.relaxation(case.state).gap(**case.values))
    n = case.state.generator.dimension
    L = qutip.Qobj(liouvillian(case), dims=[[[n], [n]], [[n], [n]]])
    step = (L * (3 / gap)).expm().full()
    start = np.random.default_rng(3).normal(size=(n, n))
    start = start @ start.T
    rho, far = (start / np.trace(start)).flatten(order="F"), []
    steady = np.array(case.route().vec.tolist(), complex).ravel()
    for _ in range(6):
        rho = step @ rho
        far.append(np.linalg.norm(rho - steady))
    # an oscillating slowest mode turns its direction, which the norm sees by a bounded factor
    rate = -np.log(far[5] / far[1]) / (4 * 3 / gap)
    assert rate == pytest.approx(gap, rel=0.15)


# -- textbooks ---------------------------------------------------------------------------------------------------------


def test_a_driven_atom_at_resonance() -> None:
    """-gamma/2 and -3 gamma/4 +- sqrt(gamma**2/16 - F**2) at T = 0 (Mollow, Phys. Rev. 188, 1969 (1969))."""
    F, gamma, T, omega_0 = sn.parameters("F gamma T omega_0", positive=True)
    (q,) = sn.qubits("q")
    model = sn.Model(F / 2 * q.x, baths=[sn.Bath("B", q.lowering, gamma, T, frequency=omega_0)])
    relaxation = sn.relaxation(sn.local(model))
    assert relaxation.has_closed_gap
    for f in (0.01, 0.1, 0.24, 0.26, 1.0, 8.0):
        root = np.emath.sqrt(1 / 16 - f**2)
        expected = [0, -0.5, -0.75 + root, -0.75 - root]
        point = {"F": f, "gamma": 1.0, "T": 0.0, "omega_0": 1.0}
        assert matched(np.concatenate(relaxation.eigenvalues(**point)), expected) < 1e-7
        gap = min(0.5, 0.75 - root.real)
        assert relaxation.gap(**point) == pytest.approx(gap, rel=1e-12)
    report = relaxation.formula.check(points=12, digits=25)
    assert report.passed, report.text()


def test_a_thermal_qubit_loses_its_coherence_at_half_the_rate() -> None:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("q")
    state = sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)])))
    outputs = {"gap": sn.relaxation_gap(state), "p": state.element(0, 0)}
    found = sn.evaluator(state, outputs)(omega=1.1, gamma=0.3, T=np.array([0.0, 0.5, 2.0]))
    p = found["p"]
    np.testing.assert_allclose(found["gap"], 0.15 / (1 - 2 * p), rtol=1e-12)  # 1 + 2 N = 1/(1 - 2 p)
    formula = sn.formula(state, outputs)
    assert r"\Delta_{\mathrm{gap}}" in formula.latex()
    assert formula.check(points=6, digits=25).passed
    slope = sn.derivative(sn.relaxation_gap(state), "gamma")
    assert sn.evaluator(state, {"d": slope})(omega=1.1, gamma=0.3, T=0.0)["d"] == 0.5


# -- the gap as an output ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["driven qubit secular", "maser of three baths", "double dot secular"])
def test_the_gap_beside_other_outputs(name: str) -> None:
    case = CASES[name]
    gap = sn.relaxation_gap(case.state)
    relaxation = sn.relaxation(case.state.generator)
    found = sn.evaluator(case.state, {"gap": gap, "p": case.state.element(0, 0)})(**case.values)
    assert found["gap"] == pytest.approx(float(relaxation.gap(**case.values)), rel=1e-12)
    ordered = {"e_2": lambda point: (1.5 * point["e_1"], 9 * point["e_1"])} if "e_2" in case.values else {}
    assert sn.formula(case.state, {"gap": gap}).check(points=6, digits=20, ranges=ordered).passed
    assert not sn.formula(case.state, {"gap": spoiled(gap)}).check(points=2, digits=20, ranges=ordered).passed
    assert relaxation.latex().startswith("\\begin{aligned}\n\\chi_{1}(z) &= ")


def test_without_a_closed_form_the_error_names_the_number() -> None:
    case = CASES["khandelwal2020 local"]
    with pytest.raises(ObservableError, match=r"relaxation.gap\(...\) computes it from the eigenvalues"):
        sn.relaxation_gap(case.state)
    with pytest.raises(ModelError, match="int is no generator; pass e"):
        sn.relaxation(3)


def test_gaps_on_a_grid() -> None:
    case = CASES["khandelwal2020 local"]
    relaxation = sn.relaxation(case.state)
    grid = relaxation.gap(**{**case.values, "g": np.array([[0.1], [0.4]]), "T_h": np.array([0.5, 1.0, 2.0])})
    assert grid.shape == (2, 3)
    single = relaxation.gap(**{**case.values, "g": 0.4, "T_h": 1.0})
    assert grid[1, 1] == pytest.approx(float(single), rel=1e-12)
