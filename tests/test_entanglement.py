"""Concurrence and negativity against QuTiP and a numerical partial transpose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn
from symness.entanglement import positive
from symness.errors import ObservableError

qutip = pytest.importorskip("qutip")


def negativity(rho: np.ndarray) -> float:
    """Sum of |negative eigenvalues| of the partial transpose over the second qubit."""
    turned = rho.reshape(2, 2, 2, 2).transpose(0, 3, 2, 1).reshape(4, 4)
    eigenvalues = np.linalg.eigvalsh(turned)
    return float(-eigenvalues[eigenvalues < 0].sum())


def concurrence(rho: np.ndarray) -> float:
    return float(qutip.concurrence(qutip.Qobj(rho, dims=[[2, 2], [2, 2]])))


def test_the_measures_of_this_file() -> None:
    bell = np.zeros((4, 4))
    bell[1:3, 1:3] = 0.5
    assert negativity(bell) == pytest.approx(0.5)
    assert concurrence(bell) == pytest.approx(1)


def points(count: int) -> list[dict[str, float]]:
    """Cold enough for entanglement in about half of them."""
    rng = np.random.default_rng(3)
    listed = []
    for _ in range(count):
        w1, w2 = rng.uniform(1, 4, 2)
        listed.append(
            {
                "omega_1": w1,
                "omega_2": w2,
                "lam": 2 * np.sqrt(w1 * w2) * rng.uniform(0.3, 0.95),
                "gamma_1": rng.uniform(0.01, 0.3),
                "gamma_2": rng.uniform(0.01, 0.3),
                "T_1": rng.uniform(0.05, 0.8),
                "T_2": rng.uniform(0.05, 0.8),
            }
        )
    return listed


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_two_qubits(make: Any, statistics: str) -> None:
    state = sn.steady_state(make(systems.two_qubits(statistics)))
    outputs = {"C": sn.concurrence(state), "N": sn.negativity(state), "positive": positive(state)}
    f = sn.evaluator(state, outputs)
    g = sn.evaluator(state, {f"r{i}{j}": state.element(i, j, "product") for i in range(4) for j in range(i, 4)})
    entangled = 0
    for values in points(40):
        if statistics == "fermi":
            values |= {"mu_1": 0.7, "mu_2": 2.5}
        found, elements = f(**values), g(**values)
        rho = np.zeros((4, 4), complex)
        for name, value in elements.items():
            i, j = int(name[1]), int(name[2])
            rho[i, j], rho[j, i] = value, np.conj(value)
        lowest = np.linalg.eigvalsh(rho)[0]
        assert bool(found["positive"]) is bool(lowest > -1e-14)
        if lowest < 1e-12:
            continue
        entangled += float(found["C"]) > 1e-3
        assert float(found["C"]) == pytest.approx(concurrence(rho), abs=2e-8)  # QuTiP takes roots of eigenvalues
        assert float(found["N"]) == pytest.approx(negativity(rho), abs=1e-14)
    assert entangled >= 3 or make is sn.local


def test_both_blocks_of_an_x_state() -> None:
    """Coherence between ee and gg (a pair jump) as well as between eg and ge."""
    omega, lam, gamma, T1, T2, kappa, eta = sn.parameters("omega lam gamma T_1 T_2 kappa eta", positive=True)
    a, b = sn.qubits("1 2")
    pair = sn.Jump("pair", a.lowering * b.lowering + a.raising * b.raising, kappa)
    squeezed = sn.Jump("squeezed", a.lowering + sp.Rational(1, 2) * b.raising, eta)
    model = sn.Model(
        omega * (a.number + b.number),
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[sn.Bath("1", a.lowering, gamma, T1), sn.Bath("2", b.lowering, gamma, T2)],
        jumps=[pair, squeezed],
    )
    state = sn.steady_state(sn.local(model))
    f = sn.evaluator(
        state, {"C": sn.concurrence(state), "N": sn.negativity(state), "z": state.element(0, 3, "product")}
    )
    rng = np.random.default_rng(5)
    seen = 0
    for _ in range(20):
        values = {
            "omega": rng.uniform(0.1, 0.5), "lam": rng.uniform(0, 1), "gamma": rng.uniform(0.001, 0.02),
            "T_1": rng.uniform(0.05, 0.2), "T_2": rng.uniform(0.05, 0.2),
            "kappa": rng.uniform(0, 0.1), "eta": rng.uniform(0.5, 2),
        }  # fmt: skip
        rho = systems.density(state, values, "product")
        found = f(**values)
        seen += abs(found["z"]) > 1e-3
        assert float(found["C"]) == pytest.approx(concurrence(rho), abs=2e-8)
        assert float(found["N"]) == pytest.approx(negativity(rho), abs=1e-13)
    assert seen > 10


def test_maximally_entangled_limit() -> None:
    """Strong coupling, T = 0: the lower one-excitation state is the ground state, a Bell state on resonance."""
    state = sn.steady_state(sn.secular(systems.two_qubits("fermi")))
    f = sn.evaluator(state, {"C": sn.concurrence(state), "N": sn.negativity(state)})
    found = f(
        omega_1=1.0, omega_2=1.0, lam=4.0, gamma_1=0.1, gamma_2=0.2, T_1=0.0, T_2=0.0, mu_1=0.0, mu_2=0.0
    )  # levels at 3 (empty) and -1 (filled)
    assert float(found["C"]) == pytest.approx(1, abs=1e-14)
    assert float(found["N"]) == pytest.approx(0.5, abs=1e-14)


def test_a_state_without_x_form_says_which_element_is_in_the_way() -> None:
    omega, g, alpha, T = sn.parameters("omega g alpha T", positive=True)
    a, b = sn.qubits("1 2")
    model = sn.Model(
        omega * (a.number + 2 * b.number),
        interaction=g * a.x,
        baths=[sn.Bath("1", a.lowering, alpha, T), sn.Bath("2", b.lowering, alpha, T)],
    )
    state = sn.steady_state(sn.local(model))
    for measure in (sn.concurrence, sn.negativity):
        with pytest.raises(ObservableError, match=r"no X form.*\(1, 3\).*density_matrix"):
            measure(state)


def test_systems_that_are_not_two_qubits() -> None:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    v = sn.levels("v", 3)
    model = sn.Model(
        omega * (v.projector(1) + 2 * v.projector(2)),
        baths=[sn.Bath("1", v.transition(0, 1) + v.transition(1, 2), gamma, T)],
    )
    state = sn.steady_state(sn.secular(model))
    for measure in (sn.concurrence, sn.negativity):
        with pytest.raises(ObservableError, match=r"3 levels, not two qubits"):
            measure(state)
    assert bool(sn.evaluator(state, {"ok": positive(state)})(omega=1.0, gamma=0.1, T=0.7)["ok"])
