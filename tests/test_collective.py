"""Composites of a common bath: one square where the rate matrix has rank one, and nothing changed but the writing."""

from __future__ import annotations

import pytest
import sympy as sp

import symness as sn
from symness import program
from symness.published import unequal

w1, w2, lam, g1, g2, G1, G2, T, Tc = sn.parameters("omega_1 omega_2 lam g_1 g_2 G_1 G_2 T T_c", positive=True)
K = sn.parameters("K")
ROOT = sp.sqrt(G1 * G2)


def steady(matrix, statistics="bose"):
    a, b = sn.qubits("1 2")
    return sn.steady_state(
        sn.secular(
            sn.Model(
                w1 * a.number + w2 * b.number,
                interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
                baths=[
                    sn.Bath("1", a.lowering, rate=g1, temperature=T, statistics=statistics),
                    sn.Bath("2", b.lowering, rate=g2, temperature=T, statistics=statistics),
                    sn.Bath("c", [a.lowering, b.lowering], rate=matrix, temperature=Tc, statistics=statistics),
                ],
            )
        )
    )


def squares(state):
    return [d for d in state.closed_form.definitions if not d.atom and d.name.startswith("g") and "_c" in d.name]


def matrix(diagonal=(G1, G2), beside=ROOT):
    return sp.Matrix([[diagonal[0], beside], [beside, diagonal[1]]])


def values(state):
    return {name: node for name, node in state.closed_form.expanded().items() if name in ("rho_11", "rho_22", "rho_33")}


@pytest.mark.parametrize(
    "rates",
    [
        matrix(),
        matrix(beside=-ROOT),
        3 * matrix(),
        matrix((G1, 4 * G1), 2 * G1),
        matrix((G1**2, G2**2), G1 * G2),
    ],
)
def test_rank_one_is_written_as_squares(rates):
    state = steady(rates)
    assert len(squares(state)) == 4
    for definition in squares(state):
        assert any(node.op == "pow" and node.args[0].op == "add" for node in program.walk([definition.expression]))


def test_frequency_dependent_rates_have_their_own_amplitudes():
    state = steady(lambda w: w * matrix())
    assert len(squares(state)) == 4
    report = sn.formula(state, {"p": state.element(0, 0)}).check(points=13, digits=20)
    assert report.passed


def test_partly_correlated_baths_are_written_channel_by_channel():
    state = steady(matrix(beside=K))
    assert squares(state) == []
    collective = values(steady(matrix()))
    assert (
        unequal(
            {
                n: program.substitute(v, {"K": program.sqrt(program.mul(*map(program.symbol, ("G_1", "G_2"))))})
                for n, v in values(state).items()
            },
            collective,
        )
        == ()
    )
    assert unequal(values(state), collective) != ()


def test_a_fermi_bath_keeps_its_holes():
    state = steady(matrix(), statistics="fermi")
    assert len(squares(state)) == 4
    assert sn.formula(state, {"p": state.element(3, 3)}).check(points=13, digits=20).passed


def test_sums_that_two_composites_share_are_named_once():
    names = [d.name for d in steady(matrix()).closed_form.definitions if not d.atom]
    assert [n for n in names if n[0] in "ab"] == ["a_p", "a_m", "b_p", "b_m"]


def test_weights_use_the_double_angle_where_that_is_shorter():
    """Dephasing of both qubits: gamma sin(theta)^2/4 between the eigenstates, no cancelling 1 - 2 cos^2."""
    a, b = sn.qubits("1 2")
    model = sn.Model(
        w1 * a.number + w2 * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[
            sn.Bath("1", a.lowering, rate=g1, temperature=T),
            sn.Bath("2", b.lowering, rate=g2, temperature=Tc),
        ],
        jumps=[sn.Jump("dep", [a.z, b.z], rate=G1)],
    )
    defined = {d.name: d.expression for d in sn.steady_state(sn.secular(model)).closed_form.definitions}
    used = {name: set(program.symbols_of([defined[name]])) for name in "kqh"}
    assert used["k"] == {"sin_theta", "rate_dep"}
    assert used["q"] == {"sin_theta", "cos_theta", "rate_dep"}
    assert used["h"] == {"cos_theta", "rate_dep"}
