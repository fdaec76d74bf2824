"""Operators of qubits, fermions, levels, spins and modes, alone and together on one space."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
import systems

import symness as sn


def commutator(a: Any, b: Any) -> Any:
    return a * b - b * a


@pytest.mark.parametrize("j", [sp.Rational(1, 2), 1, 1.5, 2])
def test_spins_obey_their_algebra(j: Any) -> None:
    s, other = sn.spins("a b", j)
    size = (2 * sp.nsimplify(j) + 1) ** 2
    assert s.x.shape == (size, size)
    assert commutator(s.x, s.y).applyfunc(sp.expand) == sp.I * s.z
    square = (s.x**2 + s.y**2 + s.z**2).applyfunc(sp.expand)
    assert square == sp.nsimplify(j) * (sp.nsimplify(j) + 1) * s.identity
    assert commutator(s.x, other.z) == 0 * s.x
    assert s.z[0, 0] == sp.nsimplify(j)


def test_a_spin_one_half_is_half_a_qubit() -> None:
    (s,), (q,) = sn.spins("s", sp.Rational(1, 2)), sn.qubits("q")
    assert (2 * s.x, 2 * s.y, 2 * s.z, s.lowering) == (q.x, q.y, q.z, q.lowering)


def test_modes_lower_by_one_quantum_below_the_cutoff() -> None:
    (m,) = sn.modes("m", 3)
    a = m.annihilation
    assert (m.creation * a).applyfunc(sp.nsimplify) == m.number
    defect = commutator(a, m.creation) - m.identity
    assert defect == -4 * m.projector(3)
    assert m.projector(0)[3, 3] == 1


def test_fermions_anticommute_across_groups_and_past_other_parts() -> None:
    a, q, b, m = sn.product(sn.fermions("a"), sn.qubits("q"), sn.fermions("b"), sn.modes("m", 1))
    for first, second in ((a, b), (b, a)):
        assert first.annihilation * second.creation + second.creation * first.annihilation == 0 * m.identity
    assert a.annihilation * a.creation + a.creation * a.annihilation == m.identity
    assert commutator(b.annihilation, q.x) == 0 * m.identity
    assert commutator(q.lowering, m.annihilation) == 0 * m.identity
    assert m.identity.rows == 16


def test_a_product_of_levels_and_qubit_is_the_kronecker_product() -> None:
    q, v = sn.product(sn.qubits("q"), sn.levels("v", 3))
    alone = sn.levels("v", 3)
    assert v.transition(0, 2) == sp.ImmutableMatrix(sp.kronecker_product(sp.eye(2), alone.transition(0, 2)))
    assert (q.dimension, v.dimension, v.count) == (2, 3, 3)


def test_a_truncated_mode_in_one_bath_is_thermal() -> None:
    """The Gibbs state of the cut-off oscillator, from any generator."""
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (m,) = sn.modes("m", 3)
    state = sn.steady_state(sn.secular(sn.Model(omega * m.number, baths=[sn.Bath("B", m.annihilation, gamma, T)])))
    values = {"omega": 1.3, "gamma": 0.1, "T": 0.9}
    assert np.abs(systems.density(state, values) - systems.gibbs(np.diag([3.9, 2.6, 1.3, 0.0]), 0.9)).max() < 1e-14


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sn.spins("s", 0.3), "must be 1/2, 1"),
        (lambda: sn.modes("m", 0), "cutoff=0"),
        (lambda: sn.modes("m m", 2), "different names"),
        (lambda: sn.product(sn.qubits("a"), sn.qubits("a")), "two parts are called 'a'"),
        (lambda: sn.product(sn.qubits("a"), 3), "is no part"),
        (lambda: sn.product(), "at least one part"),
        (lambda: sn.levels("v", 3).transition(3, 0), "no level 3"),
        (lambda: sn.modes("m", 2)[0].projector(3), "no state of 3 quanta"),
        (lambda: sn.qubits("q")[0].on_space(sp.eye(3)), "pass 2 x 2"),
    ],
)
def test_bad_parts_are_named(make: Any, message: str) -> None:
    with pytest.raises(sn.ModelError, match=message):
        make()
