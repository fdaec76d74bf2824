"""First law proved, second law where it is a theorem and where it fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import systems

import symness as sn
from symness.errors import ModelError, ObservableError

PAIR = {"omega_1": 3.0, "omega_2": 2.0, "lam": 1.4, "gamma_1": 0.3, "gamma_2": 0.5, "T_1": 0.8, "T_2": 1.9}
MAKERS = [sn.redfield, sn.secular, sn.local]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("energy", ["total", "bare"])
@pytest.mark.parametrize("model", [lambda: systems.two_qubits("fermi"), lambda: systems.chain(3)])
def test_first_law(make: Any, energy: str, model: Any) -> None:
    law = sn.first_law(make(model()), energy)
    assert law.holds
    assert str(law).endswith("proved")


def test_first_law_with_a_jump() -> None:
    omega, lam, gamma, T, kappa = sn.parameters("omega lam gamma T kappa", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(
        omega * (a.number + b.number),
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.lowering, gamma, T)],
        jumps=[sn.Jump("dephasing", b.z, kappa)],
    )
    generator = sn.local(model)
    assert sn.first_law(generator).holds


def test_the_first_law_can_be_refuted() -> None:
    """A generator that turns with another interaction than the model says."""
    generator = sn.local(systems.two_qubits("bose"))
    wrong = {(i, j): v if i == j else 2 * v for (i, j), v in generator.hamiltonian.items()}
    assert not sn.first_law(replace(generator, hamiltonian=wrong), "bare").holds


@pytest.mark.parametrize("make", MAKERS)
def test_interaction_power_closes_the_balance_of_bare_energy(make: Any) -> None:
    state = sn.steady_state(make(systems.two_qubits("bose")))
    outputs = {f"I_{k}": sn.energy_current(state, k, "bare") for k in "12"} | {"P": sn.interaction_power(state)}
    found = sn.evaluator(state, outputs)(**PAIR)
    assert float(found["I_1"] + found["I_2"] + found["P"]) == pytest.approx(0, abs=1e-15)
    assert (abs(found["P"]) > 1e-4) == (make is not sn.secular)
    report = sn.formula(state, {"P": outputs["P"]}).check(points=6, digits=20)
    assert report.passed, report.text()


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_spohn(statistics: str) -> None:
    law = sn.second_law(sn.steady_state(sn.secular(systems.two_qubits(statistics))), points=240)
    assert law.holds
    assert law.theorem
    assert law.negative == 0
    assert law.points > 100
    assert "Spohn" in str(law)


@pytest.mark.parametrize("make", [sn.local, sn.redfield])
def test_second_law_fails_where_heat_flows_from_cold_to_hot(make: Any) -> None:
    """The worst point is one: both heat currents of a trace over the parts give a negative sum."""
    state = sn.steady_state(make(systems.two_qubits("bose")))
    law = sn.second_law(state, "total", points=240)
    assert not law.holds
    assert not law.theorem
    assert 0 < law.negative < law.points
    assert law.worst < -0.1
    v = dict(law.place)
    rho = systems.density(state, v).reshape(-1, order="F")
    E = systems.numeric(state.generator.model.total, v)
    sigma = 0.0
    for k in "12":
        off = {**v, f"gamma_{k}": 0.0}
        part = systems.superoperator(state.generator, v) - systems.superoperator(state.generator, off)
        sigma -= np.trace(E @ (part @ rho).reshape(4, 4, order="F")).real / v[f"T_{k}"]
    assert sigma < 0


def test_bare_heat_of_the_local_generator_obeys_the_second_law_here() -> None:
    """Two bosonic baths: j (eps_c/T_c - eps_h/T_h) with j of the sign of n_h - n_c."""
    law = sn.second_law(sn.steady_state(sn.local(systems.two_qubits("bose"))), points=240)
    assert law.holds
    assert not law.theorem


def test_errors() -> None:
    generator = sn.local(systems.two_qubits("bose"))
    with pytest.raises(ObservableError, match=r"'total'.*'bare'"):
        sn.first_law(generator, "free")
    with pytest.raises(ModelError, match=r"neither"):
        sn.first_law(systems.two_qubits("bose"))
