"""What Sec. V of Wang, Wu and Wang (2019) says in numbers: temperature and potential differences."""

from __future__ import annotations

import numpy as np

import symness as sn
from symness.derivations.claims.wang2019_prose import (
    always,
    boson,
    compared,
    fermion,
    rises_then_falls,
    steps,
    turning,
)

DT = np.linspace(0.0, 5.0, 101)
WIDE = np.logspace(-2, 4, 121)
DMU = np.linspace(0.0, 25.0, 251)


def heated(name, T_1, difference=DT):
    return boson(name, lam=6, T_1=np.asarray(T_1), T_2=T_1 + difference)


def biased(name, mu_1, difference=DMU):
    return fermion(name, lam=6, mu_1=mu_1, mu_2=mu_1 + difference)


# -- Sec. V A: bosons ------------------------------------------------------------------------------------------------


def effective_temperature(T_1, T_2, tolerance):
    """From the averaged occupation, over omega from 1 to 20."""
    omega = np.linspace(1, 20, 39)
    average = (1 / np.expm1(omega / T_1) + 1 / np.expm1(omega / T_2)) / 2
    error = np.abs(omega / np.log1p(1 / average) / ((T_1 + T_2) / 2) - 1)
    return always(
        tolerance - error, f"T_eff at T_1 = {T_1:g}, T_2 = {T_2:g}: {tolerance:g} - relative error", omega=omega
    )


def effective_potential():
    omega, mu_1, mu_2 = np.linspace(1, 20, 39), 4.0, 4.1
    average = sum(1 / (np.exp((omega - mu) / 1.5) + 1) for mu in (mu_1, mu_2)) / 2
    error = np.abs(omega - 1.5 * np.log(1 / average - 1) - (mu_1 + mu_2) / 2)
    return always(0.02 * (mu_2 - mu_1) - error, "2 % of Delta mu = 0.1 minus error of mu_eff", omega=omega)


def coherence_grows_with_temperature_difference():
    base = np.array([1.2, 2.0, 3.0, 5.0])
    return always(steps(abs(heated("rho_34", base[:, None], WIDE))), "step of |rho_34|", T_1=base, Delta_T=WIDE[1:])


def coherence_grows_with_base_temperature():
    base, difference = np.array([1.2, 2.0, 3.0]), DT[1:]
    w = abs(heated("rho_34", base, difference[:, None]))
    return always(steps(w), "step of |rho_34| from T_1 = 1.2 to 2 to 3", Delta_T=difference, T_1=base[1:])


def coherence_falls_at_high_base_temperature():
    base = np.array([5.0, 10.0, 20.0, 50.0, 200.0])
    values = abs(heated("rho_34", base, 3.0))
    return sn.Outcome(
        bool(np.all(steps(values) < 0) and values[-1] < 1e-3),
        f"Delta T = 3, T_1 = 5, 10, 20, 50, 200: |rho_34| = {', '.join(f'{v:.2g}' for v in values)}",
    )


def entanglement_rises_then_falls():
    return rises_then_falls({f"T_1 = {T}": heated("concurrence", T) for T in (1.2, 2.0)}, "Delta T from 0 to 5")


def entanglement_dies():
    last = [float(heated("concurrence", T)[-1]) for T in (1.2, 2.0)]
    return sn.Outcome(max(last) == 0, f"C at Delta T = 5 for T_1 = 1.2, 2: {last[0]:.2g}, {last[1]:.2g}")


def entanglement_falls():
    C = heated("concurrence", 3.0)
    return always(np.where(C[:-1] > 0, -steps(C), 1.0), "fall of C per step, where it is positive", Delta_T=DT[1:])


def no_entanglement_when_hot(difference):
    C = heated("concurrence", 5.0, difference)
    return sn.Outcome(
        bool(np.all(C == 0)),
        f"T_1 = 5, Delta T from {difference[0]:.2g} to {difference[-1]:.4g}: largest C {C.max():.3g}",
    )


def revival():
    values = [float(heated("concurrence", T, 1e6)) for T in (1.2, 2.0, 3.0)]
    shown = ", ".join(f"{v:.3g}" for v in values)
    return sn.Outcome(min(values) > 0.1, f"C at Delta T = 1e6 for T_1 = 1.2, 2, 3: {shown}")


