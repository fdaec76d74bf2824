"""What vanishes at equilibrium is written with differences of occupations, exactly."""

from __future__ import annotations

import numpy as np
import pytest

import symness as sn
from symness import program
from symness.composites import composite_matrix
from symness.derivations import wang2019
from symness.differences import Differences
from symness.elimination import schur
from symness.liouville import liouvillian
from symness.thermodynamics import sum_of_elements


@pytest.fixture(scope="module")
def parts():
    generator = sn.redfield(wang2019.model("bose"))
    matrix = composite_matrix(generator, liouvillian(generator))
    return matrix, schur(matrix.ring, matrix.matrix, matrix.sector, generator.names), Differences(matrix)


def test_the_coherence_numerator_lies_in_the_ideal_and_a_population_does_not(parts):
    _, elimination, differences = parts
    source = elimination.sources["x", 1, 2]
    form = differences.rewrite(elimination.ring, source)
    assert form is not None
    assert {d.name for d in differences.definitions.values()} <= set(program.symbols_of([form]))
    assert differences.rewrite(elimination.ring, elimination.populations[0]) is None
    assert differences.rewrite(elimination.ring, source + elimination.ring.one) is None


def test_every_difference_is_a_bath_difference(parts):
    _, _, differences = parts
    assert len(differences.definitions) == 2
    for definition in differences.definitions.values():
        calls = {n.args[0] for n in program.walk([definition.expression]) if n.op == "call"}
        assert calls == {"bose_difference"}


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
@pytest.mark.parametrize("bath", ["1", "2"])
def test_closed_currents_equal_their_definition(statistics, bath):
    state = sn.steady_state(sn.redfield(wang2019.model(statistics)))
    from symness.liouville import functional

    direct = sum_of_elements(state, functional(state.generator, bath, "particle"))
    closed = sn.particle_current(state, bath).expression
    assert closed is not direct
    assert state.equal(closed, direct)
    assert not state.equal(closed, direct + 1)


def test_currents_keep_their_digits_next_to_equilibrium():
    """The linear response is resolved at a relative bias of 1e-12, where a sum of rates has no digits."""
    state = sn.steady_state(sn.redfield(wang2019.model("bose")))
    current = sn.evaluator(state, {"I": sn.energy_current(state, "2")})
    point = {"omega_1": 10.0, "omega_2": 9.0, "lam": 6.0, "J_1": 0.3, "J_2": 0.7, "T_1": 2.0}
    steps = 2.0 ** -np.arange(20, 40)
    slopes = current(**point, T_2=2.0 + steps)["I"] / steps
    # The next order is 1e-6 at the first step; from the tenth on nothing but rounding would be left.
    np.testing.assert_allclose(slopes[10:], slopes[-1], rtol=1e-8)
    assert current(**point, T_2=2.0)["I"] == 0


def test_one_bath_has_no_differences():
    omega, gamma, T = sn.parameters("omega gamma T", positive=True)
    (a,) = sn.qubits("1")
    model = sn.Model(omega * a.number, baths=[sn.Bath("h", a.lowering, gamma, T)])
    generator = sn.secular(model)
    matrix = composite_matrix(generator, liouvillian(generator))
    assert not Differences(matrix).definitions
