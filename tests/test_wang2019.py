"""The first paper: closed forms as printed, modules against the reference, symmetries."""

from __future__ import annotations

import numpy as np
import pytest

import symness as sn
from symness import program
from symness.derivations import wang2019
from symness.published import compare
from symness.verify import verify

MODULES = sorted(wang2019.MODULES)
POINT = {"omega_1": 10.0, "omega_2": 9.0, "lam": 6.0, "J_1": 0.3, "J_2": 0.7, "T_1": 2.0, "T_2": 5.0}


@pytest.fixture(scope="module")
def formulas():
    return {name: derive() for name, derive in wang2019.MODULES.items()}


@pytest.mark.parametrize("title", sorted(wang2019.PUBLISHED))
def test_closed_forms_are_the_printed_ones_and_no_longer(title):
    """Eqs. (41)-(51), (55)-(60), (62)-(78), each output identical at a random exact point."""
    formula = wang2019.CLOSED_FORMS[title]()
    result = compare(formula, wang2019.PUBLISHED[title])
    assert result.differing == ()
    assert {"rho_11", "rho_22", "rho_33", "rho_44", "rho_34"} <= {o.name for o in formula.outputs}
    assert result.ours <= result.published
    assert result.definitions <= result.published_definitions


@pytest.mark.parametrize(
    ("line", "text"),
    [
        # the scan prints r_1 and s_1 without tildes in places: that reading is refuted
        ("r_1", "Nbar_p + Nbar_m*(1 + 2*Nbar_p + 2*Nbar_m)"),
        ("s_2", "Ntilde_m - Ntilde_p*(1 + 2*Nbar_p + 2*Nbar_m)"),
        ("norm", "(1 + 2*Nbar_p)*(1 + 2*Nbar_m) - 4*Ntilde_p*Ntilde_m*(1 + Nbar_p + Nbar_m)**2*R"),
    ],
)
def test_a_wrong_line_is_refuted(line, text):
    title = "bosons, symmetric qubits"
    result = compare(wang2019.CLOSED_FORMS[title](), {**wang2019.PUBLISHED[title], line: text})
    assert result.differing


def test_structure_is_one_product_plus_one_product_times_R_over_one_normalisation():
    formula = wang2019.CLOSED_FORMS["bosons, detuned qubits"]()
    for name in ("rho_11", "rho_22", "rho_33", "rho_44"):
        expression = formula.output(name).expression
        assert expression.op == "div"
        assert expression.args[1] is program.symbol("norm")
        first, second = expression.args[0].args
        assert first.op == "mul"
        assert program.symbol("R") in second.args
    coherence = formula.output("rho_34").expression
    assert coherence.op == "div"
    assert program.I in set(program.walk([coherence.args[1]]))


@pytest.mark.parametrize("name", MODULES)
def test_modules_keep_the_promise(formulas, name):
    formula = formulas[name]
    own = {i.name for i in formula.inputs}
    report = verify(formula, points=24, digits=50, ranges={k: v for k, v in wang2019.RANGES.items() if k in own})
    assert report.passed, report.text()
    assert not report.skipped


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_modules_keep_the_promise_at_a_thousand_points(formulas, name):
    formula = formulas[name]
    own = {i.name for i in formula.inputs}
    ranges = {k: v for k, v in wang2019.RANGES.items() if k in own}
    report = verify(formula, points=1000, digits=50, seed=5, ranges=ranges)
    assert report.passed, report.text()


def test_contract_of_the_modules(formulas):
    flat = "omega_1 omega_2 lam J_1 J_2 T_1 T_2 mu_1 mu_2".split()
    ohmic = "omega_1 omega_2 lam alpha_1 alpha_2 omega_c1 omega_c2 T_1 T_2 mu_1 mu_2".split()
    outputs = (
        "rho_11 rho_22 rho_33 rho_44 rho_34 w concurrence negativity energy_current_1 energy_current_2 "
        "particle_current_1 particle_current_2 entropy_production positive"
    ).split()
    for name, formula in formulas.items():
        assert [i.name for i in formula.inputs] == (ohmic if name.endswith("ohmic") else flat)
        assert [o.name for o in formula.outputs] == outputs
        assert [i.default for i in formula.inputs][-2:] == [0.0, 0.0]


def test_exchanging_the_qubits_exchanges_the_currents():
    """Switching qubit 1 and bath 1 with qubit 2 and bath 2 changes nothing but names (Sec. VI)."""
    from symness.generated import wang2019_boson

    mirrored = {f"{k[:-1]}{'12'['21'.index(k[-1])]}" if k[-1] in "12" else k: v for k, v in POINT.items()}
    one, two = wang2019_boson.evaluate(**POINT), wang2019_boson.evaluate(**mirrored)
    for name in ("rho_11", "rho_22", "rho_33", "rho_44", "concurrence", "negativity", "entropy_production"):
        np.testing.assert_allclose(one[name], two[name], rtol=1e-13)
    np.testing.assert_allclose(one["energy_current_1"], two["energy_current_2"], rtol=1e-12)
    np.testing.assert_allclose(one["w"], np.conj(two["w"]), rtol=1e-12)


@pytest.mark.parametrize("module", ["wang2019_boson", "wang2019_fermion"])
def test_identities_of_the_steady_state(module):
    """Sum rules, and particle current from bath 2 = - lam Im w (both statistics, unequal J)."""
    from importlib import import_module

    out = import_module(f"symness.generated.{module}").evaluate(**POINT)
    np.testing.assert_allclose(out["energy_current_1"], -out["energy_current_2"], rtol=1e-13)
    np.testing.assert_allclose(out["particle_current_2"], -POINT["lam"] * out["w"].imag, rtol=1e-13)
    np.testing.assert_allclose(sum(out[f"rho_{k}{k}"] for k in range(1, 5)), 1, rtol=1e-15)
    assert out["energy_current_2"] > 0  # the second bath is the hotter one


def test_equilibrium_concurrence_of_the_symmetric_qubits():
    """Eq. (31): max(0, (sinh(lam/2T) - 1)/(cosh(omega/T) + cosh(lam/2T)))."""
    from symness.generated import wang2019_boson

    T = np.linspace(0.5, 8, 40)
    got = wang2019_boson.evaluate(omega_1=10, omega_2=10, lam=6, J_1=1, J_2=1, T_1=T, T_2=T, outputs=["concurrence"])
    printed = (np.sinh(3 / T) - 1) / (np.cosh(10 / T) + np.cosh(3 / T))
    np.testing.assert_allclose(got["concurrence"], np.maximum(0, printed), rtol=1e-11, atol=1e-17)


def test_secular_limit_is_reached_for_weak_coupling():
    """rho_34 vanishes as J/Omega; populations go to those of the secular generator."""
    state = sn.steady_state(sn.secular(wang2019.model("bose")))
    reference = sn.evaluator(state)(**{**POINT, "J_1": 3e-9, "J_2": 7e-9})
    from symness.generated import wang2019_boson

    weak = wang2019_boson.evaluate(**{**POINT, "J_1": 3e-9, "J_2": 7e-9})
    for name in ("rho_11", "rho_22", "rho_33", "rho_44"):
        np.testing.assert_allclose(weak[name], reference[name], rtol=1e-8)
    assert abs(weak["rho_34"]) < 1e-8
