"""What Secs. VI and VII of Wang, Wu and Wang (2019) say in numbers: detuned qubits, Ohmic baths, currents."""

from __future__ import annotations

import numpy as np

import symness as sn
from symness.derivations.claims.wang2019_prose import always, boson, fermion, steps
from symness.derivations.claims.wang2019_prose_bias import BASES, DMU, DT, biased, heated

# -- Secs. VI and VII: detuned qubits, Ohmic baths, currents ---------------------------------------------------------

DETUNING = np.linspace(-12.0, 12.0, 49)
SIGNED_DT = np.linspace(-5.9, 5.9, 41)
SIGNED_DMU = np.linspace(-20.0, 20.0, 81)


def detuned():
    return {"omega_1": 10 + DETUNING[:, None] / 2, "omega_2": 10 - DETUNING[:, None] / 2, "lam": 6.0}


def boson_diagram():
    return boson("concurrence", **detuned(), T_1=3 - SIGNED_DT / 2, T_2=3 + SIGNED_DT / 2)


def fermion_diagram(name="concurrence"):
    return fermion(name, **detuned(), mu_1=4 - SIGNED_DMU / 2, mu_2=4 + SIGNED_DMU / 2)


def diagrams_are_symmetric():
    errors = [float(np.max(np.abs(C - C[::-1, ::-1]))) for C in (boson_diagram(), fermion_diagram())]
    return sn.Outcome(
        max(errors) < 1e-13,
        "Delta from -12 to 12, Delta T within 5.9, Delta mu within 20: C changes by less than 1e-13 under both signs",
    )


def boson_maximum():
    C = boson_diagram()
    k = np.unravel_index(np.argmax(C), C.shape)
    at = f"Delta = {DETUNING[k[0]]:g}, Delta T = {SIGNED_DT[k[1]]:g}"
    ratio = C[k] / float(boson("concurrence", lam=6, T_1=3, T_2=3))
    same = DETUNING[k[0]] * SIGNED_DT[k[1]] > 0
    return sn.Outcome(
        bool(same and 0.09 < C[k] < 0.15 and 8 < ratio < 14),
        f"|Delta| up to 12, |Delta T| up to 5.9: {C[k]:.3g} at {at}, {ratio:.3g} times equilibrium at Delta = 0",
    )


def fermion_maximum():
    C = fermion_diagram()
    k = np.unravel_index(np.argmax(C), C.shape)
    at = f"Delta = {DETUNING[k[0]]:g}, Delta mu = {SIGNED_DMU[k[1]]:g}"
    ratio = C[k] / float(fermion("concurrence", lam=6, mu_1=4, mu_2=4))
    same = DETUNING[k[0]] * SIGNED_DMU[k[1]] > 0
    return sn.Outcome(
        bool(same and abs(C[k] - 0.5) < 0.02 and 4 < ratio < 7),
        f"|Delta| up to 12, |Delta mu| up to 20: {C[k]:.3g} at {at}, {ratio:.3g} times equilibrium at Delta = 0",
    )


def negative_population():
    lowest = float(np.min(fermion_diagram("rho_11")))
    return sn.Outcome(
        -1e-3 < lowest < -1e-5, f"Fig. 7(b), |Delta| up to 12, |Delta mu| up to 20: smallest rho_11 {lowest:.2g}"
    )


def others_are_positive():
    """Smallest eigenvalues, over the ranges of Figs. 5 and 6."""
    names = ("rho_11", "rho_22", "rho_33", "rho_44", "rho_34")

    def smallest(a, d, upper, lower, coherence):
        middle = (upper + lower) / 2 - np.hypot((upper - lower) / 2, abs(coherence))
        return float(np.min([a, d, middle]))

    hot = min(smallest(*(heated(name, T) for name in names)) for T in (1.2, 2.0, 3.0))
    filled = {mu: smallest(*(biased(name, mu) for name in names)) for mu in BASES}
    shown = ", ".join(f"{value:.2g} (mu_1 = {mu:g})" for mu, value in filled.items())
    return sn.Outcome(
        min(hot, *filled.values()) >= 0, f"smallest eigenvalue of rho: {hot:.2g} in Fig. 5; in Fig. 6 {shown}"
    )


