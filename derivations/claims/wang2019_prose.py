"""What the text and the figures of Wang, Wu and Wang (2019) say in numbers, tested with the generated evaluators.

Energies and temperatures in units of J = J_1 = J_2 unless it is said otherwise; omega_1 = omega_2 = 10 where no other
frequencies are named.
"""

from __future__ import annotations

import numpy as np

import symness as sn

#: T_max = RATIO lam, below Eq. (31)
RATIO = 1 / (2 * np.log(1 + np.sqrt(2)))
QUBITS = {"omega_1": 10.0, "omega_2": 10.0, "J_1": 1.0, "J_2": 1.0}


def boson(*outputs, **parameters):
    from symness.generated.wang2019_boson import evaluate

    return _chosen(evaluate(**{**QUBITS, **parameters}, outputs=outputs), outputs)


def fermion(*outputs, **parameters):
    """Both baths at T = 1.5 unless it is said otherwise."""
    from symness.generated.wang2019_fermion import evaluate

    return _chosen(evaluate(**{**QUBITS, "T_1": 1.5, "T_2": 1.5, **parameters}, outputs=outputs), outputs)


def _chosen(result, outputs):
    return [result[name] for name in outputs] if len(outputs) > 1 else result[outputs[0]]


# -- how a statement is tested ---------------------------------------------------------------------------------------


def always(margin, what, **coordinates):
    """``margin`` is positive wherever the statement holds; the evidence shows the smallest."""
    margin = np.asarray(margin, dtype=float)
    worst = np.unravel_index(np.argmin(margin), margin.shape)
    grid = dict(zip(coordinates, np.meshgrid(*coordinates.values(), indexing="ij"), strict=True))
    at = ", ".join(f"{name} = {values[worst]:.4g}" for name, values in grid.items())
    ranges = ", ".join(f"{name} from {v.min():.4g} to {v.max():.4g}" for name, v in grid.items())
    sampled = f"{margin.size} points, {ranges}" if ranges else f"{margin.size} points"
    text = f"{sampled}: smallest {what} {margin[worst]:.3g}{f' at {at}' if at else ''}"
    return sn.Outcome(bool(np.all(margin > 0)), text)


def steps(values):
    """Differences along the last axis."""
    return np.diff(values, axis=-1)


def turning(values, sign=1):
    """How often a curve turns; flat pieces (to 1e-12 of its height) do not count."""
    slope = steps(values)
    slope = slope[np.abs(slope) > 1e-12 * np.max(np.abs(values))]
    return int(np.sum(np.diff(np.sign(slope)) != 0)), bool(sign * slope[0] > 0)


def rises_then_falls(curves, what):
    """Every curve, by name, rises first and turns once."""
    found = {name: turning(values) for name, values in curves.items()}
    shown = "; ".join(
        f"{name}: {'rises' if up else 'falls'} first, turning points: {n}" for name, (n, up) in found.items()
    )
    return sn.Outcome(all(up and n == 1 for n, up in found.values()), f"{what}: {shown}")


def compared(value, expected, tolerance, what):
    """A number of the paper, to a relative tolerance."""
    return sn.Outcome(abs(value - expected) <= tolerance * abs(expected), f"{what}: {value:.4g}, stated {expected:.4g}")


# -- Secs. II to IV: spectrum and equilibrium ------------------------------------------------------------------------

LAM = np.linspace(0.05, 19.9, 60)
T = np.linspace(0.1, 12.0, 120)


def levels_are_ordered():
    """sqrt(4 w1 w2 - lam^2) decides between delta and Omega."""
    w1, w2, share = np.meshgrid(*[np.linspace(0.1, 20, 15)] * 2, np.linspace(0.01, 0.999, 12), indexing="ij")
    delta, omega = w1 + w2, np.hypot(w1 - w2, 2 * share * np.sqrt(w1 * w2))
    energies = np.stack([delta, (delta + omega) / 2, (delta - omega) / 2, np.zeros_like(delta)])
    return always(-steps(energies.T) / delta.T[..., None], "gap over delta")


