"""QuTiP operators in, steady states and Liouvillians out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

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
