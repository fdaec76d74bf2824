"""What Wang, Wu and Wang, Phys. Rev. A 99, 042320 (2019) state: numbered equations, as printed.

Names: Nbar_p is N-bar with index +, Ntilde_m N-tilde with index -, calNbar and calNtilde the calligraphic ones of Eq.
(62), norm the calligraphic N, Omega_scaled is Omega'.  gamma_1_p and Gamma_1_p are the absorption and emission rates of
bath 1 at (delta + Omega)/2, half of the golden-rule rates up_1_p and down_1_p.  cos_half is cos(theta/2).
"""

from __future__ import annotations

import symness as sn
from symness.derivations.claims.wang2019_derived import (
    RATES,
    balance,
    bare,
    energies,
    equilibrium,
    equilibrium_concurrence,
    equilibrium_population,
    equilibrium_w,
    general,
    lowering,
    master_equation_as_printed,
    mu,
    omega,
    only,
    rates_at_equilibrium,
    vanishing,
    vanishing_at,
    vectors,
)
from symness.derivations.claims.wang2019_prose import EQUILIBRIUM as PROSE
from symness.derivations.claims.wang2019_prose_bias import BIASED
from symness.derivations.claims.wang2019_prose_detuned import DETUNED as DETUNED_PROSE
from symness.derivations.claims.wang2019_solution import APPENDIX, BOSONS, DETUNED, FERMIONS

# -- the model: Eqs. (4)-(7) and (16)-(19) ---------------------------------------------------------------------------


ZEROS = {f"element_{i}{j}": "0" for i in range(4) for j in range(i + 1, 4) if (i, j) != (1, 2)}
ELEMENTS = {"rho_34": "re_rho_34 + i*im_rho_34", "rho_43": "re_rho_34 - i*im_rho_34"}

MODEL = (
    sn.Definitions("(1) (2) (3)", "Hamiltonians of the system, the reservoirs and the coupling"),
    sn.Equation("(4a)", {"delta": "omega_1 + omega_2", "E_1": "delta"}, lambda: only(energies(), "E_1")),
    sn.Equation("(4b)", {"E_2": "0"}, lambda: only(energies(), "E_2")),
    sn.Equation(
        "(4c)",
        {"delta": "omega_1 + omega_2", "E_3": "(delta + Omega)/2", "eg_3": "cos_half", "ge_3": "sin_half"},
        lambda: {**only(energies(), "E_3"), **vectors("3")},
        note="eg_3 = <eg|3>",
    ),
    sn.Equation(
        "(4d)",
        {"delta": "omega_1 + omega_2", "E_4": "(delta - Omega)/2", "eg_4": "-sin_half", "ge_4": "cos_half"},
        lambda: {**only(energies(), "E_4"), **vectors("4")},
    ),
    sn.Equation(
        "(5)",
        {"eg_3": "cos_half", "eg_4": "-sin_half", "ge_3": "sin_half", "ge_4": "cos_half"},
        lambda: vectors("34"),
        note="the lower block of U",
    ),
    sn.Definitions("(6)", "the coupling in the operators A_i, B_i"),
    sn.Equation(
        "(7a)", {"s_31": "sin_half", "s_24": "-sin_half"}, lambda: lowering(1, "31", "24"), note="s_31 = <3|A_1|1>"
    ),
    sn.Equation("(7b)", {"s_41": "cos_half", "s_23": "cos_half"}, lambda: lowering(1, "41", "23")),
    sn.Equation("(7c)", {"s_31": "cos_half", "s_24": "cos_half"}, lambda: lowering(2, "31", "24")),
    sn.Equation("(7d)", {"s_23": "sin_half", "s_41": "-sin_half"}, lambda: lowering(2, "23", "41")),
    sn.Definitions("(8) (9)", "interaction picture and Born-Markov form, from which the generator is set up"),
    sn.Definitions(
        "(10) (11) (12) (13)",
        "the generator; its matrix elements are (A2)-(A23); the statement below tests them as printed",
    ),
    sn.Statement(
        "below Eq. (13)", "Eqs. (10)-(13) with the operators (7) are the generator", master_equation_as_printed
    ),
    sn.Definitions("(14) (15)", "rates of boson and fermion reservoirs"),
    sn.Equation(
        "(16)", ZEROS, lambda: vanishing("energy"), note="in the order ee, upper, lower, gg; w and rho_34 are free"
    ),
    sn.Equation("(17)", ZEROS, lambda: vanishing("product"), note="in the order ee, eg, ge, gg"),
    sn.Equation("(18a)", {"a": "rho_11", "d": "rho_22"}, lambda: only(bare(general()), "a", "d")),
    sn.Equation(
        "(18b)",
        {**ELEMENTS, "b": "cos_half**2*rho_33 + sin_half**2*rho_44 - sin_theta*(rho_34 + rho_43)/2"},
        lambda: only(bare(general()), "b"),
    ),
    sn.Equation(
        "(18c)",
        {**ELEMENTS, "c": "sin_half**2*rho_33 + cos_half**2*rho_44 + sin_theta*(rho_34 + rho_43)/2"},
        lambda: only(bare(general()), "c"),
    ),
    sn.Equation(
        "(18d)",
        {**ELEMENTS, "w": "sin_theta*(rho_33 - rho_44)/2 + cos_half**2*rho_34 - sin_half**2*rho_43"},
        lambda: only(bare(general()), "w"),
    ),
    sn.Equation(
        "(19)",
        {"C": "2*maximum(0, abs(w) - sqrt(a*d))"},
        lambda: {"C": sn.concurrence(general()), **only(bare(general()), "a", "d", "w")},
    ),
    sn.Definitions("(20)", "the two blocks of the state"),
)