def coherence_and_populations_grow():
    base = np.array([[1.2], [2.0], [3.0]])
    w, a, d = (heated(name, base) for name in ("w", "rho_11", "rho_22"))
    smaller = np.minimum(steps(abs(w)), steps(np.sqrt(a * d)))
    return always(smaller, "step of |w| and sqrt(ad)", T_1=base[:, 0], Delta_T=DT[1:])


def turning_temperature():
    T = np.linspace(1.5, 3.2, 1701)
    C = boson("concurrence", lam=6, T_1=T, T_2=T)
    return compared(T[np.argmax(C)], 2.4, 0.02, "lam = 6, T at the largest C in equilibrium")


def initial_slope():
    base = np.array([1.2, 1.6, 2.0, 2.35, 2.5, 2.7, 3.0, 3.3])
    slope = (heated("concurrence", base, 1e-4) - heated("concurrence", base, 0.0)) / 1e-4
    return always(np.where(base < 2.4, slope, -slope), "slope of C at Delta T = 0, signed", T_1=base)


# -- Sec. V B: fermions ----------------------------------------------------------------------------------------------

BASES = np.array([4.0, 8.0, 14.0, 22.0])


def coherence_grows_with_bias():
    return always(steps(abs(biased("rho_34", BASES[:, None]))), "step of |rho_34|", mu_1=BASES, Delta_mu=DMU[1:])


def coherence_saturates():
    far = [abs(biased("rho_34", BASES, at)) for at in (60.0, 120.0)]
    error = np.max(np.abs(far[1] / far[0] - 1))
    shown = ", ".join(f"{v:.3g}" for v in far[1])
    return sn.Outcome(error < 1e-9, f"mu_1 = 4, 8, 14, 22: |rho_34| at Delta mu = 120 is {shown}; from 60 on unchanged")


def coherence_small_for_filled_baths():
    values = [float(np.max(abs(biased("rho_34", mu)))) for mu in (4.0, 22.0)]
    return sn.Outcome(
        values[1] < 0.01 * values[0], f"largest |rho_34|: {values[0]:.3g} at mu_1 = 4, {values[1]:.2g} at 22"
    )


def fermions_rise_then_fall():
    return rises_then_falls(
        {f"mu_1 = {mu}": biased("concurrence", mu) for mu in (0.0, 4.0, 8.0)}, "Delta mu from 0 to 25"
    )


def fermions_fall():
    """Where C rises again, and whether the state is positive throughout."""
    found = []
    for mu in (11.0, 12.0, 14.0, 16.0):
        C, positive = biased("concurrence", mu), bool(biased("positive", mu).all())
        low = int(C.argmin())
        found.append((C[low:].max() - C[low], mu, C[0], C[low], DMU[low], C[low:].max(), positive))
    shown = "; ".join(
        f"mu_1 = {mu:g}: from {first:.4f} to {least:.4f} at Delta mu = {at:.3g}"
        + (f", then up to {again:.4f} (rho {'' if positive else 'not '}positive)" if rise > 1e-9 else "")
        for rise, mu, first, least, at, again, positive in found
    )
    return sn.Outcome(all(row[0] <= 1e-9 for row in found), f"Delta mu from 0 to 25, {shown}")


def suppressed_for_filled_baths():
    C = biased("concurrence", 22.0)
    return always(0.01 - C, "0.01 - C at mu_1 = 22", Delta_mu=DMU)


def populations_grow_with_bias():
    shown, holds = [], True
    for mu in (0.0, 4.0, 8.0):
        root = np.sqrt(biased("rho_11", mu) * biased("rho_22", mu))
        top = int(root.argmax())
        holds = holds and bool(np.all(steps(root) > 0))
        shown.append(f"mu_1 = {mu:g}: {root[0]:.4f}, {root[top]:.4f} at {DMU[top]:.3g}, {root[-1]:.4f} at 25")
    return sn.Outcome(holds, f"sqrt(ad) at Delta mu = 0, at its maximum and at the end, {'; '.join(shown)}")


