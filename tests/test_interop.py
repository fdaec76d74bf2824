"""QuTiP operators in, steady states and Liouvillians out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems
from routes import Route

import symness as sn

qutip = pytest.importorskip("qutip")


def test_operators_come_in_exactly() -> None:
    annihilation = sn.from_qutip(qutip.destroy(4))
    assert annihilation[1, 2] == sp.sqrt(2)
    assert annihilation[2, 3] == sp.sqrt(3)
    assert sn.from_qutip(qutip.sigmay()) == sn.qubits("q")[0].y
    assert sn.from_qutip(qutip.sigmam()) == sn.qubits("q")[0].lowering
    assert sn.from_qutip(qutip.tensor(qutip.jmat(1, "x"), qutip.qeye(2)) / 3)[0, 2] == sp.sqrt(2) / 6


def test_what_is_no_simple_number_or_no_operator_is_refused() -> None:
    with pytest.raises(sn.ModelError, match="neither a simple fraction nor the root"):
        sn.from_qutip(qutip.sigmax() * 0.123456789)
    with pytest.raises(sn.ModelError, match="no QuTiP operator"):
        sn.from_qutip(np.eye(2))
    with pytest.raises(sn.ModelError, match="no QuTiP operator"):
        sn.from_qutip(qutip.basis(2, 0))


@pytest.mark.parametrize("make", [sn.redfield, sn.secular, sn.local])
def test_the_steady_state_of_qutip_is_ours(make: Any) -> None:
    model = systems.two_qubits("bose")
    values = {"omega_1": 1.1, "omega_2": 0.9, "lam": 0.3, "gamma_1": 0.02, "gamma_2": 0.05, "T_1": 0.5, "T_2": 1.7}
    generator = make(model)
    mine = sn.to_qutip(sn.steady_state(generator), values, dims=[2, 2])
    theirs = qutip.steadystate(sn.to_qutip(generator, values, dims=[2, 2]))
    assert mine.dims == [[2, 2], [2, 2]]
    assert np.abs((mine - theirs).full()).max() < 1e-13
    assert np.abs(sn.to_qutip(generator, values).full() - systems.superoperator(generator, values)).max() < 1e-14


def test_complex_eigenvectors() -> None:
    """A qubit driven along two axes."""
    omega, F, G, alpha, beta, T_1, T_2 = sn.parameters("omega F G alpha beta T_1 T_2", positive=True)
    (q,) = sn.qubits("q")
    baths = [sn.Bath("x", q.x, lambda w: alpha * w, T_1), sn.Bath("z", q.z, lambda w: beta * w, T_2)]
    generator = sn.redfield(sn.Model(omega / 2 * q.z, interaction=F * q.x + G * q.y, baths=baths))
    values = {"omega": 1.1, "F": 0.3, "G": 0.4, "alpha": 0.05, "beta": 0.03, "T_1": 0.7, "T_2": 1.9}
    state = sn.steady_state(generator)
    mine = sn.to_qutip(state, values)
    assert np.abs((mine - qutip.steadystate(sn.to_qutip(generator, values))).full()).max() < 1e-13

    route = Route(generator.model, "redfield", values)
    assert max(abs(mine.full()[i, j] - complex(route.rho[i, j])) for i in range(2) for j in range(2)) < 1e-13
    assert sn.formula(state, {"J": sn.energy_current(state, "x")}).check(points=6, digits=25).passed


def test_a_forgotten_or_unknown_parameter_is_named() -> None:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (q,) = sn.qubits("1")
    generator = sn.secular(sn.Model(omega * q.number, baths=[sn.Bath("B", q.lowering, gamma, T)]))
    with pytest.raises(sn.ModelError, match="'T' is missing"):
        sn.to_qutip(generator, {"omega": 1, "gamma": 1})
    with pytest.raises(sn.ModelError, match="'mu' is no parameter"):
        sn.to_qutip(generator, {"omega": 1, "gamma": 1, "T": 1, "mu": 0})
    with pytest.raises(sn.ModelError, match="do not multiply to 2"):
        sn.to_qutip(generator, {"omega": 1, "gamma": 1, "T": 1}, dims=[3])
