"""Entanglement engine of two qubits: Khandelwal, Palazzo, Brunner and Haack, New J. Phys. 22, 073039 (2020).

H = eps_h n_h + eps_c n_c + g (exchange), Eqs. (1) and (2); each qubit coupled to its own bath of bosons with a flat
rate, gamma^+ = gamma N and gamma^- = gamma (1 + N), Eq. (4), which is the golden-rule rate.  States |11>, |10>, |01>,
|00> with 1 = excited and the hot qubit first; c = <10|rho|01>.

``local``: Eq. (3), jumps of the bare qubits.  ``tunnelling``: the same jumps at the same frequencies eps_j, with the
tunnelling terms kappa_j sigma_x of Eq. (19) in the Hamiltonian only.  ``global``: Eq. (21), jumps between eigenstates
of H + V, at resonance.

Currents are positive into the system.  Eq. (10) weighs the dissipators with the bare H_S; Eqs. (11)-(13) and (18)
follow with H_S + H_int, energy="total", and so do the first law and Eq. (25) (see the claims).  J_ss is that total.
"""

from __future__ import annotations

from functools import cache

import symness as sn

eps, eps_h, eps_c = sn.parameters(
    "eps eps_h eps_c",
    positive=True,
    latex={"eps": r"\varepsilon", "eps_h": r"\varepsilon_{h}", "eps_c": r"\varepsilon_{c}"},
)
g, gamma_h, gamma_c, T_h, T_c = sn.parameters("g gamma_h gamma_c T_h T_c", positive=True)
kappa_h, kappa_c = sn.parameters("kappa_h kappa_c")

KETS = ("11", "10", "01", "00")


def model(energies=(eps_h, eps_c), tunnelling=(0, 0)):
    """Eqs. (1), (2) and (19); tunnelling stands beside the exchange, so that ``local`` keeps the bare jumps."""
    h, c = sn.qubits("h c")
    return sn.Model(
        energies[0] * h.number + energies[1] * c.number,
        interaction=g * (h.raising * c.lowering + h.lowering * c.raising) + tunnelling[0] * h.x + tunnelling[1] * c.x,
        baths=[
            sn.Bath("h", h.lowering, rate=gamma_h, temperature=T_h),
            sn.Bath("c", c.lowering, rate=gamma_c, temperature=T_c),
        ],
    )


@cache
def local():
    """Eq. (3)."""
    return sn.steady_state(sn.local(model()))


@cache
def tunnelling():
    """Eq. (3) with Eq. (19)."""
    return sn.steady_state(sn.local(model(tunnelling=(kappa_h, kappa_c))))


@cache
def strong():
    """Eq. (21)."""
    return sn.steady_state(sn.secular(model((eps, eps))))


def element(state, i, j, symbol):
    return state.element(i, j, "product").renamed(symbol, f"<{KETS[i]}|rho|{KETS[j]}>")


def currents(state):
    """Heat into the system, of H_S + H_int and of H_S alone, and the difference J_ss of the former."""
    hot, cold = (sn.heat_current(state, bath, energy="total") for bath in "hc")
    return {
        "heat_current_h": hot.renamed(r"Q_{h}"),
        "heat_current_c": cold.renamed(r"Q_{c}"),
        "bare_heat_current_h": sn.heat_current(state, "h", energy="bare").renamed(r"Q_{h}^{\mathrm{bare}}"),
        "bare_heat_current_c": sn.heat_current(state, "c", energy="bare").renamed(r"Q_{c}^{\mathrm{bare}}"),
        "J_ss": (hot - cold).renamed(r"J_{ss}", "heat current from the hot to the cold bath, Q_h - Q_c"),
    }


def outputs(state):
    """Elements of Eqs. (6) and (22), witnesses, currents, critical current."""
    flow = currents(state)
    populations = {f"p_{label}": element(state, k, k, rf"p_{{{label}}}") for k, label in enumerate(KETS)}
    return {
        **populations,
        "c": element(state, 1, 2, "c"),
        "negativity": sn.negativity(state),
        "concurrence": sn.concurrence(state),
        **flow,
        "J_c": sn.critical_current(state, flow["J_ss"]).renamed(r"J_{c}", "J_ss at the threshold of entanglement"),
    }


