"""Two coupled qubits, each with its own bath, Bloch-Redfield: Wang, Wu and Wang, Phys. Rev. A 99, 042320 (2019).

H = omega_1 |e><e|_1 + omega_2 |e><e|_2 + lam/2 (exchange), Eq. (1); exchange coupling of each qubit to a boson or
fermion bath, Eq. (3); all pairs of Bohr frequencies kept, Eqs. (10)-(13).  The paper's spectral density J enters as 2
X rho X^+ - ..., so gamma = 2 J.  Eigenstates as in Eq. (4): |1> = ee, |2> = gg, |3> = cos(theta/2) eg + sin(theta/2)
ge, |4> the other one.

The generated modules hold for unequal J_1, J_2 and any detuning.  The paper's own closed forms are those of equal,
constant J.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

import symness as sn

omega, omega_1, omega_2, lam, J, J_1, J_2, T_1, T_2 = sn.parameters(
    "omega omega_1 omega_2 lam J J_1 J_2 T_1 T_2", positive=True
)
alpha_1, alpha_2, omega_c1, omega_c2 = sn.parameters("alpha_1 alpha_2 omega_c1 omega_c2", positive=True)
mu_1, mu_2 = sn.parameters("mu_1 mu_2")

#: places of the paper's |1>, |2>, |3>, |4> in the order ee, upper, lower, gg
LABELS = ("1", "3", "4", "2")


def model(statistics, energies=(omega_1, omega_2), rates=(2 * J_1, 2 * J_2)):
    """Eqs. (1)-(3)."""
    a, b = sn.qubits("1 2")
    return sn.Model(
        energies[0] * a.number + energies[1] * b.number,
        interaction=lam / 2 * (a.raising * b.lowering + a.lowering * b.raising),
        baths=[
            sn.Bath("1", a.lowering, rate=rates[0], temperature=T_1, chemical_potential=mu_1, statistics=statistics),
            sn.Bath("2", b.lowering, rate=rates[1], temperature=T_2, chemical_potential=mu_2, statistics=statistics),
        ],
        labels=LABELS,
    )


def ohmic(alpha, cutoff):
    """Eq. (79), gamma = 2 J(omega)."""
    return lambda w: 2 * alpha * w * sp.exp(-w / cutoff)


OHMIC = (ohmic(alpha_1, omega_c1), ohmic(alpha_2, omega_c2))
CUTOFFS = "alpha_1 alpha_2 omega_c1 omega_c2"


def outputs(state):
    """Eigenbasis of Eq. (4), coherence w of Eq. (17), witnesses, currents into the system."""
    ee, upper, lower, gg = range(4)
    return {
        "rho_11": state.element(ee, ee),
        "rho_22": state.element(gg, gg),
        "rho_33": state.element(upper, upper),
        "rho_44": state.element(lower, lower),
        "rho_34": state.element(upper, lower),
        "w": state.element(1, 2, "product").renamed("w", "<eg|rho|ge>"),
        "concurrence": sn.concurrence(state),
        "negativity": sn.negativity(state),
        "energy_current_1": sn.energy_current(state, "1"),
        "energy_current_2": sn.energy_current(state, "2"),
        "particle_current_1": sn.particle_current(state, "1"),
        "particle_current_2": sn.particle_current(state, "2"),
        "entropy_production": sn.entropy_production(state),
        "positive": sn.positive(state),
    }


def module(name, statistics, rates=(2 * J_1, 2 * J_2), strengths="J_1 J_2"):
    def derive():
        state = sn.steady_state(sn.redfield(model(statistics, rates=rates)))
        parameters = f"omega_1 omega_2 lam {strengths} T_1 T_2 mu_1 mu_2"
        return sn.formula(state, outputs(state), name=name).arranged(parameters)

    return derive


MODULES = {
    "wang2019_boson": module("wang2019_boson", "bose"),
    "wang2019_fermion": module("wang2019_fermion", "fermi"),
    "wang2019_boson_ohmic": module("wang2019_boson_ohmic", "bose", OHMIC, CUTOFFS),
    "wang2019_fermion_ohmic": module("wang2019_fermion_ohmic", "fermi", OHMIC, CUTOFFS),
}


# -- the paper's notation, Eqs. (39), (40) and (62) ------------------------------------------------------------------

Nb_p, Nb_m, Nt_p, Nt_m = sn.parameters("Nbar_p Nbar_m Ntilde_p Ntilde_m")

LATEX = {
    "Nbar_p": r"\bar{N}_{+}",
    "Nbar_m": r"\bar{N}_{-}",
    "Ntilde_p": r"\tilde{N}_{+}",
    "Ntilde_m": r"\tilde{N}_{-}",
    "calNbar_p": r"\bar{\mathcal{N}}_{+}",
    "calNbar_m": r"\bar{\mathcal{N}}_{-}",
    "calNtilde_p": r"\tilde{\mathcal{N}}_{+}",
    "calNtilde_m": r"\tilde{\mathcal{N}}_{-}",
    "Omega_scaled": r"\Omega'",
    "lam_scaled": r"\Omega'",
}
FACTORS = (("r_1", "r_1"), ("r_2", "r_2"), ("s_1", "s_1"), ("s_2", "s_2"))


def notation(generator, detuned):
    """Average and difference of the occupations; tilted by the mixing angle when the qubits are detuned."""
    N = generator.symbols
    define = {}
    for sign in "pm":
        define[f"Nbar_{sign}"] = (N[f"N_1_{sign}"] + N[f"N_2_{sign}"]) / 2
        define[f"Ntilde_{sign}"] = (N[f"N_1_{sign}"] - N[f"N_2_{sign}"]) / 2
    if detuned:
        define["calNbar_p"] = Nb_p + Nt_p * N["cos_theta"]
        define["calNbar_m"] = Nb_m - Nt_m * N["cos_theta"]
        define["calNtilde_p"] = Nt_p * N["sin_theta"]
        define["calNtilde_m"] = Nt_m * N["sin_theta"]
    return sn.Notation(define, unit=J, latex=LATEX, factors=FACTORS, normalisation=("norm", r"\mathcal{N}"))


@cache
def closed_form(statistics, detuned):
    """The paper's case: equal and constant spectral densities."""
    energies = (omega_1, omega_2) if detuned else (omega, omega)
    generator = sn.redfield(model(statistics, energies, rates=(2 * J, 2 * J)))
    return sn.steady_state(generator, notation=notation(generator, detuned)).closed_form


