"""The critical current: the paper's closed form, its meaning at the threshold, and where it does not exist."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import systems

import symness as sn
from symness.errors import ObservableError

VALUES = {"eps_h": 1.0, "eps_c": 1.05, "g": 0.02, "gamma_h": 0.01, "gamma_c": 0.1, "T_h": 1.7, "T_c": 0.1}


def engine(energies: int = 2) -> Any:
    eps_h, eps_c, g, gamma_h, gamma_c, T_h, T_c = sn.parameters("eps_h eps_c g gamma_h gamma_c T_h T_c", positive=True)
    if energies == 1:
        eps_c = eps_h
    h, c = sn.qubits("h c")
    return sn.Model(
        eps_h * h.number + eps_c * c.number,
        interaction=g * (h.raising * c.lowering + h.lowering * c.raising),
        baths=[sn.Bath("h", h.lowering, gamma_h, T_h), sn.Bath("c", c.lowering, gamma_c, T_c)],
    )


@pytest.fixture(scope="module")
def state() -> Any:
    return sn.steady_state(sn.local(engine()))


def flow(state: Any, energy: str = "total") -> Any:
    return sn.heat_current(state, "h", energy) - sn.heat_current(state, "c", energy)


def test_eq_18_in_floats(state: Any) -> None:
    """4 g (eps_h Gamma_c + eps_c Gamma_h) sqrt(r_1 r_4/(Gamma^2 + 4 delta^2)), Khandelwal et al. 2020."""
    critical = sn.critical_current(state, flow(state))
    for k in range(20):
        rng = np.random.default_rng(k)
        v = {name: float(x) for name, x in zip(VALUES, rng.uniform(0.1, 2, 7), strict=True)}
        found = sn.evaluator(state, {"J": critical})(**v)["J"]
        rho = systems.stationary(systems.superoperator(state.generator, v))
        n = {j: systems.bose(v[f"eps_{j}"], v[f"T_{j}"]) for j in "hc"}
        G = {j: v[f"gamma_{j}"] * (1 + 2 * n[j]) for j in "hc"}
        total, delta = G["h"] + G["c"], v["eps_c"] - v["eps_h"]
        weight = 4 * v["g"] * (v["eps_h"] * G["c"] + v["eps_c"] * G["h"])
        expected = weight * np.sqrt(rho[0, 0].real * rho[3, 3].real / (total**2 + 4 * delta**2))
        assert float(found) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("energy", ["total", "bare"])
def test_entangled_exactly_where_the_current_exceeds_it(state: Any, energy: str) -> None:
    current = flow(state, energy)
    outputs = {"J": current, "J_c": sn.critical_current(state, current), "C": sn.concurrence(state)}
    found = sn.evaluator(state, outputs)(**{**VALUES, "g": np.geomspace(1e-4, 1, 400)})
    entangled = found["C"] > 0
    assert 40 < entangled.sum() < 360
    assert np.array_equal(np.abs(found["J"]) > found["J_c"], entangled)


def test_finite_where_both_vanish(state: Any) -> None:
    """At the bias that stops the engine (equal ratios of the rates) numerator and denominator are both zero."""
    v = {**VALUES, "eps_c": 2.0, "T_c": 1.0, "T_h": 0.5}
    outputs = {"J": flow(state), "J_c": sn.critical_current(state, flow(state))}
    at, near = (sn.evaluator(state, outputs)(**{**v, "T_h": t}) for t in (0.5, 0.5 + 1e-7))
    assert abs(at["J"]) < 1e-15 < abs(near["J"])
    assert float(at["J_c"]) > 1e-4
    assert float(at["J_c"]) == pytest.approx(float(near["J_c"]), rel=1e-5)


@pytest.mark.parametrize("make", [sn.local, sn.secular, sn.redfield])
def test_against_the_reference_equilibrium_included(make: Any) -> None:
    """The quotient as it stands, in mpmath; resonant qubits, where equal temperatures stop every current."""
    own = sn.steady_state(make(engine(1)))
    current = sn.heat_current(own, "h", "total")
    formula = sn.formula(own, {"J_c": sn.critical_current(own, current)})
    ranges = {"g": lambda point: (1e-3, 0.9 * point["eps_h"])}
    if make is sn.local:
        found = sn.evaluator(own, {"J_c": sn.critical_current(own, current)})
        values = {"eps_h": 1.0, "g": 0.1, "gamma_h": 0.2, "gamma_c": 0.3, "T_h": 0.7}
        at, near = float(found(**values, T_c=0.7)["J_c"]), float(found(**values, T_c=0.7 + 1e-9)["J_c"])
        assert at > 1e-3
        assert at == pytest.approx(near, rel=1e-6)
        ranges |= {"T_h": (0.1, 1.0), "T_c": (1.1, 5.0)}
    report = formula.check(points=13 if make is not sn.local else 1, digits=20, ranges=ranges)
    assert report.passed, report.text()


def test_the_global_engine_needs_no_current_at_equilibrium() -> None:
    """Thermal coherence: J_c falls to zero with the current (Eq. (27) of the paper)."""
    own = sn.steady_state(sn.secular(engine(1)))
    J = sn.heat_current(own, "h") - sn.heat_current(own, "c")
    f = sn.evaluator(own, {"J": J, "J_c": sn.critical_current(own, J), "c": own.element(1, 2, "product")})
    values = {"eps_h": 1.0, "g": 0.4, "gamma_h": 0.01, "gamma_c": 0.02, "T_h": 0.5}
    found = f(**values, T_c=0.5)
    assert abs(found["c"]) > 1e-2
    assert found["J"] == found["J_c"] == 0
    assert f(**values, T_c=0.4)["J_c"] > 0


def test_errors(state: Any) -> None:
    with pytest.raises(ObservableError, match=r"'single' or 'double'|single.*double"):
        sn.critical_current(state, flow(state), coherence="w")
    with pytest.raises(ObservableError, match=r"double coherence.*vanishes identically; pass 'single'"):
        sn.critical_current(state, flow(state), coherence="double")
    other = sn.steady_state(sn.local(engine(1)))
    with pytest.raises(ObservableError, match=r"no quantity of this state"):
        sn.critical_current(state, sn.heat_current(other, "h"))
    with pytest.raises(ObservableError, match=r"vanishes identically"):
        sn.critical_current(state, flow(state) * 0)
    with pytest.raises(ObservableError, match=r"complex"):
        sn.critical_current(state, state.element(1, 2))


def test_a_current_that_is_not_tied_to_the_coherence(state: Any) -> None:
    """An occupation does not vanish with the coherence: the message shows what is left over."""
    occupation = other = sn.expectation(sn.steady_state(sn.local(engine(1))), sn.qubits("h c")[0].number)
    with pytest.raises(ObservableError, match=r"down.*no factor of the current"):
        sn.critical_current(occupation.state, other)
    dark = sn.steady_state(sn.local(systems.two_qubits("bose")))
    assert sn.critical_current(dark, sn.particle_current(dark, "1")).unit == "energy"