# -- Sec. IV: equilibrium --------------------------------------------------------------------------------------------

Z = {"Z": "(gamma_1_m + gamma_2_m + Gamma_1_m + Gamma_2_m)*(gamma_1_p + gamma_2_p + Gamma_1_p + Gamma_2_p)"}
GIBBS = {
    "(21)": ("rho_11", "(gamma_1_m + gamma_2_m)*(gamma_1_p + gamma_2_p)/Z"),
    "(22)": ("rho_22", "(Gamma_1_m + Gamma_2_m)*(Gamma_1_p + Gamma_2_p)/Z"),
    "(23)": ("rho_33", "(Gamma_1_m + Gamma_2_m)*(gamma_1_p + gamma_2_p)/Z"),
    "(24)": ("rho_44", "(Gamma_1_p + Gamma_2_p)*(gamma_1_m + gamma_2_m)/Z"),
}


def rate_lines(frequency, statistics):
    """J/(e^x - 1) and J e^x/(e^x - 1), for both baths; + for fermions."""
    sign = "-" if statistics == "bose" else "+"
    lines = {"x": f"({frequency})/T"}
    for bath in "12":
        lines[f"gamma_{bath}"] = f"J/(exp(x) {sign} 1)"
        lines[f"Gamma_{bath}"] = f"J*exp(x)/(exp(x) {sign} 1)"
    return lines


W = "-sinh(lam/(2*T))/(2*(cosh({gap}/T) + cosh(lam/(2*T))))"
E = "(sinh(lam/(2*T)) - 1)/(cosh({gap}/T) + cosh(lam/(2*T)))"
BOSE, FERMI = "omega", "(omega - mu)"

EQUILIBRIUM = (
    *(sn.Equation(n, {**RATES, **Z, name: text}, equilibrium_population(name)) for n, (name, text) in GIBBS.items()),
    sn.Equation(
        "(25)",
        {**RATES, **Z, "sum": f"({' + '.join(text.removesuffix('/Z') for _, text in GIBBS.values())})/Z"},
        lambda: {"sum": 1, "of": equilibrium("fermi", mu)},
        note="Z normalises: the numerators of (21)-(24) add up to it",
    ),
    sn.Equation("(26)", {"w": "(rho_33 - rho_44)/2"}, lambda: only(bare(equilibrium("fermi", mu)), "w")),
    sn.Equation("(27)", rate_lines("omega + lam/2", "bose"), rates_at_equilibrium("bose", 0, "p")),
    sn.Equation("(28)", rate_lines("omega - lam/2", "bose"), rates_at_equilibrium("bose", 0, "m")),
    sn.Equation("(29)", W.format(gap=BOSE), lambda: equilibrium_w("bose", 0)()["w"]),
    sn.Equation("(30)", {"E_b": E.format(gap=BOSE), "C": "maximum(0, E_b)"}, equilibrium_concurrence("bose", 0)),
    sn.Equation("(31)", E.format(gap=BOSE), balance("bose", 0)),
    sn.Equation(
        "below (31), T_max", "0", lambda: vanishing_at("bose", 0), note="E_b at T_max = lam/(2 ln(1 + sqrt 2))"
    ),
    sn.Equation("(34)", rate_lines("omega - mu + lam/2", "fermi"), rates_at_equilibrium("fermi", mu, "p")),
    sn.Equation("(35)", rate_lines("omega - mu - lam/2", "fermi"), rates_at_equilibrium("fermi", mu, "m")),
    sn.Equation("(36)", W.format(gap=FERMI), lambda: equilibrium_w("fermi", mu)()["w"]),
    sn.Equation("(37)", {"E_f": E.format(gap=FERMI), "C": "maximum(0, E_f)"}, equilibrium_concurrence("fermi", mu)),
    sn.Equation("(38)", E.format(gap=FERMI), balance("fermi", mu)),
    sn.Equation("below (38), threshold", "0", lambda: vanishing_at("fermi", mu), note="E_f at lam_min"),
    sn.Equation(
        "below (38), maximum",
        "(sinh(lam/(2*T)) - 1)/(1 + cosh(lam/(2*T)))",
        balance("fermi", omega),
        note="E_f at mu = omega",
    ),
    sn.Equation(
        "below (38), bosons",
        {"w": W.format(gap=FERMI), "E": E.format(gap=FERMI)},
        lambda: {"w": equilibrium_w("bose", mu)()["w"], "E": balance("bose", mu)()},
        note="the expressions (36)-(38) for bosons with a chemical potential",
    ),
)

CLAIMS = (*MODEL, *EQUILIBRIUM, *BOSONS, *FERMIONS, *DETUNED, *APPENDIX, *PROSE, *BIASED, *DETUNED_PROSE)