def bare_coherence_is_not_monotonic():
    found = {mu: turning(abs(biased("w", mu)))[0] for mu in (4.0, 8.0)}
    shown = "; ".join(f"mu_1 = {mu:g}: turning points: {n}" for mu, n in found.items())
    return sn.Outcome(min(found.values()) > 0, f"|w|, Delta mu from 0 to 25: {shown}")


def fermions_are_more_entangled():
    bosons = max(float(np.max(heated("concurrence", T))) for T in (1.2, 2.0, 3.0))
    fermions = max(float(np.max(biased("concurrence", mu))) for mu in (4.0, 8.0))
    ratio = fermions / bosons
    return sn.Outcome(5 < ratio < 50, f"largest C {fermions:.3g} (mu_1 = 4, 8) over {bosons:.3g} (Fig. 5): {ratio:.3g}")


BIASED = (
    sn.Statement(
        "Eq. (54)", "T_eff is about (T_1 + T_2)/2 near equilibrium", lambda: effective_temperature(3, 3.1, 0.01)
    ),
    sn.Statement("Eq. (54)", "and at high temperatures", lambda: effective_temperature(100, 200, 0.01)),
    sn.Statement(
        "Fig. 5(b)", "|rho_34| grows with Delta T, also when it is large", coherence_grows_with_temperature_difference
    ),
    sn.Statement("Fig. 5(b)", "|rho_34| grows with T_1 at fixed Delta T", coherence_grows_with_base_temperature),
    sn.Statement("Sec. V A", "and falls with T_1 when that is high", coherence_falls_at_high_base_temperature),
    sn.Statement(
        "Fig. 5(a)", "for T_1 = 1.2 and 2, C first grows and then falls with Delta T", entanglement_rises_then_falls
    ),
    sn.Statement("Fig. 5(a)", "until it is zero", entanglement_dies),
    sn.Statement("Fig. 5(a)", "for T_1 = 3, C falls with Delta T", entanglement_falls),
    sn.Statement("Sec. V A", "for T_1 = 5, C is zero for Delta T up to 5", lambda: no_entanglement_when_hot(DT)),
    sn.Statement(
        "Sec. V A",
        "for T_1 = 5, C is zero irrespective of Delta T",
        lambda: no_entanglement_when_hot(WIDE),
        "the paper restricts Delta T to 5 above and tells of a revival below",
    ),
    sn.Statement("Fig. 5(c, f)", "|w| and sqrt(ad) grow with Delta T", coherence_and_populations_grow),
    sn.Statement("Sec. V A", "for lam = 6, C in equilibrium turns at T = 2.4", turning_temperature),
    sn.Statement("Sec. V A", "C starts to grow with Delta T for T_1 < 2.4 and to fall above", initial_slope),
    sn.Statement("Sec. V A", "C revives when Delta T is very large", revival),
    sn.Statement("Eq. (61)", "mu_eff is about (mu_1 + mu_2)/2 near equilibrium", effective_potential),
    sn.Statement("Fig. 6(b)", "|rho_34| grows with Delta mu", coherence_grows_with_bias),
    sn.Statement("Fig. 6(b)", "and approaches a value that depends on mu_1", coherence_saturates),
    sn.Statement("Fig. 6(b)", "|rho_34| is very small for a large mu_1", coherence_small_for_filled_baths),
    sn.Statement("Fig. 6(a)", "for mu_1 < omega, C first grows and then falls with Delta mu", fermions_rise_then_fall),
    sn.Statement(
        "Fig. 6(a)",
        "for mu_1 > omega, C falls monotonically with Delta mu",
        fermions_fall,
        "mu_1 = 11, 12, 14, 16 are chosen: the text names 22 only",
    ),
    sn.Statement("Fig. 6(a)", "for mu_1 = 22, C is suppressed whatever Delta mu", suppressed_for_filled_baths),
    sn.Statement("Fig. 6(c)", "|w| is not monotonic for mu_1 < omega", bare_coherence_is_not_monotonic),
    sn.Statement(
        "Sec. V B",
        "sqrt(ad) is a monotonic function of Delta mu",
        populations_grow_with_bias,
        "monotonic but for the small fall at the end",
    ),
    sn.Statement(
        "Sec. V B", "fermions give about one order more entanglement than bosons", fermions_are_more_entangled
    ),
)
