"""Limits and series: against the model with the value put in, high-precision numbers near the limit, and textbooks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import mpmath
import pytest
import sympy as sp
import systems

import symness as sn
from symness.evaluator import Evaluator
from symness.formula import Formula, Input, Output
from symness.program import call, sqrt, symbol
from symness.reference import Reference

eps_h, eps_c, g, gamma_h, gamma_c, T_h, T_c = sn.parameters("eps_h eps_c g gamma_h gamma_c T_h T_c", positive=True)
POINT = {"eps_h": 1.1, "eps_c": 0.9, "g": 0.3, "gamma_h": 0.2, "gamma_c": 0.5, "T_h": 2.0, "T_c": 0.4}


def engine() -> Any:
    """Two coupled qubits, local generator."""
    a, b = sn.qubits("h c")
    model = sn.Model(
        eps_h * a.number + eps_c * b.number,
        interaction=g * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("h", a.lowering, gamma_h, T_h), sn.Bath("c", b.lowering, gamma_c, T_c)],
    )
    return sn.steady_state(sn.local(model))


@pytest.fixture(scope="module")
def formula() -> Any:
    state = engine()
    return sn.formula(
        state,
        {"J": sn.heat_current(state, "h"), "p": state.element(3, 3), "c": state.element(1, 2)},
    )


def near(formula: Any, values: dict[str, Any]) -> list[Any]:
    """The reference at 40 digits: the outputs in their order."""
    with mpmath.workdps(60):
        reference = Reference(formula.reference)
        return [r.value for r in reference.solve(values, [o.observable for o in formula.outputs], 40)]


@pytest.mark.parametrize(
    ("name", "target", "close"),
    [
        ("T_c", 0, mpmath.mpf("1e-3")),
        ("T_h", sp.oo, mpmath.mpf("1e12")),
        ("g", sp.oo, mpmath.mpf("1e9")),
        ("g", 0, mpmath.mpf("1e-9")),
        ("T_h", T_c, mpmath.mpf("0.4") * (1 + mpmath.mpf("1e-12"))),
        ("gamma_h", sp.oo, mpmath.mpf("1e10")),
    ],
)
def test_limits_are_what_the_reference_says_close_by(formula: Any, name: str, target: Any, close: Any) -> None:
    found = sn.limit(formula, **{name: target})
    assert name not in {i.name for i in found.inputs}
    values = {k: v for k, v in POINT.items() if k != name}
    mine = systems.run_formula(found, values)
    for output, value in zip(formula.outputs, near(formula, {**values, name: close}), strict=True):
        assert abs(complex(mine[output.name]) - complex(value)) < 2e-8, output.name


def test_a_finite_limit_keeps_a_reference_and_a_wrong_one_fails(formula: Any) -> None:
    found = sn.limit(formula, T_c=0)
    assert found.check(points=6, digits=30).passed
    assert sn.limit(formula, T_h=sp.oo).reference is None
    warm = replace(formula, reference=found.reference)
    assert not warm.check(points=6, digits=30, ranges={"T_c": (1, 2)}).passed


def test_equilibrium_current_vanishes_and_its_slope_is_the_conductance() -> None:
    """One qubit between two baths: G = e**2 gamma_1 gamma_2/(gamma_1 + gamma_2) dN/dT/(1 + 2N)."""
    omega, g1, g2, T1, T2 = sn.parameters("omega gamma_1 gamma_2 T_1 T_2", positive=True)
    (q,) = sn.qubits("q")
    state = sn.steady_state(
        sn.secular(
            sn.Model(omega * q.number, baths=[sn.Bath("1", q.lowering, g1, T1), sn.Bath("2", q.lowering, g2, T2)])
        )
    )
    found = sn.series(sn.heat_current(state, "1"), T1, about=T2, order=1)
    assert [o.name for o in found.outputs] == ["result_1"]
    values = {"omega": 1.3, "gamma_1": 0.2, "gamma_2": 0.7, "T_2": 0.8}
    N = systems.bose(1.3, 0.8)
    slope = N * (1 + N) * 1.3 / 0.8**2
    expected = 1.3 * 0.2 * 0.7 / 0.9 * slope / (1 + 2 * N)
    assert systems.run_formula(found, values)["result_1"] == pytest.approx(expected, rel=1e-13)


def test_series_are_the_taylor_coefficients(formula: Any) -> None:
    """Fourth order in g, summed at a small g, against the reference."""
    found = sn.series(formula, "g", order=4)
    coefficients = systems.run_formula(found, POINT)
    small = 1e-4  # the first power that is left out is the fifth
    values = {**{k: mpmath.mpf(v) for k, v in POINT.items()}, "g": mpmath.mpf(small)}
    for output, value in zip(formula.outputs, near(formula, values), strict=True):
        total = sum(
            v * small ** int(k.rpartition("_")[2]) for k, v in coefficients.items() if k.startswith(output.name)
        )
        assert abs(complex(total) - complex(value)) < 4e-16


X, Y, T = (symbol(name) for name in "xyT")
THREE, TEMPERATURE = mpmath.mpf(3), mpmath.mpf("0.7")


def fermi(x: Any) -> Any:
    return 1 / (mpmath.exp(x / TEMPERATURE) + 1)


#: what is expanded in x at 0, and the same function of x in numbers, with y = 3 and T = 0.7
EXPANDED = {
    "quotient of roots": (sqrt(1 + X) / (Y + sqrt(1 + 2 * X)), lambda x: (1 + x) ** 0.5 / (THREE + (1 + 2 * x) ** 0.5)),
    "quotient of a polynomial": ((1 + X**2) / (Y + sqrt(1 + X)), lambda x: (1 + x**2) / (THREE + (1 + x) ** 0.5)),
    "denominator that cancels": (X**2 / (sqrt(1 + X) - 1 - X / 2), lambda x: -4 * ((1 + x) ** 0.5 + 1 + x / 2)),
    "exponential": (call("exp", X * Y), lambda x: mpmath.exp(THREE * x)),
    "modulus": (call("hypot", X + 1, Y), lambda x: mpmath.sqrt((x + 1) ** 2 + 9)),
    "fermi": (call("fermi", X, T, 0), fermi),
    "hole at its resonance": (call("fermi_hole", X, T, 0), lambda x: 1 - fermi(x)),
    "hole": (call("fermi_hole", X + 1, T, Y), lambda x: 1 - fermi(x - 2)),
    "bose": (call("bose", X + Y, T, 0), lambda x: 1 / mpmath.expm1((x + 3) / TEMPERATURE)),
    "small angle": (call("sin_half", -1, -X * Y), lambda x: -mpmath.sin(mpmath.atan2(3 * x, -1) / 2)),
    "its cosine": (call("cos_half", -1, -X * Y), lambda x: mpmath.cos(mpmath.atan2(3 * x, -1) / 2)),
    "angle": (call("sin_half", X + 1, -Y), lambda x: mpmath.sin(mpmath.atan2(-3, x + 1) / 2)),
    "larger": (call("maximum", X * Y, X**2 + Y), lambda x: x**2 + 3),
    "smaller": (call("minimum", X * Y, X**2 + Y), lambda x: 3 * x),
    "modulus of a sum": (call("abs", X - Y), lambda x: 3 - x),
}


@pytest.mark.parametrize("name", EXPANDED)
def test_every_function_has_its_taylor_series(name: str) -> None:
    """From above: derivatives are one-sided differences."""
    node, numbers = EXPANDED[name]
    inputs = (Input("x", "x"), Input("y", "y", "nonnegative"), Input("T", "T", "nonnegative"))
    found = systems.run_formula(
        sn.series(Formula("f", inputs, (), (Output("f", node, "f"),)), "x", order=3), {"y": 3.0, "T": 0.7}
    )
    with mpmath.workdps(60):
        expected = mpmath.taylor(numbers, mpmath.mpf(0), 3, direction=1)
    for k, value in enumerate(expected):
        assert found.get(f"f_{k}", 0.0) == pytest.approx(float(value), rel=1e-12, abs=1e-12), k


def test_high_temperature_has_negative_powers_of_the_inverse() -> None:
    """N = T/w - 1/2 + w/(12 T) + ...: the golden-rule rate of a hot bath, in powers of 1/T."""
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("q")
    state = sn.steady_state(sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)])))
    found = sn.series(state.element(0, 0), T, about=sp.oo, order=3)
    values = systems.run_formula(found, {"omega": 2.0, "gamma": 0.1})
    # 1/(e^x + 1) = 1/2 - x/4 + x^3/48 - ...
    assert values == pytest.approx({"result_0": 0.5, "result_1": -0.5, "result_3": 8 / 48})


def test_high_bias_of_fermions_empties_and_fills() -> None:
    eps, g1, g2, T, mu_1, mu_2 = sn.parameters("eps gamma_1 gamma_2 T mu_1 mu_2", positive=True)
    (d,) = sn.fermions("d")
    leads = [
        sn.Bath(name, d.annihilation, rate, T, mu, statistics="fermi")
        for name, rate, mu in (("1", g1, mu_1), ("2", g2, mu_2))
    ]
    state = sn.steady_state(sn.secular(sn.Model(eps * d.number, baths=leads)))
    found = sn.limit(sn.particle_current(state, "1"), mu_1=sp.oo, mu_2=-sp.oo)
    assert systems.run_formula(found, {"eps": 1.0, "T": 0.3, "gamma_1": 2.0, "gamma_2": 3.0})[
        "result"
    ] == pytest.approx(1.2)
    assert {i.name for i in found.inputs} == {"eps", "gamma_1", "gamma_2", "T"}


def test_the_conditions_of_a_formula_decide_signs() -> None:
    """Zero temperature of detuned qubits: the formula is valid for omega_- > 0.  Evaluators are exact at T = 0."""
    state = sn.steady_state(sn.redfield(systems.two_qubits("bose")))
    values = {"omega_1": 1.1, "omega_2": 0.8, "lam": 0.5, "gamma_1": 0.03, "gamma_2": 0.07, "T_2": 0.9}
    current = sn.energy_current(state, "2")
    cold = sn.limit(current, T_1=0)
    at_zero = sn.evaluator(state, {"I": current})(**values, T_1=0)["I"]
    (found,) = sn.evaluator(cold)(**values).values()
    assert float(found) == pytest.approx(float(at_zero), rel=1e-13)
    assert [c.text for c in cold.conditions] == ["lam**2 < 4*omega_1*omega_2"]


def test_what_has_no_limit_says_why(formula: Any) -> None:
    with pytest.raises(sn.LimitError, match="'T' is no parameter"):
        sn.limit(formula, T=0)
    with pytest.raises(sn.LimitError, match="no parameter; pass"):
        sn.limit(formula)
    with pytest.raises(sn.LimitError, match="pass a formula"):
        sn.limit(3, T=0)
    state = engine()
    ratio = sn.heat_current(state, "h") / g**4
    with pytest.raises(sn.LimitError, match="diverges, with the power -2"):
        sn.limit(ratio, g=0)
    mu, (q,) = sn.parameters("mu"), sn.qubits("1")
    bath = sn.Bath("1", q.lowering, gamma_h, T_h, mu, statistics="fermi")
    dot = sn.steady_state(sn.secular(sn.Model(eps_h * q.number, baths=[bath])))
    with pytest.raises(sn.LimitError, match="sign of"):
        sn.limit(dot.element(0, 0), T_h=0)
    with pytest.raises(sn.LimitError, match="order=-1"):
        sn.series(formula, "g", order=-1)


def _tilted(sign: int) -> Any:
    """A qubit E sigma_z + F sigma_x with a bath along y, secular."""
    E, F, alpha, T = sn.parameters("E F alpha T", positive=True)
    (q,) = sn.qubits("q")
    bath = sn.Bath("B", q.y, rate=lambda w: alpha * w, temperature=T)
    state = sn.steady_state(sn.secular(sn.Model(sign * E * q.z + F * q.x, baths=[bath])))
    return sn.limit(sn.expectation(state, q.z), F=0)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_coupling_that_vanishes_leaves_the_levels_in_their_order(sign: int) -> None:
    """<sigma_z> = -+ tanh(E/T): the root of E**2 is E, whichever of its two residues was drawn."""
    found = systems.run_formula(_tilted(sign), {"E": 0.7, "alpha": 0.1, "T": 1.4})
    assert list(found.values()) == [pytest.approx(-sign * math.tanh(0.7 / 1.4), rel=1e-13)]


def test_the_order_of_levels_is_asked_for_and_stays_a_condition() -> None:
    omega_1, omega_2, lam, gamma, T_1, T_2 = sn.parameters("omega_1 omega_2 lam gamma T_1 T_2", positive=True)
    a, b = sn.qubits("1 2")

    def solved(*assume: Any) -> Any:
        model = sn.Model(
            omega_1 * a.number + omega_2 * b.number,
            interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
            baths=[sn.Bath("1", a.lowering, gamma, T_1), sn.Bath("2", b.lowering, gamma, T_2)],
            assume=assume,
        )
        return sn.steady_state(sn.redfield(model))

    with pytest.raises(sn.LimitError, match=r"detuning.*is undecided.*assume="):
        sn.limit(solved().element(2, 2), lam=0)  # the upper state of one excitation: that of qubit 1, or of qubit 2
    whatever = sn.limit(sn.expectation(solved(), a.number), lam=0)  # qubit 1, whichever is higher
    assert [c.text for c in whatever.conditions] == ["omega_2 != omega_1"]
    assert r"\omega_{2} \neq \omega_{1}" in whatever.latex()
    equal = {"omega_1": 1.3, "omega_2": 1.3, "gamma": 0.1, "T_1": 0.5, "T_2": 2.0}
    assert math.isnan(Evaluator(whatever)(**equal)["result"])  # at resonance each qubit feels both baths
    for relation, w_1, w_2 in ((omega_1 > omega_2, 1.3, 1.0), (omega_1 < omega_2, 1.0, 1.3)):
        alone = sn.limit(sn.expectation(solved(relation), a.number), lam=0)
        assert len(alone.conditions) == len(sn.limit(alone, T_2=0).conditions) == 1
        values = {"omega_1": w_1, "omega_2": w_2, "gamma": 0.1, "T_1": 0.5, "T_2": 2.0}
        for formula in (alone, whatever):
            (p,) = systems.run_formula(formula, values).values()
            assert p == pytest.approx(1 / (math.exp(w_1 / 0.5) + 1), rel=1e-12)
