"""Conductances against finite differences of the reference and known formulas; rectification."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn
from symness.errors import ObservableError
from symness.evaluator import Evaluator
from symness.reference import Reference

PAIR = {"omega_1": 2.0, "omega_2": 1.5, "lam": 0.7, "gamma_1": 0.3, "gamma_2": 0.2, "T_1": 0.8}


def slope(current: Any, name: str, values: dict[str, Any]) -> float:
    """Central difference of the 60-digit reference."""
    reference = Reference(sn.formula(current.state, {"J": current}).reference)
    with mpmath.workdps(80):
        step = mpmath.mpf(10) ** -20
        ends = [
            reference.solve({**values, name: mpmath.mpf(values[name]) + s * step}, [current.observable], 60)[0].value
            for s in (1, -1)
        ]
        return float((ends[0] - ends[1]) / (2 * step))


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_thermal_conductance_by_finite_differences(make: Any, statistics: str) -> None:
    state = sn.steady_state(make(systems.two_qubits(statistics)))
    values = PAIR | ({"mu_1": 0.5} if statistics == "fermi" else {})
    whole = {**values, "T_2": values["T_1"]} | ({"mu_2": 0.5} if statistics == "fermi" else {})
    for current in (sn.energy_current(state, "1"), sn.particle_current(state, "2")):
        formula = sn.conductance(current, "T_1")
        assert [i.name for i in formula.inputs] == list(values)
        found = float(Evaluator(formula)(**values)["conductance"])
        assert found == pytest.approx(slope(current, "T_1", whole), rel=1e-13)


def test_electric_conductance_of_one_level() -> None:
    """dn/dmu_L = Gamma_L Gamma_R/(Gamma_L + Gamma_R) f(1 - f)/T (sequential tunnelling through a resonant level)."""
    eps, gl, gr, T = sn.parameters("epsilon Gamma_L Gamma_R T", positive=True)
    mu_L, mu_R = sn.parameters("mu_L mu_R")
    (d,) = sn.fermions("d")
    model = sn.Model(
        eps * d.number,
        baths=[
            sn.Bath("L", d.annihilation, gl, T, mu_L, statistics="fermi"),
            sn.Bath("R", d.annihilation, gr, T, mu_R, statistics="fermi"),
        ],
    )
    state = sn.steady_state(sn.secular(model))
    f = Evaluator(sn.conductance(sn.particle_current(state, "L"), mu_L))
    for e, T0, mu in ((1.0, 0.5, 0.3), (2.0, 0.1, 2.0), (0.5, 3.0, -1.0)):
        occupation = systems.fermi(e, T0, mu)
        expected = 0.3 * 0.7 / (0.3 + 0.7) * occupation * (1 - occupation) / T0
        found = f(epsilon=e, Gamma_L=0.3, Gamma_R=0.7, T=T0, mu_L=mu)["conductance"]
        assert float(found) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("make", [sn.secular, sn.redfield])
def test_onsager(make: Any) -> None:
    """T dn/dT at fixed mu and dQ/dmu agree for the Davies generator; conductances of the two baths are opposite."""
    state = sn.steady_state(make(systems.two_qubits("fermi")))
    values = PAIR | {"mu_1": 0.5}

    def value(current: Any, wrt: str) -> float:
        return float(Evaluator(sn.conductance(current, wrt))(**values)["conductance"])

    for wrt in ("T_1", "mu_1"):
        for kind in (sn.energy_current, sn.particle_current):
            assert value(kind(state, "1"), wrt) == pytest.approx(-value(kind(state, "2"), wrt), rel=1e-12)
    if make is sn.secular:
        n, Q = sn.particle_current(state, "1"), sn.heat_current(state, "1")
        assert values["T_1"] * value(n, "T_1") == pytest.approx(value(Q, "mu_1"), rel=1e-12)


def test_equilibrium_of_ones_own() -> None:
    """at= is what default equilibrium is, and any other point."""
    state = sn.steady_state(sn.secular(systems.two_qubits("bose")))
    current = sn.energy_current(state, "1")
    T = {s.name: s for s in state.generator.model.symbols}
    own = sn.conductance(current, T["T_1"], at={T["T_2"]: T["T_1"]})
    default = sn.conductance(current, "T_1")
    assert own.latex() == default.latex()
    away = sn.conductance(current, "T_1", at={})
    found = float(Evaluator(away)(**PAIR, T_2=1.7)["conductance"])
    assert found == pytest.approx(slope(current, "T_1", {**PAIR, "T_2": 1.7}), rel=1e-12)


def test_the_formula_shows_where_it_comes_from() -> None:
    state = sn.steady_state(sn.secular(systems.two_qubits("bose")))
    text = sn.conductance(sn.energy_current(state, "1"), "T_1").latex()
    assert r"\partial_{T_{1}} I_{1}" in text
    assert "T_{2}" not in text


def test_rectification() -> None:
    """Symmetric conductors do not rectify; unequal qubits do, and exchanging the baths changes nothing."""
    state = sn.steady_state(sn.secular(systems.two_qubits("bose")))
    f = Evaluator(sn.rectification(sn.heat_current(state, "1")))
    symmetric = {**PAIR, "omega_2": 2.0, "gamma_2": 0.3}
    assert float(f(**symmetric, T_2=1.9)["rectification"]) < 1e-14
    found = f(**PAIR, T_2=np.array([0.2, 1.9, 5.0]))
    assert np.all((found["rectification"] > 1e-3) & (found["rectification"] < 1))
    run = sn.evaluator(state, {"J": sn.heat_current(state, "1")})
    assert float(found["forward"][1]) == float(run(**PAIR, T_2=1.9)["J"])
    back = run(**{**PAIR, "T_1": 1.9}, T_2=0.8)["J"]
    assert float(found["backward"][1]) == pytest.approx(float(back), rel=1e-14)


def test_conditions_stay_what_they_are() -> None:
    """K**2 <= G**2 holds at its boundary too, a common bath; values outside it are refused."""
    omega, G, K, gamma, T_1, T_2 = sn.parameters("omega G K gamma T_1 T_2", positive=True)
    a, b = sn.qubits("1 2")
    common = sn.Bath("2", [a.lowering, b.lowering], sp.Matrix([[G, K], [K, G]]), T_2)
    model = sn.Model(omega * (a.number + b.number), baths=[sn.Bath("1", a.lowering, gamma, T_1), common])
    current = sn.heat_current(sn.steady_state(sn.local(model)), "1")
    run = Evaluator(sn.conductance(current, T_1))
    found = run(omega=1.0, G=0.3, K=np.array([0.299999, 0.3, 0.300001]), gamma=0.2, T_1=0.7)["conductance"]
    assert found[1] == pytest.approx(found[0], rel=1e-4)
    assert np.isnan(found[2])
    with pytest.raises(ObservableError, match=r"violates the condition K\*\*2 <= G\*\*2"):
        sn.conductance(current, T_1, at={T_2: T_1, K: 2, G: 1})


def test_errors() -> None:
    state = sn.steady_state(sn.secular(systems.two_qubits("bose")))
    current = sn.energy_current(state, "1")
    with pytest.raises(ObservableError, match=r"'T_3' is no parameter.*T_1"):
        sn.conductance(current, "T_3")
    with pytest.raises(ObservableError, match=r"no parameter"):
        sn.rectification(current, exchange={"T_1": "T_3"})
    for asked in (lambda state: sn.conductance(state, "T_1"), sn.rectification):
        with pytest.raises(ObservableError, match=r"no quantity; pass e.g. sn.heat_current"):
            asked(current.state)
    T, dT, omega, gamma = sn.parameters("T dT omega gamma", positive=True)
    (q,) = sn.qubits("1")
    model = sn.Model(
        omega * q.number,
        baths=[sn.Bath("1", q.lowering, gamma, T + dT), sn.Bath("2", q.lowering, gamma, T)],
    )
    biased = sn.particle_current(sn.steady_state(sn.secular(model)), "1")
    with pytest.raises(ObservableError, match=r"say what equilibrium is"):
        sn.conductance(biased, dT)
    with pytest.raises(ObservableError, match=r"say what is exchanged"):
        sn.rectification(biased)
    found = Evaluator(sn.conductance(biased, dT, at={dT: 0}))(T=0.7, omega=1.1, gamma=0.2)["conductance"]
    n = systems.bose(1.1, 0.7)
    assert float(found) == pytest.approx(0.1 / (1 + 2 * n) * n * (1 + n) * 1.1 / 0.49, rel=1e-13)
