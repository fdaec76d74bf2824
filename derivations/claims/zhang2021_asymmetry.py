"""Statements of Zhang and Wang (2021) in Secs. 5.3 and 5.4: fermions and rectification, tested in numbers.

Units of the mean frequency of the qubits.  Unless said otherwise kappa = 3, mean temperature 0.4, mean coupling 0.1 for
bosons, and kappa = 0.6, T = 0.15, mean potential 1 for fermions, as in the captions of Figs. 12 to 16.
"""

from __future__ import annotations

from functools import cache

import numpy as np

import symness as sn
from symness.derivations.figures.zhang2021_states import (
    boson,
    concurrence,
    fermion,
    i_2,
    i_3,
    local_state,
    peak,
    rectification,
)

FINE = np.linspace(-0.79, 0.79, 801)


def fermion_symmetric():
    dmu = np.linspace(-2, 2, 161)
    state = fermion(dmu=dmu)
    C, two, three = concurrence(state), i_2(state), i_3(state)
    widths = [dmu[v > 0].max() for v in (C, two)]
    return sn.Outcome(
        C.argmax() == two.argmax() == 80 and three.max() == 0 and widths[0] > widths[1],
        f"C and I_2 largest at Delta mu = 0, I_3 = 0 throughout; C > 0 up to {widths[0]:.2f}, I_2 > 0 up to "
        f"{widths[1]:.2f}",
    )


def fermion_maxima():
    dmu, coarse = np.linspace(-2, 2, 4001), np.linspace(-1, 1, 161)
    a = [float(peak(dmu, f(fermion(detuning=1, dmu=dmu)))) for f in (concurrence, i_2)]
    a.append(float(peak(coarse, i_3(fermion(detuning=1, dmu=coarse)))))
    return sn.Outcome(
        max(a) - min(a) < 0.05 * abs(a[0]) and max(a) < 0,
        f"3 eps_1 = eps_2: Delta mu = {a[0]:.4f} (C), {a[1]:.4f} (I_2), {a[2]:.4f} (I_3): close, not equal, "
        "and negative",
    )


def mechanisms():
    terms = []
    for detuning, dmu in ((0, 0), (0.9, -0.35), (-0.9, 0.35)):
        rho = local_state(fermion(detuning=detuning, dmu=dmu))
        z, w = (rho[0, 0] + rho[3, 3] - rho[1, 1] - rho[2, 2]).real, abs(rho[1, 2])
        terms.append((8 * w**2, z**2 + 4 * w**2))
    return sn.Outcome(
        terms[0][0] > max(1, terms[0][1]) and all(b > max(1, a) for a, b in terms[1:]),
        "the two terms of Eq. (10): "
        + ", ".join(f"{a:.3f} and {b:.3f}" for a, b in terms)
        + " at Delta eps = 0, 0.9, -0.9 and Delta mu = 0, -0.35, 0.35",
    )


def joined(inside, start):
    """The part of a mask that is connected to one place."""
    reached = np.zeros_like(inside)
    reached[start] = inside[start]
    while True:
        grown = reached.copy()
        for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
            grown |= np.roll(reached, step, axis)  # the edges of the region are not violated
        grown &= inside
        if (grown == reached).all():
            return reached
        reached = grown


def separation():
    """From the middle island to the corner Delta eps = 0.9, Delta mu = -0.35."""
    detuning, dmu = np.linspace(-1.5, 1.5, 151), np.linspace(-1.5, 1.5, 151)
    two = i_2(fermion(detuning=detuning[:, None], dmu=dmu))
    middle, corner = (75, 75), (int(abs(detuning - 0.9).argmin()), int(abs(dmu + 0.35).argmin()))
    levels = np.arange(0, 0.2, 0.002)
    necks = max((level for level in levels if joined(two > level, middle)[corner]), default=-1.0)
    return sn.Outcome(
        bool(necks < 0),
        f"I_2 = {two[middle]:.3f} in the middle, {two[corner]:.3f} at Delta eps = 0.9, Delta mu = -0.35: the regions "
        f"are joined by necks with I_2 up to {necks:.3f}, and separated above that level",
    )


def fermion_imbalance():
    dmu = np.linspace(-2, 2, 401)
    found = [(concurrence(s).max(), i_2(s).max()) for s in (fermion(0.6, 1, g, dmu=dmu) for g in (0, 0.1))]
    bosons = [(concurrence(s).max(), i_2(s).max()) for s in (boson(imbalance=g, dT=FINE) for g in (0, 0.1))]
    off, more = (abs(b[1] / a[1] - 1) for a, b in (found, bosons))
    return sn.Outcome(
        off < 0.15,
        f"Delta gamma = 0.1, 3 eps_1 = eps_2: the largest C changes from {found[0][0]:.3f} to "
        f"{found[1][0]:.3f}, I_2 from "
        f"{found[0][1]:.3f} to {found[1][1]:.3f}; bosons, eps_1 = eps_2: I_2 from {bosons[0][1]:.3f} to "
        f"{bosons[1][1]:.3f} "
        f"({100 * off:.0f} % against {100 * more:.0f} %)",
    )