def all_outputs(state):
    """All ten elements: tunnelling leaves none of them zero."""
    elements = {
        f"rho_{KETS[i]}_{KETS[j]}": element(state, i, j, rf"\rho_{{{KETS[i]},{KETS[j]}}}")
        for i in range(4)
        for j in range(i, 4)
    }
    return {
        **elements,
        "negativity": sn.negativity(state),
        "concurrence": sn.concurrence(state),
        **currents(state),
    }


PARAMETERS = "eps_h eps_c g gamma_h gamma_c T_h T_c"


def module(name, state, chosen, parameters=PARAMETERS):
    return lambda: sn.formula(state(), chosen(state()), name=name).arranged(parameters)


MODULES = {
    "khandelwal2020_local": module("khandelwal2020_local", local, outputs),
    "khandelwal2020_tunnelling": module(
        "khandelwal2020_tunnelling", tunnelling, all_outputs, f"{PARAMETERS} kappa_h kappa_c"
    ),
    "khandelwal2020_global": module("khandelwal2020_global", strong, outputs, "eps g gamma_h gamma_c T_h T_c"),
}


# -- the paper's notation, Eqs. (4) and (9), and below Eqs. (12) and (24) ----------------------------------------------

LATEX = {"delta": r"\delta", "eps_m": r"\varepsilon_{-}", "eps_p": r"\varepsilon_{+}", "Gamma": r"\Gamma"}
for _j in "hc":
    LATEX[f"Gamma_{_j}"] = rf"\Gamma_{{{_j}}}"
    for _s, _sign in (("p", "+"), ("m", "-")):
        LATEX[f"gamma_{_j}_{_s}"] = rf"\gamma_{{{_j}}}^{{{_sign}}}"
        for _w, _level in (("up", "+"), ("down", "-")):
            LATEX[f"gamma_{_j}_{_w}_{_s}"] = rf"\gamma_{{{_j}}}^{{{_level}}}(\omega_{{{_sign}}})"
            LATEX[f"Gamma_{_w}_{_s}"] = rf"\Gamma^{{{_level}}}(\omega_{{{_sign}}})"
        LATEX[f"Gamma_{_s}"] = rf"\Gamma(\omega_{{{_sign}}})"

BATHS = {"h": gamma_h, "c": gamma_c}


def symbols(*names):
    return [sn.parameters(name) for name in names]


def weak_notation(occupations=False):
    """gamma_j^+-, Gamma_j, Gamma and delta; with ``occupations`` the sums of rates are written with n_B^j, Eq. (12)."""
    N = dict(zip("hc", (local().generator.symbols[name] for name in ("N_h_m", "N_c_p")), strict=True))
    define = {"delta": eps_c - eps_h}
    for j, rate in BATHS.items():
        if occupations:
            define[f"Gamma_{j}"] = rate * (1 + 2 * N[j])
            continue
        define[f"gamma_{j}_p"], define[f"gamma_{j}_m"] = rate * N[j], rate * (1 + N[j])
        define[f"Gamma_{j}"] = sum(symbols(f"gamma_{j}_m", f"gamma_{j}_p"))
    define["Gamma"] = sum(symbols("Gamma_h", "Gamma_c"))
    return sn.Notation(define, latex=LATEX, normalisation=("chi", r"\chi"))


def strong_notation(occupations=False):
    """gamma_j^+-, Gamma^+- and Gamma at eps_+-: "up", "down" are the upper signs + and -, m and p the energies."""
    N = strong().generator.symbols
    define = {"eps_m": eps - g, "eps_p": eps + g}
    for s in "mp":
        if occupations:
            define[f"Gamma_{s}"] = sum(rate * (1 + 2 * N[f"N_{j}_{s}"]) for j, rate in BATHS.items())
            continue
        for j, rate in BATHS.items():
            define[f"gamma_{j}_up_{s}"] = rate * N[f"N_{j}_{s}"]
            define[f"gamma_{j}_down_{s}"] = rate * (1 + N[f"N_{j}_{s}"])
        for w in ("up", "down"):
            define[f"Gamma_{w}_{s}"] = sum(symbols(f"gamma_h_{w}_{s}", f"gamma_c_{w}_{s}"))
        define[f"Gamma_{s}"] = sum(symbols(f"Gamma_up_{s}", f"Gamma_down_{s}"))
    return sn.Notation(define, latex=LATEX, normalisation=("chi_gl", r"\chi_{\mathrm{gl}}"))


