"""What prose and figures of Man et al. (2019) state, tested with the generated evaluators.

Energies and temperatures in units of Gamma = Gamma_A = Gamma_B = Gamma_C^(A) = Gamma_C^(B), in Fig. 7 in GHz.  With
and without the common bath is Gamma_C = Gamma and Gamma_C = 0.
"""

from __future__ import annotations

import numpy as np

from symness.claims import Outcome, Statement
from symness.derivations.figures.man2019 import (
    THERMALISATION,
    best,
    circuit,
    detuned,
    effective_temperatures,
    evaluate,
    resonant,
    thermalisation,
)

#: differences of concurrences below this are rounding
ROUNDING = 1e-12


def grid(low=0.5, high=20.0, count=160):
    """T along rows, T_C along columns."""
    return np.meshgrid(np.linspace(low, high, count), np.linspace(low, high, count))


# -- Sec. III A: equal temperatures, resonance ------------------------------------------------------------------------


def enhanced_below():
    T, T_C = grid()
    violations = 0
    for Omega in (6, 10):
        change = resonant(T, T_C, Omega)["concurrence"] - resonant(T, T_C, Omega, 0)["concurrence"]
        violations += int(((change < -ROUNDING) & (T_C < T)).sum() + ((change > ROUNDING) & (T_C > T)).sum())
    return Outcome(violations == 0, f"Omega = 6 and 10, T and T_C from 0.5 to 20, 160 x 160: {violations} exceptions")


def current_sign():
    T, T_C = grid()
    wrong = 0
    for Omega in (6, 10):
        current = resonant(T, T_C, Omega)["Q_C"]
        wrong += int(((np.sign(current) != np.sign(T_C - T)) & (T_C != T)).sum())
    return Outcome(wrong == 0, f"Omega = 6 and 10, T and T_C from 0.5 to 20, 160 x 160: {wrong} exceptions")


def unchanged_at_equilibrium():
    T = np.linspace(0.5, 20, 400)
    difference = np.abs(resonant(T, T, 10)["concurrence"] - resonant(T, T, 10, 0)["concurrence"]).max()
    return Outcome(difference < ROUNDING, f"T = T_C from 0.5 to 20: the largest difference is {difference:.1e}")


def maximum_exceeds():
    T = np.linspace(0.5, 25, 2000)
    without = resonant(T, T, 10, 0)["concurrence"].max()
    with_cold = resonant(T, 1.0, 10)["concurrence"].max()
    return Outcome(
        with_cold > 1.2 * without, f"maximum over T: {with_cold:.4f} with T_C = 1, {without:.4f} without bath C"
    )


def peak(T_C=None):
    T = np.linspace(0.5, 25, 8000)
    found = resonant(T, T if T_C is None else T_C, 10, 0 if T_C is None else 1)["concurrence"]
    return T[found.argmax()]


def peak_shifted():
    bare, cold = peak(), [peak(T_C) for T_C in (0.5, 1, 2, 4)]
    warmer = ", ".join(f"{peak(T_C):.2f} (T_C = {T_C})" for T_C in (6, 8, 10))
    return Outcome(
        min(cold) > bare,
        f"peak at T = {min(cold):.2f} to {max(cold):.2f} for T_C = 0.5 to 4, at {bare:.2f} without; a warmer bath C "
        f"shifts it farther: {warmer}",
    )


def recovered():
    T = np.linspace(11.4, 12.9, 50)
    without, cold = (float(np.max(resonant(T, 1.0, 10, g)["concurrence"])) + 0.0 for g in (0, 1))
    lowest = float(np.min(resonant(T, 1.0, 10)["concurrence"]))
    evidence = f"Omega = 10, T from 11.4 to 12.9: {without:.1g} without bath C, {lowest:.2g} to {cold:.2g} with T_C = 1"
    return Outcome(without == 0 and lowest > 0, evidence)


# -- Sec. III B: different temperatures ------------------------------------------------------------------------------


def between():
    outside = 0
    for T_A in np.linspace(0.5, 8, 31):
        for found in effective_temperatures(T_A, np.linspace(-10, 10, 401)):
            outside += int(((found < min(T_A, 8) - 1e-9) | (found > 8 + 1e-9)).sum())
    return Outcome(outside == 0, f"T_B = 8, T_A from 0.5 to 8, detuning from -10 to 10: {outside} outside")


def reduces():
    largest = max(abs(float(T) - 8) for detuning in range(-10, 11) for T in effective_temperatures(8, detuning))
    return Outcome(largest < 1e-9, f"T_A = T_B = 8, detuning from -10 to 10: at most {largest:.1e} from 8")