def rectification_signs():
    x, g = np.linspace(0.05, 1.5, 30), np.linspace(0.005, 0.15, 30)
    R = np.array([[rectification(dT, detuning=x), -rectification(dT, imbalance=g)] for dT in (0.2, 0.4, 0.6)])
    return sn.Outcome(
        R.min() > 0 and np.diff(R, axis=0).min() > 0 and np.diff(R, axis=-1).min() > 0,
        f"Delta T = 0.2, 0.4, 0.6, Delta eps up to 1.5, Delta gamma up to 0.15: |R| from {R.min():.4f} to "
        f"{R.max():.4f}, growing "
        "with Delta T and with either asymmetry",
    )


def rectification_linear():
    shown, off = [], []
    for name, symbol, ends in (("detuning", "eps", (1.0, 1.5)), ("imbalance", "gamma", (0.1, 0.15))):
        x = np.linspace(0.01, 1, 100) * ends[1]
        slope = rectification(0.6, **{name: x}) / x
        fall = abs(1 - slope / slope[0])
        off.append(float(fall.max()))
        at = ", ".join(f"{100 * float(np.interp(end, x, fall)):.0f} % at {end:g}" for end in ends)
        shown.append(f"R/Delta {symbol} is below its first value by {at}, by 10 % at {np.interp(0.1, fall, x):.2f}")
    return sn.Outcome(max(off) < 0.1, f"Delta T = 0.6: {'; '.join(shown)}")


def root(function, low, high):
    """A zero by bisection."""
    rising = function(high) > 0
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if (function(middle) > 0) == rising else (middle, high)
    return (low + high) / 2


@cache
def slopes():
    """Delta gamma/Delta eps on the lines where R and the CNTDs vanish."""
    found = {}
    for detuning in (0.3, 1.0):
        gamma = [root(lambda g, d=detuning: rectification(0.6, detuning=d, imbalance=g), 0, 0.15)]
        for f in (concurrence, i_2):

            def tilt(g, d=detuning, f=f):
                right, left = (f(boson(detuning=d, imbalance=g, dT=s * 1e-3)) for s in (1, -1))
                return right - left

            gamma.append(root(tilt, 0, 0.15))
        found[detuning] = [g / detuning for g in gamma]
    return found


def linear_cancellation():
    found = slopes()
    off = max(abs(b / a - 1) for a, b in zip(*found.values(), strict=True))
    text = "; ".join(f"Delta eps = {d}: R {r:.4f}, C {c:.4f}, I_2 {i:.4f}" for d, (r, c, i) in found.items())
    return sn.Outcome(off < 0.1, f"Delta gamma/Delta eps where it vanishes, {text}: constant to {100 * off:.0f} %")


def equilibrium_without_rectification():
    r, c, i = slopes()[1.0]
    state = boson(detuning=1, imbalance=r, dT=FINE)
    C, two = (float(peak(FINE, f(state))) for f in (concurrence, i_2))
    return sn.Outcome(
        abs(C) < 0.02 and abs(two) < 0.02,
        f"Delta eps = 1, Delta gamma = {r:.4f}, where R = 0: the CNTD of I_2 is {two:.4f}, that of C {C:.4f}; "
        "the line where "
        f"it vanishes for C has the slope {c:.4f} instead of {r:.4f} ({i:.4f} for I_2)",
    )


STATEMENTS = (
    sn.Statement(
        "Fig. 12(a)", "resonance is best; I_3322 is not violated; C survives a larger Delta mu", fermion_symmetric
    ),
    sn.Statement(
        "Figs. 12 and 13",
        "the maxima of C, I_2, I_3 stand at the same Delta mu (within 5 %), the lower qubit at the larger mu",
        fermion_maxima,
    ),
    sn.Statement("Fig. 14(b)", "violation comes from pure coherence in the middle, from imbalance outside", mechanisms),
    sn.Statement(
        "Fig. 14(b)",
        "the regions of CHSH violation are separated",
        separation,
        "separated in a contour plot whose lowest level lies above the necks",
    ),
    sn.Statement(
        "end of Sec. 5.3", "fermions: gamma_1 != gamma_2 matters little (maxima within 15 %)", fermion_imbalance
    ),
    sn.Statement(
        "Fig. 15", "R > 0 for Delta eps > 0, R < 0 for Delta gamma > 0, growing with Delta T", rectification_signs
    ),
    sn.Statement(
        "Fig. 15",
        "R is almost linear in Delta eps and Delta gamma (within 10 %)",
        rectification_linear,
        "the tolerance and the ranges are ours: the caption gives none",
    ),
    sn.Statement("Fig. 16", "the asymmetries compensate each other linearly (slopes within 10 %)", linear_cancellation),
    sn.Statement(
        "Sec. 5.4 and 6",
        "where the rectification is cancelled, entanglement and nonlocality are largest at equilibrium",
        equilibrium_without_rectification,
        "true for I_2 and nearly so for any Delta eps; the line of C has half that slope",
    ),
)
