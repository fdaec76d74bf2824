"""The paper with a common bath: states against QuTiP, dark transitions, balance, register, figures."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest
import qutip

import symness as sn
from symness import program
from symness.claims import Equation, Statement, numbers
from symness.derivations import man2019
from symness.derivations.claims import man2019 as claims
from symness.proof import Refuted, compared
from symness.published import unequal
from symness.reference import Reference
from symness.verdicts import decide
from symness.verify import verify

MODULES = sorted(man2019.MODULES)
BASE = {"eps_A": 3.0, "eps_B": 2.0, "Omega": 0.9, "Gamma_A": 0.02, "Gamma_B": 0.05, "Gamma_CA": 0.03, "Gamma_CB": 0.07}
POINTS = [
    {**BASE, "T_A": 1.0, "T_B": 2.5, "T_C": 0.6},
    {**BASE, "eps_A": 1.5, "Gamma_CA": 0.0, "T_A": 4.0, "T_B": 0.5, "T_C": 2.0},
    {**BASE, "eps_A": 2.0, "Gamma_CB": 0.03, "T_A": 0.7, "T_B": 0.7, "T_C": 3.0},  # dark for bath C: 3-4 and 1-3
    {**BASE, "eps_B": 3.5, "Gamma_CB": 0.0, "T_A": 0.7, "T_B": 0.9, "T_C": 0.3},
]


def evaluate(name, **point):
    return import_module(f"symness.generated.{name}").evaluate(**point)


@pytest.fixture(scope="module")
def formulas():
    return {name: derive() for name, derive in man2019.MODULES.items()}


# -- contract ----------------------------------------------------------------------------------------------------------


def test_parameters_and_outputs_are_those_of_the_contract():
    names = "eps_A eps_B Omega Gamma_A Gamma_B Gamma_CA Gamma_CB T_A T_B T_C".split()
    outputs = "p_11 p_10 p_01 p_00 c concurrence negativity Q_A Q_B Q_C".split()
    for name, extra, more in (("man2019", [], []), ("man2019_dephasing", ["gamma"], ["Q_dep"])):
        module = import_module(f"symness.generated.{name}")
        assert list(module.PARAMETERS) == names + extra
        assert list(module.OUTPUTS) == outputs + more


@pytest.mark.parametrize("name", MODULES)
def test_the_reference_agrees(formulas, name):
    report = verify(formulas[name], points=13, digits=30, ranges=_ranges(formulas[name]))
    assert report.passed, str(report)


def _ranges(formula):
    names = {item.name for item in formula.inputs}
    return {name: value for name, value in man2019.RANGES.items() if name in names}


# -- QuTiP: Eqs. (7)-(14) and (21) by hand -----------------------------------------------------------------------------


def lindbladian(point, gamma=None):
    """(H_S, dissipators by name): jump operators of Eq. (7), those of bath C added before they are squared."""
    one, zero = qutip.basis(2, 0), qutip.basis(2, 1)
    lower, unit = zero * one.dag(), qutip.qeye(2)
    sigma = qutip.tensor(lower, unit), qutip.tensor(unit, lower)
    energies = point["eps_A"], point["eps_B"]
    H = sum(e * s.dag() * s for e, s in zip(energies, sigma, strict=True))
    H = H + point["Omega"] * (sigma[0].dag() * sigma[1] + sigma[0] * sigma[1].dag())
    mean, half = sum(energies) / 2, np.hypot((energies[0] - energies[1]) / 2, point["Omega"])
    theta = np.arctan2(2 * point["Omega"], energies[0] - energies[1])
    c, s = np.cos(theta / 2), np.sin(theta / 2)
    product = [qutip.tensor(x, y) for x in (one, zero) for y in (one, zero)]
    states = [product[0], c * product[1] + s * product[2], -s * product[1] + c * product[2], product[3]]
    couplings = {
        "A": np.sqrt(point["Gamma_A"]) * sigma[0],
        "B": np.sqrt(point["Gamma_B"]) * sigma[1],
        "C": np.sqrt(point["Gamma_CA"]) * sigma[0] + np.sqrt(point["Gamma_CB"]) * sigma[1],
    }
    parts = {}
    for bath, S in couplings.items():
        jumps = []
        for omega, pairs in ((mean - half, ((1, 0), (3, 2))), (mean + half, ((2, 0), (3, 1)))):
            V = sum(states[i] * states[i].dag() * S * states[j] * states[j].dag() for i, j in pairs)
            n = 1 / np.expm1(omega / point[f"T_{bath}"])
            jumps += [np.sqrt(2 * (n + 1)) * V, np.sqrt(2 * n) * V.dag()]
        parts[bath] = sum(qutip.lindblad_dissipator(jump) for jump in jumps)
    if gamma is not None:
        z = qutip.tensor(qutip.sigmaz(), unit), qutip.tensor(unit, qutip.sigmaz())
        parts["dep"] = sum(gamma * qutip.lindblad_dissipator(operator) for operator in z)
    return H, parts


def by_hand(point, gamma=None):
    H, parts = lindbladian(point, gamma)
    rho = qutip.steadystate(qutip.liouvillian(H) + sum(parts.values()), method="svd")
    full = rho.full()
    found = dict(zip(("p_11", "p_10", "p_01", "p_00"), full.diagonal().real, strict=True))
    currents = {
        f"Q_{name}": (H * qutip.vector_to_operator(part * qutip.operator_to_vector(rho))).tr()
        for name, part in parts.items()
    }
    return {**found, "c": full[1, 2], "concurrence": qutip.concurrence(rho), **currents}


@pytest.mark.parametrize("gamma", [None, 0.04])
@pytest.mark.parametrize("number", range(len(POINTS)))
def test_modules_solve_the_master_equation_written_by_hand(number, gamma):
    point = POINTS[number]
    extra = {} if gamma is None else {"gamma": gamma}
    out = evaluate("man2019" if gamma is None else "man2019_dephasing", **point, **extra)
    for name, value in by_hand(point, gamma).items():
        assert complex(out[name]) == pytest.approx(complex(value), abs=1e-9), name


def test_the_check_by_hand_sees_a_missing_cross_term():
    """Without Eq. (14) the state is another one."""
    point = POINTS[0]
    H, parts = lindbladian(point)
    alone = [lindbladian({**point, f"Gamma_C{q}": 0.0})[1]["C"] for q in "AB"]
    rho = qutip.steadystate(qutip.liouvillian(H) + parts["A"] + parts["B"] + sum(alone), method="svd")
    assert abs(rho.full()[3, 3].real - evaluate("man2019", **point)["p_00"]) > 1e-3


def test_the_reference_builds_the_common_bath_from_operators(formulas):
    formula = formulas["man2019"]
    expected = by_hand(POINTS[0])
    names = ["p_11", "p_10", "c", "Q_C"]
    found = Reference(formula.reference).solve(POINTS[0], [formula.output(n).observable for n in names], digits=25)
    for name, result in zip(names, found, strict=True):
        assert complex(result.value) == pytest.approx(complex(expected[name]), abs=1e-10), name


# -- physics -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gamma", [None, 0.04])
def test_currents_balance_and_entropy_is_produced(gamma):
    """First law; second law, with the dephasing as work done on the qubits."""
    for point in POINTS:
        extra = {} if gamma is None else {"gamma": gamma}
        out = evaluate("man2019" if gamma is None else "man2019_dephasing", **point, **extra)
        currents = {name: float(out[name]) for name in out if name.startswith("Q_")}
        assert sum(currents.values()) == pytest.approx(0, abs=1e-15)
        assert -sum(currents[f"Q_{bath}"] / point[f"T_{bath}"] for bath in "ABC") > 0


def test_without_the_common_bath_the_state_is_a_product_in_the_energy_basis():
    state = man2019.state(common=False)
    p = [state.element(k, k) for k in range(4)]
    assert sn.prove(p[0] * p[3], p[1] * p[2]) is True
    with_bath = man2019.state()
    p = [with_bath.element(k, k) for k in range(4)]
    assert not sn.prove(p[0] * p[3], p[1] * p[2])


def test_a_symmetric_common_bath_does_not_reach_the_antisymmetric_state():
    """At resonance with equal rates |lambda_3> is dark for bath C: without baths A and B it keeps what it has."""
    point = {**POINTS[2], "Gamma_A": 0.0, "Gamma_B": 0.0}
    assert all(np.isnan(value) for value in evaluate("man2019", **point).values())
    out = evaluate("man2019", **{**POINTS[2], "Gamma_A": 1e-9, "Gamma_B": 1e-9})
    upper, lower = ((out["p_10"] + out["p_01"]) / 2 + sign * out["c"].real for sign in (1, -1))
    gibbs = [np.exp(-energy / point["T_C"]) for energy in (2 + point["Omega"], 2 - point["Omega"])]
    assert upper / out["p_00"] == pytest.approx(gibbs[0], rel=1e-6)
    assert lower / out["p_00"] < 0.7 * gibbs[1]


def test_no_coupling_to_the_common_bath_is_a_valid_limit():
    point = {**POINTS[0], "Gamma_CA": 0.0, "Gamma_CB": 0.0}
    out = evaluate("man2019", **point)
    bare = sn.evaluator(man2019.state(common=False))(**{k: v for k, v in point.items() if "C" not in k})
    np.testing.assert_allclose(out["p_11"], bare["rho_11"], rtol=1e-14)
    np.testing.assert_allclose(out["p_00"], bare["rho_44"], rtol=1e-14)
    assert out["Q_C"] == 0


def test_ground_state_at_zero_temperature():
    """omega_1 > 0, so the ground state is |00>; dephasing heats nothing there."""
    cold = dict.fromkeys(("T_A", "T_B", "T_C"), 0.0)
    for name, extra in (("man2019", {}), ("man2019_dephasing", {"gamma": 0.1})):
        out = evaluate(name, **BASE, **cold, **extra)
        assert out["p_00"] == pytest.approx(1, abs=1e-15)
        assert out["p_11"] == out["concurrence"] == out["Q_C"] == 0


# -- closed forms ------------------------------------------------------------------------------------------------------


def test_the_common_bath_enters_with_squares_of_amplitudes():
    """What a physicist writes: rates (sqrt(G_A) cos +- sqrt(G_B) sin)^2 of four transitions."""
    formula = man2019.state().closed_form
    rates = [d for d in formula.definitions if d.name.startswith("g") and "_C_" in d.name]
    assert len(rates) == 4
    assert all(any(node.op == "pow" for node in program.walk([d.expression])) for d in rates)


@pytest.mark.parametrize(
    ("common", "dephasing", "longest"), [(True, False, 132), (True, True, 321), (False, False, 31)]
)
def test_closed_forms_do_not_grow(common, dephasing, longest):
    assert man2019.state(common, dephasing).closed_form.count_ops() <= longest


def test_a_dephasing_rate_of_zero_changes_nothing(formulas):
    point = POINTS[0]
    plain, dephased = evaluate("man2019", **point), evaluate("man2019_dephasing", **point, gamma=0.0)
    for name, value in plain.items():
        np.testing.assert_allclose(dephased[name], value, rtol=1e-13, atol=1e-18)
    expanded = {name: formulas[name].expanded() for name in MODULES}
    without = {k: program.substitute(v, {"gamma": 0}) for k, v in expanded["man2019_dephasing"].items() if k != "Q_dep"}
    assert unequal({k: v for k, v in without.items() if k[0] in "pQ"}, expanded["man2019"]) == ()


# -- register and figures ----------------------------------------------------------------------------------------------


def test_every_numbered_equation_is_in_the_register_and_proved():
    listed = [number for entry in man2019.CLAIMS for number in numbers(entry)]
    assert sorted(listed, key=lambda n: int(n[1:-1])) == [f"({k})" for k in range(1, 22)]
    verdicts = {entry.number: decide(entry).verdict for entry in man2019.CLAIMS if isinstance(entry, Equation)}
    assert set(verdicts.values()) == {"proved"}, verdicts


def test_a_changed_sign_in_the_jump_operators_is_refuted():
    wrong = {**claims.NAMES, **claims.ELEMENTS, "A1_43": "s"}
    decisions = compared(wrong, claims.eigenoperators(claims.ELEMENTS))
    assert [name for name, decision in decisions.items() if not decision] == ["A1_43"]
    entry = next(iter(claims.COMMON))
    lines = {**claims.independent("C"), **claims.COMMON, entry: f"2*({claims.COMMON[entry]})"}
    decisions = compared(lines, claims.dissipator("C", claims.COMMON))
    assert [name for name, decision in decisions.items() if isinstance(decision, Refuted)] == [entry]


def test_statements_of_prose_and_figures():
    """Four fail, each with the point that shows it."""
    statements = [entry for entry in man2019.CLAIMS if isinstance(entry, Statement)]
    failing = [entry.test.__name__ for entry in statements if decide(entry).verdict != "holds"]
    assert failing == ["bound_has_current", "bound_is_temperature", "ratio_peaks", "dephasing_time"]


def test_figures_are_there_and_draw():
    pytest.importorskip("matplotlib")
    assert list(man2019.FIGURES) == ["2", "3", "4", "5", "7"]
    for number in ("3", "4", "5"):
        axes = man2019.FIGURES[number].drawn().axes
        assert all(a.lines for a in axes)


def test_the_splitting_has_a_letter_of_its_own():
    """Omega is the paper's interaction; the splitting is printed with a prime."""
    formula = man2019.state().closed_form
    letters = [i.latex for i in formula.inputs] + [d.latex for d in formula.definitions]
    assert r"\Omega" in letters
    assert r"\Omega'" in letters
    assert len(letters) == len(set(letters))
