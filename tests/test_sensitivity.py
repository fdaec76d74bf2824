"""Derivatives: finite differences of an independent generator in mpmath, the promise on digits, edges."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from catalogue import CASES
from exactly import QUICK, SLOW, close, digits, exact, information, marked, slope, spoiled
from foreign import thermal
from mpmath import mp

import symness as sn
from symness.errors import ObservableError
from symness.reference import Reference
from symness.reference_forms import PAIR_FLOOR, TINY
from symness.verify import _compare


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


# -- edges -------------------------------------------------------------------------------------------------------------


def test_at_zero_temperature_derivatives_are_exact_and_information_is_undefined() -> None:
    """The state is pure and does not move: 0/0, NaN from both sides, and no failure of the check."""
    state = sn.steady_state(sn.secular(thermal()))
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
    state = sn.steady_state(sn.secular(thermal()))
    with pytest.raises(ObservableError, match="'x' is no parameter of the model; there are"):
        sn.derivative(state.element(0, 0), "x")
    with pytest.raises(ObservableError, match="differentiate an element instead"):
        sn.derivative(sn.positive(CASES["khandelwal2020 local"].state), "g")
    with pytest.raises(ObservableError, match="is no parameter"):
        sn.quantum_fisher_information(state, "beta")


def test_second_derivatives() -> None:
    """d2p/dT2 of a thermal qubit by differentiating the textbook's p twice."""
    state = sn.steady_state(sn.secular(thermal()))
    twice = sn.derivative(sn.derivative(state.element(0, 0), "T"), "T")
    with digits(50):
        found = exact(state, {"x": twice}, {"omega": 1.3, "gamma": 0.2, "T": 0.7})["x"]
        expected = mp.diff(lambda T: 1 / (mp.exp(mp.mpf(1.3) / T) + 1), mp.mpf(0.7), 2)
        assert close(found, expected, 1e-20)
