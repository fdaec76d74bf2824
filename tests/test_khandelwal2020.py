"""The second paper: closed forms as printed, modules against the reference, limits, claims and figures."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
import sympy as sp

import symness as sn
from symness.derivations import khandelwal2020 as paper
from symness.derivations.claims.khandelwal2020_printed import PUBLISHED
from symness.published import compare
from symness.verdicts import decide
from symness.verify import verify

MODULES = sorted(paper.MODULES)
WEAK = {"eps_h": 1.0, "eps_c": 1.02, "g": 1.6e-3, "gamma_h": 1e-3, "gamma_c": 1.1e-2, "T_h": 0.7, "T_c": 0.1}
STRONG = {"eps": 1.0, "g": 0.3, "gamma_h": 1e-3, "gamma_c": 4e-3, "T_h": 0.7, "T_c": 0.2}


@pytest.fixture(scope="module")
def formulas():
    return {name: derive() for name, derive in paper.MODULES.items()}


@pytest.fixture(scope="module")
def closed_forms():
    return {title: derive() for title, derive in paper.CLOSED_FORMS.items()}


def generated(name):
    return import_module(f"symness.generated.khandelwal2020_{name}").evaluate


def ranges(formula):
    own = {i.name for i in formula.inputs}
    return {k: v for k, v in paper.RANGES.items() if k in own}


# -- closed forms --------------------------------------------------------------------------------------------------


def test_every_printed_closed_form_has_its_own_of_ours():
    assert list(paper.CLOSED_FORMS) == list(PUBLISHED)


@pytest.mark.parametrize("title", sorted(PUBLISHED))
def test_closed_forms_are_no_longer_than_the_printed_ones(closed_forms, title):
    formula, lines = closed_forms[title], PUBLISHED[title]
    result = compare(formula, lines)
    assert result.ours <= result.published
    assert result.definitions <= result.published_definitions
    assert {o.name for o in formula.outputs} <= set(lines)
    # Eq. (27) is printed without the modulus of d, hence with the other sign
    assert bool(sn.prove(lines, formula)) == ("Eq. (27)" not in title)


def test_the_printed_negativity_is_refuted_with_a_changed_term(closed_forms):
    title = "local, negativity, Eq. (17)"
    lines = {**PUBLISHED[title]}
    lines["C"] = lines["C"].replace("- 8*", "- 4*")
    assert not sn.prove(lines, closed_forms[title])


# -- modules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_modules_keep_the_promise(formulas, name):
    report = verify(formulas[name], points=24, digits=50, ranges=ranges(formulas[name]))
    assert report.passed, report.text()
    assert not report.skipped


@pytest.mark.slow
@pytest.mark.parametrize("name", MODULES)
def test_modules_keep_the_promise_at_a_thousand_points(formulas, name):
    report = verify(formulas[name], points=1000, digits=50, seed=5, ranges=ranges(formulas[name]))
    assert report.passed, report.text()


def test_contract_of_the_modules(formulas):
    weak = {"eps_h", "eps_c", "g", "gamma_h", "gamma_c", "T_h", "T_c"}
    common = {f"{kind}heat_current_{j}" for kind in ("", "bare_") for j in "hc"} | {"negativity", "concurrence", "J_ss"}
    x_state = {f"p_{label}" for label in paper.KETS} | {"c", "J_c"} | common
    elements = {f"rho_{a}_{b}" for k, a in enumerate(paper.KETS) for b in paper.KETS[k:]}
    expected = {
        "khandelwal2020_local": (weak, x_state),
        "khandelwal2020_tunnelling": (weak | {"kappa_h", "kappa_c"}, elements | common),
        "khandelwal2020_global": (weak - {"eps_h", "eps_c"} | {"eps"}, x_state),
    }
    for name, (inputs, outputs) in expected.items():
        assert {i.name for i in formulas[name].inputs} == inputs
        assert {o.name for o in formulas[name].outputs} == outputs


# -- limits and second routes ----------------------------------------------------------------------------------------


def gibbs(H, T):
    """exp(-H/T)/Z by diagonalisation."""
    energies, vectors = np.linalg.eigh(H)
    weights = np.exp(-(energies - energies[0]) / T)
    return (vectors * (weights / weights.sum())) @ vectors.T


def hamiltonian(energies, g):
    return np.array(sp.Matrix(paper.model(energies).total).subs(paper.g, g).evalf(), dtype=float)


def density_matrix(out):
    rho = np.diag([float(out[f"p_{label}"]) for label in paper.KETS]).astype(complex)
    rho[1, 2], rho[2, 1] = out["c"], np.conj(out["c"])
    return rho


def test_global_state_at_equal_temperatures_is_the_gibbs_state():
    point = {**STRONG, "T_c": STRONG["T_h"]}
    out = generated("global")(**point)
    expected = gibbs(hamiltonian((1.0, 1.0), STRONG["g"]), STRONG["T_h"])
    np.testing.assert_allclose(density_matrix(out), expected, atol=1e-15)
    assert out["J_ss"] == 0
    assert out["J_c"] == 0


def test_local_state_is_a_product_of_gibbs_states_where_the_qubits_agree():
    """eps_h/T_h = eps_c/T_c, equal temperatures at resonance included, or g = 0; nowhere else."""
    for change in ({"eps_c": 1.0, "T_c": 0.7}, {"eps_c": 1.1, "T_c": 0.77}, {"g": 0.0}):
        point = {**WEAK, **change}
        out = generated("local")(**point)
        expected = gibbs(hamiltonian((point["eps_h"] / point["T_h"], point["eps_c"] / point["T_c"]), 0.0), 1.0)
        np.testing.assert_allclose(density_matrix(out), expected, rtol=1e-13, atol=1e-18)
    state = paper.local().specialise({paper.T_c: paper.T_h})
    x, y = (state.element(1, 2).expression, sn.steady_state(sn.local(paper.model())).element(1, 2).expression)
    assert not x.is_zero
    assert not y.is_zero
    resonant = state.specialise({paper.eps_c: paper.eps_h})
    assert resonant.element(1, 2).expression.is_zero


def test_local_and_redfield_agree_for_weak_coupling():
    """Redfield with H + V at resonance tends to the local state as g and gamma go to zero together."""
    weak = generated("local")
    redfield = sn.evaluator(sn.steady_state(sn.redfield(paper.model((paper.eps, paper.eps)))))
    state = sn.steady_state(sn.redfield(paper.model((paper.eps, paper.eps))))
    redfield = sn.evaluator(state, {"c": state.element(1, 2, "product"), "p": state.element(0, 0, "product")})
    differences = []
    for scale in (1e-2, 1e-3):
        common = {"g": 0.5 * scale, "gamma_h": scale, "gamma_c": 3 * scale, "T_h": 0.7, "T_c": 0.3}
        a, b = weak(eps_h=1.0, eps_c=1.0, **common), redfield(eps=1.0, **common)
        differences.append([abs(a["c"] - b["c"]), abs(a["p_11"] - b["p"])])
    first, second = np.array(differences)
    assert np.all(second < 0.15 * first)
    assert np.all(second < 1e-3)


def test_global_state_is_the_redfield_state_for_small_rates():
    state = sn.steady_state(sn.redfield(paper.model((paper.eps, paper.eps))))
    redfield = sn.evaluator(state, paper.elements(state, "s", "d"))
    point = {**STRONG, "gamma_h": 1e-9, "gamma_c": 4e-9}
    a, b = generated("global")(**point), redfield(**point)
    for k, label in enumerate(paper.KETS, 1):
        np.testing.assert_allclose(a[f"p_{label}"], b[f"s_{k}"], rtol=1e-7)
    np.testing.assert_allclose(a["c"], b["d"], rtol=1e-7, atol=1e-8)


def test_tunnelling_without_tunnelling_is_the_local_model():
    a, b = generated("local")(**WEAK), generated("tunnelling")(**WEAK, kappa_h=0.0, kappa_c=0.0)
    for label in paper.KETS:
        np.testing.assert_allclose(b[f"rho_{label}_{label}"], a[f"p_{label}"], rtol=1e-12)
    np.testing.assert_allclose(b["rho_10_01"], a["c"], rtol=1e-12)
    for name in ("J_ss", "negativity", "concurrence", "bare_heat_current_h", "bare_heat_current_c"):
        np.testing.assert_allclose(b[name], a[name], rtol=1e-11)


def test_tunnelling_state_is_qutips():
    qutip = pytest.importorskip("qutip")
    point = {**WEAK, "kappa_h": 0.05, "kappa_c": -0.02}
    number, lower, x = qutip.projection(2, 0, 0), qutip.basis(2, 1) * qutip.basis(2, 0).dag(), qutip.sigmax()
    one = qutip.qeye(2)
    qubits = {"h": lambda op: qutip.tensor(op, one), "c": lambda op: qutip.tensor(one, op)}
    H = point["g"] * (qutip.tensor(lower.dag(), lower) + qutip.tensor(lower, lower.dag()))
    jumps = []
    for j, on in qubits.items():
        H += point[f"eps_{j}"] * on(number) + point[f"kappa_{j}"] * on(x)
        N = 1 / np.expm1(point[f"eps_{j}"] / point[f"T_{j}"])
        rate = point[f"gamma_{j}"]
        jumps += [np.sqrt(rate * (1 + N)) * on(lower), np.sqrt(rate * N) * on(lower.dag())]
    expected = qutip.steadystate(H, jumps).full()
    out = generated("tunnelling")(**point)
    for i, a in enumerate(paper.KETS):
        for j, b in list(enumerate(paper.KETS))[i:]:
            np.testing.assert_allclose(out[f"rho_{a}_{b}"], expected[i, j], atol=1e-12)
    swapped = qutip.partial_transpose(qutip.Qobj(expected, dims=[[2, 2], [2, 2]]), [0, 1]).eigenenergies()
    np.testing.assert_allclose(out["negativity"], -swapped[swapped < 0].sum(), atol=1e-12)


def test_heat_currents_balance_in_total_energy_only():
    out = generated("local")(**WEAK)
    np.testing.assert_allclose(out["heat_current_h"] + out["heat_current_c"], 0, atol=1e-18)
    np.testing.assert_allclose(out["J_ss"], 2 * out["heat_current_h"], rtol=1e-14)
    # each quantum that leaves the hot qubit with eps_h enters the cold one with eps_c
    np.testing.assert_allclose(out["bare_heat_current_h"] * 1.02, -out["bare_heat_current_c"], rtol=1e-14)
    assert abs(out["bare_heat_current_h"] + out["bare_heat_current_c"]) > 0.01 * abs(out["bare_heat_current_h"])


def test_current_above_its_critical_value_means_entanglement():
    T = np.linspace(0.11, 3, 500)
    for name, point in (("local", WEAK), ("global", {**STRONG, "g": 0.6})):
        out = generated(name)(**{**point, "T_h": T})
        assert 0 < np.count_nonzero(out["negativity"]) < len(T)
        np.testing.assert_array_equal(np.abs(out["J_ss"]) > out["J_c"], out["negativity"] > 0)


# -- claims and figures ----------------------------------------------------------------------------------------------

NOT_RIGHT = {"(10)": "refuted", "(27)": "refuted", "(29)": "unreadable"}
FAIL = {
    "the heat flows of Eq. (10) add up to zero",
    "for T_h > T_c heat flows from the hot bath into the hot qubit, Q_h > 0 > Q_c",
    "a current above the J_c^gl of Eq. (27), as printed, guarantees entanglement",
}


@pytest.mark.parametrize("entry", [e for e in paper.CLAIMS if isinstance(e, sn.Equation)], ids=lambda e: e.number)
def test_equations(entry):
    verdict = decide(entry)
    assert verdict.verdict == NOT_RIGHT.get(entry.number, "proved"), verdict.evidence
    if verdict.verdict == "refuted":
        assert verdict.corrected
        assert verdict.counterexamples
    if verdict.verdict == "unreadable":
        assert verdict.reading == 1


@pytest.mark.slow
@pytest.mark.parametrize("entry", [e for e in paper.CLAIMS if isinstance(e, sn.Statement)], ids=lambda e: e.text)
def test_statements(entry):
    verdict = decide(entry)
    assert verdict.verdict == ("fails" if entry.text in FAIL else "holds"), verdict.evidence


def test_every_numbered_equation_is_in_the_register():
    from symness.claims import numbers

    found = {number for entry in paper.CLAIMS for number in numbers(entry)}
    assert found == {f"({k})" for k in range(1, 36)}


@pytest.mark.slow
@pytest.mark.parametrize("identifier", sorted(paper.FIGURES))
def test_figures_have_finite_lines(identifier):
    pytest.importorskip("matplotlib")
    canvas = paper.FIGURES[identifier].drawn()
    for axes in canvas.axes:
        for line in axes.get_lines():
            values = np.asarray(line.get_ydata(), dtype=float)
            assert np.isfinite(values[1:]).all()


def test_parameters_in_the_order_of_the_paper():
    """``kernel`` takes them by position."""
    from importlib import import_module

    expected = {
        "khandelwal2020_local": "eps_h eps_c g gamma_h gamma_c T_h T_c",
        "khandelwal2020_tunnelling": "eps_h eps_c g gamma_h gamma_c T_h T_c kappa_h kappa_c",
        "khandelwal2020_global": "eps g gamma_h gamma_c T_h T_c",
    }
    for name, parameters in expected.items():
        assert list(import_module(f"symness.generated.{name}").PARAMETERS) == parameters.split()