def ohmic(module, name, difference, lam=6.0, alpha=0.1, **baths):
    """A quantity of Fig. 8 for alpha_2 = 1/2, 1 and 2 alpha_1, lines along the difference."""
    second = alpha * np.array([[0.5], [1.0], [2.0]])
    qubits = {"omega_1": 10.0, "omega_2": 10.0, "lam": lam, "omega_c1": 40.0, "omega_c2": 40.0}
    return difference, module.evaluate(**qubits, alpha_1=alpha, alpha_2=second, outputs=[name], **baths)[name]


def ohmic_lines(name, kind, **couplings):
    from symness.generated import wang2019_boson_ohmic, wang2019_fermion_ohmic

    if kind == "bosons":
        difference = np.linspace(0.1, 5, 50)
        return ohmic(wang2019_boson_ohmic, name, difference, T_1=2.0, T_2=2 + difference, **couplings)
    potentials = {"T_1": 1.5, "T_2": 1.5, "mu_1": 4.0}
    difference = np.linspace(0.1, 25, 250)
    return ohmic(wang2019_fermion_ohmic, name, difference, **potentials, mu_2=4 + difference, **couplings)


def stronger_coupling_raises(name, kind):
    """A step down is a failure; lines that are both zero are none."""
    difference, lines = ohmic_lines(name, kind)
    lines = abs(lines)
    margin = np.where(lines[1:] + lines[:-1] > 0, lines[1:] - lines[:-1], 1.0)
    symbol = "|rho_34|" if name == "rho_34" else "C"
    return always(margin, f"step of {symbol} to the next alpha_2", alpha_2=np.array([0.1, 0.2]), difference=difference)


def hotter_bath_tends_to_raise():
    """Largest C over Delta T, and whether the lines cross beyond it."""
    holds, crossing = True, []
    for lam in (6.0, 8.0, 10.0):
        for alpha in (0.01, 0.1, 0.3, 1.0):
            _, lines = ohmic_lines("concurrence", "bosons", lam=lam, alpha=alpha)
            holds = holds and bool(np.all(np.diff(lines.max(axis=1)) > 0))
            if not np.any(np.diff(lines, axis=0) < 0):
                crossing.append(f"{lam:g} and {alpha:g}")
    difference, lines = ohmic_lines("concurrence", "bosons")
    first = difference[np.argmax(np.any(np.diff(lines, axis=0) < 0, axis=0))]
    tops = ", ".join(f"{value:.4f}" for value in lines.max(axis=1))
    return sn.Outcome(
        holds,
        "lam = 6, 8, 10 and alpha_1 = 0.01, 0.1, 0.3, 1, alpha_2 half, one and two times alpha_1, Delta T up to 5: the "
        f"largest C rises with alpha_2 every time (lam = 6, alpha_1 = 0.1: {tops}).  Not so C at every Delta T: there "
        f"the order of the lines turns at Delta T = {first:.1f}; it stays up to 5 for lam and alpha_1 = "
        + ", ".join(crossing),
    )


COUPLINGS = np.array([2.0, 4.0, 6.0])


def current(kind):
    if kind == "bosons":
        return DT, boson("energy_current_2", lam=COUPLINGS[:, None], T_1=2.0, T_2=2 + DT)
    return DMU, fermion("energy_current_2", lam=COUPLINGS[:, None], mu_1=4.0, mu_2=4 + DMU)


def current_is_positive(kind):
    x, I_2 = current(kind)
    return always(I_2[:, 1:], f"I_2, {kind}", lam=COUPLINGS, difference=x[1:])


def current_grows(kind):
    x, I_2 = current(kind)
    return always(steps(I_2), f"step of I_2 along the difference, {kind}", lam=COUPLINGS, difference=x[1:])


