"""Noise, sensitivity, relaxation and spectra of a single level between two leads: textbooks and the reference."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import systems

import symness as sn

eps, gamma_1, gamma_2, T = sn.parameters("eps gamma_1 gamma_2 T", positive=True)
mu_1, mu_2 = sn.parameters("mu_1 mu_2")
BIASED = {"eps": 1.0, "gamma_1": 0.3, "gamma_2": 0.5, "T": 0.01, "mu_1": 5.0, "mu_2": -5.0}


@pytest.fixture(scope="module")
def state() -> Any:
    (d,) = sn.fermions("d")
    leads = [
        sn.Bath(name, d.annihilation, rate, T, mu, statistics="fermi")
        for name, rate, mu in (("1", gamma_1, mu_1), ("2", gamma_2, mu_2))
    ]
    return sn.steady_state(sn.secular(sn.Model(eps * d.number, baths=leads)))


def test_fano_factor_at_high_bias_is_the_textbook_one(state: Any) -> None:
    """F = (gamma_1**2 + gamma_2**2)/(gamma_1 + gamma_2)**2."""
    found = sn.evaluator(state, {"F": sn.fano(state, "1"), "S": sn.noise(state, "1")})(**BIASED)
    assert found["F"] == pytest.approx((0.09 + 0.25) / 0.64, rel=1e-12)
    assert found["S"] == pytest.approx(found["F"] * 0.15 / 0.8, rel=1e-12)


def test_a_slow_lead_makes_a_poisson_process(state: Any) -> None:
    found = sn.evaluator(state, {"F": sn.fano(state, "1")})(**{**BIASED, "gamma_1": 1e-9})
    assert found["F"] == pytest.approx(1, abs=1e-8)


def test_equilibrium_noise_is_twice_temperature_times_conductance(state: Any) -> None:
    slope = sn.derivative(sn.particle_current(state, "1"), mu_1)
    point = {"eps": 1.0, "gamma_1": 0.3, "gamma_2": 0.5, "T": 0.7, "mu_1": 0.4, "mu_2": 0.4}
    found = sn.evaluator(state, {"S": sn.noise(state, "1"), "G": slope})(**point)
    assert found["S"] == pytest.approx(2 * 0.7 * found["G"], rel=1e-12)
    N = systems.fermi(1.0, 0.7, 0.4)
    assert found["G"] == pytest.approx(0.15 / 0.8 * N * (1 - N) / 0.7, rel=1e-12)


def test_the_reference_goes_its_own_way_to_the_same_numbers(state: Any) -> None:
    outputs = {
        "S": sn.noise(state, "1"),
        "F": sn.fano(state, "1"),
        "D": sn.derivative(sn.particle_current(state, "1"), mu_1),
        "classical": sn.fisher_information(state, T),
        "quantum": sn.quantum_fisher_information(state, T),
    }
    assert sn.formula(state, outputs).check(points=6, digits=30).passed


def test_the_uncertainty_relation_holds(state: Any) -> None:
    """Noise times entropy production over the current squared is at least 2."""
    biases = np.linspace(0.05, 8, 40)
    point = {**BIASED, "T": 0.7, "mu_1": 1 + biases / 2, "mu_2": 1 - biases / 2}
    found = sn.evaluator(state, {"U": sn.uncertainty_product(state, "1")})(**point)["U"]
    assert (found >= 2 * (1 - 1e-12)).all()
    assert found[0] == pytest.approx(2, rel=1e-2)


def test_fisher_information_of_a_thermal_level_is_its_heat_capacity_over_T_squared(state: Any) -> None:
    point = {"eps": 1.0, "gamma_1": 0.3, "gamma_2": 0.5, "T": 0.7, "mu_1": 0.0, "mu_2": 0.0}
    found = sn.evaluator(state, {"q": sn.quantum_fisher_information(state, T)})(**point)["q"]
    N = systems.fermi(1.0, 0.7)
    assert found == pytest.approx(N * (1 - N) / 0.7**4, rel=1e-12)


def test_the_gap_is_half_the_total_rate(state: Any) -> None:
    """Populations relax at gamma_1 + gamma_2, the coherence at half of it."""
    point = {"eps": 1.0, "gamma_1": 0.3, "gamma_2": 0.5, "T": 0.1, "mu_1": 1.0, "mu_2": -1.0}
    assert sn.relaxation(state.generator).gap(**point) == pytest.approx(0.4, rel=1e-12)


def test_the_spectrum_of_the_occupation_is_a_lorentzian(state: Any) -> None:
    """<dn(t) dn> decays at gamma_1 + gamma_2 from p(1 - p)."""
    (d,) = sn.fermions("d")
    omega = np.array([0.1, 0.7, 3.0])
    found = sn.evaluator(state, {"s": sn.spectrum(state, d.number)})(**{**BIASED, "T": 0.8}, omega=omega)["s"]
    p = (0.3 * systems.fermi(1, 0.8, 5) + 0.5 * systems.fermi(1, 0.8, -5)) / 0.8
    assert np.real(found) == pytest.approx(2 * p * (1 - p) * 0.8 / (0.8**2 + omega**2), rel=1e-10)
