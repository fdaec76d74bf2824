"""Derivatives and Fisher information: finite differences of an independent generator in mpmath, textbooks, edges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from catalogue import CASES
from exactly import close, digits, exact, slope, spoiled
from mpmath import mp

import symness as sn
from symness.errors import ObservableError
from symness.reference import Reference
from symness.reference_forms import PAIR_FLOOR, TINY
from symness.verify import _compare

#: case -> parameters: an energy or a coupling, and one of a bath
QUICK = {
    "wang2019 fermions": ("lam", "T_1"),
    "khandelwal2020 local": ("g", "T_h"),
    "camalet2011": ("Delta", "K_1"),
    "driven qubit local": ("F", "kappa"),
    "driven qubit redfield": ("F", "T_z"),
    "maser local": ("delta", "T_h"),
    "double dot local": ("t", "mu_1"),
}
SLOW = {
    "wang2019 bosons": ("omega_1", "J_2"),
    "khandelwal2020 tunnelling": ("kappa_h", "T_c"),
    "zhang2021 strong": ("kappa", "T_2"),
    "man2019": ("Omega", "Gamma_CA"),
    "refrigerator local": ("g", "T_2"),
    "double dot charging redfield": ("U", "mu_2"),
    "man2019 dephasing": ("gamma", "T_C"),
    "zhang2021 fermions": ("eps_1", "mu_2"),
}


def marked(quick: dict[str, Any], slow: dict[str, Any]) -> list[Any]:
    return [*quick, *(pytest.param(name, marks=pytest.mark.slow) for name in slow)]


def elements(case: Any) -> dict[str, tuple[int, int]]:
    n = case.state.generator.dimension
    return {f"rho_{i}_{j}": (i, j) for i in range(n) for j in range(i, n)}


# -- second route ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", marked(QUICK, SLOW))
def test_derivatives_agree_with_finite_differences_to_thirty_digits(name: str) -> None:
    case = CASES[name]
    bath = case.model.baths[0].name
    quantities = {key: case.state.element(*place, "product") for key, place in elements(case).items()}
    quantities["I"] = sn.energy_current(case.state, bath, "total")
    for parameter in {**QUICK, **SLOW}[name]:
        outputs = {key: sn.derivative(q, parameter) for key, q in quantities.items()}
        with digits(70):
            found = exact(case.state, outputs, case.values)
            drho = slope(case, parameter, lambda route: route.rho)
            current = slope(case, parameter, lambda route: route.energy_current(bath, "total"))
            scale = mp.norm(drho)
            for key, (i, j) in elements(case).items():
                assert close(found[key], drho[i, j], 1e-30, scale), (parameter, key)
            assert close(found["I"], current, 1e-30)


def information(rho: Any, drho: Any) -> Any:
    """Tr(drho L) with rho L + L rho = 2 drho (Lyapunov's equation), solved as a linear system of n**2 equations."""
    n = rho.rows
    rows, right = mp.zeros(n * n), mp.zeros(n * n, 1)
    for i in range(n):
        for j in range(n):
            right[i + n * j] = 2 * drho[i, j]
            for k in range(n):
                rows[i + n * j, k + n * j] += rho[i, k]
                rows[i + n * j, i + n * k] += rho[k, j]
    L = mp.lu_solve(rows, right)
    return mp.fsum(drho[j, i] * L[i + n * j] for i in range(n) for j in range(n)).real


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


def test_the_routes_tell_a_wrong_derivative() -> None:
    case = CASES["driven qubit local"]
    quantity = spoiled(sn.derivative(case.state.element(0, 0, "product"), "F"))
    with digits(60):
        expected = slope(case, "F", lambda route: route.rho)[0, 0]
        assert not close(exact(case.state, {"d": quantity}, case.values)["d"], expected, 1e-7)
        drho = slope(case, "kappa", lambda route: route.rho)
        broken = spoiled(sn.quantum_fisher_information(case.state, "kappa"))
        found = exact(case.state, {"information": broken}, case.values)["information"]
        assert not close(found, information(case.route().rho, drho), 1e-7)


# -- evaluator and reference -------------------------------------------------------------------------------------------


def outputs_of(case: Any, parameters: tuple[str, ...]) -> dict[str, Any]:
    state, found = case.state, {}
    for p in parameters:
        found[f"d_{p}"] = sn.derivative(state.element(0, 0, "product"), p)
        found[f"I_{p}"] = sn.derivative(sn.energy_current(state, case.model.baths[0].name), p)
        found[f"F_{p}"] = sn.fisher_information(state, p)
        found[f"Q_{p}"] = sn.quantum_fisher_information(state, p)
    return found


CHECKED = ("khandelwal2020 local", "driven qubit redfield", "maser local")


@pytest.mark.parametrize(
    "name", [n if n in CHECKED else pytest.param(n, marks=pytest.mark.slow) for n in {**QUICK, **SLOW}]
)
def test_formulas_keep_the_promise_on_digits(name: str) -> None:
    """The regimes of ``check`` hold exact equilibrium and exact symmetry, where derivatives vanish by cancellation."""
    case = CASES[name]
    formula = sn.formula(case.state, outputs_of(case, {**QUICK, **SLOW}[name]))
    assert r"\partial_{" in formula.latex()
    report = formula.check(points=12 if name in CHECKED else 24, digits=25)
    assert report.passed, report.text()


@pytest.mark.parametrize("name", ["driven qubit redfield", "maser local"])
def test_the_kernel_is_the_same_formula(name: str) -> None:
    case = CASES[name]
    run = sn.evaluator(case.state, outputs_of(case, QUICK[name]))
    found, kernel = (
        run(**case.values),
        run.module.kernel(np, *(np.float64(case.values[p]) for p in run.module.PARAMETERS)),
    )
    for key, value in found.items():
        assert kernel[key] == pytest.approx(float(value), rel=1e-9), key


@pytest.mark.parametrize("kind", ["derivative", "classical", "quantum"])
def test_a_wrong_formula_fails_the_check(kind: str) -> None:
    state = CASES["driven qubit local"].state
    make = {
        "derivative": lambda p: sn.derivative(state.element(0, 0), p),
        "classical": lambda p: sn.fisher_information(state, p),
        "quantum": lambda p: sn.quantum_fisher_information(state, p),
    }[kind]
    assert sn.formula(state, {"x": make("gamma")}).check(points=2, digits=20).passed
    assert not sn.formula(state, {"x": spoiled(make("gamma"))}).check(points=2, digits=20).passed


def test_digits_end_at_the_rounding_of_the_terms_that_cancel() -> None:
    """Populations that rates of one scale alone determine do not move with it: |d rho_00/dT_h| << its terms.

    The terms are not a loophole: an error that is visible beside their rounding fails.
    """
    state = CASES["maser local"].state
    point = {"delta": 0.41, "E": 18.05, "F": 0.0156, "gamma_h": 0.09, "gamma_c": 0.0899, "T_h": 0.306, "T_c": 0.0747}
    formula = sn.formula(state, {"d": sn.derivative(state.element(0, 0), "T_h")})
    reference = Reference(formula.reference)
    (result,) = reference.solve(point, [formula.outputs[0].observable], 30)
    assert 1 < result.terms < 1e4
    assert 0 < abs(result.value) < 1e-20
    value = float(sn.evaluator(state, {"d": sn.derivative(state.element(0, 0), "T_h")})(**point)["d"])
    assert abs(value - result.value) < PAIR_FLOOR * result.terms
    stretch = reference.stretch(point)
    assert _compare("d", value, result, stretch, "", point).passed
    moved = value + float(3 * PAIR_FLOOR * result.terms)
    assert not _compare("d", moved, result, stretch, "", point).passed
    assert not _compare("d", value, replace(result, terms=0), stretch, "", point).passed


# -- textbooks ---------------------------------------------------------------------------------------------------------


def thermal() -> Any:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("q")
    return sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)])))


