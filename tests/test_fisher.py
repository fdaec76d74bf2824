"""Fisher information: Lyapunov's equation with an independent generator in mpmath, textbooks, turning eigenstates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from catalogue import CASES
from exactly import QUICK, SLOW, close, digits, exact, information, marked, slope
from foreign import thermal
from mpmath import mp

import symness as sn


@pytest.mark.parametrize("name", marked(QUICK, SLOW))
def test_fisher_information_agrees_with_finite_differences(name: str) -> None:
    """The first parameter turns the eigenbasis, the second does not."""
    case = CASES[name]
    turning, parameter = {**QUICK, **SLOW}[name]
    outputs = {
        "quantum": sn.quantum_fisher_information(case.state, parameter),
        "turning": sn.quantum_fisher_information(case.state, turning),
        "classical": sn.fisher_information(case.state, parameter, "product"),
    }
    with digits(60):
        drho, rho = slope(case, parameter, lambda route: route.rho), case.route().rho
        expected = {
            "quantum": information(rho, drho),
            "turning": information(rho, slope(case, turning, lambda route: route.rho)),
            "classical": mp.fsum(drho[k, k].real ** 2 / rho[k, k].real for k in range(rho.rows)),
        }
        found = exact(case.state, outputs, case.values)
        for key, value in expected.items():
            assert close(found[key], value, 1e-30), key
    numbers = sn.evaluator(case.state, outputs)(**case.values)
    assert 0 < numbers["classical"] <= numbers["quantum"] * (1 + 1e-9)
    for key, value in expected.items():
        assert numbers[key] == pytest.approx(float(value), rel=1e-9), key


def test_thermometry_with_a_qubit_is_its_heat_capacity() -> None:
    """F_T = C/T**2 with C = dE/dT = (omega/T)**2 p (1 - p): the best thermometer measures the energy."""
    state = sn.steady_state(sn.secular(thermal()))
    T = np.geomspace(0.05, 20, 30)
    outputs = {
        "quantum": sn.quantum_fisher_information(state, "T"),
        "classical": sn.fisher_information(state, "T"),
        "C": sp.Rational(13, 10) * sn.derivative(state.element(0, 0), "T"),
    }
    found = sn.evaluator(state, outputs)(omega=1.3, gamma=0.2, T=T)
    p = 1 / (np.exp(1.3 / T) + 1)
    np.testing.assert_allclose(found["C"], (1.3 / T) ** 2 * p * (1 - p), rtol=1e-12)
    np.testing.assert_allclose(found["quantum"], found["C"] / T**2, rtol=1e-12)
    np.testing.assert_allclose(found["classical"], found["quantum"], rtol=1e-12)


@pytest.mark.parametrize("name", ["man2019", "khandelwal2020 global"])
def test_information_of_a_gibbs_state_is_the_variance_of_its_energy(name: str) -> None:
    """F_T = (<H**2> - <H>**2)/T**4 where every bath has the temperature T: the sum over baths of d rho/dT_j."""
    case = CASES[name]
    baths = [str(bath.temperature) for bath in case.model.baths]
    values = {**case.values, **dict.fromkeys(baths, 0.8)}
    H, state = case.model.total, case.state
    with digits(40):
        n = H.rows
        places = {f"r_{i}_{j}": (i, j) for i in range(n) for j in range(i, n)}
        outputs = {
            f"{key}_{T}": sn.derivative(state.element(*place, "product"), T)
            for key, place in places.items()
            for T in baths
        }
        slopes = exact(state, outputs, values)
        drho = mp.zeros(n)
        for key, (i, j) in places.items():
            drho[i, j] = mp.fsum(slopes[f"{key}_{T}"] for T in baths)
            drho[j, i] = mp.conj(drho[i, j])
        energy = {"a": sn.expectation(state, H), "b": sn.expectation(state, H * H)}
        mean = exact(state, energy, values)
        rho = replace(case, values=values).route().rho
        assert close(information(rho, drho), (mean["b"] - mean["a"] ** 2) / mp.mpf(values[baths[0]]) ** 4, 1e-30)


def test_information_does_not_depend_on_the_basis_and_bounds_every_measurement() -> None:
    case = CASES["double dot redfield"]
    outputs = {
        "Q": sn.quantum_fisher_information(case.state, "mu_1"),
        "energy": sn.fisher_information(case.state, "mu_1", "energy"),
        "product": sn.fisher_information(case.state, "mu_1", "product"),
    }
    t = np.linspace(0.05, 1.0, 25)
    found = sn.evaluator(case.state, outputs)(**{**case.values, "t": t})
    for basis in ("energy", "product"):
        # the energy basis is the one of H + V, which does not move with mu
        assert (found[basis] <= found["Q"] * (1 + 1e-12)).all()
    assert (found["product"] < 0.999 * found["Q"]).any()


def three_levels() -> Any:
    """No two of its states are uncoupled: the block of three has no closed form."""
    delta, E, F, G, g_1, g_2, T_1, T_2 = sn.parameters("delta E F G gamma_1 gamma_2 T_1 T_2", positive=True)
    m = sn.levels("m", 3)
    drive, hot, cold = F * m.transition(0, 1) + G * m.transition(1, 2), m.transition(0, 2), m.transition(1, 2)
    return sn.Model(
        delta * m.projector(1) + (E + delta) * m.projector(2),
        interaction=drive + drive.H,
        baths=[sn.Bath("h", hot + hot.H, lambda w: g_1 * w, T_1), sn.Bath("c", cold + cold.H, lambda w: g_2 * w, T_2)],
    )


def one_pair(model: Any) -> Any:
    """Only decays from the two upper states into the lowest interfere: one coherence, between those two."""

    def lowest(omega: Any) -> Any:
        return sum(omega.coeff(level) for level in omega.atoms(sp.Function) if level.args[0] == 2)

    return sn.partial_secular(model, keep=lambda w, v: w == v or lowest(w) * lowest(v) == 1)


def complex_qubit() -> Any:
    """Its eigenstates carry a phase that moves with F: <k|dk/dF> is not zero."""
    omega, F, G, a, T = sn.parameters("omega F G alpha T", positive=True)
    (q,) = sn.qubits("q")
    bath = sn.Bath("x", q.x, lambda w: a * w, T)
    return sn.Model(omega / 2 * q.z, interaction=F * q.x + G * q.y, baths=[bath])


THREE = {"delta": 0.7, "E": 1.1, "F": 0.3, "G": 0.2, "gamma_1": 0.1, "gamma_2": 0.07, "T_1": 0.6, "T_2": 1.3}


#: what rho is made of -> generator, point, parameter that turns the eigenbasis
TURNING = {
    "populations": (lambda: sn.secular(three_levels()), THREE, "F"),
    "block of three": (lambda: sn.redfield(three_levels()), THREE, "F"),
    "pair turned into a third state": (lambda: one_pair(three_levels()), THREE, "F"),
    "complex eigenstates": (
        lambda: sn.secular(complex_qubit()),
        {"omega": 1.1, "F": 0.35, "G": 0.2, "alpha": 0.1, "T": 0.6},
        "F",
    ),
}


@pytest.mark.parametrize("name", TURNING)
def test_information_is_that_of_the_product_basis(name: str) -> None:
    """Where eigenstates of rho of every kind turn: Lyapunov's equation with elements of the product basis."""
    make, values, parameter = TURNING[name]
    state = sn.steady_state(make())
    n = state.generator.dimension
    quantity = sn.quantum_fisher_information(state, parameter)
    outputs: dict[Any, Any] = {"Q": quantity}
    places = [(i, j) for i in range(n) for j in range(i, n)]
    for i, j in places:
        outputs[f"r_{i}_{j}"] = state.element(i, j, "product")
        outputs[f"d_{i}_{j}"] = sn.derivative(outputs[f"r_{i}_{j}"], parameter)
    with digits(50):
        found = exact(state, outputs, values)
        rho, drho = mp.zeros(n), mp.zeros(n)
        for i, j in places:
            for matrix, key in ((rho, "r"), (drho, "d")):
                matrix[i, j], matrix[j, i] = found[f"{key}_{i}_{j}"], mp.conj(found[f"{key}_{i}_{j}"])
        expected = information(rho, drho)
        assert close(found["Q"], expected, 1e-30)
    assert sn.evaluator(state, {"Q": quantity})(**values)["Q"] == pytest.approx(float(expected), rel=1e-13)