def crossings():
    found = [(T_A, printed, *thermalisation(T_A)) for T_A, printed in THERMALISATION]
    shown = "; ".join(f"T_A = {T_A}: {exact:.4f} (T_eff = {T:.4f})" for T_A, _, exact, T in found)
    return Outcome(all(abs(exact - printed) <= 0.005 for _, printed, exact, _ in found), f"detuning at {shown}")


def enhanced_below_effective():
    wrong, T_C = 0, np.linspace(0.2, 12, 2361)
    for T_A, _ in THERMALISATION:
        detuning, T_eff = thermalisation(T_A)
        on, off = detuned(T_A, T_C, detuning), detuned(T_A, T_C, detuning, 0)
        change = on["concurrence"] - off["concurrence"]
        colder = T_eff > T_C
        wrong += int(((change > ROUNDING) != colder).sum() + ((on["Q_C"] < 0) != colder).sum())
    return Outcome(wrong == 0, f"the four points of Fig. 5, T_C from 0.2 to 12 in steps of 0.005: {wrong} exceptions")


def colder_is_better():
    T_C, rise = np.linspace(0.2, 12, 2361), 0.0
    for T_A, detuning in THERMALISATION:
        rise = max(rise, float(np.diff(detuned(T_A, T_C, detuning)["concurrence"]).max()))
    return Outcome(
        rise < ROUNDING, f"the four panels of Fig. 5, T_C from 0.2 to 12: the largest rise is {max(rise, 0):.1g}"
    )


def bound_has_current():
    """Random points as in Sec. III B: enhanced, and yet bath C gives heat away."""
    rng = np.random.default_rng(0)
    count = 40_000
    detuning, T_A, T_B, T_C = rng.uniform(-5, 5, count), *(rng.uniform(1, 10, count) for _ in range(3))
    on, off = (detuned(T_A, T_C, detuning, common, T_B) for common in (1, 0))
    change = on["concurrence"] - off["concurrence"]
    bad = (change > 1e-6) & (on["Q_C"] > 0)
    k = int(np.argmax(np.where(bad, change, -1)))
    evidence = (
        f"Omega = 6, eps_m = 20: {bad.sum()} of {(change > 1e-6).sum()} points with enhancement have Q_C > 0; worst: "
        f"T_A = {T_A[k]:.3f}, T_B = {T_B[k]:.3f}, T_C = {T_C[k]:.3f}, detuning {detuning[k]:.3f}: "
        f"{float(off['concurrence'][k]):.2e} without, {float(on['concurrence'][k]):.2e} with, "
        f"Q_C = {float(on['Q_C'][k]):.2e}"
    )
    return Outcome(not bad.any(), evidence)


def bound_is_temperature():
    """Baths A and B at one temperature, which the qubits then have: warmer bath C, more entanglement."""
    point = {"eps_A": 24, "eps_B": 16, "Omega": 12, "T_A": 1, "T_B": 1, "T_C": 3}
    on, off = evaluate(1, **point), evaluate(0, **point)
    more, less, current = float(on["concurrence"]), float(off["concurrence"]), float(on["Q_C"])
    one = {"eps_A": 20, "eps_B": 20, "Omega": 10, "T_A": 2, "T_B": 2, "T_C": 4, "Gamma_CB": 0}
    single, bare = float(evaluate(1, **one)["concurrence"]), float(evaluate(0, **one)["concurrence"])
    evidence = (
        f"eps_A = 24, eps_B = 16, Omega = 12, T_A = T_B = 1, T_C = 3, all rates 1: {less:.2e} without, {more:.2e} "
        f"with, Q_C = {current:.2e}; at resonance with bath C on qubit A alone (eps = 20, Omega = 10, T = 2, "
        f"T_C = 4): {bare:.2e} without, {single:.2e} with.  With equal rates at resonance bath C cannot excite "
        "|lambda_3>, and the bound holds"
    )
    return Outcome(not (more > less and current > 0), evidence)


# -- Sec. IV: circuits -----------------------------------------------------------------------------------------------


def circuit_enhanced():
    T, T_C = grid(0.02, 2.0)
    on, off = circuit(T, T_C), circuit(T, T_C, common=False)
    change = on["concurrence"] - off["concurrence"]
    worse, warmer = (change < -1e-9) & (T_C < T), (change > 1e-9) & (T_C > T)
    with_heat = int(((change > 1e-9) & (on["Q_C"] >= 0)).sum())
    evidence = (
        f"T and T_C from 0.02 to 2 GHz, 160 x 160: {worse.sum()} points with T_C < T and less entanglement, "
        f"{warmer.sum()} with T_C > T and more (dephasing heats the qubits); {with_heat} with more and Q_C >= 0"
    )
    return Outcome(not worse.any() and with_heat == 0, evidence)


