"""Entanglement and Bell nonlocality of two qubits between two baths: Zhang and Wang, Quantum Inf. Process. 20 (2021).

H = eps_1 |1><1|_1 + eps_2 |1><1|_2 + kappa/2 (exchange), Eq. (12) up to the constant (eps_1 + eps_2)/2, which moves
every level by the same amount and shows in no output.  The paper's gamma_j = pi sum |g|^2 delta, Eq. (22), enters the
dissipator (20) as 2 X rho X^+ - ..., so the golden-rule rate is 2 gamma_j; it is constant, see below Eq. (23).
Eigenstates as in Eq. (13): |1> = 00, |2> = cos(theta) 01 - sin(theta) 10, |3> = sin(theta) 01 + cos(theta) 10,
|4> = 11; the paper's theta is half of the angle of the engine.

Two regimes, by the order of the levels:

- weak, kappa < 2 sqrt(eps_1 eps_2): |1> is the ground state.  The rotating wave approximation leaves the exchange
  coupling sigma^- b^+ + h.c., and Eq. (20) with the operators (25) is ``redfield``, all pairs.  Bosons and fermions.
- strong, kappa > 2 sqrt(eps_1 eps_2): |2> is the ground state.  What the rotating wave approximation leaves of
  sigma^x (b + b^+) are the transitions (27), which go down in energy with b^+ whether or not they lower the number of
  excitations: ``redfield`` of the Hermitian coupling without the pairs of opposite sign.  Bosons.

Map to wang2019 (its Eqs. (1)-(13)), under which the weak regime is that paper's generator: eps_j = omega_j, kappa =
lam, gamma_j = J_j; states |1>, |2>, |3>, |4> here are |2>, |4>, |3>, |1> there; its theta is twice the one here.

The paper prints no closed form of a non-equilibrium steady state; CLOSED_FORMS are ours.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

import symness as sn

eps_1, eps_2, kappa, gamma_1, gamma_2, T_1, T_2 = sn.parameters(
    "eps_1 eps_2 kappa gamma_1 gamma_2 T_1 T_2",
    positive=True,
    latex={"eps_1": r"\varepsilon_{1}", "eps_2": r"\varepsilon_{2}"},
)
mu_1, mu_2 = sn.parameters("mu_1 mu_2")

#: places of the paper's |1>, |2>, |3>, |4> in the order ee, upper, lower, gg
LABELS = ("4", "3", "2", "1")
#: the same, to be counted from: STATE["3"] is the place of |3>
STATE = {label: place for place, label in enumerate(LABELS)}


def hamiltonian(a, b):
    """Eq. (12) without its constant: bare qubits and interaction."""
    return eps_1 * a.number + eps_2 * b.number, kappa / 2 * (a.raising * b.lowering + a.lowering * b.raising)


def weak_model(statistics="bose", potentials=(0, 0), rates=(2 * gamma_1, 2 * gamma_2)):
    """Sec. 3 in the regime kappa < 2 sqrt(eps_1 eps_2), and fermions at any kappa."""
    a, b = sn.qubits("1 2")
    H, V = hamiltonian(a, b)
    return sn.Model(
        H,
        interaction=V,
        baths=[
            sn.Bath("1", a.lowering, rates[0], T_1, potentials[0], statistics=statistics),
            sn.Bath("2", b.lowering, rates[1], T_2, potentials[1], statistics=statistics),
        ],
        labels=LABELS,
    )


def strong_model():
    """Eqs. (16), (17) in the regime kappa > 2 sqrt(eps_1 eps_2)."""
    a, b = sn.qubits("1 2")
    H, V = hamiltonian(a, b)
    return sn.Model(
        H,
        interaction=V,
        baths=[sn.Bath("1", a.x, rate=2 * gamma_1, temperature=T_1), sn.Bath("2", b.x, 2 * gamma_2, T_2)],
        assume=[kappa > 2 * sp.sqrt(eps_1 * eps_2)],
        labels=LABELS,
    )


@cache
def generator(regime):
    """The generator of ``"fermion"``, ``"boson_weak"`` or ``"boson_strong"``: Eqs. (19)-(27)."""
    if regime == "boson_strong":
        return sn.redfield(strong_model(), counter_rotating=False)
    return sn.redfield(weak_model("fermi", (mu_1, mu_2)) if regime == "fermion" else weak_model())


@cache
def steady(regime):
    """Its steady state."""
    return sn.steady_state(generator(regime))


def outputs(state, coherence, particles):
    """Eigenbasis of Eq. (13), witnesses of Sec. 2, currents into the system and entropy production of Sec. 5.1."""
    chosen = {f"rho_{k}{k}": state.element(STATE[k], STATE[k]) for k in "1234"}
    first, second = coherence
    chosen[f"rho_{coherence}"] = state.element(STATE[first], STATE[second])
    chosen["concurrence"] = sn.concurrence(state)
    chosen["negativity"] = sn.negativity(state)
    chosen["horodecki_M"] = sn.horodecki(state)
    chosen["chsh_max"] = sn.chsh(state)
    for bath in "12":
        chosen[f"energy_current_{bath}"] = sn.energy_current(state, bath).renamed(rf"I_{{{bath}}}^{{b}}")
    for bath in "12" if particles else "":
        chosen[f"particle_current_{bath}"] = sn.particle_current(state, bath).renamed(rf"I_{{{bath}}}^{{f}}")
    chosen["entropy_production"] = sn.entropy_production(state).renamed(r"\sigma")
    chosen["positive"] = sn.positive(state)
    return chosen


def module(regime):
    def derive():
        coherence = "14" if regime == "boson_strong" else "23"
        state = steady(regime)
        return sn.formula(state, outputs(state, coherence, regime == "fermion"), name=f"zhang2021_{regime}")

    return derive


MODULES = {
    "zhang2021_fermion": module("fermion"),
    "zhang2021_boson_weak": module("boson_weak"),
    "zhang2021_boson_strong": module("boson_strong"),
}


# -- closed forms: ours, the paper prints none -----------------------------------------------------------------------

gamma, Nbar_p, Nbar_m, Ntilde_p, Ntilde_m = sn.parameters("gamma Nbar_p Nbar_m Ntilde_p Ntilde_m", positive=True)
LATEX = {
    f"{prefix}N{mark}_{sign}": rf"\{mark}{{{letter}}}_{{{text}}}"
    for prefix, letter in (("", "N"), ("cal", r"\mathcal{N}"))
    for mark in ("bar", "tilde")
    for sign, text in (("p", "+"), ("m", "-"))
}


def equal_couplings(*baths):
    """gamma_1 = gamma_2 = gamma: mean and difference of the occupations, tilted by the mixing angle."""
    symmetric = sn.redfield(weak_model(*baths, rates=(2 * gamma, 2 * gamma)))
    N = symmetric.symbols
    define = {}
    for sign in "pm":
        define[f"Nbar_{sign}"] = (N[f"N_1_{sign}"] + N[f"N_2_{sign}"]) / 2
        define[f"Ntilde_{sign}"] = (N[f"N_1_{sign}"] - N[f"N_2_{sign}"]) / 2
    define["calNbar_p"] = Nbar_p + Ntilde_p * N["cos_theta"]
    define["calNbar_m"] = Nbar_m - Ntilde_m * N["cos_theta"]
    define["calNtilde_p"] = Ntilde_p * N["sin_theta"]
    define["calNtilde_m"] = Ntilde_m * N["sin_theta"]
    return sn.steady_state(symmetric, notation=sn.Notation(define, unit=gamma, latex=LATEX)).closed_form


#: gamma_1 and gamma_2 are independent, as in Sec. 5.4, unless the title says otherwise
CLOSED_FORMS = {
    "fermions": lambda: steady("fermion").closed_form,
    "bosons, weak inter-qubit coupling": lambda: steady("boson_weak").closed_form,
    "bosons, strong inter-qubit coupling": lambda: steady("boson_strong").closed_form,
    "fermions, equal couplings": lambda: equal_couplings("fermi", (mu_1, mu_2)),
    "bosons, weak inter-qubit coupling, equal couplings": lambda: equal_couplings(),
}
#: the paper prints no closed form of a non-equilibrium steady state
PUBLISHED: dict[str, dict[str, str]] = {}


def _coupling(point):
    """Both regimes: kappa from a twentieth to twenty times their boundary 2 sqrt(eps_1 eps_2).

    A module takes its own side of it; fermions have no boundary.
    """
    boundary = 2 * (point["eps_1"] * point["eps_2"]) ** 0.5
    return boundary / 20, boundary * 20


RANGES = {
    "eps_1": (0.05, 20.0),
    "eps_2": (0.05, 20.0),
    "kappa": _coupling,
    "gamma_1": (1e-3, 1.0),
    "gamma_2": (1e-3, 1.0),
    "T_1": (0.05, 50.0),
    "T_2": (0.05, 50.0),
    "mu_1": (-30.0, 30.0),
    "mu_2": (-30.0, 30.0),
}

from symness.derivations.claims.zhang2021 import CLAIMS  # noqa: E402, F401
from symness.derivations.figures.zhang2021 import FIGURES  # noqa: E402, F401