@pytest.mark.parametrize(
    "name", [n if n == "complex eigenstates" else pytest.param(n, marks=pytest.mark.slow) for n in TURNING]
)
def test_the_promise_holds_where_eigenstates_turn(name: str) -> None:
    make, _, parameter = TURNING[name]
    state = sn.steady_state(make())
    report = sn.formula(state, {"Q": sn.quantum_fisher_information(state, parameter)}).check(points=12, digits=20)
    assert report.passed, report.text()


def test_an_almost_pure_entangled_state_keeps_its_information() -> None:
    """Two qubits with an entangled ground state at T = energy/450: ab - |c|**2 of the product basis is 1e-190 ab."""
    case = CASES["man2019"]
    cold = {**case.values, **dict.fromkeys(("T_A", "T_B", "T_C"), 0.0035)} | {"T_B": 0.004, "Omega": 0.9}
    outputs = {f"Q_{p}": sn.quantum_fisher_information(case.state, p) for p in ("Omega", "T_A", "T_B")}
    found = sn.evaluator(case.state, outputs)(**cold)
    with digits(700):
        route = replace(case, values=cold)
        rho = route.route().rho
        pure = (rho[1, 1] * rho[2, 2] - abs(rho[1, 2]) ** 2) / (rho[1, 1] * rho[2, 2])
        assert 0 < mp.re(pure) < mp.mpf(2) ** -98
        for key in outputs:
            expected = information(rho, slope(route, key.removeprefix("Q_"), lambda at: at.rho, "1e-150"))
            assert found[key] == pytest.approx(float(expected), rel=1e-12), key


def test_numerical_blocks_keep_small_populations() -> None:
    """Cold states of a block of three: information of 1e-34 and of 1e-75, and none that is infinite on the way."""
    state = sn.steady_state(sn.redfield(three_levels()))
    outputs = {p: sn.quantum_fisher_information(state, q) for p, q in (("Q_F", "F"), ("Q_T", "T_1"))}
    T = np.append(np.geomspace(0.5, 0.002, 60), [0.01, 0.005])
    found = sn.evaluator(state, outputs)(**{**THREE, "T_1": T, "T_2": 1.1 * T})
    for key in outputs:
        assert np.isfinite(found[key]).all()
    for k, size in ((-2, 1e-34), (-1, 1e-75)):
        with digits(200):
            point = {**THREE, "T_1": float(T[k]), "T_2": float(1.1 * T[k])}
            expected = exact(state, outputs, point)
        assert size < expected["Q_T"] < 3 * size
        for key in outputs:
            assert found[key][k] == pytest.approx(float(expected[key]), rel=1e-11)
