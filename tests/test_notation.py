"""A paper's symbols: an exact change of variables, refused where it does not fit."""

from __future__ import annotations

import pytest

import symness as sn
from symness.derivations import wang2019
from symness.published import compare, parse, published_length, unequal


@pytest.fixture(scope="module")
def generator():
    rates = (2 * wang2019.J, 2 * wang2019.J)
    return sn.redfield(wang2019.model("bose", (wang2019.omega, wang2019.omega), rates))


def test_notation_changes_the_form_and_not_the_value(generator):
    plain = sn.steady_state(generator).closed_form
    noted = sn.steady_state(generator, notation=wang2019.notation(generator, detuned=False)).closed_form
    assert unequal(plain.expanded(), noted.expanded()) == ()
    used = {d.name for d in noted.definitions}
    assert {"Nbar_p", "Ntilde_m", "r_1", "s_2", "R", "norm"} <= used
    assert "Nbar_p" not in {d.name for d in plain.definitions}


def test_a_notation_that_cannot_express_a_composite_is_refused(generator):
    N = generator.symbols
    with pytest.raises(sn.ModelError, match=r"composite .* is not a combination of half"):
        sn.steady_state(generator, notation=sn.Notation({"half": N["N_1_p"] / 2}, unit=wang2019.J))


def test_a_unit_that_the_rates_are_not_proportional_to_is_refused(generator):
    notation = wang2019.notation(generator, detuned=False)
    with pytest.raises(sn.ModelError, match="not proportional to the unit"):
        sn.steady_state(generator, notation=sn.Notation(notation.define, unit=wang2019.lam))


def test_published_text_is_counted_as_printed():
    assert published_length({"a": "2*x + 2*y", "b": "-(x + y)/z"}) == 3 + 2
    assert published_length({"a": "x*(1 + y)**2"}) == 3
    with pytest.raises(sn.ModelError, match="not arithmetic"):
        parse("[x]")
    with pytest.raises(sn.ModelError, match="integers"):
        parse("x**y")


def test_comparison_sees_a_changed_sign(generator):
    formula = sn.steady_state(generator, notation=wang2019.notation(generator, detuned=False)).closed_form
    lines = dict(wang2019.PUBLISHED["bosons, symmetric qubits"])
    assert compare(formula, lines).differing == ()
    lines["rho_44"] = lines["rho_44"].replace("+ s_2*r_1*R", "- s_2*r_1*R")
    assert compare(formula, lines).differing == ("rho_44",)