def concurrence_below_coherence():
    rng = np.random.default_rng(3)
    omega_1, omega_2 = rng.uniform(1, 20, (2, 2000))
    lam = rng.uniform(0, 2, 2000) * np.sqrt(omega_1 * omega_2)
    T_1, T_2 = rng.uniform(0.2, 10, (2, 2000))
    C, w, positive = boson("concurrence", "w", "positive", omega_1=omega_1, omega_2=omega_2, lam=lam, T_1=T_1, T_2=T_2)
    return always((2 * abs(w) - C)[positive] + 1e-15, "2|w| - C (1e-15 added)")


def monotonic_in_coupling():
    C, w = boson("concurrence", "w", lam=LAM, T_1=T[:, None], T_2=T[:, None])
    # Where the concurrence is zero it cannot rise.
    rising = np.where(C[:, 1:] > 0, steps(C), 1.0)
    return always(np.minimum(rising, steps(abs(w))), "step of C and |w| along lam", T=T, lam=LAM[1:])


def largest_temperature():
    T_max = RATIO * LAM
    below, above = (
        boson("concurrence", lam=LAM, T_1=factor * T_max, T_2=factor * T_max) for factor in (1 - 1e-6, 1 + 1e-6)
    )
    return always(np.where(above == 0, below, -1.0), "C at T_max (1 - 1e-6), zero at T_max (1 + 1e-6)", lam=LAM)


def small_coupling():
    C = boson("concurrence", lam=2, T_1=T, T_2=T)
    inside = T < 2 * RATIO
    return sn.Outcome(
        bool(np.all(C[inside] > 0) and C.max() < 1e-3),
        f"lam = 2, T from 0.1 to 12: C > 0 at all {inside.sum()} points below T_max, at most {C.max():.2g}",
    )


def not_monotonic_in_temperature():
    found = {}
    for lam in (2, 6, 10, 14):
        C, w = boson("concurrence", "w", lam=lam, T_1=T, T_2=T)
        found |= {f"C at lam = {lam}": C, f"|w| at lam = {lam}": abs(w)}
    return rises_then_falls(found, "T from 0.1 to 12")


def low_temperature():
    """C, 2|w|, E_b and the exponential, at omega/T = 60 to 300."""
    low = 10 / np.linspace(60, 300, 25)
    C, w = boson("concurrence", "w", lam=6, T_1=low, T_2=low)
    expected = np.exp(-(10 - 3) / low)
    ratio = np.sinh(3 / low) / np.cosh(10 / low) / expected
    error = np.max(np.abs(np.stack([C / expected, 2 * abs(w) / expected, ratio]) - 1), axis=0)
    return always(1e-6 - error, "distance of all ratios to 1 from 1e-6", T=low)


def high_temperature(power):
    """T^power (E_b + 1/2 - lam/(4 T)) as T grows."""
    high = np.array([1e2, 1e3, 1e4])
    a, d, w = boson("rho_11", "rho_22", "w", lam=6, T_1=high, T_2=high)
    rest = 2 * (abs(w) - np.sqrt(a * d)) + 0.5 - 6 / (4 * high)
    return high, rest * high**power


def to_first_order():
    high, rest = high_temperature(1)
    return always(
        np.abs(rest[:-1]) - 5 * np.abs(rest[1:]), "fall of |T (E_b + 1/2 - lam/4T)| per decade of T", T=high[1:]
    )


def rest_is_smaller_than_second_order():
    _, rest = high_temperature(2)
    shown = ", ".join(f"{value:.4g}" for value in rest)
    return sn.Outcome(
        abs(rest[-1]) < 0.1 * abs(rest[0]),
        f"lam = 6, T = 1e2, 1e3, 1e4: T^2 (E_b + 1/2 - lam/4T) = {shown}, whose limit is (omega^2 + lam^2/4)/8 = 13.63",
    )


