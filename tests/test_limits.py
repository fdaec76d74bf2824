"""Limits between papers and between generators, decided exactly: the same physics in five notations."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

import symness as sn
from symness import program
from symness.derivations import camalet2011, khandelwal2020, man2019, wang2019, zhang2021
from symness.published import unequal

WITNESSES = ("concurrence", "negativity")


def in_terms(formula, names, outputs=None):
    """Outputs of a formula with parameters renamed or replaced, under the names of another formula."""
    replaced = {old: program.number(new) if isinstance(new, int) else program.symbol(new) for old, new in names.items()}
    wanted = outputs or {o.name: o.name for o in formula.outputs}
    values = formula.select(list(wanted)).expanded()
    return {new: program.substitute(values[old], replaced) for old, new in wanted.items()}


def elements(state):
    """Populations and the coherence between eg and ge, product basis, in the parameters alone."""
    places = [*((k, k) for k in range(state.generator.dimension)), (1, 2)]
    return sn.formula(state, {f"rho_{i}{j}": state.element(i, j, "product") for i, j in places}).expanded()


# -- redfield -> secular -----------------------------------------------------------------------------------------------

MODELS = {
    "wang2019, bosons": lambda: wang2019.model("bose"),
    "wang2019, fermions": lambda: wang2019.model("fermi"),
    "khandelwal2020": lambda: khandelwal2020.model(),
    "zhang2021": lambda: zhang2021.weak_model("fermi", (zhang2021.mu_1, zhang2021.mu_2)),
    "zhang2021, strong": lambda: zhang2021.strong_model(),
    "man2019": lambda: man2019.model(),
    "man2019, dephasing": lambda: man2019.model(dephasing=True),
    "camalet2011": lambda: camalet2011.identical(),
}


@pytest.mark.parametrize("name", MODELS)
def test_redfield_without_cross_pairs_is_secular(name):
    """The generators agree entry by entry, and so do the pairs that are left."""
    model = MODELS[name]()
    dropped = sn.partial_secular(model, keep=lambda omega, other: sp.simplify(omega - other) == 0)
    secular = sn.secular(model)
    assert set(dropped.pairs) == set(secular.pairs)
    assert dropped.matrix("energy") == secular.matrix("energy")


@pytest.mark.parametrize("name", [n for n in MODELS if n != "camalet2011"])
def test_cross_pairs_matter(name):
    """The check above can fail: with all pairs the generator is another one."""
    model = MODELS[name]()
    assert sn.redfield(model).matrix("energy") != sn.secular(model).matrix("energy")


def test_redfield_goes_to_secular_where_the_rates_are_weak():
    """First order in J/Omega, by the evaluators: a tenth of the rates, a hundredth of the distance."""
    point = {"omega_1": 3, "omega_2": 2, "lam": 1.5, "T_1": 1, "T_2": 3, "mu_1": 0, "mu_2": 0}
    full = sn.evaluator(sn.steady_state(sn.redfield(wang2019.model("bose"))))
    secular = sn.evaluator(sn.steady_state(sn.secular(wang2019.model("bose"))))
    distance = []
    for scale in (1e-2, 1e-3):
        rates = {"J_1": scale, "J_2": 2 * scale}
        distance.append(abs(full(**point, **rates)["rho_33"] - secular(**point, **rates)["rho_33"]))
    assert distance[1] == pytest.approx(distance[0] / 100, rel=0.05)


# -- equal temperatures -> Gibbs ---------------------------------------------------------------------------------------


def gibbs(model, temperature, potential=0):
    """exp(-(E - mu n)/T)/Z on the product space from the matrices alone: what the state has to be.

    H + V is block diagonal with blocks of at most two states here, whose exponential is written out.
    """
    H, n = model.total, model.dimension
    number = sp.diag(2, 1, 1, 0)
    weights = sp.zeros(n, n)
    for i in (0, 3):
        weights[i, i] = sp.exp(-(H[i, i] - potential * number[i, i]) / temperature)
    mean, half, w = (H[1, 1] + H[2, 2]) / 2, (H[1, 1] - H[2, 2]) / 2, H[1, 2]
    if w == half == 0:
        weights[1, 1] = weights[2, 2] = sp.exp(-(mean - potential) / temperature)
        return weights / sum(weights[i, i] for i in range(n))
    root = sp.sqrt(half**2 + w**2)
    factor = sp.exp(-(mean - potential) / temperature)
    even = (sp.exp(root / temperature) + sp.exp(-root / temperature)) / 2
    odd = (sp.exp(root / temperature) - sp.exp(-root / temperature)) / 2 / root
    weights[1, 1], weights[2, 2] = factor * (even - half * odd), factor * (even + half * odd)
    weights[1, 2] = weights[2, 1] = -factor * w * odd
    return weights / sum(weights[i, i] for i in range(n))


def equal_wang(statistics, generator):
    state = sn.steady_state(generator(wang2019.model(statistics)))
    T, mu = wang2019.T_1, wang2019.mu_1
    return state.specialise({wang2019.T_2: T, wang2019.mu_2: mu}), T, mu


def equal_zhang(regime):
    z, leads = zhang2021, regime == "fermion"
    equal = {z.T_2: z.T_1} | ({z.mu_2: z.mu_1} if leads else {})
    return z.steady(regime).specialise(equal), z.T_1, z.mu_1 if leads else 0


def equal_man(dephasing=False):
    T = man2019.T_A
    return man2019.state(dephasing=dephasing).specialise({man2019.T_B: T, man2019.T_C: T}), T, 0


def equal_khandelwal():
    k = khandelwal2020
    return k.strong().specialise({k.T_h: k.T_c}), k.T_c, 0


def equal_camalet():
    return camalet2011.state().specialise({camalet2011.T_2: camalet2011.T_1}), camalet2011.T_1, 0


EQUAL = {
    "wang2019, bosons": lambda: equal_wang("bose", sn.redfield),
    "wang2019, fermions": lambda: equal_wang("fermi", sn.redfield),
    "khandelwal2020, global": equal_khandelwal,
    "zhang2021, fermions": lambda: equal_zhang("fermion"),
    "zhang2021, weak": lambda: equal_zhang("boson_weak"),
    "zhang2021, strong": lambda: equal_zhang("boson_strong"),
    "man2019": equal_man,
    "camalet2011": equal_camalet,
}
PLACES = [(0, 0), (1, 1), (2, 2), (3, 3), (1, 2)]


@pytest.mark.parametrize("name", EQUAL)
def test_equal_temperatures_give_the_gibbs_state(name):
    state, T, mu = EQUAL[name]()
    expected = gibbs(state.generator.model, T, mu)
    for i, j in PLACES:
        decision = sn.prove(expected[i, j], state.element(i, j, "product"))
        assert decision is True, (i, j, str(decision))


def test_the_gibbs_check_sees_a_wrong_temperature():
    state, T, _ = EQUAL["man2019"]()
    assert not sn.prove(gibbs(state.generator.model, 2 * T)[1, 1], state.element(1, 1, "product"))


def test_dephasing_keeps_the_qubits_from_the_gibbs_state():
    """Eq. (21) of man2019 heats: equal temperatures of the baths are no equilibrium."""
    state, T, _ = equal_man(dephasing=True)
    assert not sn.prove(gibbs(state.generator.model, T)[1, 1], state.element(1, 1, "product"))


def test_the_local_generator_goes_to_the_gibbs_state_of_the_bare_qubits_at_resonance_only():
    """khandelwal2020, Eq. (3): at equal temperatures and energies exp(-H_S/T), no current; detuned qubits conduct."""
    k = khandelwal2020
    state = k.local().specialise({k.T_h: k.T_c, k.eps_h: k.eps_c})
    x = sp.exp(-k.eps_c / k.T_c)
    for place, weight in enumerate((x**2, x, x, 1)):
        assert sn.prove(weight / (1 + x) ** 2, state.element(place, place)) is True
    assert sn.prove(0, sn.heat_current(state, "h", energy="total")) is True
    detuned = k.local().specialise({k.T_h: k.T_c})
    assert not sn.prove(0, sn.heat_current(detuned, "h", energy="total"))


# -- one paper is a limit of another -----------------------------------------------------------------------------------


def test_man2019_without_the_common_bath_at_resonance_is_khandelwal2020_global():
    """Gamma_A = gamma_h/2, Omega = g; elements, witnesses, currents."""
    k, m = khandelwal2020, man2019
    bare = sn.steady_state(
        sn.secular(m.model(common=False, energies=(k.eps, k.eps), rates=(k.gamma_h / 2, k.gamma_c / 2, 0, 0)))
    )
    mine = sn.formula(bare, m.outputs(bare))
    names = {"Omega": "g", "T_A": "T_h", "T_B": "T_c"}
    renamed = {name: name for name in ("p_11", "p_10", "p_01", "p_00", "c", *WITNESSES)}
    renamed |= {"Q_A": "heat_current_h", "Q_B": "heat_current_c"}
    theirs = k.MODULES["khandelwal2020_global"]().expanded()
    found = in_terms(mine, names, renamed)
    exact = {name: value for name, value in found.items() if name not in WITNESSES}
    assert set(exact) <= set(theirs)
    assert unequal(exact, theirs) == ()
    wrong = in_terms(mine, {**names, "T_A": "T_c", "T_B": "T_h"}, renamed)
    assert "heat_current_h" in unequal(wrong, theirs)


def test_man2019_without_the_common_bath_is_khandelwal2020_global_in_numbers():
    """The generated modules, the common bath switched off by its rates; witnesses too."""
    from symness.generated import khandelwal2020_global as theirs
    from symness.generated import man2019 as mine

    T = np.linspace(0.1, 3, 7)
    ours = mine.evaluate(eps_A=1, eps_B=1, Omega=0.4, Gamma_A=0.01, Gamma_B=0.03, Gamma_CA=0, Gamma_CB=0,
                         T_A=T, T_B=0.2, T_C=1)  # fmt: skip
    other = theirs.evaluate(eps=1, g=0.4, gamma_h=0.02, gamma_c=0.06, T_h=T, T_c=0.2)
    for name in ("p_11", "p_10", "p_01", "p_00", "c", *WITNESSES):
        np.testing.assert_allclose(ours[name], other[name], rtol=1e-12, atol=1e-16, err_msg=name)
    np.testing.assert_allclose(ours["Q_A"], other["heat_current_h"], rtol=1e-11, atol=1e-18)


ZHANG_TO_WANG = {"eps_1": "omega_1", "eps_2": "omega_2", "kappa": "lam", "gamma_1": "J_1", "gamma_2": "J_2"}
STATES = {"1": "2", "2": "4", "3": "3", "4": "1"}


@pytest.mark.parametrize("statistics", ["bose", "fermi"])
def test_zhang2021_is_wang2019_under_the_map_of_symbols(statistics):
    """docs/papers.md: energies and coupling, gamma_j = J_j, |1>, |2>, |3>, |4> = their |2>, |4>, |3>, |1>."""
    regime = "boson_weak" if statistics == "bose" else "fermion"
    z, w = zhang2021.steady(regime), sn.steady_state(sn.redfield(wang2019.model(statistics)))
    outputs = {f"energy_current_{k}": f"energy_current_{k}" for k in "12"}
    for mine, theirs in STATES.items():
        outputs[f"rho_{mine}{mine}"] = f"rho_{theirs}{theirs}"
    outputs["rho_23"] = "rho_43"
    zhang = in_terms(zhang2021.MODULES[f"zhang2021_{regime}"](), ZHANG_TO_WANG, outputs)
    wang = in_terms(sn.formula(w, {**wang2019.outputs(w), "rho_43": w.element(2, 1)}),
                    {"mu_1": 0, "mu_2": 0} if statistics == "bose" else {})  # fmt: skip
    assert set(zhang) <= set(wang)
    assert unequal(zhang, wang) == ()
    assert z.generator.kind == w.generator.kind == "redfield"
    swapped = {**zhang, "rho_33": zhang["rho_44"], "rho_44": zhang["rho_33"]}
    assert set(unequal(swapped, wang)) == {"rho_33", "rho_44"}


def test_man2019_without_the_common_bath_is_the_secular_form_of_wang2019():
    """Omega = lam/2, Gamma = J, any detuning."""
    man = man2019.state(common=False)
    wang = sn.steady_state(sn.secular(wang2019.model("bose")))
    mine = elements(man)
    theirs = elements(wang)
    names = {"eps_A": "omega_1", "eps_B": "omega_2", "Gamma_A": "J_1", "Gamma_B": "J_2", "T_A": "T_1", "T_B": "T_2"}
    replaced = {old: program.symbol(new) for old, new in names.items()}
    replaced["Omega"] = program.div(program.symbol("lam"), 2)
    found = {name: program.substitute(value, replaced) for name, value in mine.items()}
    zero = {"mu_1": program.number(0), "mu_2": program.number(0)}
    assert unequal(found, {name: program.substitute(value, zero) for name, value in theirs.items()}) == ()


def test_camalet2011_with_uncorrelated_baths_is_a_product_state():
    """K_1 = K_2 = 0: no coherence, populations of two systems that do not know of each other, Eq. (13)."""
    c = camalet2011
    state = c.state().specialise({c.K_1: 0, c.K_2: 0})
    p = [state.element(k, k) for k in range(4)]
    assert sn.prove(0, state.element(1, 2)) is True
    assert sn.prove(p[0] * p[3], p[1] * p[2]) is True
    assert not sn.prove(0, c.state().element(1, 2).real)