def elements(state, letter, coherence):
    """Eq. (6) or (22)."""
    found = {f"{letter}_{k + 1}": element(state, k, k, f"{letter}_{{{k + 1}}}") for k in range(4)}
    return {**found, coherence: element(state, 1, 2, coherence)}


def transposed_eigenvalue(state):
    """Minus the lower eigenvalue of ((r_1, c), (c*, r_4)), the block of |11>, |00> in the partial transpose."""
    first, last, coherence = (state.element(i, j, "product") for i, j in ((0, 0), (3, 3), (1, 2)))
    value = (sn.sqrt(4 * abs(coherence) ** 2 + (first - last) ** 2) - (first + last)) / 2
    return value.renamed("n", "negativity where it is positive")


def threshold(state):
    """J_ss at |c|^2 = r_1 r_4."""
    return sn.critical_current(state, currents(state)["J_ss"]).renamed(r"J_{c}", "J_ss where entanglement begins")


@cache
def local_formula():
    """Eqs. (7), (8), (11), (13), (16) and (18) in the symbols of Eq. (9)."""
    state = local()
    own, J = elements(state, "r", "c"), currents(state)["J_ss"]
    share = (own["c"] / J).renamed(r"\frac{c}{J_{ss}}", "coherence per heat current")
    wanted = {**own, "J_ss": J, "c_over_J": share, "n": transposed_eigenvalue(state), "J_c": threshold(state)}
    return sn.in_notation(state, wanted, weak_notation(), {key: own[key] for key in ("r_1", "r_4", "c")})


@cache
def strong_formula():
    """Eqs. (23), (24), (26) and (27); d < 0 for g < eps and all temperatures, so that J/|d| = -J/d (see the claims)."""
    state = strong()
    own = elements(state, "s", "d")
    J_c = -currents(state)["J_ss"] / own["d"].real * sn.sqrt(own["s_1"] * own["s_4"])
    wanted = {**own, "n": transposed_eigenvalue(state), "J_c": J_c.renamed(r"J_{c}")}
    return sn.in_notation(state, wanted, strong_notation(), {key: own[key] for key in ("s_1", "s_4", "d")})


def current_in_occupations(state, notation):
    return sn.in_notation(state, {"J_ss": currents(state)["J_ss"]}, notation(occupations=True))


CLOSED_FORMS = {
    "local, state, Eqs. (7)-(9)": lambda: local_formula().select(["r_1", "r_2", "r_3", "r_4", "c"]),
    "local, heat current, Eq. (11)": lambda: local_formula().select(["J_ss"]),
    "local, heat current, Eq. (12)": lambda: current_in_occupations(local(), weak_notation),
    "local, coherence per heat current, Eq. (13)": lambda: local_formula().select(["c_over_J"]),
    "local, negativity, Eq. (17)": lambda: local_formula().select(["n"]),
    "local, critical heat current, Eq. (18)": lambda: local_formula().select(["J_c"]),
    "global, state, Eqs. (23), (24)": lambda: strong_formula().select(["s_1", "s_2", "s_3", "s_4", "d"]),
    "global, heat current, Eq. (25)": lambda: current_in_occupations(strong(), strong_notation),
    "global, negativity, Eq. (26)": lambda: strong_formula().select(["n"]),
    "global, critical heat current, Eq. (27)": lambda: strong_formula().select(["J_c"]),
}

#: energies and temperatures as multiples of eps_h of order one; rates and g down to 1e-4, as in Secs. 2-6
RANGES = {
    "eps": (0.3, 3.0),
    "eps_h": (0.3, 3.0),
    "eps_c": (0.3, 3.0),
    "g": lambda point: (1e-4, 0.95 * point["eps"]) if "eps" in point else (1e-4, 1.0),
    "gamma_h": (1e-4, 0.3),
    "gamma_c": (1e-4, 0.3),
    "T_h": (0.01, 10.0),
    "T_c": (0.01, 10.0),
    "kappa_h": (-0.5, 0.5),
    "kappa_c": (-0.5, 0.5),
}

from symness.derivations.claims.khandelwal2020 import CLAIMS  # noqa: E402, F401
from symness.derivations.claims.khandelwal2020_printed import PUBLISHED  # noqa: E402, F401
from symness.derivations.figures.khandelwal2020 import FIGURES  # noqa: E402, F401
