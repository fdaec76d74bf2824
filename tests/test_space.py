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


def chain(parts: Any, lower: str) -> Any:
    """Three sites in a row, leads at the first and at the middle one, an empty drain at the last."""
    sites = [getattr(part, lower) for part in parts]
    t, g, f = sn.parameters("t g f", positive=True)
    e = sn.parameters("e_1 e_2 e_3")
    H = sum((energy * (s.T * s) for energy, s in zip(e, sites, strict=True)), sp.zeros(8, 8))
    hops = sites[0].T * sites[1] + sites[1].T * sites[2]
    # Leads of occupation f at the rate g, written as jumps: what enters and what leaves.
    jumps = [sn.Jump("in 1", sites[0].T, g * f), sn.Jump("in 2", sites[1].T, 2 * g), sn.Jump("out 1", sites[0], g)]
    jumps += [sn.Jump("out 2", sites[1], g * f), sn.Jump("out 3", sites[2], 3 * g)]
    return sn.steady_state(sn.local(sn.Model(H, interaction=t * (hops + hops.T), jumps=jumps))), sites


CHAIN = {"t": 0.7, "g": 0.4, "f": 0.3, "e_1": 0.2, "e_2": -0.5, "e_3": 0.9}


def covariance() -> np.ndarray:
    """C_jk = <c_j^+ c_k> of free fermions: i[h, C] - {loss + gain, C}/2 + gain = 0, a linear equation for 9 numbers."""
    v = CHAIN
    h = np.diag([v["e_1"], v["e_2"], v["e_3"]]) + v["t"] * (np.eye(3, k=1) + np.eye(3, k=-1))
    gain = np.diag([v["g"] * v["f"], 2 * v["g"], 0])
    total = gain + np.diag([v["g"], v["g"] * v["f"], 3 * v["g"]])
    left, right = 1j * h - total / 2, -1j * h - total / 2
    rows = np.kron(left, np.eye(3)) + np.kron(np.eye(3), right.T)
    return np.linalg.solve(rows, -gain.ravel()).reshape(3, 3)


def correlations(state: Any, sites: Any) -> np.ndarray:
    """The same from a steady state of the 8 x 8 density matrix."""
    outputs = {}
    for j, k in np.ndindex(3, 3):
        product = sites[j].T * sites[k]
        outputs[f"re_{j}{k}"] = sn.expectation(state, (product + product.T) / 2)
        outputs[f"im_{j}{k}"] = sn.expectation(state, (product - product.T) / (2 * sp.I))
    found = sn.evaluator(state, outputs)(**CHAIN)
    return np.array([[found[f"re_{j}{k}"] + 1j * found[f"im_{j}{k}"] for k in range(3)] for j in range(3)])


def test_a_lead_at_the_middle_of_a_chain_keeps_fermions_free() -> None:
    """Signs of the strings: <c_1^+ c_3> passes the middle site, whose lead changes its parity."""
    expected = covariance()
    assert abs(expected[0, 2]) > 1e-2
    assert np.abs(correlations(*chain(sn.fermions("1 2 3"), "annihilation")) - expected).max() < 1e-13
    # Without strings it is another system: the checker sees the difference.
    qubits = correlations(*chain(sn.qubits("1 2 3"), "lowering"))
    assert np.abs(np.diag(qubits - expected)).max() > 1e-3


def test_fermions_on_both_sides_of_a_qubit_are_those_of_a_space_without_it() -> None:
    """A qubit that is not coupled changes nothing, wherever it stands among the modes."""
    omega, t, gamma, T_1, T_2 = sn.parameters("omega t gamma T_1 T_2", positive=True)
    values = {"omega": 1.2, "t": 0.3, "gamma": 0.2, "T_1": 0.6, "T_2": 1.9}
    found = []
    for with_qubit in (False, True):
        q = sn.qubits("q") if with_qubit else ()
        a, *middle, b = sn.product(sn.fermions("a"), *q, sn.fermions("b"))
        hop = a.creation * b.annihilation
        H = omega * (a.number + b.number)
        leads = [
            sn.Bath(k, part.annihilation, gamma, T, statistics="fermi") for k, part, T in (("1", a, T_1), ("2", b, T_2))
        ]
        if middle:
            H = H + 3 * omega * middle[0].number
            leads.append(sn.Bath("q", middle[0].lowering, gamma, T_1))
        state = sn.steady_state(sn.local(sn.Model(H, interaction=t * (hop + hop.T), baths=leads)))
        found.append(float(sn.evaluator(state, {"n": sn.particle_current(state, "1")})(**values)["n"]))
    assert abs(found[0]) > 1e-3
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def labelled(labels: Any) -> Any:
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    v = sn.levels("v", 3)
    bath = sn.Bath("B", v.transition(0, 1) + v.transition(1, 2), gamma, T)
    model = sn.Model(omega * v.projector(1) + 3 * omega * v.projector(2), baths=[bath], labels=labels)
    return sn.steady_state(sn.redfield(model))


