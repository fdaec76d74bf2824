"""Two coupled qubits with baths of their own and a common one: Man, Tavakoli, Brask, Hu and Xia (2019).

H_S = eps_A |1><1|_A + eps_B |1><1|_B + Omega (exchange), Eqs. (1) and (2); exchange coupling of qubit A to bath A, of
qubit B to bath B and of both to the common bath C, Eq. (4); secular generator in the eigenstates of H_S, Eqs. (7)-(14).
The paper's Gamma stands before 2 V rho V^+ - {V^+ V, rho}, so gamma = 2 Gamma; bath C has the rank-one matrix of Eq.
(14), Gamma_C^(AB) = sqrt(Gamma_C^(A) Gamma_C^(B)).  Pure dephasing is Eq. (21): gamma (D rho D - rho) with D = sigma_z
of each qubit, a jump of rate gamma, kept verbatim.

Product basis 11, 10, 01, 00 (1 excited).  Currents are positive into the system and count H_S, Eq. (18).  Every
coherence but <10|rho|01> vanishes, Eq. (16); it is real without dephasing.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

import symness as sn

eps_A, eps_B, Omega = sn.parameters(
    "eps_A eps_B Omega", positive=True, latex={"eps_A": r"\epsilon_A", "eps_B": r"\epsilon_B"}
)
Gamma_A, Gamma_B, Gamma_CA, Gamma_CB, gamma = sn.parameters(
    "Gamma_A Gamma_B Gamma_CA Gamma_CB gamma",
    positive=True,
    latex={"Gamma_CA": r"\Gamma_C^{(A)}", "Gamma_CB": r"\Gamma_C^{(B)}"},
)
T_A, T_B, T_C = sn.parameters("T_A T_B T_C", positive=True)


def model(common=True, dephasing=False, energies=(eps_A, eps_B), rates=(Gamma_A, Gamma_B, Gamma_CA, Gamma_CB)):
    """Eqs. (1)-(4), with the dephasing of Eq. (21) on request."""
    a, b = sn.qubits("A B")
    own_A, own_B, common_A, common_B = rates
    collective = sp.sqrt(common_A * common_B)
    baths = [
        sn.Bath("A", a.lowering, rate=2 * own_A, temperature=T_A),
        sn.Bath("B", b.lowering, rate=2 * own_B, temperature=T_B),
    ]
    if common:
        matrix = 2 * sp.Matrix([[common_A, collective], [collective, common_B]])
        baths.append(sn.Bath("C", [a.lowering, b.lowering], rate=matrix, temperature=T_C))
    return sn.Model(
        energies[0] * a.number + energies[1] * b.number,
        interaction=Omega * (a.raising * b.lowering + a.lowering * b.raising),
        baths=baths,
        jumps=[sn.Jump("dep", [a.z, b.z], rate=gamma)] if dephasing else [],
    )


@cache
def state(common=True, dephasing=False):
    """The steady state of the paper's master equation, Eq. (8)."""
    return sn.steady_state(sn.secular(model(common, dephasing)))


def outputs(steady):
    """Product basis of Eq. (16), witnesses, currents into the system."""
    names = ("11", "10", "01", "00")
    found = {f"p_{name}": steady.element(k, k, "product").renamed(f"p_{{{name}}}") for k, name in enumerate(names)}
    found["c"] = steady.element(1, 2, "product").renamed("c", "<10|rho|01>")
    found["concurrence"] = sn.concurrence(steady)
    found["negativity"] = sn.negativity(steady)
    for bath in steady.generator.model.baths:
        found[f"Q_{bath.name}"] = sn.heat_current(steady, bath.name)
    for jump in steady.generator.model.jumps:
        found[f"Q_{jump.name}"] = sn.energy_current(steady, jump.name)
    return found


def module(name, dephasing):
    def derive():
        steady = state(dephasing=dephasing)
        return sn.formula(steady, outputs(steady), name=name)

    return derive


MODULES = {
    "man2019": module("man2019", False),
    "man2019_dephasing": module("man2019_dephasing", True),
}

#: the paper prints no closed form of its steady state
CLOSED_FORMS = {
    "common bath": lambda: state().closed_form,
    "common bath and dephasing": lambda: state(dephasing=True).closed_form,
    "without the common bath": lambda: state(common=False).closed_form,
}


def _coupling(point):
    """Omega up to 0.9 of the bound sqrt(eps_A eps_B), beyond which omega_1 <= 0."""
    return 1e-3, 0.9 * (point["eps_A"] * point["eps_B"]) ** 0.5


RANGES = {
    "eps_A": (0.05, 20.0),
    "eps_B": (0.05, 20.0),
    "Omega": _coupling,
    "Gamma_A": (1e-3, 1.0),
    "Gamma_B": (1e-3, 1.0),
    "Gamma_CA": (1e-3, 1.0),
    "Gamma_CB": (1e-3, 1.0),
    "T_A": (0.05, 50.0),
    "T_B": (0.05, 50.0),
    "T_C": (0.05, 50.0),
    "gamma": (1e-4, 1.0),
}

from symness.derivations.claims.man2019 import CLAIMS  # noqa: E402, F401
from symness.derivations.figures.man2019 import FIGURES  # noqa: E402, F401