def bosons_stay_below_one_half():
    low, lam = np.linspace(0.02, 12.0, 80), np.linspace(0.1, 19.999, 80)
    C = boson("concurrence", lam=lam, T_1=low[:, None], T_2=low[:, None])
    return always(0.5 - C, "1/2 - C", T=low, lam=lam)


def one_half_is_approached():
    C = boson("concurrence", lam=20 * (1 - 1e-9), T_1=0.2, T_2=0.2)
    return compared(float(C), 0.5, 1e-6, "C at lam = 2 omega (1 - 1e-9), T = 0.2")


MU = np.linspace(-20.0, 40.0, 121)


def no_entanglement_below_threshold():
    lam = np.linspace(0.01, 1, 30)[:, None] * 1.5 / RATIO
    C = fermion("concurrence", lam=lam, mu_1=MU, mu_2=MU)
    return sn.Outcome(
        bool(np.all(C < 1e-15)),
        f"T = 1.5, lam from {lam[0, 0]:.3g} to {lam[-1, 0]:.4g}, mu from -20 to 40: C below 1e-15 everywhere",
    )


def symmetric_about_resonance():
    C, w = fermion("concurrence", "w", lam=6, mu_1=MU, mu_2=MU)
    error = max(np.max(np.abs(x - x[::-1])) / np.max(np.abs(x)) for x in (C, w))
    top = MU[np.argmax(C)], MU[np.argmax(abs(w))]
    return sn.Outcome(
        error < 1e-12 and top == (10, 10),
        f"lam = 6, mu from -20 to 40: C and |w| symmetric to 1e-12, largest at mu = {top[0]:g}, {top[1]:g}",
    )


def pure_at_resonance():
    C = fermion("concurrence", lam=2, mu_1=10, mu_2=10, T_1=0.02, T_2=0.02)
    return compared(float(C), 1.0, 1e-12, "C at mu = omega, lam = 2, T = 0.02")


EQUILIBRIUM = (
    sn.Statement("below Eq. (5)", "lam < 2 sqrt(omega_1 omega_2) implies E_1 > E_3 > E_4 > E_2", levels_are_ordered),
    sn.Statement("below Eq. (20)", "the concurrence is at most 2|w|", concurrence_below_coherence),
    sn.Statement("below Eq. (31)", "C and |w| grow with lam", monotonic_in_coupling, "C where it is positive"),
    sn.Statement("below Eq. (31)", "C > 0 for T < T_max = lam/(2 ln(1 + sqrt 2)) only", largest_temperature),
    sn.Statement("below Eq. (31)", "for lam = 2 the concurrence is positive but too small to be seen", small_coupling),
    sn.Statement("Fig. 3", "C and |w| are non-monotonic functions of T", not_monotonic_in_temperature),
    sn.Statement("Eq. (32)", "for small T, C, 2|w| and E_b tend to exp(-(omega - lam/2)/T)", low_temperature),
    sn.Statement("Eq. (33)", "for large T, E_b is -1/2 + lam/(4 T) to first order in 1/T", to_first_order),
    sn.Statement(
        "Eq. (33)",
        "the remainder is o(1/T^2)",
        rest_is_smaller_than_second_order,
        "the small o as in the scan; it is O(1/T^2)",
    ),
    sn.Statement("below Eq. (33)", "with boson baths in equilibrium C does not exceed 1/2", bosons_stay_below_one_half),
    sn.Statement("below Eq. (33)", "C tends to 1/2 for lam to 2 omega and T to 0", one_half_is_approached),
    sn.Statement("below Eq. (38)", "no entanglement for lam up to 2 ln(1 + sqrt 2) T", no_entanglement_below_threshold),
    sn.Statement("Fig. 4", "C and |w| are symmetric about mu = omega and largest there", symmetric_about_resonance),
    sn.Statement("below Eq. (38)", "C tends to 1 for T to 0 at mu = omega", pure_at_resonance),
)