@pytest.mark.parametrize(
    ("labels", "names", "shown"),
    [
        (["g", "e", "f"], {"rho_gg", "rho_ee", "rho_ff"}, {r"\rho_{gg}", r"\rho_{ee}", r"\rho_{ff}"}),
        (["0", "+", "-"], {"rho_00", "rho_plus_plus", "rho_minus_minus"}, {r"\rho_{00}", r"\rho_{++}", r"\rho_{--}"}),
        (
            [r"\uparrow", "down", "d_1"],
            {"rho_uparrow_uparrow", "rho_down_down", "rho_d_1_d_1"},
            {r"\rho_{\uparrow,\uparrow}", r"\rho_{\mathrm{down},\mathrm{down}}", r"\rho_{d_1,d_1}"},
        ),
        (["a b", "ab", "/"], {"rho_11", "rho_22", "rho_33"}, {r"\rho_{a b,a b}", r"\rho_{//}"}),
    ],
)
def test_labels_are_shown_and_make_names(labels: list[str], names: set[str], shown: set[str]) -> None:
    state = labelled(labels)
    form = state.closed_form
    assert {output.name for output in form.outputs} == names
    assert all(name.isidentifier() for name in names)
    assert shown <= {output.latex for output in form.outputs}
    assert all(text in form.latex() for text in shown)
    assert {output.name for output in state.program.outputs} == names
    quantity = state.element(1, 1)
    assert quantity.latex in {output.latex for output in form.outputs}
    assert quantity.meaning == f"<{labels[1]}|rho|{labels[1]}>, energy basis"
    weights = np.array([1.0, np.exp(-1 / 0.8), np.exp(-3 / 0.8)])  # Gibbs, whatever the names
    found = sn.evaluator(state, {"p": quantity})(omega=1.0, gamma=0.3, T=0.8)["p"]
    assert found == pytest.approx(weights[1] / weights.sum(), rel=1e-13)


def test_numpy_matrices_of_floats() -> None:
    """Small fractions are taken for what they are; the error for others says what to pass."""
    gamma, T = sn.parameters("gamma T", positive=True)
    lowering = np.array([[0.0, 0.0], [0.5, 0.0]])
    bath = sn.Bath("B", lowering, gamma, T)
    assert bath.coupling[0] == sn.qubits("q")[0].lowering / 2
    state = sn.steady_state(sn.secular(sn.Model(np.diag([1.5, 0.0]), baths=[bath])))
    found = sn.evaluator(state, {"half": sn.expectation(state, np.diag([0.5, 0.0]))})(gamma=0.1, T=0.7)["half"]
    assert found == pytest.approx(0.5 / (1 + np.exp(1.5 / 0.7)), rel=1e-13)
    odd = np.diag([0.123456, 0.0])
    for make in (
        lambda: sn.Model(odd, baths=[bath]),
        lambda: sn.Model(np.diag([1, 0]), interaction=odd, baths=[bath]),
        lambda: sn.Bath("B", odd, gamma, T),
        lambda: sn.Jump("J", odd, gamma),
        lambda: sn.expectation(state, odd),
    ):
        with pytest.raises(sn.ModelError, match=r"0\.123456.* is a float; pass exact numbers .*sn\.parameters"):
            make()
    with pytest.raises(sn.ModelError, match=r"a list holds operators: pass sympy\.Matrix"):
        sn.Bath("B", [[0, 0], [1, 0]], gamma, T)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: sn.spins("s", 0.3), "must be 1/2, 1"),
        (lambda: sn.spins("s", None), "j=None must be 1/2, 1"),
        (lambda: sn.modes("m", 0), "cutoff=0"),
        (lambda: sn.modes("m m", 2), "different names"),
        (lambda: sn.product(sn.qubits("a"), sn.qubits("a")), "two parts are called 'a'"),
        (lambda: sn.product(sn.qubits("a"), 3), "is no part"),
        (lambda: sn.product(), "at least one part"),
        (lambda: sn.levels("v", 3).transition(3, 0), "no level 3"),
        (lambda: sn.modes("m", 2)[0].projector(3), "no state of 3 quanta"),
        (lambda: sn.qubits("q")[0].on_space(sp.eye(3)), "pass 2 x 2"),
        (lambda: sn.qubits("q")[0].on_space([[1, 0], [0]]), "is not a matrix"),
    ],
)
def test_bad_parts_are_named(make: Any, message: str) -> None:
    with pytest.raises(sn.ModelError, match=message):
        make()