def gain(Gamma, ratio):
    """Where, over Omega, the maximum out of equilibrium exceeds that in equilibrium most."""
    Omega = np.linspace(0.05, 0.98, 63)
    most, equal = best(Omega, Gamma, np.geomspace(0.02, 3, 48), np.geomspace(1e-3, 3, 16))
    return float(Omega[(most / equal if ratio else most - equal).argmax()])


def weaker_peaks_later():
    strong, weak = gain(1e-2, False), gain(1e-4, False)
    return Outcome(
        weak > strong,
        f"C_neq - C_eq peaks at Omega = {strong:.2f} GHz for couplings of 10 MHz, at {weak:.2f} GHz for 0.1 MHz",
    )


def ratio_peaks():
    strong, weak = gain(1e-2, True), gain(1e-4, True)
    return Outcome(
        strong > 0.05 and weak > strong,
        f"on Omega from 0.05 to 0.98 GHz the ratio is largest at {strong:.2f} GHz (10 MHz) and {weak:.2f} GHz "
        "(0.1 MHz), the lower end: C_eq vanishes faster than C_neq for weak interaction",
    )


def dephasing_time():
    """One qubit, coherence only: Eq. (21) without baths."""
    sigma = np.array([[1.0, 0.0], [0.0, -1.0]])
    rho = np.array([[0.5, 0.5], [0.5, 0.5]])
    decay = -((sigma @ rho @ sigma - rho)[0, 1]) / rho[0, 1]
    evidence = (
        f"under gamma (sigma_z rho sigma_z - rho) a coherence decays at {decay:g} gamma; 1/T_2 - 1/(2 T_1) is 2 gamma"
    )
    return Outcome(abs(decay - 1) < ROUNDING, evidence)


STATEMENTS = (
    Statement("Fig. 2(a)", "bath C at T_C = T changes nothing", unchanged_at_equilibrium),
    Statement("Fig. 2(a)", "the concurrence increases for T_C < T and decreases for T_C > T", enhanced_below),
    Statement(
        "Fig. 2(b)", "the maximum with bath C is significantly higher than that without it at any T", maximum_exceeds
    ),
    Statement("Fig. 2(b)", "at large T entanglement vanishes without bath C and is recovered with it", recovered),
    Statement("Fig. 2(b)", "with a cold bath C the entanglement peaks at a larger T than without it", peak_shifted),
    Statement("Fig. 3", "Q_C changes sign at T = T_C: negative for T_C < T, positive for T_C > T", current_sign),
    Statement("below Eq. (20)", "both effective temperatures lie between those of baths A and B", between),
    Statement("below Eq. (20)", "at T_A = T_B = T both effective temperatures are T", reduces),
    Statement("Fig. 5", "the effective temperatures agree at detunings of 0.95, 1.43, 1.86, 2.08 Gamma", crossings),
    Statement(
        "Fig. 5",
        "at these points the concurrence is enhanced, and Q_C < 0, exactly for T_C < T_eff",
        enhanced_below_effective,
    ),
    Statement("Fig. 5", "the lower T_C, the higher the concurrence", colder_is_better),
    Statement(
        "end of Sec. III B",
        "without a common effective temperature, Q_C is already negative where T_C no longer enhances entanglement",
        bound_has_current,
    ),
    Statement(
        "Sec. V",
        "where the qubits have a temperature without bath C, it is the upper bound of T_C for enhancement, and "
        "enhancement always comes with heat into bath C",
        bound_is_temperature,
        "true at resonance with equal rates (Fig. 2) and at the points of Fig. 5",
    ),
    Statement(
        "Fig. 7(b)",
        "with dephasing, too, a bath C colder than baths A and B gives more entanglement",
        circuit_enhanced,
    ),
    Statement(
        "Fig. 7(c)",
        "with weaker bath coupling the improvement peaks at a stronger interaction",
        weaker_peaks_later,
        "improvement as difference C_neq - C_eq",
    ),
    Statement(
        "Fig. 7(c)",
        "the ratio C_neq/C_eq peaks, with weaker bath coupling at a stronger interaction",
        ratio_peaks,
        "the caption calls the improvement a ratio",
    ),
    Statement(
        "below Eq. (21)",
        "gamma = 1/T_2 - 1/(2 T_1) is the rate of Eq. (21)",
        dephasing_time,
        "with Eq. (21) as printed gamma is half of that: 1.75e-2 MHz",
    ),
)