def general():
    """Unequal J_1, J_2 and any detuning: no closed form is printed in the paper."""
    return sn.steady_state(sn.redfield(model("bose"))).closed_form


CLOSED_FORMS = {
    "bosons, symmetric qubits": lambda: closed_form("bose", False),
    "bosons, detuned qubits": lambda: closed_form("bose", True),
    "fermions, symmetric qubits": lambda: closed_form("fermi", False),
    "fermions, detuned qubits": lambda: closed_form("fermi", True),
    "bosons, unequal couplings": general,
}

# -- what the paper prints, for comparison only: never used in a derivation ------------------------------------------

OCCUPATIONS = {
    "Nbar_p": "(N_1_p + N_2_p)/2",
    "Nbar_m": "(N_1_m + N_2_m)/2",
    "Ntilde_p": "(N_1_p - N_2_p)/2",
    "Ntilde_m": "(N_1_m - N_2_m)/2",
}
#: Eqs. (46)-(51) and (68)-(72); the scan lost bars and tildes, the reading with both is the one that is proved
BOSONS = {
    "r_1": "Ntilde_p + Ntilde_m*(1 + 2*Nbar_p + 2*Nbar_m)",
    "r_2": "Ntilde_m + Ntilde_p*(1 + 2*Nbar_p + 2*Nbar_m)",
    "s_1": "Ntilde_p - Ntilde_m*(3 + 2*Nbar_p + 2*Nbar_m)",
    "s_2": "Ntilde_m - Ntilde_p*(3 + 2*Nbar_p + 2*Nbar_m)",
    "R": "1/(4*(1 + Nbar_p + Nbar_m)**2 + Omega_scaled**2)",
    "norm": "(1 + 2*Nbar_p)*(1 + 2*Nbar_m) - 16*Ntilde_p*Ntilde_m*(1 + Nbar_p + Nbar_m)**2*R",
    "rho_11": "(Nbar_p*Nbar_m - r_1*r_2*R)/norm",
    "rho_22": "((1 + Nbar_p)*(1 + Nbar_m) - s_1*s_2*R)/norm",
    "rho_33": "(Nbar_p*(1 + Nbar_m) + s_1*r_2*R)/norm",
    "rho_44": "(Nbar_m*(1 + Nbar_p) + s_2*r_1*R)/norm",
    "rho_34": "-(Ntilde_p*(1 + 2*Nbar_m) + Ntilde_m*(1 + 2*Nbar_p))/(2*(1 + Nbar_p + Nbar_m) + i*Omega_scaled)/norm",
}
#: Eqs. (55)-(60) and (73)-(78)
FERMIONS = {
    "correction": "(Ntilde_p + Ntilde_m)**2/(4 + Omega_scaled**2)",
    "rho_11": "Nbar_p*Nbar_m - correction",
    "rho_22": "(1 - Nbar_p)*(1 - Nbar_m) - correction",
    "rho_33": "Nbar_p*(1 - Nbar_m) + correction",
    "rho_44": "Nbar_m*(1 - Nbar_p) + correction",
    "rho_34": "-(Ntilde_p + Ntilde_m)/(2 + i*Omega_scaled)",
}
#: Eq. (62)
TILTED = {
    "calNbar_p": "Nbar_p + Ntilde_p*cos_theta",
    "calNbar_m": "Nbar_m - Ntilde_m*cos_theta",
    "calNtilde_p": "Ntilde_p*sin_theta",
    "calNtilde_m": "Ntilde_m*sin_theta",
}


