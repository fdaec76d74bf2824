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
    """Diagonal elements and eigenvalues, over the ranges of Figs. 5 and 6."""
    cold, filled = np.array([[1.2], [2.0], [3.0]]), BASES[:, None]
    masks = [heated("positive", cold), biased("positive", filled)]
    lowest = {mu: float(np.min(biased("rho_22", mu))) for mu in BASES}
    mu = min(lowest, key=lowest.__getitem__)
    bad = ", ".join(f"{mu:g}" for mu, mask in zip(BASES, masks[1], strict=True) if not mask.all()) or "none"
    return sn.Outcome(
        all(mask.all() for mask in masks),
        f"Fig. 5: {'positive' if masks[0].all() else 'not positive'}; Fig. 6, mu_1 = 4, 8, 14, 22: not positive for "
        f"{bad}; smallest rho_22 {lowest[mu]:.2g} at mu_1 = {mu:g}",
    )


def ohmic(module, name, difference, **baths):
    """A quantity of Fig. 8 for alpha_2 = 1/2, 1 and 2 alpha_1, lines along the difference."""
    second = np.array([[0.05], [0.1], [0.2]])
    qubits = {"omega_1": 10.0, "omega_2": 10.0, "lam": 6.0, "omega_c1": 40.0, "omega_c2": 40.0}
    return difference, module.evaluate(**qubits, alpha_1=0.1, alpha_2=second, outputs=[name], **baths)[name]


def ohmic_lines(name, kind):
    from symness.generated import wang2019_boson_ohmic, wang2019_fermion_ohmic

    if kind == "bosons":
        difference = np.linspace(0.1, 5, 50)
        return ohmic(wang2019_boson_ohmic, name, difference, T_1=2.0, T_2=2 + difference)
    potentials = {"T_1": 1.5, "T_2": 1.5, "mu_1": 4.0}
    difference = np.linspace(0.1, 25, 250)
    return ohmic(wang2019_fermion_ohmic, name, difference, **potentials, mu_2=4 + difference)


def stronger_coupling_raises(name, kind):
    """A step down is a failure; lines that are both zero are none."""
    difference, lines = ohmic_lines(name, kind)
    lines = abs(lines)
    margin = np.where(lines[1:] + lines[:-1] > 0, lines[1:] - lines[:-1], 1.0)
    symbol = "|rho_34|" if name == "rho_34" else "C"
    return always(margin, f"step of {symbol} to the next alpha_2", alpha_2=np.array([0.1, 0.2]), difference=difference)


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
    x, I_2 = current(kind)
    return always(
        I_2[1:, 1:] - I_2[:-1, 1:], f"step of I_2 from lam to the next, {kind}", lam=COUPLINGS[1:], difference=x[1:]
    )


def current_saturates():
    far = [fermion("energy_current_2", lam=COUPLINGS, mu_1=4.0, mu_2=4.0 + at) for at in (60.0, 120.0)]
    return sn.Outcome(bool(np.allclose(*far, rtol=1e-9)), "lam = 2, 4, 6: I_2 at Delta mu = 60 and 120 agree to 1e-9")


CHOSEN = "lam = 6 and alpha_1 = 0.1, alpha_2 = 0.05, 0.1, 0.2 are chosen: the caption gives neither"
LAM_CHOSEN = "lam = 2, 4, 6 are chosen: the caption does not name them"

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
        "a stronger coupling to the hotter bath raises C",
        lambda: stronger_coupling_raises("concurrence", "bosons"),
        CHOSEN,
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
    sn.Statement("Fig. 9(a)", "I_2 grows with lam", lambda: current_grows_with_coupling("bosons"), LAM_CHOSEN),
    sn.Statement("Fig. 9(b)", "I_2 > 0 for mu_2 > mu_1", lambda: current_is_positive("fermions")),
    sn.Statement("Fig. 9(b)", "I_2 grows with Delta mu", lambda: current_grows("fermions")),
    sn.Statement("Fig. 9(b)", "I_2 grows with lam", lambda: current_grows_with_coupling("fermions"), LAM_CHOSEN),
    sn.Statement("Fig. 9(b)", "I_2 saturates at large Delta mu", current_saturates),
)