def current_grows_with_coupling(kind):
    """Up to which lam I_2 grows at every difference."""
    lam = np.arange(0.5, 10.25, 0.5)
    if kind == "bosons":
        x, name, at = DT[1:], "Delta T", 5.0
        I_2 = boson("energy_current_2", lam=lam[:, None], T_1=2.0, T_2=2 + x)
    else:
        x, name, at = DMU[1:], "Delta mu", 8.0
        I_2 = fermion("energy_current_2", lam=lam[:, None], mu_1=4.0, mu_2=4 + x)
    falls = np.any(np.diff(I_2, axis=0) < 0, axis=1)
    last = lam[:-1][falls].min()
    k = int(np.argmin(abs(x - at)))
    shown = ", ".join(f"{I_2[list(lam).index(x), k]:.3g} (lam = {x:g})" for x in (2, 4, 6, 8, 10))
    return sn.Outcome(
        last >= 6,
        f"lam from 0.5 to 10 in steps of 0.5, {name} up to {x[-1]:g}: I_2 grows up to lam = {last:g} at every {name}, "
        f"and falls beyond for some; at {name} = {at:g}: {shown}",
    )


def current_saturates():
    far = [fermion("energy_current_2", lam=COUPLINGS, mu_1=4.0, mu_2=4.0 + at) for at in (60.0, 120.0)]
    return sn.Outcome(bool(np.allclose(*far, rtol=1e-9)), "lam = 2, 4, 6: I_2 at Delta mu = 60 and 120 agree to 1e-9")


CHOSEN = "lam = 6 and alpha_1 = 0.1, alpha_2 = 0.05, 0.1, 0.2 are chosen: the caption gives neither"
LAM_UNNAMED = "the caption of Fig. 9 does not name the lam of its curves"

DETUNED = (
    sn.Statement("Fig. 7", "the diagrams are symmetric about the origin", diagrams_are_symmetric),
    sn.Statement(
        "Fig. 7(a)",
        "C reaches about 0.12 where Delta and Delta T have one sign, ten times its equilibrium value",
        boson_maximum,
    ),
    sn.Statement(
        "Fig. 7(b)",
        "C is largest, close to 0.5, where Delta and Delta mu have one sign: five times its equilibrium value",
        fermion_maximum,
    ),
    sn.Statement("Fig. 7(b)", "rho_11 has negative values of the order 1e-4", negative_population),
    sn.Statement("Sec. VI", "all figures before Fig. 7 show positive density matrices", others_are_positive),
    sn.Statement(
        "Fig. 8(a)",
        "a stronger coupling to the hotter bath raises |rho_34|",
        lambda: stronger_coupling_raises("rho_34", "bosons"),
        CHOSEN,
    ),
    sn.Statement(
        "Fig. 8(b)",
        "a stronger coupling to the hotter bath tends to raise C",
        hotter_bath_tends_to_raise,
        "as the largest C over Delta T; the caption gives neither lam nor alpha_1, alpha_2",
    ),
    sn.Statement(
        "Fig. 8(c)",
        "a stronger coupling to the bath with the higher potential raises |rho_34|",
        lambda: stronger_coupling_raises("rho_34", "fermions"),
        CHOSEN,
    ),
    sn.Statement(
        "Fig. 8(d)",
        "a stronger coupling to the bath with the higher potential raises C",
        lambda: stronger_coupling_raises("concurrence", "fermions"),
        CHOSEN,
    ),
    sn.Statement("Fig. 9(a)", "I_2 > 0 for T_2 > T_1", lambda: current_is_positive("bosons")),
    sn.Statement("Fig. 9(a)", "I_2 grows with Delta T", lambda: current_grows("bosons")),
    sn.Statement(
        "Sec. VII B",
        "bosons: I_2 grows with lam (up to 6, its value in Figs. 5 to 7)",
        lambda: current_grows_with_coupling("bosons"),
        LAM_UNNAMED,
    ),
    sn.Statement("Fig. 9(b)", "I_2 > 0 for mu_2 > mu_1", lambda: current_is_positive("fermions")),
    sn.Statement("Fig. 9(b)", "I_2 grows with Delta mu", lambda: current_grows("fermions")),
    sn.Statement(
        "Sec. VII B",
        "fermions: I_2 grows with lam (up to 6, its value in Figs. 5 to 7)",
        lambda: current_grows_with_coupling("fermions"),
        LAM_UNNAMED,
    ),
    sn.Statement("Fig. 9(b)", "I_2 saturates at large Delta mu", current_saturates),
)