def published(solution, energy, detuned):
    """Printed lines in order: scaled energy, occupations, map of Eq. (62), solution."""
    lines = {**OCCUPATIONS, "Omega_scaled": f"{energy}/J"}
    if not detuned:
        return {**lines, **solution}
    calligraphic = {k: v.replace("Nbar", "calNbar").replace("Ntilde", "calNtilde") for k, v in solution.items()}
    return {**lines, **TILTED, **calligraphic}


PUBLISHED = {
    "bosons, symmetric qubits": published(BOSONS, "lam", False),
    "bosons, detuned qubits": published(BOSONS, "Omega", True),
    "fermions, symmetric qubits": published(FERMIONS, "lam", False),
    "fermions, detuned qubits": published(FERMIONS, "Omega", True),
}


def _coupling(point):
    """lam up to 0.9 of the bound 2 sqrt(omega_1 omega_2), below Eq. (5)."""
    return 1e-3, 0.9 * 2 * (point["omega_1"] * point["omega_2"]) ** 0.5


RANGES = {
    "omega_1": (0.05, 20.0),
    "omega_2": (0.05, 20.0),
    "lam": _coupling,
    "J_1": (1e-3, 1.0),
    "J_2": (1e-3, 1.0),
    "T_1": (0.05, 50.0),
    "T_2": (0.05, 50.0),
    "alpha_1": (1e-3, 0.1),
    "alpha_2": (1e-3, 0.1),
    "omega_c1": (5.0, 100.0),
    "omega_c2": (5.0, 100.0),
}

from symness.derivations.claims.wang2019 import CLAIMS  # noqa: E402, F401
from symness.derivations.figures.wang2019 import FIGURES  # noqa: E402, F401