def test_thermometry_with_a_qubit_is_its_heat_capacity() -> None:
    """F_T = C/T**2 with C = dE/dT = (omega/T)**2 p (1 - p): the best thermometer measures the energy."""
    state = thermal()
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


# -- edges -------------------------------------------------------------------------------------------------------------


def test_at_zero_temperature_derivatives_are_exact_and_information_is_undefined() -> None:
    """The state is pure and does not move: 0/0, NaN from both sides, and no failure of the check."""
    state = thermal()
    outputs = {
        "dT": sn.derivative(state.element(0, 0), "T"),
        "domega": sn.derivative(state.element(0, 0), "omega"),
        "F": sn.fisher_information(state, "T"),
        "Q": sn.quantum_fisher_information(state, "T"),
    }
    point = {"omega": 1.0, "gamma": 0.1, "T": 0.0}
    found = sn.evaluator(state, outputs)(**point)
    assert found["dT"] == 0
    assert found["domega"] == 0
    assert np.isnan(found["F"])
    assert np.isnan(found["Q"])
    formula = sn.formula(state, outputs)
    results = Reference(formula.reference).solve(point, [o.observable for o in formula.outputs], 20)
    assert results[0].value == 0
    assert results[1].value == 0
    for result in results[2:]:
        assert mp.isnan(result.value)
        assert _compare("F", float("nan"), result, 1, "", point).expected == "undefined (0/0)"


def test_where_no_current_flows_the_fano_factor_is_undefined_for_the_reference() -> None:
    """Noise over no current: infinite, or a large number that only says how well zero is met; never a failure."""
    case = CASES["wang2019 fermions"]
    point = {**case.values, "T_1": 0.6, "T_2": 0.6, "mu_1": 0.2, "mu_2": 0.2}
    outputs = {"F": sn.fano(case.state, "1"), "I": sn.particle_current(case.state, "1")}
    found = sn.evaluator(case.state, outputs)(**point)
    assert found["I"] == 0
    assert np.isinf(found["F"])
    formula = sn.formula(case.state, outputs)
    fano, current = Reference(formula.reference).solve(point, [o.observable for o in formula.outputs], 20)
    assert mp.isnan(fano.value)
    assert abs(current.value) < TINY


def test_a_derivative_needs_a_parameter_and_something_smooth() -> None:
    state = thermal()
    with pytest.raises(ObservableError, match="'x' is no parameter of the model; there are"):
        sn.derivative(state.element(0, 0), "x")
    with pytest.raises(ObservableError, match="differentiate an element instead"):
        sn.derivative(sn.positive(CASES["khandelwal2020 local"].state), "g")
    with pytest.raises(ObservableError, match="is no parameter"):
        sn.quantum_fisher_information(state, "beta")


def test_second_derivatives() -> None:
    """d2p/dT2 of a thermal qubit by differentiating the textbook's p twice."""
    state = thermal()
    twice = sn.derivative(sn.derivative(state.element(0, 0), "T"), "T")
    with digits(50):
        found = exact(state, {"x": twice}, {"omega": 1.3, "gamma": 0.2, "T": 0.7})["x"]
        expected = mp.diff(lambda T: 1 / (mp.exp(mp.mpf(1.3) / T) + 1), mp.mpf(0.7), 2)
        assert close(found, expected, 1e-20)
